"""What is set once for a microphone and a mouth: gain, count-in, hands-free and trim levels."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtWidgets import QCheckBox, QComboBox, QFrame, QGridLayout, QLabel, QSlider, QWidget

from qvim_studio.core.settings import Settings
from qvim_studio.ui.theme import GRID

WIDTH_PX = 360
COUNT_INS_S = (0, 1, 2, 3)


class RecordingOptionsPopup(QFrame):
    """Signal: chosen (Settings with the new values): every change counts at once."""

    chosen = Signal(object)

    def __init__(self, settings: Settings, parent: QWidget | None = None) -> None:
        super().__init__(parent, Qt.WindowType.Popup)
        self.setObjectName("card")
        self.setMinimumWidth(WIDTH_PX)
        self._settings = settings
        self._grid = QGridLayout(self)
        self._grid.setContentsMargins(2 * GRID, 2 * GRID, 2 * GRID, 2 * GRID)
        self._grid.setHorizontalSpacing(12)
        self._grid.setVerticalSpacing(GRID)
        self._grid.setColumnMinimumWidth(2, 56)
        self.gain = self._slider(self.tr("Gain"), -20, 30, "{0:+d} dB")
        self.monitor = QCheckBox(self.tr("Hear the microphone while it is open"), self)
        self.monitor.setToolTip(
            self.tr(
                "Use headphones: loudspeakers would howl. The delay is the latency of the settings"
            )
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
        self.hands_free.setToolTip(self.tr("Takes begin when it is louder than this"))
        self.trim = QCheckBox(self.tr("Trim silence around every take"), self)
        self._grid.addWidget(self.trim, self._grid.rowCount(), 0, 1, 3)
        self.trim.toggled.connect(self._on_changed)
        self.trim_level = self._slider(self.tr("Trim below"), -70, -10, "{0} dB")
        self.trim_level.setToolTip(
            self.tr("Level against the loudest moment of the take. Steady noise is always cut.")
        )
        self.show_settings(settings)

    def show_settings(self, settings: Settings) -> None:
        """Show these values without announcing them."""
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
        row = self._row(name, slider)
        self._grid.addWidget(value, row, 2)
        slider.setProperty("value_label", value)
        slider.valueChanged.connect(self._on_changed)
        return slider

    def _row(self, name: str, field: QWidget) -> int:
        row = self._grid.rowCount()
        label = QLabel(name, self)
        label.setObjectName("secondary")
        label.setBuddy(field)
        field.setAccessibleName(name)
        self._grid.addWidget(label, row, 0)
        self._grid.addWidget(field, row, 1)
        return row

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
