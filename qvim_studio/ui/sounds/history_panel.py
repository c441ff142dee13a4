"""The history of all generated sounds, which can be searched, marked, dragged out and reused."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from PySide6.QtCore import QSignalBlocker, Qt, Signal, Slot
from PySide6.QtGui import QIcon
from PySide6.QtWidgets import (
    QComboBox,
    QHBoxLayout,
    QMenu,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from qvim_studio.library.clip_entry import ClipEntry
from qvim_studio.session.figures import number_text
from qvim_studio.session.history_controller import HistoryController
from qvim_studio.ui.sounds.clip_details import ClipDetails, DetailedList
from qvim_studio.ui.sounds.history_model import HistoryModel, Order
from qvim_studio.ui.sounds.history_view import HistoryView
from qvim_studio.ui.widgets.card import ElidedComboBox
from qvim_studio.ui.widgets.icons import icon
from qvim_studio.ui.widgets.passing_field import SearchField
from qvim_studio.ui.widgets.theme import GRID, StudioTheme
from qvim_studio.ui.widgets.tips import set_tip


class HistoryPanel(QWidget):
    """Signals: count_changed (str: the number of all or of shown clips), recipe_requested,
    similar_requested (ClipEntry)."""

    count_changed = Signal(object)
    recipe_requested = Signal(object)
    similar_requested = Signal(object)

    def __init__(
        self, theme: StudioTheme, controller: HistoryController, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self._theme = theme
        self._controller = controller
        self._special = ""  # name of the list that replaces the history
        self._followed = 0  # id of the current clip if the list does not show it
        self._read_special: Callable[[], Sequence[ClipEntry]] = tuple
        self.model = HistoryModel(self)
        self._build(theme)
        self._connect()
        self._show_hint()
        theme.changed.connect(self._dress)
        self._dress()

    @property
    def is_special(self) -> bool:
        """Whether the trash or the duplicates are shown."""
        return self._back.isVisibleTo(self)

    def _build(self, theme: StudioTheme) -> None:
        """Build the widgets in the order of Tab."""
        self.search = SearchField(
            self.tr("Search the history"), self.tr("Search words, tags, dates…"), self
        )
        self.starred = QToolButton(self)
        self.starred.setCheckable(True)
        self.starred.setAccessibleName(self.tr("Starred only"))
        set_tip(self.starred, self.tr("Starred only"))
        self.order = ElidedComboBox(self)
        self.order.setAccessibleName(self.tr("Order"))
        set_tip(self.order, self.tr("Order"))
        for label, order in (
            (self.tr("Newest"), Order.NEWEST),
            (self.tr("Oldest"), Order.OLDEST),
            (self.tr("Best match"), Order.BEST),
            (self.tr("Rating"), Order.RATING),
            (self.tr("Longest"), Order.LONGEST),
            (self.tr("Name"), Order.NAME),
        ):
            self.order.addItem(label, order)
        self.checkpoint = self._combo(self.tr("Checkpoint"))
        self.licence = self._combo(self.tr("Licence"))
        self._back = QToolButton(self)
        self._back.setObjectName("withText")
        self._back.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
        self._back.hide()
        clips = DetailedList("history", self)
        self.view = HistoryView(theme, self.model, clips)
        self.view.setAccessibleName(self.tr("History"))
        self.details = ClipDetails(self.view, clips)
        row = QHBoxLayout()
        row.setSpacing(4)
        row.addWidget(self.search, 1)
        row.addWidget(self.starred)
        filters = QHBoxLayout()
        filters.setSpacing(4)
        for combo in (self.order, self.checkpoint, self.licence):
            combo.setSizeAdjustPolicy(
                QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon
            )
            combo.setMinimumContentsLength(3)  # wider if there is room
            combo.setObjectName("compact")
            filters.addWidget(combo, 1)
        for bar in (row, filters):
            bar.setContentsMargins(0, 0, GRID, 0)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(GRID)
        layout.addLayout(row)
        layout.addLayout(filters)
        layout.addWidget(self._back)
        layout.addWidget(clips, 1)

    def _combo(self, name: str) -> ElidedComboBox:
        combo = ElidedComboBox(self)
        combo.setAccessibleName(name)
        set_tip(combo, name)
        combo.addItem(name, "")
        return combo

    def _connect(self) -> None:
        controller, view, details = self._controller, self.view, self.details
        controller.loaded.connect(self.show_entries)
        controller.added.connect(self._on_added)
        controller.updated.connect(self._on_updated)
        controller.removed.connect(self._on_removed)
        controller.undone.connect(self._on_undone)
        self.search.textChanged.connect(self._on_searched)
        self.search.left.connect(self.view.setFocus)
        self.starred.toggled.connect(self._show_filtered)
        for combo in (self.order, self.checkpoint, self.licence):
            combo.activated.connect(self._show_filtered)
        self._back.clicked.connect(self.show_history)
        view.star_requested.connect(self._on_star)
        view.trash_requested.connect(self._on_trash)
        view.restore_requested.connect(controller.restore)
        view.recipe_requested.connect(self._on_recipe)
        view.similar_requested.connect(self._on_similar)
        view.rename_requested.connect(details.edit_name)
        view.tag_requested.connect(details.edit_tags)
        view.current_changed.connect(self._on_current_changed)
        details.renamed.connect(controller.rename)
        details.noted.connect(controller.set_note)
        details.tags_changed.connect(controller.tag)
        details.rated.connect(controller.rate)
        details.recipe_requested.connect(self._on_recipe)
        details.mend_requested.connect(controller.mend)

    def add_actions(self, menu: QMenu) -> None:
        """Add the history's actions to the menu of the library."""
        menu.addAction(self.tr("Show duplicates"), self.show_duplicates)
        menu.addAction(self.tr("Show the trash"), self.show_trash)

    @Slot(object)
    def show_entries(self, entries: Sequence[ClipEntry]) -> None:
        """Show these entries; the search stays."""
        if self.is_special:
            return
        self.model.set_all(entries)
        self._offer_values()
        self._show_filtered()

    @Slot()
    def show_trash(self) -> None:
        self._show_special(self._controller.trashed, self.tr("Trash"), is_trash=True)

    @Slot()
    def show_duplicates(self) -> None:
        self._show_special(self._controller.duplicates, self.tr("Duplicates"), is_trash=False)

    @Slot()
    def show_history(self, checked: bool = False) -> None:
        """Return from the trash or the duplicates."""
        self._back.hide()
        self.view.shows_trash = False
        self._show_hint()
        self._controller.reload()

    @Slot()
    def focus_search(self) -> None:
        self.search.setFocus()
        self.search.selectAll()

    def _show_special(
        self, read: Callable[[], Sequence[ClipEntry]], title: str, is_trash: bool
    ) -> None:
        self._special, self._read_special = title, read
        self._back.show()
        self.view.shows_trash = is_trash
        self.view.set_hint(self.tr("There is nothing here."))
        self.model.set_all(read())
        self._show_filtered()

    @Slot()
    def _on_undone(self) -> None:
        """Search and filter again after an undo."""
        if self.is_special:
            self.model.set_all(self._read_special())
        self._show(self._controller.search(self.search.text()))

    @Slot()
    def _show_filtered(self) -> None:
        self._show(self.model.filter.found)

    @Slot(str)
    def _on_searched(self, text: str) -> None:
        self._show(self._controller.search(text))
        self.view.scrollToTop()

    def _show(self, found: frozenset[int] | None) -> None:
        self.model.show(
            self.model.filter.with_changes(
                found=found,
                starred_only=self.starred.isChecked(),
                checkpoint=self.checkpoint.currentData(),
                licence=self.licence.currentData(),
                order=self.order.currentData(),
            )
        )
        self.view.set_shows_titles(self.model.shows_titles)
        shown = self.model.count
        total = self.model.total
        count = number_text(total, ",")
        if shown != total:
            count = f"{number_text(shown, ',')} / {count}"
        if self.is_special:
            self._back.setText(self.tr("‹ Back from: {0}").format(f"{self._special}  {count}"))
            count = ""  # the tab counts the history alone
        self.count_changed.emit(count)
        if total and not self.is_special:
            self.view.set_hint(
                self.tr("Nothing matches. Remove a filter or search for fewer words.")
            )

    def _show_hint(self) -> None:
        self.view.set_hint(
            self.tr("Everything you generate is kept here. Drag any clip into your DAW.")
        )

    def _offer_values(self) -> None:
        for combo, values in zip((self.checkpoint, self.licence), self.model.values(), strict=True):
            chosen = combo.currentData()
            with QSignalBlocker(combo):
                while combo.count() > 1:
                    combo.removeItem(1)
                for value in values:
                    combo.addItem(value, value)
                combo.setCurrentIndex(max(combo.findData(chosen), 0))

    @Slot(object)
    def _on_added(self, entries: Sequence[ClipEntry]) -> None:
        if not self.is_special:
            self.model.add(entries)
            self._offer_values()
            self._on_searched(self.search.text())

    @Slot(object)
    def _on_updated(self, entries: Sequence[ClipEntry]) -> None:
        if self.view.shows_trash:
            self.model.remove([entry.id for entry in entries])
        elif all(self.model.entry(entry.id) is not None for entry in entries):
            self.model.update(entries)
            self._show_details(self._in_hand())
        else:
            self._on_added(entries)

    @Slot(object)
    def _on_removed(self, ids: Sequence[int]) -> None:
        row = self.view.currentIndex().row()
        self.model.remove(ids)
        self._show_filtered()
        self.view.select_row(row)

    @Slot(object)
    def _on_current_changed(self, entries: Sequence[ClipEntry]) -> None:
        self.details.finish_editing()
        if entries:
            self._followed = 0
        self._show_details(self._in_hand())

    def show_current(self, entry: ClipEntry | None) -> None:
        """Select this clip and show its details, even if a filter hides its row."""
        is_known = entry is not None and self.model.entry(entry.id) is not None
        is_shown = self.view.show_current(None if entry is None else entry.path)
        self._followed = entry.id if entry is not None and is_known and not is_shown else 0
        self._show_details(self._in_hand())

    def _in_hand(self) -> list[ClipEntry]:
        """The selected clips, or else the current clip."""
        followed = self.model.entry(self._followed)
        return self.view.selected_entries() or ([] if followed is None else [followed])

    def _show_details(self, entries: Sequence[ClipEntry]) -> None:
        recipe = self._controller.recipe(entries[0]) if len(entries) == 1 else None
        self.details.show_entries([] if self.view.shows_trash else entries, recipe)

    @Slot(object)
    def _on_star(self, entries: Sequence[ClipEntry]) -> None:
        self._controller.star(entries, not all(entry.is_starred for entry in entries))

    @Slot(object)
    def _on_trash(self, entries: Sequence[ClipEntry]) -> None:
        if not self.view.shows_trash:
            self._controller.trash(entries)

    @Slot(object)
    def _on_recipe(self, entries: Sequence[ClipEntry]) -> None:
        self.recipe_requested.emit(entries[0])

    @Slot(object)
    def _on_similar(self, entries: Sequence[ClipEntry]) -> None:
        self.similar_requested.emit(entries[0])

    def select_entry(self, entry: ClipEntry) -> None:
        """Select a clip that another list shows; filters that hide it are reset."""
        self.view.clearSelection()
        self.view.select_ids({entry.id})
        if not self.view.selected_entries():
            self._show_unfiltered()
            self.view.select_ids({entry.id})

    def _show_unfiltered(self) -> None:
        self.search.clear()
        self.starred.setChecked(False)
        for combo in (self.checkpoint, self.licence):
            combo.setCurrentIndex(0)
        self._show_filtered()

    @Slot()
    def _dress(self) -> None:
        palette = self._theme.palette
        self.search.glass.setIcon(icon("search", palette.secondary))
        stars = QIcon()
        for state, name, color in (
            (QIcon.State.Off, "star_outline", palette.secondary),
            (QIcon.State.On, "star", palette.warning),
        ):
            stars.addPixmap(icon(name, color).pixmap(18, 18), QIcon.Mode.Normal, state)
        self.starred.setIcon(stars)
