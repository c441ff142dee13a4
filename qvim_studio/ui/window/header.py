"""The top line of the window: the program, the checkpoint in use, the settings."""

from __future__ import annotations

from PySide6.QtCore import QCoreApplication, Qt, Signal, Slot
from PySide6.QtWidgets import QHBoxLayout, QLabel, QToolButton, QWidget

from qvim_studio.core.checkpoint_entry import CheckpointEntry
from qvim_studio.ui.widgets.icons import icon, icon_pixmap
from qvim_studio.ui.widgets.theme import GRID, StudioTheme
from qvim_studio.ui.widgets.tips import set_tip


def commercial_text(commercial: str) -> str:
    """The text on whether sounds may be sold. commercial: see CheckpointEntry."""
    words = {
        "yes": _tr("commercial use"),
        "no": _tr("no commercial use"),
        "conditional": _tr("commercial use with conditions"),
    }
    return words.get(commercial, commercial)


def licence_line(entry: CheckpointEntry) -> str:
    """The licence and its commercial terms, such as "Apache-2.0 · commercial use"."""
    return f"{entry.licence}  ·  {commercial_text(entry.commercial)}"


class Header(QWidget):
    """Signals: checkpoint_clicked, settings_clicked (nothing each)."""

    checkpoint_clicked = Signal()
    settings_clicked = Signal()

    def __init__(self, theme: StudioTheme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._entry: CheckpointEntry | None = None
        self._mark = QLabel(self)
        name = QLabel("QVIM Studio", self)
        name.setObjectName("appName")
        self.checkpoint = QToolButton(self)
        self.checkpoint.setObjectName("withText")
        self.checkpoint.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
        self.checkpoint.clicked.connect(self._on_checkpoint)
        self.settings = QToolButton(self)
        self.settings.setAccessibleName(self.tr("Settings"))
        set_tip(self.settings, self.tr("Settings"))
        self.settings.clicked.connect(self._on_settings)
        for button in (self.checkpoint, self.settings):
            button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        layout = QHBoxLayout(self)
        layout.setContentsMargins(4, 0, 0, 0)
        layout.setSpacing(GRID)
        layout.addWidget(self._mark)
        layout.addWidget(name)
        layout.addStretch(1)
        layout.addWidget(self.checkpoint)
        layout.addWidget(self.settings)
        theme.changed.connect(self._dress)
        self._dress()

    def show_checkpoint(self, entry: CheckpointEntry | None, wanted: str) -> None:
        """Name the checkpoint in use; ``wanted`` stands in for an unknown one."""
        self._entry = entry
        short = full = wanted
        if entry is not None:
            short = f"{entry.title}  ·  {commercial_text(entry.commercial)}"
            full = f"{entry.title}  ·  {licence_line(entry)}"
        self.checkpoint.setText(short)
        set_tip(self.checkpoint, self.tr("What makes the sounds: {0}").format(full))
        self.checkpoint.setAccessibleName(self.tr("Checkpoint: {0}").format(full))
        self._dress()

    @Slot()
    def _dress(self) -> None:
        palette = self._theme.palette
        self._mark.setPixmap(icon_pixmap("wave", palette.accent, 22, self.devicePixelRatioF()))
        self.settings.setIcon(icon("gear", palette.secondary))
        may_be_sold = self._entry is not None and self._entry.commercial == "yes"
        color = palette.accent if may_be_sold else palette.warning
        name = "record" if self._entry is not None else "clock"
        self.checkpoint.setIcon(icon(name, color if self._entry else palette.faint))

    @Slot(bool)
    def _on_checkpoint(self, checked: bool = False) -> None:
        self.checkpoint_clicked.emit()

    @Slot(bool)
    def _on_settings(self, checked: bool = False) -> None:
        self.settings_clicked.emit()


def _tr(text: str) -> str:
    return QCoreApplication.translate("Header", text)
