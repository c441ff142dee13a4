"""The collapsible part of the request: unwanted words, steps, guidance, strength, fitted sounds,
pauses, loop and highs."""

from __future__ import annotations

from PySide6.QtCore import QSize, Qt, Signal, Slot
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import (
    QBoxLayout,
    QCheckBox,
    QDoubleSpinBox,
    QHBoxLayout,
    QSizePolicy,
    QSpinBox,
    QWidget,
)

from qvim_studio.core.capabilities import Capabilities, Input
from qvim_studio.core.program.settings import Settings
from qvim_studio.core.request import MAX_FITS, MAX_STEPS, GenerationRequest
from qvim_studio.session.figures import number_text
from qvim_studio.ui.request.highs_box import HighsBox
from qvim_studio.ui.widgets.card import indent_text, named
from qvim_studio.ui.widgets.override import logs_errors
from qvim_studio.ui.widgets.passing_field import NumberKeys, PassingField
from qvim_studio.ui.widgets.reflow import Reflow
from qvim_studio.ui.widgets.text_field import MAX_LENGTH
from qvim_studio.ui.widgets.tips import set_tip

MAX_GUIDANCE = 30.0
PERCENT = 100
WORDS_STRETCH, NUMBERS_STRETCH = 5, 8  # of the two halves, side by side
WORDS_CHARACTERS = 16  # least visible length of the unwanted words


class DetailFields(QWidget):
    """The detail fields; 0 leaves a value to the checkpoint. Signal: changed (nothing)."""

    changed = Signal()

    def __init__(self, settings: Settings, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._default_steps = 0
        self.negative = PassingField(self)
        self.negative.left.connect(self.negative.clearFocus)
        self.negative.setMaxLength(MAX_LENGTH)
        self.negative.setPlaceholderText(self.tr("music, speech"))
        self.steps = QSpinBox(self)
        self.steps.setRange(0, MAX_STEPS)
        set_tip(self.steps, self.tr("More steps: finer and slower"))
        self.guidance = QDoubleSpinBox(self)
        self.guidance.setRange(0.0, MAX_GUIDANCE)
        self.guidance.setSingleStep(0.5)
        self.guidance.setDecimals(1)
        set_tip(self.guidance, self.tr("How strictly the sound follows voice and words"))
        self.strength = QSpinBox(self)
        self.strength.setRange(0, PERCENT)
        self.strength.setSingleStep(5)
        self.strength.setSuffix(" %")
        set_tip(
            self.strength,
            self.tr("How much of the starting sound is replaced; 100 % keeps nothing of it"),
        )
        self.fits = QSpinBox(self)
        self.fits.setRange(0, MAX_FITS)
        set_tip(
            self.fits, self.tr("Real sounds shaped to follow your voice, beside the generated ones")
        )
        self.highs = HighsBox(self)
        self.highs.changed.connect(self._on_changed)
        self.pauses = QCheckBox(self.tr("Silent"), self)
        # As high as the number fields beside it, so that their names are on one line.
        self.pauses.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Expanding)
        set_tip(self.pauses, self.tr("Silences the sound wherever your voice pauses"))
        self.pauses.toggled.connect(self._on_changed)
        self.loop = QCheckBox(self.tr("Seamless"), self)
        self.loop.setSizePolicy(self.pauses.sizePolicy())
        set_tip(self.loop, self.tr("The sound repeats without a click: its end leads to its start"))
        self.loop.toggled.connect(self._on_changed)
        fields = (
            (self.tr("Steps"), self.steps, 4),
            (self.tr("Guidance"), self.guidance, 4),
            (self.tr("Start strength"), self.strength, 3),
            (self.tr("Highs"), self.highs, 4),
        )
        self._numbers = Reflow([(named(*field[:2], self), field[2]) for field in fields], 12, self)
        self._parts = QBoxLayout(QBoxLayout.Direction.LeftToRight, self)
        self._parts.setContentsMargins(0, 0, 0, 0)
        self._parts.setSpacing(12)
        words = QHBoxLayout()
        words.setSpacing(12)
        self._not = QWidget(self)
        negative = named(self.tr("Not"), self.negative, self._not)
        negative.setContentsMargins(0, 0, 0, 0)
        self._not.setLayout(negative)
        words.addWidget(self._not, 1)
        words.addLayout(named(self.tr("Fitted sounds"), self.fits, self))
        words.addLayout(named(self.tr("Pauses"), self.pauses, self))
        words.addLayout(named(self.tr("Loop"), self.loop, self))
        self._parts.addLayout(words, WORDS_STRETCH)
        self._parts.addWidget(self._numbers, NUMBERS_STRETCH)
        for box in (self.steps, self.guidance, self.strength, self.fits):
            indent_text(box)
            NumberKeys(box)
            box.valueChanged.connect(self._on_changed)
            box.setAlignment(Qt.AlignmentFlag.AlignLeft)
        self.show_settings(settings)
        self.show_defaults(0, 0.0)

    @logs_errors(returns=QSize())
    def minimumSizeHint(self) -> QSize:
        return QSize(self._numbers.minimumSizeHint().width(), self._parts.minimumSize().height())

    @logs_errors()
    def resizeEvent(self, event: QResizeEvent) -> None:
        """Put the words above the numbers if there is too little room beside them."""
        super().resizeEvent(event)
        fields = (self.fits, self.pauses, self.loop)
        beside = sum(field.sizeHint().width() for field in fields)
        spacing = self._parts.spacing()
        share = (self.width() - spacing) * WORDS_STRETCH / (WORDS_STRETCH + NUMBERS_STRETCH)
        left = self.width() - self._numbers.one_line_px - spacing
        room = min(share, left) - beside - len(fields) * spacing
        directions = QBoxLayout.Direction
        is_roomy = room >= self.fontMetrics().averageCharWidth() * WORDS_CHARACTERS
        direction = directions.LeftToRight if is_roomy else directions.TopToBottom
        if direction != self._parts.direction():
            self._parts.setDirection(direction)
            self.updateGeometry()  # two lines need the room of two

    def show_settings(self, settings: Settings) -> None:
        """Show the values that the settings remember."""
        self.highs.choose(settings.extend_bandwidth, settings.upscaler)
        self.pauses.setChecked(settings.clean_pauses)
        self.loop.setChecked(settings.loop)
        self.fits.setValue(settings.fits)
        self.show_numbers(settings.steps, settings.guidance, settings.strength)

    def show_request(self, request: GenerationRequest) -> None:
        """Set every field to the value in a request."""
        self.negative.setText(request.negative_text)
        self.highs.choose(request.extend_bandwidth, request.upscaler)
        self.pauses.setChecked(request.clean_pauses)
        self.loop.setChecked(request.loop)
        self.fits.setValue(request.fits)
        self.show_numbers(request.steps, request.guidance, request.strength)
        self.changed.emit()

    def show_numbers(
        self, steps: int | None, guidance: float | None, strength: float | None
    ) -> None:
        """Show the numbers of the checkpoint in use; None leaves a number to the checkpoint."""
        boxes = (self.steps, self.guidance, self.strength)
        for box in boxes:
            box.blockSignals(True)
        self.steps.setValue(steps or 0)
        self.guidance.setValue(guidance or 0.0)
        self.strength.setValue(round((strength or 0.0) * PERCENT))
        for box in boxes:
            box.blockSignals(False)

    def show_defaults(self, steps: int, guidance: float) -> None:
        """Show the checkpoint's own numbers; 0 for unknown ones."""
        self._default_steps = steps
        default = self.tr("Default")
        self.steps.setSpecialValueText(f"{default} ({steps})" if steps else default)
        shown = f"{default} ({number_text(guidance)})" if guidance else default
        self.guidance.setSpecialValueText(shown)
        self.strength.setSpecialValueText(default)

    def show_capabilities(self, capabilities: Capabilities) -> None:
        """Show only the fields that the checkpoint supports."""
        names = {option.name for option in capabilities.options}
        takes_start = capabilities.takes(Input.START_SOUND)
        self._numbers.show_parts(("steps" in names, "guidance" in names, takes_start, True))
        self._not.setVisible(capabilities.takes(Input.NEGATIVE_TEXT))
        self.highs.show_capabilities(capabilities)

    def kept_in(self, settings: Settings) -> Settings:
        """The settings with the numbers of the fields."""
        return settings.with_changes(
            steps=self.steps.value() or None,
            guidance=self.guidance.value() or None,
            strength=self.strength.value() / PERCENT or None,
            extend_bandwidth=self.highs.is_extended,
            upscaler=self.highs.upscaler,
            clean_pauses=self.pauses.isChecked(),
            loop=self.loop.isChecked(),
            fits=self.fits.value(),
        )

    @property
    def default_steps(self) -> int:
        return self._default_steps

    @Slot()
    def _on_changed(self) -> None:
        self.changed.emit()
