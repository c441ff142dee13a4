"""The controls below the imitation: record, open, play; microphone, options and level."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QPoint, QRect, Qt, Signal, Slot
from PySide6.QtWidgets import (
    QComboBox,
    QHBoxLayout,
    QPushButton,
    QSizePolicy,
    QToolButton,
    QWidget,
)

from qvim_studio.audio.devices.device_list import AudioDevice, Direction, find_device
from qvim_studio.core.errors import DeviceError
from qvim_studio.core.program.device_key import channel_of
from qvim_studio.core.program.settings import Settings
from qvim_studio.jobs.recording import RecordingLevel, RecordingState
from qvim_studio.ui.takes.device_box import fill_device_box
from qvim_studio.ui.takes.level_meter import LevelMeter
from qvim_studio.ui.takes.recording_options import RecordingOptionsPopup
from qvim_studio.ui.widgets.card import ElidedComboBox
from qvim_studio.ui.widgets.icons import icon, set_button_icon
from qvim_studio.ui.widgets.terse_button import TerseButton
from qvim_studio.ui.widgets.theme import GRID, StudioTheme
from qvim_studio.ui.widgets.tips import set_tip


class MicrophoneBox(ElidedComboBox):
    """Looks again which microphones there are when it is opened. Signal: devices_wanted."""

    devices_wanted = Signal()

    def showPopup(self) -> None:
        self.devices_wanted.emit()
        super().showPopup()


class RecordBar(QWidget):
    """Signals: record_clicked, open_clicked, play_clicked, devices_wanted (nothing each),
    microphone_chosen (DeviceKey), hands_free_toggled, listening_toggled (bool),
    options_chosen (Settings)."""

    record_clicked = Signal()
    open_clicked = Signal()
    play_clicked = Signal()
    devices_wanted = Signal()
    microphone_chosen = Signal(object)
    hands_free_toggled = Signal(bool)
    listening_toggled = Signal(bool)
    options_chosen = Signal(object)

    def __init__(
        self, theme: StudioTheme, settings: Settings, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self._theme = theme
        self._state = RecordingState.IDLE
        self._is_playing = False
        self._has_clip = False
        self._no_microphone = ""
        self.record_button = QPushButton(self)
        self.record_button.setObjectName("record")
        self.record_button.setMinimumWidth(104)
        self.record_button.clicked.connect(self.record_clicked)
        self.open_button = TerseButton(self.tr("Open…"), self)
        self.open_button.setAccessibleName(self.tr("Open an audio file"))
        set_tip(self.open_button, self.tr("Use an audio file as the imitation"))
        self.open_button.clicked.connect(self.open_clicked)
        self.play_button = QPushButton(self)
        self.play_button.setMinimumWidth(88)
        self.play_button.clicked.connect(self.play_clicked)
        self.listening = self._toggle(
            self.tr(
                "Keep the microphone open: takes start at once and include the half "
                "second before the key"
            )
        )
        self.listening.setAccessibleName(self.tr("Keep the microphone open"))
        self.listening.toggled.connect(self.listening_toggled)
        self.hands_free = self._toggle(self.tr("Hands-free: every sound you make becomes a take"))
        self.hands_free.setAccessibleName(self.tr("Hands-free"))
        self.hands_free.toggled.connect(self.hands_free_toggled)
        self.microphone = MicrophoneBox(self)
        self.microphone.setAccessibleName(self.tr("Microphone"))
        self.microphone.setMinimumContentsLength(3)  # more where there is room
        self.microphone.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.microphone.setSizeAdjustPolicy(
            QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon
        )
        self.microphone.setMaximumWidth(240)
        self.microphone.activated.connect(self._on_microphone_activated)
        self.microphone.devices_wanted.connect(self.devices_wanted)
        self.options_button = self._toggle(self.tr("Input, gain, count-in and the levels of takes"))
        self.options_button.setAccessibleName(self.tr("Recording options"))
        self.options_button.setCheckable(False)
        self.options_button.clicked.connect(self.show_options)
        self.meter = LevelMeter(theme, self)
        self.options = RecordingOptionsPopup(theme, settings, self)
        self.options.chosen.connect(self.options_chosen)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(GRID)
        for button in (self.record_button, self.open_button, self.play_button):
            button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
            row.addWidget(button)
        row.addStretch(1)
        row.addWidget(self.listening)
        row.addWidget(self.hands_free)
        row.addWidget(self.microphone, 100)  # its name comes before all other room
        row.addWidget(self.options_button)
        row.addWidget(self.meter, 1)
        self.show_microphones((), settings)
        theme.changed.connect(self._dress)
        self._dress()

    def show_microphones(self, devices: Sequence[AudioDevice], settings: Settings) -> None:
        """Offer these; a remembered one that is gone stays, greyed, with the reason."""
        chosen = settings.input_device
        fill_device_box(self.microphone, devices, chosen, self.tr("Default microphone"))
        set_tip(self.microphone, self.microphone.currentText())
        try:
            device = find_device(devices, chosen, Direction.INPUT)
        except DeviceError:
            device = None
        self.options.show_settings(settings)
        self.options.show_device(device)
        if device is not None:
            self.meter.set_channel(channel_of(settings.inputs, device.key))

    def show_level(self, level: RecordingLevel) -> None:
        """Of the open microphone."""
        self.meter.show_level(level.peak_db, level.rms_db)
        self.meter.show_channels(level.channel_peaks_db)
        self.options.meters.show_peaks(level.channel_peaks_db)

    @property
    def no_microphone(self) -> str:
        """Why nothing can be recorded; empty where it can."""
        return self._no_microphone

    def set_no_microphone(self, reason: str) -> None:
        """With a reason, recording is greyed; an empty one lights it up again."""
        self._no_microphone = reason
        if reason:
            self.microphone.setItemText(0, self.tr("No microphone"))
        self._dress()

    def show_recording(self, state: RecordingState) -> None:
        if state is RecordingState.OPENING:
            self.meter.reset()
        elif state is RecordingState.RECORDING:
            self.meter.forget_clipping()
        elif state is RecordingState.IDLE:
            self.meter.rest()
            self.options.meters.show_peaks(())
            for button in (self.listening, self.hands_free):
                button.blockSignals(True)
                button.setChecked(False)
                button.blockSignals(False)
        self._state = state
        self._dress()

    def show_playing(self, is_playing: bool) -> None:
        if is_playing != self._is_playing:
            self._is_playing = is_playing
            self._dress()

    def set_has_clip(self, has_clip: bool) -> None:
        self._has_clip = has_clip
        self._dress()

    @Slot()
    def show_options(self) -> None:
        """The popup above its button, or over it where the screen ends above."""
        self.options.adjustSize()
        corner = self.options_button.mapToGlobal(QPoint(self.options_button.width(), 0))
        place = QRect(QPoint(), self.options.size())
        place.moveBottomRight(corner - QPoint(0, GRID))
        place.moveTop(max(place.top(), self.screen().availableGeometry().top()))
        self.options.move(place.topLeft())
        self.options.show()
        self.options.gain.setFocus()

    def _toggle(self, explanation: str) -> QToolButton:
        button = QToolButton(self)
        button.setCheckable(True)
        set_tip(button, explanation)
        button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        button.toggled.connect(self._dress)
        return button

    @Slot()
    def _dress(self) -> None:
        palette = self._theme.palette
        state = self._state
        is_taking = state not in (RecordingState.IDLE, RecordingState.READY)
        self.record_button.setText(self.tr("Stop") if is_taking else self.tr("Record"))
        set_button_icon(
            self.record_button, "stop" if is_taking else "record", palette.danger, palette.faint
        )
        self.record_button.setEnabled(not self._no_microphone or is_taking)
        set_tip(
            self.record_button,
            self._no_microphone or self.tr("Record your imitation, or stop recording"),
        )
        self.record_button.setAccessibleDescription(self._no_microphone)
        self.record_button.setProperty("recording", is_taking)
        self.record_button.style().unpolish(self.record_button)
        self.record_button.style().polish(self.record_button)
        self.open_button.setEnabled(not is_taking)
        set_button_icon(self.open_button, "folder", palette.secondary, palette.faint)
        self.play_button.setText(self.tr("Stop") if self._is_playing else self.tr("Play"))
        self.play_button.setAccessibleName(self.tr("Play the imitation"))
        set_tip(self.play_button, self.tr("Listen to the imitation"))
        name = "stop" if self._is_playing else "play"
        set_button_icon(self.play_button, name, palette.text, palette.faint)
        self.play_button.setEnabled(self._has_clip and not is_taking)
        self.microphone.setEnabled(state is RecordingState.IDLE)
        for button, picture in ((self.listening, "mic"), (self.hands_free, "hands_free")):
            button.setEnabled(not self._no_microphone and not is_taking)
            button.setIcon(
                icon(picture, palette.danger if button.isChecked() else palette.secondary)
            )
        self.options_button.setIcon(icon("gear", palette.secondary))

    @Slot(int)
    def _on_microphone_activated(self, index: int) -> None:
        self.microphone_chosen.emit(self.microphone.itemData(index))
