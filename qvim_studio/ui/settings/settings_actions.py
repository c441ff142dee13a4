"""Opens the settings, applies the chosen values and finds the offered sound devices."""

from __future__ import annotations

from PySide6.QtCore import QObject, Signal, Slot
from PySide6.QtWidgets import QWidget

from qvim_studio.audio.devices.device_list import AudioDevice
from qvim_studio.core.errors import StudioError
from qvim_studio.core.program.settings import Settings
from qvim_studio.core.result import MemoryUse
from qvim_studio.jobs.engine.job import JobFinished
from qvim_studio.session.sentences import own_words
from qvim_studio.session.services import Services
from qvim_studio.ui.request.request_panel import RequestPanel
from qvim_studio.ui.settings.settings_dialog import SettingsDialog
from qvim_studio.ui.takes.record_bar import RecordBar
from qvim_studio.ui.takes.take_actions import TakeActions
from qvim_studio.ui.window.checkpoint_actions import CheckpointActions
from qvim_studio.ui.window.message_bar import MessageBar

Devices = tuple[tuple[AudioDevice, ...], tuple[AudioDevice, ...]]


class SettingsActions(QObject):
    """Connects the dialog, while it is open, with the panels that follow the settings.

    Signal: shortcuts_wanted (nothing: the user wants to change keys).
    """

    shortcuts_wanted = Signal()

    def __init__(
        self,
        window: QWidget,
        bar: RecordBar,
        request: RequestPanel,
        takes: TakeActions,
        checkpoints: CheckpointActions,
        messages: MessageBar,
        services: Services,
    ) -> None:
        super().__init__(window)
        self._window = window
        self._bar, self._request, self._takes = bar, request, takes
        self._checkpoints, self._messages, self._services = checkpoints, messages, services
        self._devices: Devices = ((), ())
        self._memory_use: MemoryUse | None = None
        self.dialog: SettingsDialog | None = None
        bar.devices_wanted.connect(self.look_for_devices)
        services.queue.finished.connect(self._on_job_finished)

    @property
    def device_names(self) -> tuple[str, ...]:
        """The known microphones, then the known loudspeakers."""
        return tuple(device.name for kind in self._devices for device in kind)

    @Slot()
    def look_for_devices(self) -> None:
        """Look for microphones and loudspeakers in the background."""
        backend = self._services.backend

        def look() -> Devices:
            backend.refresh()
            return backend.input_devices(), backend.output_devices()

        self._services.tasks.run(look, self._on_devices_found, self._on_no_sound_system)

    def show_devices(self) -> None:
        """Show the known devices in all lists of devices."""
        microphones = self._devices[0]
        self._bar.show_microphones(microphones, self._services.store.settings)
        reason = self.tr(
            "No microphone was found. Connect one and look again, or open an audio file."
        )
        self._bar.set_no_microphone("" if microphones else reason)
        self._takes.show_search_result()
        if self.dialog is not None:
            self.dialog.show_devices(*self._devices)

    @Slot()
    def open(self) -> SettingsDialog:
        """Show the settings dialog; changes take effect when they are saved."""
        if self.dialog is not None:
            self.dialog.raise_()
            return self.dialog
        dialog = SettingsDialog(
            self._request.kept_in(self._services.store.settings),
            self._checkpoints.entries,
            str(self._services.paths.output_folder),
            self._window,
        )
        dialog.show_devices(*self._devices)
        if self._memory_use is not None:
            dialog.show_memory(self._memory_use)
        dialog.devices_wanted.connect(self.look_for_devices)
        dialog.shortcuts_wanted.connect(self.shortcuts_wanted)
        dialog.settings_chosen.connect(self._on_settings_chosen)
        dialog.finished.connect(self._on_closed)
        self.dialog = dialog
        dialog.open()
        return dialog

    def free_memory(self) -> None:
        """Close the engine as soon as it is idle; the next job loads it again."""
        services = self._services
        services.queue.replace_engine(services.make_engine_for(services.store.settings))
        self._messages.show_notice(
            self.tr("The generator's memory was freed; the next sound takes longer to start.")
        )

    def _on_devices_found(self, devices: Devices) -> None:
        self._devices = devices
        self.show_devices()

    def _on_no_sound_system(self, error: StudioError) -> None:
        self._bar.set_no_microphone(own_words(str(error)))
        self._takes.show_search_result()

    @Slot(object)
    def _on_job_finished(self, finished: JobFinished) -> None:
        self._memory_use = finished.result.memory or self._memory_use

    @Slot(object)
    def _on_settings_chosen(self, settings: Settings) -> None:
        before = self._services.store.settings
        self._services.store.change(settings)
        self._request.show_settings(settings)
        if settings.engine_in_own_process != before.engine_in_own_process:
            self._services.queue.replace_engine(self._services.make_engine_for(settings))

    @Slot(int)
    def _on_closed(self, result: int) -> None:
        self.dialog = None
