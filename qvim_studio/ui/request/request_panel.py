"""The panel with all values of a request except the imitation."""

from __future__ import annotations

import random
from dataclasses import fields, replace

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtWidgets import (
    QHBoxLayout,
    QLabel,
    QSlider,
    QWidget,
)

from qvim_studio.audio.files.given_sound import SoundUse
from qvim_studio.core.capabilities import Input
from qvim_studio.core.checkpoint_entry import CheckpointEntry
from qvim_studio.core.program.settings import Settings
from qvim_studio.core.request import GenerationRequest, Start
from qvim_studio.jobs.engine.job import JobProgress
from qvim_studio.jobs.engine.job_queue import JobQueue
from qvim_studio.session.requests.checkpoint_values import CheckpointMemory, CheckpointValues
from qvim_studio.session.requests.request_draft import RequestDraft
from qvim_studio.ui.candidates.progress_strip import ProgressStrip
from qvim_studio.ui.candidates.queue_button import QueueButton
from qvim_studio.ui.request.detail_fields import DetailFields
from qvim_studio.ui.request.given_sounds import GivenSounds
from qvim_studio.ui.request.number_fields import MAX_SHOWN_SEED, make_number_fields
from qvim_studio.ui.request.option_fields import OptionFields
from qvim_studio.ui.request.quality_bar import Quality, QualityBar, steps_for
from qvim_studio.ui.request.word_chips import WordChips
from qvim_studio.ui.widgets.card import Card
from qvim_studio.ui.widgets.icons import icon, set_button_icon
from qvim_studio.ui.widgets.press_button import PressButton
from qvim_studio.ui.widgets.reflow import Reflow
from qvim_studio.ui.widgets.slider_value import SliderValue
from qvim_studio.ui.widgets.terse_button import TerseButton
from qvim_studio.ui.widgets.text_field import TextField, remembered_with
from qvim_studio.ui.widgets.theme import GRID, StudioTheme
from qvim_studio.ui.widgets.tips import set_tip

SLIDER_STEPS = 100


class RequestPanel(Card):
    """Signals: generate_requested, cancel_requested, draft_changed (nothing each)."""

    generate_requested = Signal()
    cancel_requested = Signal()
    draft_changed = Signal()

    def __init__(
        self,
        theme: StudioTheme,
        settings: Settings,
        queue: JobQueue,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__("", parent)
        self.body.setContentsMargins(2 * GRID, 2 * GRID, 2 * GRID, 2 * GRID)
        self.body.setSpacing(12)
        self._theme = theme
        self._memory = CheckpointMemory(settings.by_checkpoint)
        self.text = TextField(self)
        self.text.setPlaceholderText(
            self.tr("Add words if you like: heavy wooden door, slow creak")
        )
        self.text.setAccessibleName(self.tr("Text"))
        set_tip(self.text, self.tr("Up and Down bring earlier texts back"))
        self.text.setMinimumHeight(38)
        self.text.returnPressed.connect(self._on_return)
        self.text.textChanged.connect(self._on_text_changed)
        self.body.addWidget(self.text)
        self.word_chips = WordChips(self.text, self)
        self.body.addWidget(self.word_chips)
        self.given = GivenSounds(theme, self)
        self.given.changed.connect(self._on_given_changed)
        self.body.addWidget(self.given)
        self.body.addWidget(self._make_sliders(settings))
        self.body.addWidget(self._make_numbers(settings))
        self.details = DetailFields(settings, self)
        self.details.changed.connect(self._on_details_changed)
        self.body.addWidget(self.details)
        self.options = OptionFields(self)
        self.options.changed.connect(self._on_details_changed)
        self.body.addWidget(self.options)
        self.body.addWidget(self._make_buttons(queue))
        self.more.setChecked(settings.is_detail_shown)
        self.details.setVisible(settings.is_detail_shown)
        self.text.remember(settings.texts)
        self._on_details_changed()
        theme.changed.connect(self._dress)
        self._dress()
        self._on_text_changed("")
        self.set_ready(False)

    def draft(self, draws_seed: bool = True) -> RequestDraft:
        """Read every control; draws a new seed unless it is locked."""
        if draws_seed and not self.seed_lock.isChecked():
            self.seed.setValue(random.SystemRandom().randint(0, MAX_SHOWN_SEED))
        text = self.text.text().strip() if self._takes_words else ""
        chosen = self.details.kept_in(Settings())
        return RequestDraft(
            text=text,
            balance=self.balance.value() / SLIDER_STEPS if text else 0.0,
            follow=self.follow.value() / SLIDER_STEPS,
            duration_s=self.duration.value() or None,
            variations=self.variations.value(),
            start=self.chosen_start,
            seed=self.seed.value(),
            negative_text=self.details.negative.text().strip(),
            steps=chosen.steps,
            guidance=chosen.guidance,
            strength=chosen.strength,
            extend_bandwidth=chosen.extend_bandwidth,
            upscaler=chosen.upscaler if self.details.highs.isEnabled() else "",
            clean_pauses=chosen.clean_pauses,
            loop=chosen.loop,
            fits=chosen.fits,
            options=self.options.values,
            start_sound=self.given.sound(SoundUse.START),
            timbre=self.given.sound(SoundUse.TIMBRE),
        )

    def show_request(self, request: GenerationRequest) -> None:
        """Set every control to the value in a request; the seed stays until the lock is opened."""
        self._remember()
        self._shows_recipe = self.checkpoint is None or self.checkpoint.id != request.checkpoint
        self.text.setText(request.text)
        self.balance.setValue(round(request.balance * SLIDER_STEPS))
        self.follow.setValue(round(request.follow * SLIDER_STEPS))
        self.duration.setValue(request.duration_s or 0.0)
        self.variations.setValue(request.variations)
        self.start.setCurrentIndex(max(self.start.findData(request.start), 0))
        self.details.show_request(request)
        values = CheckpointValues.of(request)
        self._memory.keep(request.checkpoint, values)
        self.options.show_values(values.options)
        self.seed.setValue(min(request.seed, MAX_SHOWN_SEED))
        self.seed_lock.setChecked(True)

    def draft_with(self, checkpoint: str) -> RequestDraft:
        """The draft without a new seed, with the values set for another checkpoint."""
        values, draft = self._memory.of(checkpoint), self.draft(draws_seed=False)
        if self.checkpoint is not None and checkpoint == self.checkpoint.id:
            return draft
        return replace(draft, **{each.name: getattr(values, each.name) for each in fields(values)})

    def _values(self) -> CheckpointValues:
        """The values set for the checkpoint in use."""
        chosen = self.details.kept_in(Settings())
        return CheckpointValues(chosen.steps, chosen.guidance, chosen.strength, self.options.values)

    def _remember(self) -> None:
        if self.checkpoint is not None:
            self._memory.keep(self.checkpoint.id, self._values())

    def kept_in(self, settings: Settings) -> Settings:
        """The settings with the values that the panel remembers."""
        self._remember()
        return self.details.kept_in(settings).with_changes(
            by_checkpoint=self._memory.stored(),
            balance=self.balance.value() / SLIDER_STEPS,
            follow=self.follow.value() / SLIDER_STEPS,
            variations=self.variations.value(),
            start=self.chosen_start,
            is_detail_shown=self.more.isChecked(),
            texts=remembered_with(settings.texts, self.text.text().strip()),
        )

    def show_settings(self, settings: Settings) -> None:
        """Show values that were changed elsewhere."""
        self.details.show_settings(settings)
        self._memory = CheckpointMemory(settings.by_checkpoint)
        if self.checkpoint is not None:
            self.options.show_values(self._memory.of(self.checkpoint.id).options)
        self.text.remember(settings.texts)
        self._on_details_changed()

    def show_checkpoint(self, checkpoint: CheckpointEntry) -> None:
        """Show the checkpoint's own numbers, the fields of its options, and the values set for
        it."""
        is_first = self.checkpoint is None and not self.options.are_set
        is_other = self.checkpoint is not None and self.checkpoint.id != checkpoint.id
        if is_other and not self._shows_recipe:
            self._remember()
        self._shows_recipe = False
        self.details.show_defaults(checkpoint.steps, checkpoint.guidance)
        self.quality.setVisible(bool(checkpoint.steps))
        self.checkpoint = checkpoint
        if checkpoint.capabilities is not None:
            self.details.show_capabilities(checkpoint.capabilities)
            self.options.show_options(checkpoint.capabilities.options)
            self.options.setVisible(self.more.isChecked() and self.options.has_fields)
            self._takes_words = checkpoint.capabilities.takes(Input.TEXT)
            self.text.setEnabled(self._takes_words)
            self._on_text_changed(self.text.text())
        values = self._memory.of(checkpoint.id)
        if is_other:
            self.details.show_numbers(values.steps, values.guidance, values.strength)
        if is_other or is_first:
            self.options.show_values(values.options)
        self._on_details_changed()

    def set_ready(self, is_ready: bool, reason: str = "", estimate: str = "") -> None:
        """Show whether the user can generate. reason: why not. estimate: the expected time."""
        self.generate_button.setEnabled(is_ready)
        set_tip(self.generate_button, reason or self.tr("Generate, as Enter in the text"))
        self.progress.set_idle_text(reason or estimate, is_reason=bool(reason))

    def set_has_imitation(self, has_imitation: bool) -> None:
        """Disable the sliders about the voice without an imitation."""
        self._has_imitation = has_imitation
        self.follow.setEnabled(has_imitation)
        has_words = self._takes_words and bool(self.text.text().strip())
        self.balance.setEnabled(has_imitation and has_words)

    def show_progress(self, progress: JobProgress | None) -> None:
        """Show the progress of a job; None if nothing runs."""
        self.cancel_button.setVisible(progress is not None)
        self.progress.show_progress(progress)

    @property
    def chosen_start(self) -> Start | None:
        """The chosen start; Qt returns an enum of strings as a plain string."""
        value = self.start.currentData()
        return None if value is None else Start(value)

    checkpoint: CheckpointEntry | None = None  # None while unknown
    _shows_recipe = False  # whose checkpoint is not shown yet
    _has_imitation = False
    _takes_words = True

    def _make_sliders(self, settings: Settings) -> Reflow:
        self.balance = self._slider(
            settings.balance,
            self.tr("Balance between voice and text"),
            self.tr("How much the words count compared with the voice"),
        )
        self.follow = self._slider(
            settings.follow,
            self.tr("How closely the imitation is followed"),
            self.tr(
                "Loose follows the idea; tight also follows loudness, brightness, pitch and timing"
            ),
        )
        sliders = (
            (self._between(self.tr("Voice"), self.balance, self.tr("Text")), 1),
            (self._between(self.tr("Loose"), self.follow, self.tr("Tight")), 1),
        )
        return Reflow(sliders, 4 * GRID, self)

    def _slider(self, value: float, name: str, explanation: str) -> QSlider:
        slider = QSlider(Qt.Orientation.Horizontal, self)
        slider.setRange(0, SLIDER_STEPS)
        slider.setValue(round(value * SLIDER_STEPS))
        slider.setPageStep(10)
        slider.setAccessibleName(name)
        set_tip(slider, explanation)
        slider.valueChanged.connect(self._on_changed)
        return slider

    def _between(self, left: str, slider: QSlider, right: str) -> QHBoxLayout:
        row = QHBoxLayout()
        row.setSpacing(12)
        for part in (left, slider, right):
            if isinstance(part, str):
                label = QLabel(part, self)
                label.setObjectName("secondary")
                row.addWidget(label)
            else:
                row.addWidget(part, 1)
        row.addWidget(SliderValue(slider, self))
        return row

    def _make_numbers(self, settings: Settings) -> Reflow:
        fields = make_number_fields(settings, self)
        self.duration, self.variations = fields.duration, fields.variations
        self.start, self.seed, self.seed_lock = fields.start, fields.seed, fields.seed_lock
        for box in (self.duration, self.variations, self.seed):
            box.valueChanged.connect(self._on_changed)
        self._explain_start()
        self.start.currentIndexChanged.connect(self._on_changed)
        self.seed_lock.toggled.connect(self._dress)
        return fields.row

    def _make_buttons(self, queue: JobQueue) -> Reflow:
        self.quality = QualityBar(self)
        self.quality.chosen.connect(self.choose_quality)
        self.more = TerseButton(self.tr("More"), self)
        self.more.setObjectName("fold")
        self.more.setCheckable(True)
        self.more.setAccessibleName(self.tr("More settings"))
        set_tip(
            self.more,
            self.tr("Unwanted words, steps, guidance, strength, fitted sounds, highs"),
        )
        self.more.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.more.toggled.connect(self._on_more)
        self.queue_button = QueueButton(queue, self)
        self.progress = ProgressStrip(self._theme, self)
        self.cancel_button = TerseButton(self.tr("Cancel"), self)
        self.cancel_button.setAccessibleName(self.tr("Cancel"))
        set_tip(self.cancel_button, self.tr("Stop generating"))
        self.cancel_button.clicked.connect(self._on_cancel)
        self.cancel_button.hide()
        self.generate_button = PressButton(self.tr("Generate"), self)
        self.generate_button.setObjectName("primary")
        self.generate_button.setMinimumWidth(120)
        self.generate_button.clicked.connect(self._on_generate)
        ways, row = QHBoxLayout(), QHBoxLayout()
        for part in (ways, row):
            part.setSpacing(GRID)
        ways.addWidget(self.quality)
        ways.addWidget(self.more)
        ways.addStretch(1)
        row.addWidget(self.progress, 1)
        row.addWidget(self.queue_button)
        for button in (self.cancel_button, self.generate_button):
            button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
            row.addWidget(button)
        return Reflow(((ways, 0), (row, 1)), 2 * GRID, self)

    @Slot()
    def _dress(self) -> None:
        palette = self._theme.palette
        is_locked = self.seed_lock.isChecked()
        name, color = ("lock", palette.accent) if is_locked else ("dice", palette.secondary)
        self.seed_lock.setIcon(icon(name, color))
        set_tip(
            self.seed_lock,
            self.tr("This seed is kept") if is_locked else self.tr("A new seed every time"),
        )
        arrow = "arrow_up" if self.more.isChecked() else "arrow_down"
        self.more.setIcon(icon(arrow, palette.secondary))
        set_button_icon(self.cancel_button, "close", palette.text, palette.faint)
        set_button_icon(self.generate_button, "wave", palette.on_accent, palette.faint)

    @Slot(str)
    def _on_text_changed(self, text: str) -> None:
        self.set_has_imitation(self._has_imitation)
        self.draft_changed.emit()

    @Slot(int)
    @Slot(float)
    def _on_changed(self, value: float) -> None:
        self.draft_changed.emit()

    def _explain_start(self) -> None:
        is_given = self.given.sound(SoundUse.START) is not None
        self.start.setEnabled(not is_given)
        usual = self.tr("What is reshaped: noise, your imitation or the nearest real sound")
        given = self.tr("Generation starts from the sound above. Remove it to choose again.")
        set_tip(self.start, given if is_given else usual)

    @Slot()
    def _on_given_changed(self) -> None:
        self._explain_start()
        self.draft_changed.emit()

    @Slot(bool)
    def _on_more(self, is_shown: bool) -> None:
        self.details.setVisible(is_shown)
        self.options.setVisible(is_shown and self.options.has_fields)
        self._dress()

    @Slot()
    def _on_details_changed(self) -> None:
        self.quality.show_steps(self.details.steps.value(), self.details.default_steps)
        self.draft_changed.emit()

    @Slot(object)
    def choose_quality(self, quality: Quality) -> None:
        """Set the steps of a preset."""
        self.details.steps.setValue(steps_for(quality, self.details.default_steps))

    @Slot()
    def _on_return(self) -> None:
        """Generate and move the focus out of the text, so that keys play sounds again."""
        self.text.clearFocus()
        self.generate_requested.emit()

    @Slot(bool)
    def _on_generate(self, checked: bool = False) -> None:
        self.generate_requested.emit()

    @Slot(bool)
    def _on_cancel(self, checked: bool = False) -> None:
        self.cancel_requested.emit()
