"""The studio window: puts the panels together and gives the keyboard its map."""

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

from qvim_studio.audio.devices.device_list import AudioDevice
from qvim_studio.core.errors import (
    CheckpointError,
    DeviceError,
    OutputError,
    SoundFolderError,
    StudioError,
)
from qvim_studio.core.program.settings import Settings
from qvim_studio.core.result import MemoryUse
from qvim_studio.core.text.file_names import readable_name
from qvim_studio.export.packs.kit import KitReport
from qvim_studio.jobs.engine.imitation import Imitation
from qvim_studio.jobs.engine.job import JobFinished
from qvim_studio.jobs.engine.memory_watch import MemoryWatch
from qvim_studio.jobs.playback import NOTHING, Heard
from qvim_studio.jobs.recording import RecordingState
from qvim_studio.library.clip_entry import ClipEntry
from qvim_studio.session.controller import StudioController
from qvim_studio.session.figures import count_text
from qvim_studio.session.services import Services
from qvim_studio.ui.candidates.blind_desk import BlindDesk
from qvim_studio.ui.candidates.clip_panels import CandidatesPanel
from qvim_studio.ui.candidates.region_desk import RegionDesk
from qvim_studio.ui.candidates.unsaved_desk import UnsavedDesk
from qvim_studio.ui.help.help_desk import HelpDesk
from qvim_studio.ui.packs.pack_desk import PackDesk
from qvim_studio.ui.request.edit_desk import EditDesk
from qvim_studio.ui.request.given_desk import GivenDesk
from qvim_studio.ui.request.heard_desk import HeardDesk
from qvim_studio.ui.request.long_job_desk import LongJobDesk
from qvim_studio.ui.request.request_desk import RequestDesk
from qvim_studio.ui.request.request_panel import RequestPanel
from qvim_studio.ui.request.sketch_desk import SketchDesk
from qvim_studio.ui.settings.settings_dialog import SettingsDialog
from qvim_studio.ui.sounds.clip_list_view import ClipListView
from qvim_studio.ui.sounds.library_panel import LibraryPanel
from qvim_studio.ui.takes.imitation_panel import ImitationPanel
from qvim_studio.ui.takes.part_desk import PartDesk
from qvim_studio.ui.takes.take_desk import TakeDesk
from qvim_studio.ui.waves.wave_menus import WaveMenus
from qvim_studio.ui.widgets.override import logs_errors
from qvim_studio.ui.widgets.question import ask
from qvim_studio.ui.widgets.reveal import reveal_in_folder
from qvim_studio.ui.widgets.theme import GRID, StudioTheme
from qvim_studio.ui.window.arrangement import Arrangement, keep_arrangement, restore_arrangement
from qvim_studio.ui.window.checkpoint_desk import CheckpointDesk
from qvim_studio.ui.window.current_clip import CurrentClip
from qvim_studio.ui.window.drop_desk import DropDesk
from qvim_studio.ui.window.header import Header
from qvim_studio.ui.window.memory_label import MemoryLabel
from qvim_studio.ui.window.message_bar import MessageBar
from qvim_studio.ui.window.session_keeper import SessionKeeper
from qvim_studio.ui.window.window_keys import WindowKeys

SETTINGS_ERRORS = (DeviceError, OutputError, SoundFolderError)  # another device or folder helps
AFTER_SHOWING_MS = 50  # devices, history and checkpoints are looked for once the window stands

Devices = tuple[tuple[AudioDevice, ...], tuple[AudioDevice, ...]]


class MainWindow(QMainWindow):
    """Signal: closed (nothing): the application may shut the services down."""

    closed = Signal()

    def __init__(
        self, services: Services, theme: StudioTheme, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self._services = services
        self._theme = theme
        self._devices: Devices = ((), ())
        self._dialog: SettingsDialog | None = None
        self._memory_use: MemoryUse | None = None
        self._has_looked_around = False
        self.controller = StudioController(services, self)
        self.setWindowTitle("QVIM Studio")
        self.setAcceptDrops(True)
        self._build(services.store.settings)
        self._connect()
        self.help = HelpDesk(self, services)
        self.packs = PackDesk(self, services, self._theme)
        self.keys = WindowKeys(self, services)
        self.keys.fill(self.menuBar())
        self.wave_menus = WaveMenus(self, self.keys)
        self._restore_geometry()
        notices = [services.store.notice, services.library.notice, self.keys.clash_notice()]
        if any(notices):
            self.messages.show_notice("\n".join(notice for notice in notices if notice))
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
        self.desk = TakeDesk(self.imitation, self.messages, controller, services, self)
        self.drops = DropDesk(controller, self.messages, self)
        self.drops.opened.connect(self.open_imitation)
        self.regions = RegionDesk(self.imitation.result, controller, services, self._theme, self)
        self.edits = EditDesk(self.imitation.result, self.request, self.messages, controller, self)
        self.candidates.view.continue_requested.connect(self.edits.continue_sound)
        self.imitation.bar.open_clicked.connect(self.drops.choose)
        self.imitation.example_chosen.connect(self.open_imitation)
        self.imitation.bar.devices_wanted.connect(self._look_for_devices)
        self.request_desk = RequestDesk(
            self.request, self.candidates, self.messages, controller, services, self
        )
        self.blind_desk = BlindDesk(self.candidates, controller.history, self.messages, self)
        self.heard_desk = HeardDesk(
            self.request.heard, controller, services.ears, services.hear, self
        )
        self.given_desk = GivenDesk(
            self.request.given, self.messages, controller, self._services.tasks, self
        )
        self.sketch_desk = SketchDesk(self.request, self.candidates, controller, services, self)
        self.library.sounds.voice_search_requested.connect(controller.find_by_voice)
        self.candidates.view.rename_requested.connect(self.library.edit_name)
        self.candidates.view.tag_requested.connect(self.library.edit_tags)
        self.candidates.blind_toggled.connect(self._on_blind_toggled)
        self.current = CurrentClip(
            self.candidates, self.history, self.library.sounds, controller.viewer, self
        )
        self.checkpoints = CheckpointDesk(
            self,
            self._theme,
            (self.header, self.imitation, self.request, self.candidates),
            self.messages,
            self.memory,
            controller,
            services,
        )
        self.checkpoints.failed.connect(self.show_error)
        for view in (self.candidates.view, self.history.view, self.library.sounds.view):
            view.upscale_requested.connect(self.checkpoints.upscales.upscale)
            view.play_requested.connect(controller.toggle_clip)
            view.reveal_requested.connect(self._reveal)
            view.use_requested.connect(self.given_desk.use)
            view.morph_requested.connect(self.edits.morph)
        self.library.folder_requested.connect(self.open_output_folder)
        self.library.move_requested.connect(self._on_move_requested)
        self.history.recipe_requested.connect(controller.reopening.use_recipe)
        self.header.settings_clicked.connect(self.open_settings)
        services.queue.finished.connect(self._on_job_finished)
        controller.imitation_changed.connect(self._on_imitation_changed)
        controller.candidates_changed.connect(self._on_candidates_changed)
        self.request.more.toggled.connect(self._on_more_toggled)
        controller.history.relocated.connect(self._on_relocated)
        controller.reopening.opened.connect(self._on_recipe_opened)
        controller.kits.made.connect(self._on_kit_made)
        self.long_jobs = LongJobDesk(self)
        controller.asked.connect(self.long_jobs.ask)
        self.parts = PartDesk(self, self._theme, self.messages, controller, services)
        self.long_jobs.part_wanted.connect(self.parts.choose_of_take)
        self.session = SessionKeeper(self.request, self.messages, controller, services, self)
        controller.noticed.connect(self.messages.show_notice)
        controller.failed.connect(self.show_error)
        self.unsaved_desk = UnsavedDesk(
            self, controller.unsaved, self.messages, self.candidates.forming, services.tasks,
            self._on_relocated,
        )  # fmt: skip
        services.recording.state_changed.connect(self._on_recording_state_changed)
        services.playback.changed.connect(self._on_heard_changed)
        services.store.changed.connect(self._on_settings_changed)

    @property
    def device_names(self) -> tuple[str, ...]:
        """Microphones, then loudspeakers, as far as they were found."""
        return tuple(device.name for kind in self._devices for device in kind)

    @property
    def has_looked_around(self) -> bool:
        """Has the search for devices, history and checkpoints begun?"""
        return self._has_looked_around

    @Slot()
    def _look_around(self) -> None:
        self._has_looked_around = True
        self._memory_watch.start()
        self.session.restore()
        self.controller.load_history()
        self.controller.takes.load_takes()
        self._look_for_devices()
        self.checkpoints.look()

    @Slot()
    def _look_for_devices(self) -> None:
        backend = self._services.backend

        def look() -> Devices:
            backend.refresh()
            return backend.input_devices(), backend.output_devices()

        self._services.tasks.run(look, self._on_devices_found, self._on_no_sound_system)

    def _on_devices_found(self, devices: Devices) -> None:
        self._devices = devices
        bar = self.imitation.bar
        bar.show_microphones(devices[0], self._services.store.settings)
        reason = self.tr(
            "No microphone was found. Connect one and look again, or open an audio file."
        )
        bar.set_no_microphone("" if devices[0] else reason)
        self.desk.show_search_result()
        if self._dialog is not None:
            self._dialog.show_devices(*devices)

    def _on_no_sound_system(self, error: StudioError) -> None:
        self.imitation.bar.set_no_microphone(str(error))
        self.desk.show_search_result()

    def rest(self) -> None:
        """Nothing goes on: put messages and the text cursor away."""
        self.messages.clear()
        self._page.setFocus()

    @Slot(object)
    def _on_imitation_changed(self, imitation: Imitation | None) -> None:
        self.library.sounds.set_has_imitation(imitation is not None)

    @Slot(object, object)
    def _on_candidates_changed(self, entries: tuple[ClipEntry, ...], note: str) -> None:
        """They are what is looked at next, unless the user works at something else above them."""
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
            self.messages.show_error(str(error), self.tr("Settings"), self.open_settings)
        else:
            self.messages.show_error(str(error))

    @Slot(object)
    def _on_recording_state_changed(self, state: RecordingState) -> None:
        if state is RecordingState.OPENING:
            self.messages.clear()
            self.column.show_panel(self.imitation)

    @Slot(bool)
    def _on_blind_toggled(self, is_blind: bool) -> None:
        self._on_heard_changed(self._services.playback.heard)

    @Slot(object)
    def _on_heard_changed(self, heard: Heard) -> None:
        self.candidates.show_heard(heard)
        self.history.view.show_heard(NOTHING if self.candidates.blind.isChecked() else heard)
        self.library.sounds.view.show_heard(heard)
        self.current.show_heard(heard)

    @Slot(object)
    def _on_settings_changed(self, settings: Settings) -> None:
        self._theme.set_theme(settings.theme, settings.text_percent)
        self.checkpoints.show_used()
        self._on_devices_found(self._devices)

    @Slot(object)
    def open_imitation(self, path: Path) -> None:
        """Whatever way a file came; a clip of ours brings back what it was made from."""
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

    @Slot()
    def open_settings(self) -> SettingsDialog:
        """Show the settings; nothing takes effect before they are saved."""
        if self._dialog is not None:
            self._dialog.raise_()
            return self._dialog
        dialog = SettingsDialog(
            self.request.kept_in(self._services.store.settings),
            self.checkpoints.choices,
            str(self._services.paths.output_folder),
            self,
        )
        dialog.show_devices(*self._devices)
        if self._memory_use is not None:
            dialog.show_memory(self._memory_use)
        dialog.devices_wanted.connect(self._look_for_devices)
        dialog.shortcuts_wanted.connect(self.help.open_shortcuts)
        dialog.settings_chosen.connect(self._on_settings_chosen)
        dialog.finished.connect(self._on_settings_closed)
        self._dialog = dialog
        dialog.open()
        return dialog

    def free_memory(self) -> None:
        """Close the engine once it has nothing to do; the next job loads it again."""
        services = self._services
        services.queue.replace_engine(services.make_engine_for(services.store.settings))
        self.messages.show_notice(
            self.tr("The generator's memory was freed; the next sound takes longer to start.")
        )

    @Slot(object)
    def _on_job_finished(self, finished: JobFinished) -> None:
        self._memory_use = finished.result.memory or self._memory_use

    @Slot(object)
    def _on_settings_chosen(self, settings: Settings) -> None:
        before = self._services.store.settings
        self._services.store.change(settings)
        self.request.show_settings(settings)
        if settings.engine_in_own_process != before.engine_in_own_process:
            self._services.queue.replace_engine(self._services.make_engine_for(settings))

    @Slot(int)
    def _on_settings_closed(self, result: int) -> None:
        self._dialog = None

    @Slot(object)
    def _reveal(self, path: Path) -> None:
        reveal_in_folder(path)

    @Slot()
    def open_output_folder(self) -> None:
        """In the desktop's file manager."""
        folder = self.controller.output_folder
        folder.mkdir(parents=True, exist_ok=True)
        QDesktopServices.openUrl(QUrl.fromLocalFile(str(folder)))

    @logs_errors()
    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Del means the candidate in hand wherever nothing else wants it, but in the library."""
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
        """To stay is to try once more; whatever is said then has the button for it."""
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
        """Another start of the program: come to the front, with its file."""
        self.show()
        self.raise_()
        self.activateWindow()
        if path is not None:
            self.open_imitation(path)

    def _restore_geometry(self) -> None:
        look = self._services.window_state.value("look") or ()
        self.imitation.set_look(*(str(is_on).lower() == "true" for is_on in look))
        restore_arrangement(self, self._services.window_state)
