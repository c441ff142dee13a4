"""Fields for the options of a checkpoint beyond those of every request."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from PySide6.QtCore import QCoreApplication, Qt, Signal, Slot
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
from qvim_studio.core.options import OWN_ENCODER, Option, OptionValue, OptionValues
from qvim_studio.ui.widgets.card import indent_text, named
from qvim_studio.ui.widgets.passing_field import NumberKeys
from qvim_studio.ui.widgets.reflow import Reflow

ELSEWHERE = frozenset({"steps", "guidance", "sampler", "light", "cuda_graphs"})  # other controls
LARGEST_WHOLE = 2**31 - 1
SPACING_PX = 12
MAX_DECIMALS = 4
OptionField = QCheckBox | QComboBox | QSpinBox | QDoubleSpinBox


class OptionFields(QWidget):
    """One field for each option; the widget is hidden for a checkpoint without options.

    Signal: changed (nothing). Values are kept by name while another checkpoint is shown.
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
        """Show fields for the options without another control in the panel."""
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
            rows = [named(option_title(each), self._fields[each.name], self) for each in own]
            self._reflow = Reflow([(row, 1) for row in rows], SPACING_PX, self)
            self._rows.addWidget(self._reflow)
        self.setVisible(bool(own))

    @property
    def are_set(self) -> bool:
        """Whether values of this or an earlier checkpoint were set."""
        return bool(self._chosen)

    @property
    def has_fields(self) -> bool:
        return bool(self._options)

    @property
    def values(self) -> OptionValues:
        """The values that differ from the checkpoint's own."""
        shown = {option.name: self._value(option) for option in self._options}
        defaults = {option.name: option.default for option in self._options}
        return OptionValues({n: v for n, v in shown.items() if v != defaults[n]})

    def show_values(self, values: Mapping[str, OptionValue]) -> None:
        """Set the fields; absent or invalid values become the checkpoint's own."""
        self._chosen = dict(values)
        for option in self._options:
            self._show(option, self._fields[option.name])

    def _field(self, option: Option) -> OptionField:
        default = option.default
        field: OptionField
        if option.choices:
            field = QComboBox(self)
            for choice in option.choices:
                field.addItem(choice_title(choice), choice)
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
            field.setSuffix(option.unit)
            field.setAlignment(Qt.AlignmentFlag.AlignLeft)
            indent_text(field)
            NumberKeys(field)
        field.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self._show(option, field)
        return field

    def _show(self, option: Option, field: OptionField) -> None:
        try:
            value = option.checked(self._chosen.get(option.name, option.default))
        except UsageError:  # a value for another checkpoint's option of the same name
            value = option.default
        field.blockSignals(True)
        if isinstance(field, QComboBox):
            field.setCurrentIndex(field.findData(str(value)))
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
            return str(field.currentData())
        if isinstance(field, QCheckBox):
            return field.isChecked()
        return field.value()

    @Slot()
    def _on_changed(self) -> None:
        self._chosen |= {option.name: self._value(option) for option in self._options}
        self.changed.emit()


def _decimals(value: float) -> int:
    """The decimal places that show a value exactly, up to MAX_DECIMALS."""
    return next((n for n in range(1, MAX_DECIMALS) if round(value, n) == value), MAX_DECIMALS)


def choice_title(choice: str) -> str:
    """The title of a choice; most choices are names, which are not translated."""
    own = QCoreApplication.translate("Options", "The checkpoint's own")
    return own if choice == OWN_ENCODER else choice


def option_title(option: Option) -> str:
    """The title that a family declares, in the window's language."""
    return QCoreApplication.translate("Options", option.title)
