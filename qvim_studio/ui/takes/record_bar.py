"""The controls below the imitation: record, open, play; microphone, options and level."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QPoint, QRect, Qt, Signal, Slot
from PySide6.QtGui import QResizeEvent
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
from qvim_studio.ui.widgets.override import logs_errors
from qvim_studio.ui.widgets.terse_button import TerseButton
from qvim_studio.ui.widgets.theme import GRID, StudioTheme
from qvim_studio.ui.widgets.tips import set_tip

RECORD_PX, PLAY_PX = 104, 88  # least widths


class MicrophoneBox(ElidedComboBox):
    """Requests the list of microphones whenever it is opened. Signal: devices_wanted (nothing)."""

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
        self.record_button.clicked.connect(self.record_clicked)
        self.open_button = TerseButton(self.tr("Open…"), self)
        self.open_button.setAccessibleName(self.tr("Open an audio file"))
        set_tip(self.open_button, self.tr("Use an audio file as the imitation"))
        self.open_button.clicked.connect(self.open_clicked)
        self.play_button = QPushButton(self)
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
        self.microphone.setMinimumContentsLength(3)  # wider if there is room
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
        row.addWidget(self.microphone, 100)  # its name has priority
        row.addWidget(self.options_button)
        row.addWidget(self.meter, 1)
        self.show_microphones((), settings)
        theme.changed.connect(self._dress)
        self._dress()

    def show_microphones(self, devices: Sequence[AudioDevice], settings: Settings) -> None:
        """Offer these microphones; a remembered one that is absent stays, disabled, with the
        reason."""
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
        """Show the level of the open microphone."""
        self.meter.show_level(level.peak_db, level.rms_db)
        self.meter.show_channels(level.channel_peaks_db)
        self.options.meters.show_peaks(level.channel_peaks_db)

    @property
    def no_microphone(self) -> str:
        """The reason why nothing can be recorded; "" if recording is possible."""
        return self._no_microphone

    def set_no_microphone(self, reason: str) -> None:
        """Disable recording for a reason; "" enables it."""
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

    @logs_errors()
    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._spare_room()

    def _spare_room(self) -> None:
        """Show the text of the open button only if it leaves room for all other controls."""
        whole = self.open_button.minimumSizeHint().width() + self.open_button.spared_px
        others = self.sizeHint().width() - self.open_button.sizeHint().width()
        self.open_button.set_terse(whole + others > self.width())

    @Slot()
    def show_options(self) -> None:
        """Open the popup above its button, or over it if the screen ends above."""
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
        _keep_width(self.record_button, RECORD_PX, self.tr("Record"), self.tr("Stop"))
        self.open_button.setEnabled(not is_taking)
        set_button_icon(self.open_button, "folder", palette.secondary, palette.faint)
        self.play_button.setText(self.tr("Stop") if self._is_playing else self.tr("Play"))
        self.play_button.setAccessibleName(self.tr("Play the imitation"))
        set_tip(self.play_button, self.tr("Listen to the imitation"))
        name = "stop" if self._is_playing else "play"
        set_button_icon(self.play_button, name, palette.text, palette.faint)
        _keep_width(self.play_button, PLAY_PX, self.tr("Play"), self.tr("Stop"))
        self.play_button.setEnabled(self._has_clip and not is_taking)
        self.microphone.setEnabled(state is RecordingState.IDLE)
        for button, picture in ((self.listening, "mic"), (self.hands_free, "hands_free")):
            button.setEnabled(not self._no_microphone and not is_taking)
            button.setIcon(
                icon(picture, palette.danger if button.isChecked() else palette.secondary)
            )
        self.options_button.setIcon(icon("gear", palette.secondary))
        self._spare_room()

    @Slot(int)
    def _on_microphone_activated(self, index: int) -> None:
        self.microphone_chosen.emit(self.microphone.itemData(index))


def _keep_width(button: QPushButton, least_px: int, *texts: str) -> None:
    """Make the button wide enough for each of its alternating texts."""
    metrics = button.fontMetrics()
    around = button.sizeHint().width() - metrics.horizontalAdvance(button.text())
    button.setMinimumWidth(max(least_px, around + max(map(metrics.horizontalAdvance, texts))))
