"""The row of the request panel with length, variations, start and seed."""

from __future__ import annotations

from dataclasses import dataclass

from PySide6.QtCore import QCoreApplication
from PySide6.QtWidgets import (
    QComboBox,
    QDoubleSpinBox,
    QHBoxLayout,
    QSizePolicy,
    QSpinBox,
    QToolButton,
    QWidget,
)

from qvim_studio.core.program.settings import Settings
from qvim_studio.core.request import MAX_DURATION_S, Start
from qvim_studio.ui.widgets.card import ElidedComboBox, indent_text, named
from qvim_studio.ui.widgets.passing_field import NumberKeys
from qvim_studio.ui.widgets.reflow import Reflow
from qvim_studio.ui.widgets.theme import GRID
from qvim_studio.ui.widgets.tips import set_tip

MAX_SHOWN_SEED = 2**31 - 1  # a spin box counts in 32 bits
SHOWN_MAX_VARIATIONS = 16


@dataclass(frozen=True)
class NumberFields:
    """The fields and the row that holds them."""

    duration: QDoubleSpinBox
    variations: QSpinBox
    start: ElidedComboBox
    seed: QSpinBox
    seed_lock: QToolButton
    row: Reflow


def make_number_fields(settings: Settings, panel: QWidget) -> NumberFields:
    """Fields with the values of the settings, children of ``panel``, in the order of Tab."""
    duration = QDoubleSpinBox(panel)
    duration.setRange(0.0, MAX_DURATION_S)
    duration.setSingleStep(0.5)
    duration.setDecimals(1)
    duration.setSuffix(" s")
    duration.setSpecialValueText(_translate("As my take"))
    variations = QSpinBox(panel)
    variations.setRange(1, SHOWN_MAX_VARIATIONS)
    variations.setValue(settings.variations)
    start = _make_start(settings, panel)
    seed = QSpinBox(panel)
    seed.setRange(0, MAX_SHOWN_SEED)
    seed.setAccessibleName(_translate("Seed"))
    set_tip(seed, _translate("The same seed with the same settings gives the same sounds"))
    seed_lock = QToolButton(panel)
    seed_lock.setCheckable(True)
    seed_lock.setAccessibleName(_translate("Keep the seed"))
    for box in (duration, variations, seed):
        indent_text(box)
        NumberKeys(box)
    for box in (duration, variations, start, seed):
        box.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
    fields: tuple[tuple[str, QWidget, int], ...] = (
        (_translate("Length"), duration, 4),
        (_translate("Variations"), variations, 3),
        (_translate("Start from"), start, 5),
        (_translate("Seed"), _seed_with_lock(seed, seed_lock, panel), 5),
    )
    row = Reflow([(named(name, field, panel), share) for name, field, share in fields], GRID, panel)
    return NumberFields(duration, variations, start, seed, seed_lock, row)


def _make_start(settings: Settings, panel: QWidget) -> ElidedComboBox:
    start = ElidedComboBox(panel)
    start.setMinimumContentsLength(8)  # wider if there is room
    start.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
    for label, value in (
        (_translate("Automatic"), None),
        (_translate("Pure noise"), Start.NOISE),
        (_translate("My imitation"), Start.IMITATION),
        (_translate("Nearest sound"), Start.NEAREST),
    ):
        start.addItem(label, value)
    start.setCurrentIndex(start.findData(settings.start))
    return start


def _seed_with_lock(seed: QSpinBox, lock: QToolButton, panel: QWidget) -> QWidget:
    row = QHBoxLayout()
    row.setContentsMargins(0, 0, 0, 0)
    row.setSpacing(4)
    row.addWidget(seed, 1)
    row.addWidget(lock)
    both = QWidget(panel)
    both.setLayout(row)
    both.setFocusProxy(seed)
    return both


def _translate(text: str) -> str:
    return QCoreApplication.translate("RequestPanel", text)
