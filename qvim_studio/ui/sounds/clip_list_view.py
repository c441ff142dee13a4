"""A list of clips, which can be played, dragged into other programs and shown in their folder."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial
from pathlib import Path

from PySide6.QtCore import (
    QItemSelectionModel,
    QKeyCombination,
    QMimeData,
    QModelIndex,
    QPoint,
    QSize,
    Qt,
    Signal,
    Slot,
)
from PySide6.QtGui import (
    QColor,
    QGuiApplication,
    QKeyEvent,
    QKeySequence,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QResizeEvent,
)
from PySide6.QtWidgets import QAbstractItemView, QListView, QMenu, QWidget

from qvim_studio.audio.files.given_sound import SoundUse
from qvim_studio.jobs.playback import PlayingSound
from qvim_studio.library.clip_entry import ClipEntry
from qvim_studio.ui.sounds.clip_delegate import ClipDelegate
from qvim_studio.ui.sounds.clip_drag import drag_clips, mime_data
from qvim_studio.ui.sounds.clip_list_model import ClipListModel
from qvim_studio.ui.widgets.override import logs_errors
from qvim_studio.ui.widgets.theme import StudioTheme, font
from qvim_studio.ui.window.action_table import SOUND_MENU, spec_of, translated

USES = {"start_from": SoundUse.START, "sound_like": SoundUse.TIMBRE}  # by the ids of the actions


class ClipListView(QListView):
    """Signals: play_requested (ClipEntry), reveal_requested (Path), use_requested (ClipEntry,
    SoundUse: its use in the next request), morph_requested (two ClipEntry, whether the sound
    changes from one to the other over time), upscale_requested (ClipEntry)."""

    play_requested = Signal(object)
    reveal_requested = Signal(object)
    use_requested = Signal(object, object)
    morph_requested = Signal(object, object)
    upscale_requested = Signal(object)

    def __init__(
        self,
        theme: StudioTheme,
        model: ClipListModel,
        columns: int = 1,
        parent: QWidget | None = None,
        delegate: ClipDelegate | None = None,
    ) -> None:
        super().__init__(parent)
        self._theme = theme
        self._clips = model
        self._columns = columns
        self._delegate = delegate or ClipDelegate(theme, columns, self)
        self._hint = ""
        self._press: QPoint | None = None
        self._changed_keys: Mapping[str, str] = {}
        self.setModel(model)
        self.setItemDelegate(self._delegate)
        self.setSelectionMode(QAbstractItemView.SelectionMode.ExtendedSelection)
        self.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setResizeMode(QListView.ResizeMode.Adjust)
        self.setDragEnabled(True)
        self.setDragDropMode(QAbstractItemView.DragDropMode.DragOnly)
        self.setMouseTracking(True)
        if columns > 1:
            self.setFlow(QListView.Flow.LeftToRight)
            self.setWrapping(True)
        self.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)
        self.customContextMenuRequested.connect(self._show_menu)
        theme.changed.connect(self._on_theme_changed)

    @Slot()
    def _on_theme_changed(self) -> None:
        """Fit the height of the rows to the text."""
        self.scheduleDelayedItemsLayout()
        self.viewport().update()

    def set_hint(self, text: str) -> None:
        """Set the text of an empty list."""
        self._hint = text
        self.viewport().update()

    @Slot(object)
    def show_playing(self, playing: PlayingSound) -> None:
        self._delegate.set_playing(playing)
        self.viewport().update()

    def selected_entries(self) -> list[ClipEntry]:
        """The selected clips in the order of the list."""
        rows = (self._clips.row(index) for index in sorted(self.selectedIndexes()))
        return [row for row in rows if isinstance(row, ClipEntry)]

    def select_entry(self, entry: ClipEntry) -> None:
        for number in range(self._clips.rowCount()):
            index = self._clips.index(number)
            if self._clips.row(index) is entry:
                self.select_index(index)

    def select_index(self, index: QModelIndex) -> None:
        """Select this row alone, whatever keys are held; the keyboard continues from there."""
        flags = QItemSelectionModel.SelectionFlag.ClearAndSelect
        self.selectionModel().setCurrentIndex(index, flags)

    def show_current(self, path: Path | None) -> bool:
        """Select this clip alone, or none for None; a selection that contains the clip stays.
        Returns False if the clip is not shown."""
        index = QModelIndex() if path is None else self._clips.index_of(path)
        if not index.isValid():
            self.clearSelection()
        elif not self.selectionModel().isSelected(index):
            self.select_index(index)
        return index.isValid()

    def startDrag(self, supported_actions: Qt.DropAction) -> None:
        entries = [entry for entry in self.selected_entries() if entry.path.is_file()]
        self._press = None
        if entries:
            paths = [entry.path for entry in entries]
            drag_clips(self, paths, entries[0].peaks, self._theme.palette)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        self._press = event.position().toPoint()
        super().mousePressEvent(event)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        super().mouseReleaseEvent(event)
        press, self._press = self._press, None
        point = event.position().toPoint()
        index = self.indexAt(point)
        row = self._clips.row(index)
        is_plain_click = (
            event.button() == Qt.MouseButton.LeftButton
            and event.modifiers() == Qt.KeyboardModifier.NoModifier
            and press is not None
            and self.indexAt(press) == index
        )
        if not is_plain_click or not isinstance(row, ClipEntry):
            return
        if self._delegate.reveal_area(self.visualRect(index)).contains(point):
            self.reveal_requested.emit(row.path)
        else:
            self.play_requested.emit(row)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self.scheduleDelayedItemsLayout()

    def viewportSizeHint(self) -> QSize:
        return QSize(300, 120)

    def paintEvent(self, event: QPaintEvent) -> None:
        super().paintEvent(event)
        if self._clips.rowCount() == 0 and self._hint:
            painter = QPainter(self.viewport())
            painter.setFont(font())
            painter.setPen(QColor(self._theme.palette.secondary))
            area = self.viewport().rect().adjusted(24, 0, -24, 0)
            flags = Qt.AlignmentFlag.AlignCenter | Qt.TextFlag.TextWordWrap
            painter.drawText(area, int(flags), self._hint)
            painter.end()

    @Slot(QPoint)
    def _show_menu(self, point: QPoint) -> None:
        if not isinstance(self._clips.row(self.indexAt(point)), ClipEntry):
            return
        menu = self.make_menu()
        menu.popup(self.viewport().mapToGlobal(point))

    def offers(self) -> dict[str, Callable[[], object]]:
        """The possible actions for the selected sounds, by id."""
        entries = self.selected_entries()
        if not entries:
            return {}
        offers: dict[str, Callable[[], object]] = {
            "play_sound": self._play_current,
            "reveal": self._reveal_current,
            "copy_file": self._copy_files,
            "copy_path": self._copy_paths,
        }
        if len(entries) == 1:
            for action_id, use in USES.items():
                offers[action_id] = partial(self.use_requested.emit, entries[0], use)
            offers["upscale"] = partial(self.upscale_requested.emit, entries[0])
        if len(entries) == 2:
            offers["morph"] = partial(self.morph_requested.emit, entries, False)
            offers["morph_over_time"] = partial(self.morph_requested.emit, entries, True)
        return offers

    @logs_errors()
    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Run the action of a key, if the list offers it."""
        keypad = Qt.KeyboardModifier.KeypadModifier
        modifiers = event.modifiers() & ~keypad
        pressed = QKeySequence(QKeyCombination(modifiers, Qt.Key(event.key())))
        for action_id, do in self.offers().items():
            sequences = spec_of(action_id).sequences(self._changed_keys)
            if pressed in [QKeySequence(keys) for keys in sequences]:
                do()
                return
        super().keyPressEvent(event)

    def set_shortcuts(self, changed: Mapping[str, str]) -> None:
        """Set the keys. changed: key sequences of actions whose default the user replaced."""
        self._changed_keys = changed

    def make_menu(self) -> QMenu:
        """A menu of all actions for the selection, in the order of the action table."""
        menu = QMenu(self)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        offers, titles = self.menu_offers(), self.titles()
        for action_id in SOUND_MENU:
            if not action_id:
                menu.addSeparator()
            elif action_id in offers:
                spec = spec_of(action_id)
                keys = "".join(spec.sequences(self._changed_keys)[:1])
                shown = QKeySequence(keys).toString(QKeySequence.SequenceFormat.NativeText)
                text = titles.get(action_id) or translated(spec.text)
                menu.addAction(f"{text}\t{shown}" if shown else text, offers[action_id])
        return menu

    def menu_offers(self) -> dict[str, Callable[[], object]]:
        """The actions in the menu, by id."""
        return self.offers()

    def titles(self) -> dict[str, str]:
        """Titles of the actions whose effect differs for this selection."""
        entries = self.selected_entries()
        is_starred = bool(entries) and all(entry.is_starred for entry in entries)
        return {"star": self.tr("Remove star")} if is_starred else {}

    @Slot()
    def _play_current(self) -> None:
        row = self._clips.row(self.currentIndex())
        if isinstance(row, ClipEntry):
            self.play_requested.emit(row)

    @Slot()
    def _reveal_current(self) -> None:
        row = self._clips.row(self.currentIndex())
        if isinstance(row, ClipEntry):
            self.reveal_requested.emit(row.path)

    @Slot()
    def _copy_files(self) -> None:
        data = mime_data([entry.path for entry in self.selected_entries()])
        QGuiApplication.clipboard().setMimeData(data)

    @Slot()
    def _copy_paths(self) -> None:
        data = QMimeData()
        data.setText("\n".join(str(entry.path) for entry in self.selected_entries()))
        QGuiApplication.clipboard().setMimeData(data)
