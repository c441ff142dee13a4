"""My sounds: the user's own folders, searched by voice, by words or by similarity."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtWidgets import (
    QFileDialog,
    QHBoxLayout,
    QMenu,
    QPushButton,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from qvim_studio.jobs.listening.sound_indexer import IndexProgress
from qvim_studio.library.clip_entry import ClipEntry
from qvim_studio.library.folders import LibraryFolder
from qvim_studio.session.figures import count_text, filled, number_text
from qvim_studio.session.history_controller import HistoryController
from qvim_studio.session.sounds_controller import SoundsController
from qvim_studio.ui.sounds.clip_details import ClipDetails, DetailedList
from qvim_studio.ui.sounds.clip_list_model import ClipListModel
from qvim_studio.ui.sounds.history_view import HistoryView
from qvim_studio.ui.widgets.card import ElidedLabel
from qvim_studio.ui.widgets.icons import icon, set_button_icon
from qvim_studio.ui.widgets.passing_field import SearchField
from qvim_studio.ui.widgets.theme import GRID, StudioTheme
from qvim_studio.ui.widgets.tips import set_tip


class SoundsPanel(QWidget):
    """Signals: voice_search_requested (nothing), count_changed (str), results_shown (nothing:
    bring this panel to the front)."""

    voice_search_requested = Signal()
    count_changed = Signal(object)
    results_shown = Signal()

    def __init__(
        self,
        theme: StudioTheme,
        controller: SoundsController,
        marks: HistoryController,
        parent: QWidget | None = None,
    ) -> None:
        """marks: keeps stars, names, tags and notes, with undo."""
        super().__init__(parent)
        self._theme = theme
        self._controller = controller
        self._marks = marks
        self._folders: list[LibraryFolder] = []
        self.model = ClipListModel(with_sections=True, parent=self)
        self._build(theme)
        self._connect()
        self.show_folders([])
        theme.changed.connect(self._dress)
        self._dress()

    def _build(self, theme: StudioTheme) -> None:
        """Build the widgets in the order of Tab."""
        self.search = SearchField(
            self.tr("Search my sounds"), self.tr("Search names and tags…"), self
        )
        self.folders = QToolButton(self)
        self.folders.setAccessibleName(self.tr("Folders of my sounds"))
        set_tip(self.folders, self.tr("Add and remove folders"))
        self.by_voice = QPushButton(self.tr("Find by my voice"), self)
        set_tip(self.by_voice, self.tr("The sounds nearest to the imitation"))
        self.add = QPushButton(self.tr("Add a folder…"), self)
        self.pause = QToolButton(self)
        self.pause.setCheckable(True)
        self.pause.hide()
        self._status = ElidedLabel(self)
        clips = DetailedList("my_sounds", self)
        self.view = HistoryView(theme, self.model, clips)
        self.view.set_shows_titles(True)
        self.view.has_trash = False
        self.view.setAccessibleName(self.tr("Found sounds"))
        self.details = ClipDetails(self.view, clips)
        row = QHBoxLayout()
        row.setSpacing(4)
        row.setContentsMargins(0, 0, GRID, 0)
        row.addWidget(self.search, 1)
        row.addWidget(self.folders)
        voice = QHBoxLayout()
        voice.setContentsMargins(0, 0, GRID, 0)
        voice.addWidget(self.by_voice, 1)
        voice.addWidget(self.add, 1)
        status = QHBoxLayout()
        status.setContentsMargins(0, 0, GRID, 0)
        status.addWidget(self._status, 1)
        status.addWidget(self.pause)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(GRID)
        layout.addLayout(row)
        layout.addLayout(voice)
        layout.addLayout(status)
        layout.addWidget(clips, 1)

    def _connect(self) -> None:
        controller, view, details, marks = (
            self._controller, self.view, self.details, self._marks,
        )  # fmt: skip
        controller.found.connect(self.show_found)
        controller.folders_changed.connect(self.show_folders)
        controller.indexer.progressed.connect(self._show_progress)
        marks.updated.connect(self._on_updated)
        self.search.textChanged.connect(self._on_searched)
        self.search.left.connect(view.setFocus)
        self.folders.clicked.connect(self.show_menu)
        self.by_voice.clicked.connect(self._on_by_voice)
        self.add.clicked.connect(self._choose_folder)
        self.pause.toggled.connect(self._on_pause)
        view.star_requested.connect(self._on_star)
        view.similar_requested.connect(self._on_similar)
        view.rename_requested.connect(details.edit_name)
        view.tag_requested.connect(details.edit_tags)
        view.current_changed.connect(self._on_current_changed)
        details.renamed.connect(marks.rename)
        details.noted.connect(marks.set_note)
        details.tags_changed.connect(marks.tag)
        details.rated.connect(marks.rate)

    def set_has_imitation(self, has_imitation: bool) -> None:
        """Enable the search by voice if there is an imitation."""
        self._has_imitation = has_imitation
        self.by_voice.setEnabled(has_imitation and bool(self._folders))
        reason = "" if has_imitation else self.tr("Record an imitation first")
        set_tip(self.by_voice, reason or self.tr("The sounds nearest to the imitation"))

    _has_imitation = False

    @Slot(object, object)
    def show_found(self, entries: Sequence[ClipEntry], what: str) -> None:
        """Show the sounds of a search, the best first. what: the description of the search."""
        self.model.set_entries(entries)
        self.view.scrollToTop()
        if what:
            self._status.setText(self.tr("{0}: {1}").format(what, len(entries)))
            self.view.set_hint(self.tr("Nothing was found. Try other words or another imitation."))
            self.results_shown.emit()
        else:
            self.show_folders(self._folders)

    @Slot()
    def show_menu(self, checked: bool = False) -> None:
        menu = self.make_menu()
        menu.popup(self.folders.mapToGlobal(self.folders.rect().bottomLeft()))

    def make_menu(self) -> QMenu:
        """A menu that adds, rescans and removes folders."""
        menu = QMenu(self)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        menu.addAction(self.tr("Add a folder…"), self._choose_folder)
        if self._folders:
            menu.addAction(self.tr("Look for changes"), self._controller.load)
            menu.addSeparator()
        for folder in self._folders:
            text = self.tr("Remove {0} ({1} sounds)").format(folder.path.name, folder.sounds)
            action = menu.addAction(text)
            action.setToolTip(str(folder.path))
            action.setProperty("folder_id", folder.id)
            action.triggered.connect(self._on_forget)
        return menu

    @Slot(object)
    def show_folders(self, folders: list[LibraryFolder]) -> None:
        """Show the folders that can be searched."""
        self._folders = folders
        is_running = self._controller.indexer.is_running
        self.pause.setVisible(is_running)
        total = sum(folder.sounds for folder in folders)
        self.count_changed.emit(number_text(total, ",") if folders else "")
        self.add.setVisible(not folders)
        self.by_voice.setVisible(bool(folders))
        self.search.setEnabled(bool(folders))
        if not is_running:
            self._status.setText(self._summary(total))
        self.set_has_imitation(self._has_imitation)
        if not self.search.text():
            self.view.set_hint(
                self.tr("Type a word, or search with your voice.")
                if folders
                else self.tr("Add a folder of your own sounds to find them with your voice.")
            )

    def _summary(self, total: int) -> str:
        if not self._folders:
            return self.tr("No folder yet")
        sounds = count_text(total, self.tr("1 sound"), self.tr("{0} sounds"))
        folders = count_text(len(self._folders), self.tr("1 folder"), self.tr("{0} folders"))
        return self.tr("{0} in {1}").format(sounds, folders)

    @Slot(object)
    def _show_progress(self, progress: IndexProgress) -> None:
        self.pause.setVisible(progress.done < progress.count)
        if not self.pause.isChecked():
            self._status.setText(
                filled(
                    self.tr("Listening: {0:,} of {1:,}, {2:.0f} a second"),
                    progress.done,
                    progress.count,
                    progress.sounds_per_s,
                )
            )

    @Slot(object)
    def _on_updated(self, entries: Sequence[ClipEntry]) -> None:
        newer = {entry.id: entry for entry in entries}
        if any(entry.id in newer for entry in self.model.entries):
            self.model.replace(newer)
            self._show_details(self.view.selected_entries())

    @Slot(str)
    def _on_searched(self, text: str) -> None:
        self._controller.find_words(text)

    @Slot(bool)
    def _on_by_voice(self, checked: bool = False) -> None:
        self.voice_search_requested.emit()

    @Slot(bool)
    def _on_pause(self, is_paused: bool) -> None:
        self._controller.indexer.set_paused(is_paused)
        if is_paused:
            self._status.setText(self.tr("Listening is paused"))
        self._dress()

    @Slot(object)
    def _on_star(self, entries: Sequence[ClipEntry]) -> None:
        self._marks.star(entries, not all(entry.is_starred for entry in entries))

    @Slot(object)
    def _on_similar(self, entries: Sequence[ClipEntry]) -> None:
        self._controller.find_similar(entries[0])

    @Slot(object)
    def _on_current_changed(self, entries: Sequence[ClipEntry]) -> None:
        self.details.finish_editing()
        self._show_details(entries)

    def show_current(self, entry: ClipEntry | None) -> None:
        """Select this sound, if it is shown."""
        self.view.show_current(None if entry is None else entry.path)

    def _show_details(self, entries: Sequence[ClipEntry]) -> None:
        recipe = self._marks.recipe(entries[0]) if len(entries) == 1 else None
        self.details.show_entries(entries, recipe)

    @Slot()
    def _on_forget(self) -> None:
        self.model.set_entries([])
        self._controller.forget_folder(self.sender().property("folder_id"))

    @Slot()
    def _choose_folder(self, checked: bool = False) -> None:
        dialog = QFileDialog(self, self.tr("Which folder holds your sounds?"))
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.setFileMode(QFileDialog.FileMode.Directory)
        dialog.fileSelected.connect(self._on_folder_chosen)
        dialog.open()

    @Slot(str)
    def _on_folder_chosen(self, place: str) -> None:
        self._controller.add_folder(Path(place))

    @Slot()
    def _dress(self) -> None:
        palette = self._theme.palette
        self.search.glass.setIcon(icon("search", palette.secondary))
        self.folders.setIcon(icon("plus", palette.secondary))
        set_button_icon(self.add, "folder", palette.text, palette.faint)
        set_button_icon(self.by_voice, "mic", palette.text, palette.faint)
        is_paused = self.pause.isChecked()
        self.pause.setIcon(icon("play" if is_paused else "pause", palette.secondary))
        name = self.tr("Resume listening") if is_paused else self.tr("Pause listening")
        self.pause.setAccessibleName(name)
        set_tip(self.pause, name)
