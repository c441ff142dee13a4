"""The studio window: assembles the panels and sets up the keyboard map."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import Qt, QTimer, QUrl, Signal, Slot
from PySide6.QtGui import (
    QCloseEvent,
    QDesktopServices,
    QDragEnterEvent,
    QDragLeaveEvent,
    QDropEvent,
    QKeyEvent,
)
from PySide6.QtWidgets import (
    QMainWindow,
    QVBoxLayout,
    QWidget,
)

from qvim_studio.core.errors import (
    CheckpointError,
    DeviceError,
    OutputError,
    SoundFolderError,
    StudioError,
)
from qvim_studio.core.program.settings import Settings
from qvim_studio.core.text.file_names import readable_name
from qvim_studio.export.packs.kit import KitReport
from qvim_studio.jobs.engine.imitation import Imitation
from qvim_studio.jobs.engine.memory_watch import MemoryWatch
from qvim_studio.jobs.playback import NOTHING, PlayingSound
from qvim_studio.jobs.recording import RecordingState
from qvim_studio.library.clip_entry import ClipEntry
from qvim_studio.session.controller import StudioController
from qvim_studio.session.figures import count_text
from qvim_studio.session.services import Services
from qvim_studio.ui.candidates.blind_reveal import BlindReveal
from qvim_studio.ui.candidates.clip_panels import CandidatesPanel
from qvim_studio.ui.candidates.region_drag import RegionDrag
from qvim_studio.ui.candidates.unsaved_actions import UnsavedActions
from qvim_studio.ui.help.help_actions import HelpActions
from qvim_studio.ui.packs.pack_actions import PackActions
from qvim_studio.ui.request.edit_actions import EditActions
from qvim_studio.ui.request.given_reader import GivenSoundReader
from qvim_studio.ui.request.live_sketch import LiveSketch
from qvim_studio.ui.request.long_job_question import LongJobQuestion
from qvim_studio.ui.request.request_actions import RequestActions
from qvim_studio.ui.request.request_panel import RequestPanel
from qvim_studio.ui.request.word_suggestions import WordSuggestions
from qvim_studio.ui.settings.settings_actions import SettingsActions
from qvim_studio.ui.sounds.clip_list_view import ClipListView
from qvim_studio.ui.sounds.library_panel import LibraryPanel
from qvim_studio.ui.takes.imitation_panel import ImitationPanel
from qvim_studio.ui.takes.part_chooser import PartChooser
from qvim_studio.ui.takes.take_actions import TakeActions
from qvim_studio.ui.waves.wave_menus import WaveMenus
from qvim_studio.ui.widgets.override import logs_errors
from qvim_studio.ui.widgets.question import ask
from qvim_studio.ui.widgets.reveal import reveal_in_folder
from qvim_studio.ui.widgets.theme import GRID, StudioTheme
from qvim_studio.ui.window.arrangement import Arrangement, keep_arrangement, restore_arrangement
from qvim_studio.ui.window.checkpoint_actions import CheckpointActions
from qvim_studio.ui.window.current_clip import CurrentClip
from qvim_studio.ui.window.file_opener import FileOpener
from qvim_studio.ui.window.header import Header
from qvim_studio.ui.window.memory_label import MemoryLabel
from qvim_studio.ui.window.message_bar import MessageBar
from qvim_studio.ui.window.session_saver import SessionSaver
from qvim_studio.ui.window.window_keys import WindowKeys

SETTINGS_ERRORS = (DeviceError, OutputError, SoundFolderError)  # another device or folder helps
AFTER_SHOWING_MS = 50  # delay of the search for devices, history and checkpoints


class MainWindow(QMainWindow):
    """Signal: closed (nothing: the application may shut the services down)."""

    closed = Signal()

    def __init__(
        self, services: Services, theme: StudioTheme, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self._services = services
        self._theme = theme
        self._has_looked_around = False
        self.controller = StudioController(services, self)
        self.setWindowTitle("QVIM Studio")
        self.setAcceptDrops(True)
        self._build(services.store.settings)
        self._connect()
        self.help = HelpActions(self, services)
        self.settings_actions.shortcuts_wanted.connect(self.help.open_shortcuts)
        self.packs = PackActions(self, services, self._theme)
        self.keys = WindowKeys(self, services)
        self.keys.fill(self.menuBar())
        self.wave_menus = WaveMenus(self, self.keys)
        self._restore_geometry()
        notices = (services.store.notice, services.library.notice, self.keys.clash_notice())
        for notice in filter(None, notices):
            self.messages.show_lasting(notice)
        QTimer.singleShot(AFTER_SHOWING_MS, self._look_around)

    def _build(self, settings: Settings) -> None:
        self._page = page = QWidget(self)
        page.setObjectName("page")
        places = Arrangement(page)
        self.column = places.column
        self.imitation = ImitationPanel(self._theme, settings, places.sounds)
        self.request = RequestPanel(self._theme, settings, self._services.queue, places.below)
        self.candidates = CandidatesPanel(self._theme, places.below)
        self.library = LibraryPanel(
            self._theme, self.controller.history, self.controller.sounds, places.columns
        )
        places.order(self.imitation, self.request, self.candidates)
        self.history = self.library.history
        # last, as Tab visits them in this order
        self.header = Header(self._theme, page)
        self.messages = MessageBar(self._theme, page, self.header.checkpoint, self.imitation)
        rows = QVBoxLayout(page)
        rows.setContentsMargins(2 * GRID, 0, 2 * GRID, 4)
        rows.setSpacing(GRID)
        rows.addWidget(self.header)
        rows.addWidget(places.columns, 1)
        self.setCentralWidget(page)
        self.memory = MemoryLabel(self)
        self.statusBar().addPermanentWidget(self.memory)
        self.statusBar().setSizeGripEnabled(False)
        self.statusBar().setContentsMargins(2 * GRID, 0, 2 * GRID, 0)
        self._memory_watch = MemoryWatch(self._services.tasks, self._services.gpu.read, self)
        self._memory_watch.changed.connect(self.memory.show_memory)
        page.setFocusPolicy(Qt.FocusPolicy.ClickFocus)
        page.setFocus()

    def _connect(self) -> None:
        controller, services = self.controller, self._services
        self.take_actions = TakeActions(self.imitation, self.messages, controller, services, self)
        self.drops = FileOpener(controller, self.messages, self)
        self.drops.opened.connect(self.open_imitation)
        self.regions = RegionDrag(self.imitation.result, controller, services, self._theme, self)
        self.edits = EditActions(
            self.imitation.result, self.request, self.messages, controller, self
        )
        self.candidates.view.continue_requested.connect(self.edits.continue_sound)
        self.imitation.bar.open_clicked.connect(self.drops.choose)
        self.imitation.example_chosen.connect(self.open_imitation)
        self.request_actions = RequestActions(
            self.request, self.candidates, self.messages, controller, services, self
        )
        self.blind_reveal = BlindReveal(self.candidates, controller.history, self.messages, self)
        self.word_suggestions = WordSuggestions(
            self.request.word_chips, controller, services.ears, services.hear, self
        )
        self.given_reader = GivenSoundReader(
            self.request.given, self.messages, controller, self._services.tasks, self
        )
        self.live_sketch = LiveSketch(self.request, self.candidates, controller, services, self)
        self.library.sounds.voice_search_requested.connect(controller.find_by_voice)
        self.candidates.view.rename_requested.connect(self.library.edit_name)
        self.candidates.view.tag_requested.connect(self.library.edit_tags)
        self.candidates.blind_toggled.connect(self._on_blind_toggled)
        self.current = CurrentClip(
            self.candidates, self.history, self.library.sounds, controller.viewer, self
        )
        self.checkpoints = CheckpointActions(
            self,
            self._theme,
            (self.header, self.imitation, self.request, self.candidates),
            self.messages,
            self.memory,
            controller,
            services,
        )
        self.checkpoints.failed.connect(self.show_error)
        self.settings_actions = SettingsActions(
            self,
            self.imitation.bar,
            self.request,
            self.take_actions,
            self.checkpoints,
            self.messages,
            services,
        )
        self.header.settings_clicked.connect(self.settings_actions.open)
        for view in (self.candidates.view, self.history.view, self.library.sounds.view):
            view.upscale_requested.connect(self.checkpoints.upscales.upscale)
            view.play_requested.connect(controller.toggle_clip)
            view.reveal_requested.connect(self._reveal)
            view.use_requested.connect(self.given_reader.use)
            view.morph_requested.connect(self.edits.morph)
        self.library.folder_requested.connect(self.open_output_folder)
        self.library.move_requested.connect(self._on_move_requested)
        self.history.recipe_requested.connect(controller.reopening.use_recipe)
        controller.imitation_changed.connect(self._on_imitation_changed)
        controller.candidates_changed.connect(self._on_candidates_changed)
        self.request.more.toggled.connect(self._on_more_toggled)
        controller.history.relocated.connect(self._on_relocated)
        controller.reopening.opened.connect(self._on_recipe_opened)
        controller.kits.made.connect(self._on_kit_made)
        self.long_jobs = LongJobQuestion(self)
        controller.asked.connect(self.long_jobs.ask)
        self.parts = PartChooser(self, self._theme, self.messages, controller, services)
        self.long_jobs.part_wanted.connect(self.parts.choose_of_take)
        self.session = SessionSaver(self.request, self.messages, controller, services, self)
        controller.noticed.connect(self.messages.show_notice)
        controller.failed.connect(self.show_error)
        self.unsaved_actions = UnsavedActions(
            self, controller.unsaved, self.messages, self.candidates.forming, services.tasks,
            self._on_relocated,
        )  # fmt: skip
        services.recording.state_changed.connect(self._on_recording_state_changed)
        services.playback.changed.connect(self._on_playing_changed)
        services.store.changed.connect(self._on_settings_changed)

    @property
    def has_looked_around(self) -> bool:
        """Whether the search for devices, history and checkpoints has begun."""
        return self._has_looked_around

    @Slot()
    def _look_around(self) -> None:
        self._has_looked_around = True
        self._memory_watch.start()
        self.session.restore()
        self.controller.load_history()
        self.controller.takes.load_takes()
        self.settings_actions.look_for_devices()
        self.checkpoints.look()

    def rest(self) -> None:
        """Hide the message and take the focus out of text fields."""
        self.messages.dismiss()
        self._page.setFocus()

    @Slot(object)
    def _on_imitation_changed(self, imitation: Imitation | None) -> None:
        self.library.sounds.set_has_imitation(imitation is not None)

    @Slot(object, object)
    def _on_candidates_changed(self, entries: tuple[ClipEntry, ...], note: str) -> None:
        """Scroll to the candidates, unless the user works in the column."""
        if entries and not self.column.isAncestorOf(self.focusWidget()):
            self.column.show_panel(self.candidates)

    @Slot(bool)
    def _on_more_toggled(self, is_shown: bool) -> None:
        self.column.show_panel(self.request)

    @Slot(object)
    def _on_move_requested(self, place: Path) -> None:
        self.controller.history.relocate(self.controller.output_folder, place)

    @Slot(object)
    def _on_relocated(self, place: Path) -> None:
        settings = self._services.store.settings
        self._services.store.change(settings.with_changes(output_folder=str(place)))

    @Slot(object)
    def show_error(self, error: StudioError) -> None:
        if isinstance(error, CheckpointError):
            self.messages.show_error(str(error), self.tr("Checkpoints"), self.checkpoints.open)
        elif isinstance(error, SETTINGS_ERRORS):
            self.messages.show_error(str(error), self.tr("Settings"), self.settings_actions.open)
        else:
            self.messages.show_error(str(error))

    @Slot(object)
    def _on_recording_state_changed(self, state: RecordingState) -> None:
        if state is RecordingState.OPENING:
            self.messages.clear()
            self.column.show_panel(self.imitation)

    @Slot(bool)
    def _on_blind_toggled(self, is_blind: bool) -> None:
        self._on_playing_changed(self._services.playback.playing)

    @Slot(object)
    def _on_playing_changed(self, playing: PlayingSound) -> None:
        self.candidates.show_playing(playing)
        self.history.view.show_playing(NOTHING if self.candidates.blind.isChecked() else playing)
        self.library.sounds.view.show_playing(playing)
        self.current.show_playing(playing)

    @Slot(object)
    def _on_settings_changed(self, settings: Settings) -> None:
        self._theme.set_theme(settings.theme, settings.text_percent)
        self.checkpoints.show_used()
        self.settings_actions.show_devices()

    @Slot(object)
    def open_imitation(self, path: Path) -> None:
        """Open a file as the imitation; a clip of the studio restores its recipe."""
        self.messages.clear()
        self.controller.reopening.open_sound(path)

    @Slot(object, str)
    def _on_recipe_opened(self, path: Path, text: str) -> None:
        def use_as_imitation() -> None:
            self.controller.open_file(path)

        self.messages.offer(text, self.tr("Use as imitation instead"), use_as_imitation)

    @Slot(object)
    def _on_kit_made(self, report: KitReport) -> None:
        text = self.tr("The kit {0} is ready: {1} sounds, with presets for three samplers.")
        shown = text.format(readable_name(report.folder.name), len(report.sounds))
        self.messages.offer(
            shown, self.tr("Show in folder"), lambda: reveal_in_folder(report.folder)
        )

    @Slot(object)
    def _reveal(self, path: Path) -> None:
        reveal_in_folder(path)

    @Slot()
    def open_output_folder(self) -> None:
        """Open the output folder in the desktop's file manager."""
        folder = self.controller.output_folder
        folder.mkdir(parents=True, exist_ok=True)
        QDesktopServices.openUrl(QUrl.fromLocalFile(str(folder)))

    @logs_errors()
    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Trash the current candidate on Del, unless the library has the focus or another widget
        takes the key."""
        if event.key() == Qt.Key.Key_Delete and not self.library.isAncestorOf(self.focusWidget()):
            self.candidates.view.keyPressEvent(event)
        else:
            super().keyPressEvent(event)

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        is_own = isinstance(event.source(), ClipListView) and len(event.mimeData().urls()) > 1
        if event.mimeData().hasUrls() and not is_own:
            self._set_drop_target(True)
            event.setDropAction(Qt.DropAction.CopyAction)
            event.accept()

    def dragLeaveEvent(self, event: QDragLeaveEvent) -> None:
        self._set_drop_target(False)

    def dropEvent(self, event: QDropEvent) -> None:
        self._set_drop_target(False)
        event.setDropAction(Qt.DropAction.CopyAction)
        event.accept()
        self.drops.open(event.mimeData(), "")

    def _set_drop_target(self, is_target: bool) -> None:
        self.imitation.wave.set_drop_target(is_target)
        self.request.given.set_drop_target(is_target)

    def closeEvent(self, event: QCloseEvent) -> None:
        if self.controller.unsaved.count:
            event.ignore()
            self._ask_to_lose_unsaved()
            return
        self.session.close()
        self._services.window_state.setValue("look", list(self.imitation.look))
        keep_arrangement(self, self._services.window_state)
        self._services.store.change(self.request.kept_in(self._services.store.settings))
        event.accept()
        self.closed.emit()

    def _ask_to_lose_unsaved(self) -> None:
        """Ask before unsaved sounds are lost; if the user stays, they are saved again."""
        unsaved = self.controller.unsaved
        text = count_text(
            unsaved.count,
            self.tr("One sound could not be saved and will be lost if you quit now."),
            self.tr("{0} sounds could not be saved and will be lost if you quit now."),
        )

        def quit_now() -> None:
            unsaved.forget()
            self.close()

        box = ask(self, self.tr("Quit"), text, self.tr("Quit without saving"), quit_now)
        box.rejected.connect(unsaved.save)

    def call(self, path: Path | None) -> None:
        """Come to the front and open the file of another start of the program."""
        self.show()
        self.raise_()
        self.activateWindow()
        if path is not None:
            self.open_imitation(path)

    def _restore_geometry(self) -> None:
        look = self._services.window_state.value("look") or ()
        self.imitation.set_look(*(str(is_on).lower() == "true" for is_on in look))
        restore_arrangement(self, self._services.window_state)
