"""Connects the imitation panel with takes, recording and playback."""

from __future__ import annotations

from functools import partial

from PySide6.QtCore import QObject, Slot

from qvim_studio.audio.devices.channel_levels import TakeLevels
from qvim_studio.core.program.device_key import DeviceKey, with_channel
from qvim_studio.core.program.settings import Settings
from qvim_studio.jobs.engine.imitation import Imitation
from qvim_studio.jobs.playback import PlayingSound
from qvim_studio.jobs.recording import RecordingState
from qvim_studio.session.audition import IMITATION_KEY
from qvim_studio.session.controller import StudioController
from qvim_studio.session.sentences import own_words
from qvim_studio.session.services import Services
from qvim_studio.ui.takes.imitation_panel import ImitationPanel
from qvim_studio.ui.takes.silent_take import silent_text
from qvim_studio.ui.window.message_bar import MessageBar


class TakeActions(QObject):
    """Connects the panels with the controller, without the window."""

    def __init__(
        self,
        panel: ImitationPanel,
        messages: MessageBar,
        controller: StudioController,
        services: Services,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._panel = panel
        self._messages = messages
        self._controller = controller
        self._services = services
        self._is_looking = False
        takes, bar, head = controller.takes, panel.bar, panel.take_head
        bar.record_clicked.connect(takes.toggle_recording)
        bar.play_clicked.connect(self.play_imitation)
        bar.microphone_chosen.connect(self._on_microphone_chosen)
        bar.listening_toggled.connect(self._on_listening_toggled)
        bar.hands_free_toggled.connect(self._on_hands_free_toggled)
        bar.options_chosen.connect(self._on_options_chosen)
        head.previous_clicked.connect(takes.open_previous)
        head.next_clicked.connect(takes.open_next)
        head.loop_toggled.connect(self._on_loop_toggled)
        panel.wave.seek_requested.connect(controller.audition.play_imitation_from)
        panel.wave.part_dragged.connect(takes.set_part)
        panel.result.seek_requested.connect(self._on_result_clicked)
        takes.takes_changed.connect(head.show_takes)
        takes.part_changed.connect(panel.show_part)
        takes.analyzed.connect(panel.show_analysis)
        takes.imitation_changed.connect(self._on_imitation_changed)
        takes.silence_recorded.connect(self._on_silence_recorded)
        controller.viewer.pictured.connect(panel.show_result)
        controller.viewer.analyzed.connect(panel.show_result_analysis)
        recording = services.recording
        recording.state_changed.connect(self._on_recording_state_changed)
        recording.level_changed.connect(panel.show_level)
        recording.wave_grew.connect(panel.wave.add_live)
        recording.counted.connect(panel.wave.show_count_in)
        services.playback.changed.connect(self._on_playing_changed)

    def record(self) -> None:
        """Record, like the button; if recording is not possible, show the reason and a remedy."""
        bar = self._panel.bar
        if bar.record_button.isEnabled():
            self._controller.takes.toggle_recording()
            return
        self._messages.show_error(
            bar.no_microphone,
            self.tr("Look again"),
            self._look_again,
            (self.tr("Open a file…"), bar.open_clicked.emit),
        )

    def _look_again(self) -> None:
        self._is_looking = True
        self._panel.bar.devices_wanted.emit()

    def show_search_result(self) -> None:
        """Show the result of the search to a user who waits for a microphone."""
        is_waiting, self._is_looking = self._is_looking, False
        if not is_waiting:
            return
        if self._panel.bar.no_microphone:
            self.record()
        else:
            self._messages.show_notice(
                self.tr("A microphone is connected. Press R to record your imitation.")
            )

    @Slot()
    def play_imitation(self) -> None:
        """Play the selection, or else the used part; a second call stops."""
        self._controller.audition.toggle_imitation(self._panel.wave.selection)

    def use_selection(self) -> None:
        """Make the selection the used part."""
        selection = self._selection()
        if selection is not None:
            self._controller.takes.set_part(*selection)
            self._panel.wave.select(None)

    def begin_at_cursor(self) -> None:
        """Begin the used part at the cursor."""
        imitation, at_s = self._controller.imitation, self._cursor_s()
        if imitation is not None and at_s is not None:
            self._controller.takes.set_part(at_s, max(imitation.end_s, at_s))

    def end_at_cursor(self) -> None:
        """End the used part at the cursor."""
        imitation, at_s = self._controller.imitation, self._cursor_s()
        if imitation is not None and at_s is not None:
            self._controller.takes.set_part(min(imitation.begin_s, at_s), at_s)

    def trim(self) -> None:
        """Cut silence at both ends, below the level in the settings."""
        if self._has_take():
            self._controller.takes.trim_by_level(self._services.store.settings.trim_threshold_db)

    def use_all(self) -> None:
        if self._has_take():
            self._controller.takes.trim_by_level(None)

    def zoom_in(self) -> None:
        self._zoom(2.0)

    def zoom_out(self) -> None:
        self._zoom(0.5)

    def zoom_to_selection(self) -> None:
        selection = self._selection()
        if selection is not None:
            self._panel.axis.show_part(*selection)

    def switch_to_imitation(self) -> None:
        """Switch between the imitation and the sound played before it."""
        if self._has_take():
            self._controller.audition.switch_to_reference()

    def _has_take(self) -> bool:
        """Whether there is a take; without one, show a message."""
        if self._controller.imitation is None:
            self._messages.show_notice(
                self.tr("There is no take yet: record one or open an audio file first.")
            )
            return False
        self._messages.clear_notice()
        return True

    def _selection(self) -> tuple[float, float] | None:
        """The selection in seconds of the take; without one, show a message."""
        if not self._has_take():
            return None
        if self._panel.wave.selection is None:
            self._messages.show_notice(
                self.tr("Nothing is selected: drag over a part of the imitation first.")
            )
        return self._panel.wave.selection

    def _cursor_s(self) -> float | None:
        """The cursor in seconds of the take; without one, show a message."""
        if not self._has_take():
            return None
        if self._panel.wave.cursor_s is None:
            self._messages.show_notice(
                self.tr(
                    "There is no cursor: click the waveform of the imitation, or go there with Tab "
                    "and use the arrow keys."
                )
            )
        return self._panel.wave.cursor_s

    def _zoom(self, factor: float) -> None:
        axis = self._panel.axis
        axis.zoom(factor, axis.first_s + axis.span_s / 2)

    @Slot(object)
    def _on_imitation_changed(self, imitation: Imitation | None) -> None:
        self._panel.show_imitation(imitation)
        if imitation is not None and imitation.notes:
            self._messages.show_notice(" ".join(map(own_words, imitation.notes)))

    @Slot(object)
    def _on_recording_state_changed(self, state: RecordingState) -> None:
        self._panel.show_recording(state)
        if state in (RecordingState.IDLE, RecordingState.READY):
            # shows the former imitation again, in case this take fails
            self._panel.show_imitation(self._controller.imitation)

    @Slot(object)
    def _on_playing_changed(self, playing: PlayingSound) -> None:
        is_imitation = playing.key == IMITATION_KEY
        self._panel.bar.show_playing(is_imitation)
        self._panel.wave.set_position(playing.position_s if is_imitation else None)
        viewed = self._controller.viewer.entry
        is_viewed = viewed is not None and playing.key == str(viewed.path)
        self._panel.result.set_position(playing.position_s if is_viewed else None)

    @Slot(object)
    def _on_result_clicked(self, seconds: float) -> None:
        entry = self._controller.viewer.entry
        if entry is not None:
            self._controller.audition.play_clip_from(entry, seconds)

    @Slot(object)
    def _on_microphone_chosen(self, key: DeviceKey) -> None:
        store = self._services.store
        store.change(store.settings.with_changes(input_device=key))

    @Slot(object)
    def _on_silence_recorded(self, levels: TakeLevels) -> None:
        """Show the message about a silent take and offer the input with a signal, or all inputs."""
        sounding = levels.sounding_channels
        if sounding:
            action = self.tr("Use input {0}").format(sounding[0])
            use = partial(self._use_input, levels.device, sounding[0])
            self._messages.offer(silent_text(levels), action, use)
        elif len(levels.channel_peaks_db) > 1:
            options = self._panel.bar.show_options
            self._messages.show_error(silent_text(levels), self.tr("Other inputs…"), options)
        else:
            box = self._panel.bar.microphone
            self._messages.show_error(silent_text(levels), self.tr("Microphones…"), box.showPopup)

    def _use_input(self, device: DeviceKey, channel: int) -> None:
        settings = self._services.store.settings
        inputs = with_channel(settings.inputs, device, channel)
        self._on_options_chosen(settings.with_changes(inputs=inputs))

    @Slot(bool)
    def _on_listening_toggled(self, is_on: bool) -> None:
        self._panel.bar.hands_free.setEnabled(not is_on)
        self._controller.takes.set_microphone_open(is_on)

    @Slot(bool)
    def _on_hands_free_toggled(self, is_on: bool) -> None:
        self._controller.takes.set_microphone_open(is_on, is_hands_free=True)

    @Slot(object)
    def _on_options_chosen(self, settings: Settings) -> None:
        before = self._services.store.settings
        self._services.store.change(settings)
        self._services.recording.set_gain(settings.input_gain_db)
        self._services.recording.set_monitor(settings.monitor)
        self._services.recording.set_inputs(settings.inputs)
        if settings.trim_threshold_db != before.trim_threshold_db:
            self._controller.takes.trim_by_level(settings.trim_threshold_db)

    @Slot(bool)
    def _on_loop_toggled(self, is_looping: bool) -> None:
        self._controller.audition.is_looping = is_looping
