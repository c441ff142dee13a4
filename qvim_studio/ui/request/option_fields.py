"""Fields for what a checkpoint lets be set beside what every request has, as it declares them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtWidgets import (
    QCheckBox,
    QComboBox,
    QDoubleSpinBox,
    QSizePolicy,
    QSpinBox,
    QVBoxLayout,
    QWidget,
)

from qvim_studio.core.errors import UsageError
from qvim_studio.core.options import Option, OptionValue, OptionValues
from qvim_studio.ui.widgets.card import indent_text, named
from qvim_studio.ui.widgets.passing_field import NumberKeys
from qvim_studio.ui.widgets.reflow import Reflow

ELSEWHERE = frozenset({"steps", "guidance", "sampler", "light", "cuda_graphs"})  # other controls
LARGEST_WHOLE = 2**31 - 1
SPACING_PX = 12
MAX_DECIMALS = 4
OptionField = QCheckBox | QComboBox | QSpinBox | QDoubleSpinBox


class OptionFields(QWidget):
    """One field for each option; hidden where a checkpoint has none. Signal: changed (nothing).

    Values are kept by name while another checkpoint is looked at.
    """

    changed = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._options: tuple[Option, ...] = ()
        self._fields: dict[str, OptionField] = {}
        self._chosen: dict[str, OptionValue] = {}
        self._reflow: Reflow | None = None
        self._rows = QVBoxLayout(self)
        self._rows.setContentsMargins(0, 0, 0, 0)
        self.hide()

    @property
    def field_by_name(self) -> Mapping[str, OptionField]:
        return self._fields

    def show_options(self, options: Sequence[Option]) -> None:
        """Draw those that no other control of the panel stands for."""
        own = tuple(option for option in options if option.name not in ELSEWHERE)
        if own == self._options:
            return
        self._options, self._fields = own, {}
        if self._reflow is not None:
            self._rows.removeWidget(self._reflow)
            self._reflow.setParent(None)
            self._reflow.deleteLater()
            self._reflow = None
        if own:
            self._fields = {option.name: self._field(option) for option in own}
            parts = [(named(option.title, self._fields[option.name], self), 1) for option in own]
            self._reflow = Reflow(parts, SPACING_PX, self)
            self._rows.addWidget(self._reflow)
        self.setVisible(bool(own))

    @property
    def has_fields(self) -> bool:
        return bool(self._options)

    @property
    def values(self) -> OptionValues:
        """What differs from the checkpoint's own values."""
        shown = {option.name: self._value(option) for option in self._options}
        defaults = {option.name: option.default for option in self._options}
        return OptionValues({n: v for n, v in shown.items() if v != defaults[n]})

    def show_values(self, values: Mapping[str, OptionValue]) -> None:
        """Set the fields; what is absent, or refused here, is the checkpoint's own."""
        self._chosen = dict(values)
        for option in self._options:
            self._show(option, self._fields[option.name])

    def _field(self, option: Option) -> OptionField:
        default = option.default
        field: OptionField
        if option.choices:
            field = QComboBox(self)
            field.addItems(option.choices)
            field.currentIndexChanged.connect(self._on_changed)
        elif isinstance(default, bool):
            field = QCheckBox(self.tr("On"), self)
            field.toggled.connect(self._on_changed)
        elif isinstance(default, int):
            field = QSpinBox(self)
            low, high = option.low or 0, LARGEST_WHOLE if option.high is None else option.high
            field.setRange(int(low), int(min(high, LARGEST_WHOLE)))
            field.setSingleStep(int(option.step or 1))
            field.valueChanged.connect(self._on_changed)
        elif isinstance(default, float):
            field = QDoubleSpinBox(self)
            step = option.step or 0.1
            field.setDecimals(max(_decimals(step), _decimals(default)))
            field.setSingleStep(step)
            field.setRange(option.low or 0.0, LARGEST_WHOLE if option.high is None else option.high)
            field.valueChanged.connect(self._on_changed)
        else:
            raise TypeError(f"expected choices of the text {option.name}, got none")
        if isinstance(field, (QSpinBox, QDoubleSpinBox)):
            field.setSuffix(f" {option.unit}" if option.unit else "")
            field.setAlignment(Qt.AlignmentFlag.AlignLeft)
            indent_text(field)
            NumberKeys(field)
        field.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self._show(option, field)
        return field

    def _show(self, option: Option, field: OptionField) -> None:
        try:
            value = option.checked(self._chosen.get(option.name, option.default))
        except UsageError:  # of another checkpoint's option of the same name
            value = option.default
        field.blockSignals(True)
        if isinstance(field, QComboBox):
            field.setCurrentText(str(value))
        elif isinstance(field, QCheckBox):
            field.setChecked(bool(value))
        elif isinstance(field, QSpinBox):
            field.setValue(int(value))
        else:
            field.setValue(float(value))
        field.blockSignals(False)

    def _value(self, option: Option) -> OptionValue:
        field = self._fields[option.name]
        if isinstance(field, QComboBox):
            return field.currentText()
        if isinstance(field, QCheckBox):
            return field.isChecked()
        return field.value()

    @Slot()
    def _on_changed(self) -> None:
        self._chosen |= {option.name: self._value(option) for option in self._options}
        self.changed.emit()


def _decimals(value: float) -> int:
    """Places behind the point that show a value as it is, as far as a person reads them."""
    return next((n for n in range(1, MAX_DECIMALS) if round(value, n) == value), MAX_DECIMALS)
