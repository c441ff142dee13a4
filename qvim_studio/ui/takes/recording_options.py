"""The popup with the recording options: input, gain, count-in, hands-free and trim."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtWidgets import QCheckBox, QComboBox, QFrame, QGridLayout, QLabel, QSlider, QWidget

from qvim_studio.audio.devices.device_list import AudioDevice
from qvim_studio.core.program.device_key import FIRST_INPUT, channel_of, with_channel
from qvim_studio.core.program.settings import Settings
from qvim_studio.ui.takes.channel_meters import ChannelMeters
from qvim_studio.ui.takes.device_box import fill_input_box
from qvim_studio.ui.widgets.theme import GRID, StudioTheme
from qvim_studio.ui.widgets.tips import set_tip

WIDTH_PX = 360
COUNT_INS_S = (0, 1, 2, 3)


class RecordingOptionsPopup(QFrame):
    """Every change takes effect at once. Signal: chosen (Settings with the new values)."""

    chosen = Signal(object)

    def __init__(
        self, theme: StudioTheme, settings: Settings, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent, Qt.WindowType.Popup)
        self.setObjectName("card")
        self.setMinimumWidth(WIDTH_PX)
        self._settings = settings
        self._device: AudioDevice | None = None
        self._grid = QGridLayout(self)
        self._grid.setContentsMargins(2 * GRID, 2 * GRID, 2 * GRID, 2 * GRID)
        self._grid.setHorizontalSpacing(12)
        self._grid.setVerticalSpacing(GRID)
        self._grid.setColumnMinimumWidth(2, 56)
        self.input = QComboBox(self)
        self._input_label = self._row(self.tr("Input"), self.input)
        self.input.activated.connect(self._on_input_chosen)
        self.meters = ChannelMeters(theme, self)
        self._grid.addWidget(self.meters, self._grid.rowCount(), 1, 1, 2)
        self.meters.channel_clicked.connect(self._on_meter_clicked)
        self.gain = self._slider(self.tr("Gain"), -20, 30, "{0:+d} dB")
        self.monitor = QCheckBox(self.tr("Hear the microphone while it is open"), self)
        set_tip(
            self.monitor,
            self.tr(
                "Use headphones: loudspeakers would feed back. The delay is the latency "
                "chosen in the settings"
            ),
        )
        self._grid.addWidget(self.monitor, self._grid.rowCount(), 0, 1, 3)
        self.monitor.toggled.connect(self._on_changed)
        self.count_in = QComboBox(self)
        for seconds in COUNT_INS_S:
            text = self.tr("{0} s").format(seconds) if seconds else self.tr("None")
            self.count_in.addItem(text, seconds)
        self._row(self.tr("Count-in"), self.count_in)
        self.count_in.currentIndexChanged.connect(self._on_changed)
        self.hands_free = self._slider(self.tr("Hands-free from"), -60, -10, "{0} dB")
        set_tip(self.hands_free, self.tr("A take begins when the input is louder than this"))
        self.trim = QCheckBox(self.tr("Trim silence around every take"), self)
        self._grid.addWidget(self.trim, self._grid.rowCount(), 0, 1, 3)
        self.trim.toggled.connect(self._on_changed)
        self.trim_level = self._slider(self.tr("Trim below"), -70, -10, "{0} dB")
        set_tip(
            self.trim_level,
            self.tr(
                "Level relative to the loudest moment of the take. Steady noise is always cut."
            ),
        )
        self.show_settings(settings)

    def show_settings(self, settings: Settings) -> None:
        """Show these values without a signal."""
        self._settings = settings
        for widget in self._fields():
            widget.blockSignals(True)
        self.gain.setValue(round(settings.input_gain_db))
        self.monitor.setChecked(settings.hears_microphone)
        self.count_in.setCurrentIndex(max(self.count_in.findData(settings.count_in_s), 0))
        self.hands_free.setValue(round(settings.hands_free_db))
        self.trim.setChecked(settings.trim_takes)
        self.trim_level.setValue(round(settings.trim_threshold_db))
        for widget in self._fields():
            widget.blockSignals(False)
        self._show_values()
        self.show_device(self._device)

    def show_device(self, device: AudioDevice | None) -> None:
        """Offer the inputs of this microphone; None for an unknown one."""
        self._device = device
        channel = FIRST_INPUT
        if device is not None:
            channel = channel_of(self._settings.inputs, device.key)
        fill_input_box(self.input, device, channel)
        self.meters.set_inputs(1 if device is None else device.channels, channel)
        for widget in (self._input_label, self.input, self.meters):
            widget.setVisible(self.input.count() > 1)

    def _fields(self) -> tuple[QWidget, ...]:
        levels = (self.gain, self.hands_free, self.trim_level)
        return (*levels, self.monitor, self.count_in, self.trim)

    def _slider(self, name: str, low: int, high: int, text: str) -> QSlider:
        slider = QSlider(Qt.Orientation.Horizontal, self)
        slider.setRange(low, high)
        slider.setProperty("shown_as", text)
        value = QLabel(self)
        value.setObjectName("value")
        value.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        self._row(name, slider)
        self._grid.addWidget(value, self._grid.rowCount() - 1, 2)
        slider.setProperty("value_label", value)
        slider.valueChanged.connect(self._on_changed)
        return slider

    def _row(self, name: str, field: QWidget) -> QLabel:
        row = self._grid.rowCount()
        label = QLabel(name, self)
        label.setObjectName("secondary")
        label.setBuddy(field)
        field.setAccessibleName(name)
        self._grid.addWidget(label, row, 0)
        self._grid.addWidget(field, row, 1)
        return label

    @Slot(int)
    def _on_input_chosen(self, index: int) -> None:
        self._choose_input(self.input.itemData(index))

    @Slot(int)
    def _on_meter_clicked(self, number: int) -> None:
        self._choose_input(number)

    def _choose_input(self, channel: int) -> None:
        if self._device is not None:
            inputs = with_channel(self._settings.inputs, self._device.key, channel)
            self._settings = self._settings.with_changes(inputs=inputs)
            self.show_device(self._device)
            self.chosen.emit(self._settings)

    @Slot()
    def _on_changed(self) -> None:
        self._show_values()
        self._settings = self._settings.with_changes(
            input_gain_db=float(self.gain.value()),
            hears_microphone=self.monitor.isChecked(),
            count_in_s=self.count_in.currentData(),
            hands_free_db=float(self.hands_free.value()),
            trim_takes=self.trim.isChecked(),
            trim_threshold_db=float(self.trim_level.value()),
        )
        self.chosen.emit(self._settings)

    def _show_values(self) -> None:
        for slider in (self.gain, self.hands_free, self.trim_level):
            label = slider.property("value_label")
            label.setText(slider.property("shown_as").format(slider.value()))
        self.trim_level.setEnabled(self.trim.isChecked())
