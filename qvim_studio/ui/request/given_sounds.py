"""The line with the sounds given to the next request, as its start or as its timbre.

Each sound has a chip, which can remove it. While a sound is dragged over the panel, the line shows
two drop targets.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from PySide6.QtCore import QSize, Qt, QTimer, Signal, Slot
from PySide6.QtGui import (
    QDragEnterEvent,
    QDragLeaveEvent,
    QDropEvent,
    QKeyEvent,
    QResizeEvent,
)
from PySide6.QtWidgets import QHBoxLayout, QSizePolicy, QToolButton, QWidget

from qvim_studio.audio.files.given_sound import GivenSound, SoundUse
from qvim_studio.ui.widgets.icons import icon
from qvim_studio.ui.widgets.override import logs_errors
from qvim_studio.ui.widgets.theme import GRID, StudioTheme
from qvim_studio.ui.widgets.tips import set_tip
from qvim_studio.ui.window.dropping import local_files

LONGEST_PX = 320  # of a chip
LEAVE_MS = 100
REMOVING_KEYS = (Qt.Key.Key_Delete, Qt.Key.Key_Backspace)


@dataclass(frozen=True)
class AwaitedSound:
    """A sound that is being read. name: "" stands for the file's own."""

    path: Path
    name: str = ""


class GivenChip(QToolButton):
    """The chip of one use: names its sound and accepts a dropped sound as a replacement.

    Signals: dropped (Path), removed, drag_left (nothing each)."""

    dropped = Signal(object)
    removed = Signal()
    drag_left = Signal()

    def __init__(self, theme: StudioTheme, use: SoundUse, parent: QWidget) -> None:
        super().__init__(parent)
        self.use = use
        self._theme = theme
        self._name = ""
        self.setObjectName("chip")
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
        self.setLayoutDirection(Qt.LayoutDirection.RightToLeft)  # the cross is at the end
        self.setIconSize(QSize(12, 12))
        self.setAcceptDrops(True)
        self.clicked.connect(self._on_clicked)
        theme.changed.connect(self.dress)
        self.dress()

    def show_name(self, name: str) -> None:
        """Show the name of the sound in use; "" makes the chip a drop target."""
        self._name = name
        self.dress()

    @Slot()
    def dress(self) -> None:
        """Apply the name and the theme."""
        is_start = self.use is SoundUse.START
        if self._name:
            text = self.tr("Starts from: {0}") if is_start else self.tr("Sounds like: {0}")
            whole = text.format(self._name)
            tip = self.tr("{0}. Click, or press Delete, to remove it.").format(whole)
            self.setIcon(icon("close", self._theme.palette.secondary))
        else:
            whole = self.tr("Start from this sound") if is_start else self.tr("Sound like this")
            tip = self.tr("Drop a sound here")
            self.setIcon(icon("plus", self._theme.palette.secondary))
        self.ensurePolished()
        self.setText(whole)
        metrics, room = self.fontMetrics(), min(LONGEST_PX, self.maximumWidth())
        around = self.sizeHint().width() - metrics.horizontalAdvance(whole)
        self.setText(metrics.elidedText(whole, Qt.TextElideMode.ElideRight, max(0, room - around)))
        self.setAccessibleName(whole)
        set_tip(self, tip)

    @logs_errors()
    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in REMOVING_KEYS and self._name:
            self.removed.emit()
        else:
            super().keyPressEvent(event)

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        if len(local_files(event.mimeData())) == 1:
            self.setDown(True)
            event.setDropAction(Qt.DropAction.CopyAction)
            event.accept()

    def dragLeaveEvent(self, event: QDragLeaveEvent) -> None:
        self.setDown(False)
        self.drag_left.emit()

    @logs_errors()
    def dropEvent(self, event: QDropEvent) -> None:
        self.setDown(False)
        event.setDropAction(Qt.DropAction.CopyAction)
        event.accept()
        self.dropped.emit(local_files(event.mimeData())[0])

    @Slot(bool)
    def _on_clicked(self, checked: bool = False) -> None:
        if self._name:
            self.removed.emit()


class GivenSounds(QWidget):
    """The line of chips, visible while a sound is in use or dragged over the panel.

    Signals: changed (nothing), wanted (SoundUse, AwaitedSound: the listener reads the sound and
    then calls ``give`` or ``give_up``).
    """

    changed = Signal()
    wanted = Signal(object, object)

    def __init__(self, theme: StudioTheme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._sounds: dict[SoundUse, GivenSound] = {}
        self._awaited: dict[SoundUse, AwaitedSound] = {}
        self._is_target = False
        self._leaving = QTimer(self)
        self._leaving.setSingleShot(True)
        self._leaving.setInterval(LEAVE_MS)
        self._leaving.timeout.connect(self._on_left)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(GRID)
        self.chips = {use: GivenChip(theme, use, self) for use in SoundUse}
        for chip in self.chips.values():
            chip.dropped.connect(self._on_dropped)
            chip.removed.connect(self._on_removed)
            chip.drag_left.connect(self._on_drag_left)
            row.addWidget(chip)
        row.addStretch(1)
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)
        self._update()

    def sound(self, use: SoundUse) -> GivenSound | None:
        return self._sounds.get(use)

    def ask_for(self, use: SoundUse, path: Path, name: str = "") -> None:
        """Request the reading of a file; until it is read, the sound in use stays."""
        self._awaited[use] = AwaitedSound(path, name)
        self.wanted.emit(use, self._awaited[use])

    def give(self, use: SoundUse, sound: GivenSound | None) -> None:
        """Use this sound, or none for None."""
        self._awaited.pop(use, None)
        if sound is None:
            self._sounds.pop(use, None)
        else:
            self._sounds[use] = sound
        self._update()
        self.changed.emit()

    def is_awaited(self, use: SoundUse, awaited: AwaitedSound) -> bool:
        """Whether this sound is still the last one requested for its use."""
        return self._awaited.get(use) is awaited

    def give_up(self, use: SoundUse) -> None:
        """Stop waiting for the awaited sound."""
        self._awaited.pop(use, None)
        self.changed.emit()

    def state(self) -> dict[str, dict[str, str]]:
        """Paths and names of the sounds for the session file, including sounds that are still being
        read."""
        known = self._sounds | self._awaited
        return {use.value: {"path": str(one.path), "name": one.name} for use, one in known.items()}

    def restore(self, state: Mapping[str, Any]) -> None:
        """Request the sounds of an earlier ``state``. Raises AttributeError, KeyError or ValueError
        for invalid values."""
        for name, place in state.items():
            self.ask_for(SoundUse(name), Path(place["path"]), str(place["name"]))

    def set_drop_target(self, is_target: bool) -> None:
        """Show or hide the drop targets. A drag that moves from the window onto a target leaves the
        window first."""
        if is_target:
            self._leaving.stop()
            self._is_target = True
            self._update()
        else:
            self._leaving.start()

    def minimumSizeHint(self) -> QSize:
        return QSize(0, super().minimumSizeHint().height())

    @logs_errors()
    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._fit()

    def _update(self) -> None:
        for use, chip in self.chips.items():
            sound = self._sounds.get(use)
            chip.show_name("" if sound is None else sound.name)
            chip.setVisible(sound is not None or self._is_target)
        self.setVisible(bool(self._sounds) or self._is_target)
        self._fit()

    def _fit(self) -> None:
        """Share a narrow line between two chips."""
        shown = [chip for chip in self.chips.values() if not chip.isHidden()]
        for chip in shown:
            chip.setMaximumWidth((self.width() - GRID * (len(shown) - 1)) // len(shown))
            chip.dress()

    @Slot()
    def _on_drag_left(self) -> None:
        self._leaving.start()

    @Slot()
    def _on_left(self) -> None:
        if not any(chip.isDown() for chip in self.chips.values()):
            self._is_target = False
            self._update()

    @Slot(object)
    def _on_dropped(self, path: Path) -> None:
        self._is_target = False
        self._update()
        self.ask_for(self._use_of_sender(), path)

    @Slot()
    def _on_removed(self) -> None:
        self.give(self._use_of_sender(), None)

    def _use_of_sender(self) -> SoundUse:
        return next(use for use, chip in self.chips.items() if chip is self.sender())
