"""The list of the history: a clip list with stars, a trash and keys for all actions."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QItemSelectionModel, Qt, Signal, Slot
from PySide6.QtGui import QMouseEvent
from PySide6.QtWidgets import QWidget

from qvim_studio.library.clip_entry import ClipEntry
from qvim_studio.ui.sounds.clip_delegate import row_px
from qvim_studio.ui.sounds.clip_list_model import ClipListModel
from qvim_studio.ui.sounds.clip_list_view import ClipListView
from qvim_studio.ui.sounds.history_delegate import ROW_PX, HistoryDelegate
from qvim_studio.ui.widgets.theme import StudioTheme

MIN_ROWS = 4  # visible if the screen has room: a heading and three sounds
MIN_HEIGHT_PX = 120


class HistoryView(ClipListView):
    """Signals: star_requested, trash_requested, restore_requested, recipe_requested,
    similar_requested (list of ClipEntry each), rename_requested, tag_requested, pack_requested
    (nothing),
    current_changed (list of the selected ClipEntry)."""

    star_requested = Signal(object)
    trash_requested = Signal(object)
    restore_requested = Signal(object)
    recipe_requested = Signal(object)
    similar_requested = Signal(object)
    rename_requested = Signal()
    tag_requested = Signal()
    pack_requested = Signal()
    current_changed = Signal(object)

    def __init__(
        self, theme: StudioTheme, model: ClipListModel, parent: QWidget | None = None
    ) -> None:
        self._rows = HistoryDelegate(theme)
        super().__init__(theme, model, parent=parent, delegate=self._rows)
        self._rows.setParent(self)
        self.shows_trash = False
        self.has_trash = True
        self.setUniformItemSizes(True)
        self._keep_rows_visible()
        theme.changed.connect(self._keep_rows_visible)
        self.selectionModel().selectionChanged.connect(self._on_selection_changed)
        self._kept: set[int] = set()
        model.rows_changing.connect(self._keep_selection)
        model.modelReset.connect(self._restore_selection)

    @Slot()
    def _keep_rows_visible(self) -> None:
        """Reserve a minimum height of two rows."""
        self.setMinimumHeight(min(2 * row_px(ROW_PX), MIN_HEIGHT_PX))

    @property
    def wanted_height_px(self) -> int:
        """The height that the list needs above other widgets."""
        return MIN_ROWS * row_px(ROW_PX)

    def set_shows_titles(self, shows_titles: bool) -> None:
        """Show titles in rows, for lists without sections."""
        self._rows.shows_titles = shows_titles
        self.viewport().update()

    def select_ids(self, ids: set[int]) -> None:
        """Select the shown clips with these ids; the arrow keys continue from them."""
        if not ids:
            return
        for number in range(self._clips.rowCount()):
            index = self._clips.index(number)
            row = self._clips.row(index)
            if isinstance(row, ClipEntry) and row.id in ids:
                self.selectionModel().setCurrentIndex(
                    index, QItemSelectionModel.SelectionFlag.Select
                )

    def select_row(self, number: int) -> None:
        """Select the clip nearest to a row."""
        last = self._clips.rowCount() - 1
        for near in (*range(min(number, last), last + 1), *range(min(number, last), -1, -1)):
            index = self._clips.index(near)
            if near >= 0 and isinstance(self._clips.row(index), ClipEntry):
                self.select_index(index)
                return

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        index = self.indexAt(event.position().toPoint())
        row = self._clips.row(index)
        is_star = isinstance(row, ClipEntry) and self._rows.star_area(
            self.visualRect(index)
        ).contains(event.position().toPoint())
        if is_star and event.button() == Qt.MouseButton.LeftButton and not event.modifiers():
            self._press = None  # a click on the star does not play
            super().mouseReleaseEvent(event)
            self.star_requested.emit([row])
        else:
            super().mouseReleaseEvent(event)

    def offers(self) -> dict[str, Callable[[], object]]:
        offers, entries = super().offers(), self.selected_entries()
        if not offers:
            return {}
        if self.shows_trash:
            return {"play_sound": offers["play_sound"], "restore": self._restore}
        offers |= {"star": self._star, "tag": self.tag_requested.emit}
        offers["similar"] = self._find_similar
        if len(entries) == 1:
            offers["rename"] = self.rename_requested.emit
        if entries[0].checkpoint_title:
            offers["recipe"] = self._use_recipe
        if self.has_trash:
            offers |= {"pack": self.pack_requested.emit, "trash": self._trash}
        return offers

    @Slot()
    def _star(self) -> None:
        self.star_requested.emit(self.selected_entries())

    @Slot()
    def _trash(self) -> None:
        self.trash_requested.emit(self.selected_entries())

    @Slot()
    def _restore(self) -> None:
        self.restore_requested.emit(self.selected_entries())

    @Slot()
    def _use_recipe(self) -> None:
        self.recipe_requested.emit(self.selected_entries())

    @Slot()
    def _find_similar(self) -> None:
        self.similar_requested.emit(self.selected_entries())

    @Slot()
    def _keep_selection(self) -> None:
        self._kept = {entry.id for entry in self.selected_entries()}

    @Slot()
    def _restore_selection(self) -> None:
        self.setAutoScroll(False)  # added or removed rows do not scroll the list
        self.select_ids(self._kept)
        self.setAutoScroll(True)
        self._on_selection_changed()

    @Slot()
    def _on_selection_changed(self) -> None:
        self.current_changed.emit(self.selected_entries())
