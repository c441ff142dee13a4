"""The settings: generation, sound, files, appearance. Nothing takes effect before "Save"."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtWidgets import (
    QCheckBox,
    QComboBox,
    QDialog,
    QDoubleSpinBox,
    QFileDialog,
    QGridLayout,
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QPushButton,
    QScrollArea,
    QSpinBox,
    QVBoxLayout,
    QWidget,
)

from qvim_studio.audio.devices import AudioDevice
from qvim_studio.core.checkpoint_choice import (
    MEMORY_SECONDS,
    MEMORY_VARIATIONS,
    CheckpointChoice,
)
from qvim_studio.core.request import MAX_STEPS, SamplerName, VramMode
from qvim_studio.core.settings import Settings, Theme
from qvim_studio.ui.card import Card, indent_text
from qvim_studio.ui.header import licence_line
from qvim_studio.ui.theme import GRID, StudioTheme

LABEL_WIDTH_PX = 136


class SettingsDialog(QDialog):
    """Signals: settings_chosen (Settings), devices_wanted (nothing: look again),
    shortcuts_wanted (nothing: show the keyboard map)."""

    settings_chosen = Signal(object)
    devices_wanted = Signal()
    shortcuts_wanted = Signal()

    def __init__(
        self,
        theme: StudioTheme,
        settings: Settings,
        checkpoints: Sequence[CheckpointChoice],
        default_output_folder: str,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self._settings = settings
        self._checkpoints = tuple(checkpoints)
        self.setWindowTitle(self.tr("Settings"))
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.resize(600, 680)
        content = QWidget(self)
        column = QVBoxLayout(content)
        column.setContentsMargins(0, 0, GRID, 0)
        column.setSpacing(12)
        column.addWidget(self._make_generation(settings))
        column.addWidget(self._make_sound(settings))
        column.addWidget(self._make_files(settings, default_output_folder))
        column.addWidget(self._make_appearance(settings))
        column.addStretch(1)
        scroll = QScrollArea(self)
        scroll.setWidgetResizable(True)
        scroll.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        scroll.setWidget(content)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(3 * GRID, 2 * GRID, 2 * GRID, 2 * GRID)
        layout.setSpacing(2 * GRID)
        title = QLabel(self.tr("Settings"), self)
        title.setObjectName("dialogTitle")
        layout.addWidget(title)
        layout.addWidget(scroll, 1)
        layout.addLayout(self._make_buttons())

    def show_devices(self, inputs: Sequence[AudioDevice], outputs: Sequence[AudioDevice]) -> None:
        """Offer these devices; a remembered one that is gone stays in the list, marked."""
        for combo, devices, chosen in (
            (self.input_device, inputs, self._settings.input_device),
            (self.output_device, outputs, self._settings.output_device),
        ):
            wanted = combo.currentData() if combo.count() > 1 else chosen
            combo.clear()
            combo.addItem(self.tr("System default"), "")
            for device in devices:
                combo.addItem(device.name, device.name)
            if wanted and combo.findData(wanted) < 0:
                combo.addItem(self.tr("{0} (not connected)").format(wanted), wanted)
            combo.setCurrentIndex(combo.findData(wanted))
        if not inputs:
            self.input_device.setItemText(0, self.tr("No microphone found"))
        if not outputs:
            self.output_device.setItemText(0, self.tr("No loudspeaker found"))

    def chosen(self) -> Settings:
        """The settings as the dialog shows them."""
        return self._settings.with_changes(
            checkpoint=self.checkpoint.currentData(),
            vram_mode=self.vram_mode.currentData(),
            steps=self.steps.value() or None,
            guidance=self.guidance.value() or None,
            engine_in_own_process=self.own_process.isChecked(),
            input_device=self.input_device.currentData() or "",
            output_device=self.output_device.currentData() or "",
            sampler=self.sampler.currentData(),
            sample_rate_hz=self.sample_rate.currentData(),
            buffer_frames=self.buffer.currentData(),
            latency_ms=self.latency.currentData(),
            output_folder=self.output_folder.text().strip(),
            library_folder=self.library_folder.text().strip(),
            trim_takes=self.trim_takes.isChecked(),
            theme=self.theme_choice.currentData(),
            text_percent=self.text_percent.currentData(),
        )

    def _make_generation(self, settings: Settings) -> Card:
        card, grid = self._section(self.tr("Generation"))
        self.checkpoint = QComboBox(card)
        for choice in self._checkpoints:
            missing = self.tr("{0} (not installed)").format(choice.title)
            label = choice.title if choice.is_installed else missing
            self.checkpoint.addItem(label, choice.id)
        if self.checkpoint.findData(settings.checkpoint) < 0:
            self.checkpoint.addItem(settings.checkpoint, settings.checkpoint)
        self.checkpoint.setCurrentIndex(self.checkpoint.findData(settings.checkpoint))
        self.checkpoint.currentIndexChanged.connect(self._explain_checkpoint)
        self._licence = self._note(card)
        self.vram_mode = QComboBox(card)
        for mode, label, _ in VRAM_MODES:
            self.vram_mode.addItem(self.tr(label), mode)
        self.vram_mode.setCurrentIndex(self.vram_mode.findData(settings.vram_mode))
        self.vram_mode.currentIndexChanged.connect(self._explain_mode)
        self._mode_note = self._note(card)
        self.steps = QSpinBox(card)
        self.steps.setRange(0, MAX_STEPS)
        self.steps.setValue(settings.steps or 0)
        self.guidance = QDoubleSpinBox(card)
        self.guidance.setRange(0.0, 30.0)
        self.guidance.setSingleStep(0.5)
        self.guidance.setDecimals(1)
        self.guidance.setValue(settings.guidance or 0.0)
        for box in (self.steps, self.guidance):
            indent_text(box)
        self.own_process = QCheckBox(self.tr("Run the engine in its own process"), card)
        self.own_process.setChecked(settings.engine_in_own_process)
        self.own_process.setToolTip(
            self.tr("A crash or a full memory then costs one job and not the session")
        )
        self._row(grid, self.tr("Checkpoint"), self.checkpoint, self._licence)
        self._row(grid, self.tr("Memory use"), self.vram_mode, self._mode_note)
        self.sampler = self._combo(card, SAMPLERS, settings.sampler)
        self._row(grid, self.tr("Diffusion steps"), self.steps)
        solver_note = self.tr("DPM-Solver++ needs fewer steps; DDIM is there to compare")
        self._row(grid, self.tr("Scheduler"), self.sampler, self._note(card, solver_note))
        self._row(grid, self.tr("Guidance"), self.guidance)
        self._row(grid, "", self.own_process)
        self._explain_checkpoint()
        return card

    def _make_sound(self, settings: Settings) -> Card:
        card, grid = self._section(self.tr("Sound"))
        self.input_device = QComboBox(card)
        self.output_device = QComboBox(card)
        for combo, name in (
            (self.input_device, settings.input_device),
            (self.output_device, settings.output_device),
        ):
            combo.addItem(name or self.tr("System default"), name)
            combo.setSizeAdjustPolicy(
                QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon
            )
        refresh = QPushButton(self.tr("Look for devices again"), card)
        refresh.clicked.connect(self._on_refresh)
        self.trim_takes = QCheckBox(self.tr("Trim silence around every take"), card)
        self.trim_takes.setChecked(settings.trim_takes)
        self._row(grid, self.tr("Microphone"), self.input_device)
        self._row(grid, self.tr("Loudspeaker"), self.output_device)
        rates = sorted({*RATES_HZ, settings.sample_rate_hz})
        self.sample_rate = self._combo(
            card, [(f"{rate / 1000:g} kHz", rate) for rate in rates], settings.sample_rate_hz
        )
        buffers = sorted({*BUFFERS_FRAMES, settings.buffer_frames})
        frames = self.tr("{0} samples")
        self.buffer = self._combo(
            card, [(frames.format(count), count) for count in buffers], settings.buffer_frames
        )
        delays = sorted({*LATENCIES_MS, settings.latency_ms})
        self.latency = self._combo(
            card,
            [(self.tr("{0} ms").format(delay), delay) for delay in delays],
            settings.latency_ms,
        )
        latency_note = self.tr("Shorter answers faster; choose longer where sound crackles")
        self._row(grid, "", refresh)
        rate_note = self.tr("A device that cannot do it is opened at its own rate")
        self._row(grid, self.tr("Sample rate"), self.sample_rate, self._note(card, rate_note))
        self._row(grid, self.tr("Buffer"), self.buffer)
        self._row(grid, self.tr("Latency"), self.latency, self._note(card, latency_note))
        self._row(grid, "", self.trim_takes)
        return card

    def _make_files(self, settings: Settings, default_output_folder: str) -> Card:
        card, grid = self._section(self.tr("Files"))
        self.output_folder = QLineEdit(settings.output_folder, card)
        self.output_folder.setPlaceholderText(default_output_folder)
        self.library_folder = QLineEdit(settings.library_folder, card)
        self.library_folder.setPlaceholderText(self.tr("Bundled sounds"))
        self._row(
            grid,
            self.tr("Results go to"),
            self._with_browse(self.output_folder, self.tr("Results go to")),
        )
        self._row(
            grid,
            self.tr("Sound library"),
            self._with_browse(self.library_folder, self.tr("Sound library")),
            self._note(card, self.tr("Where “Nearest sound” looks for a starting point")),
        )
        return card

    def _make_appearance(self, settings: Settings) -> Card:
        card, grid = self._section(self.tr("Appearance"))
        self.theme_choice = QComboBox(card)
        for label, theme in (
            (self.tr("Follow the system"), Theme.SYSTEM),
            (self.tr("Dark"), Theme.DARK),
            (self.tr("Light"), Theme.LIGHT),
        ):
            self.theme_choice.addItem(label, theme)
        self.theme_choice.setCurrentIndex(self.theme_choice.findData(settings.theme))
        self._row(grid, self.tr("Theme"), self.theme_choice)
        self.text_percent = QComboBox(card)
        for percent in sorted({*TEXT_PERCENTS, settings.text_percent}):
            self.text_percent.addItem(f"{percent} %", percent)
        self.text_percent.setCurrentIndex(self.text_percent.findData(settings.text_percent))
        self._row(grid, self.tr("Text size"), self.text_percent)
        keys = QPushButton(self.tr("Keyboard shortcuts…"), card)
        keys.setAutoDefault(False)
        keys.clicked.connect(self.shortcuts_wanted)
        self._row(grid, "", keys)
        return card

    def _combo(
        self, parent: QWidget, choices: Sequence[tuple[str, object]], chosen: object
    ) -> QComboBox:
        combo = QComboBox(parent)
        for label, value in choices:
            combo.addItem(self.tr(label), value)
        combo.setCurrentIndex(combo.findData(chosen))
        return combo

    def _make_buttons(self) -> QHBoxLayout:
        row = QHBoxLayout()
        row.setContentsMargins(0, 0, GRID, 0)
        row.setSpacing(GRID)
        for text, clicked in (
            (self.tr("Restore defaults"), self._on_restore),
            ("", None),
            (self.tr("Cancel"), self.reject),
            (self.tr("Apply"), self._on_apply),
            (self.tr("Save"), self._on_save),
        ):
            if clicked is None:
                row.addStretch(1)
                continue
            button = QPushButton(text, self)
            button.setAutoDefault(False)
            button.clicked.connect(clicked)
            row.addWidget(button)
        button.setObjectName("primary")
        button.setMinimumWidth(96)
        button.setDefault(True)
        return row

    def _section(self, title: str) -> tuple[Card, QGridLayout]:
        card = Card(title, self)
        grid = QGridLayout()
        grid.setHorizontalSpacing(2 * GRID)
        grid.setVerticalSpacing(GRID)
        grid.setColumnMinimumWidth(0, LABEL_WIDTH_PX)
        grid.setColumnStretch(1, 1)
        card.body.addLayout(grid)
        return card, grid

    def _row(
        self, grid: QGridLayout, name: str, field: QWidget, note: QLabel | None = None
    ) -> None:
        number = grid.rowCount()
        label = QLabel(name, self)
        label.setObjectName("secondary")
        grid.addWidget(label, number, 0)
        grid.addWidget(field, number, 1)
        if name:
            label.setBuddy(field)
            field.setAccessibleName(name)
        if note is not None:
            grid.addWidget(note, number + 1, 1)

    def _note(self, parent: QWidget, text: str = "") -> QLabel:
        note = QLabel(text, parent)
        note.setObjectName("caption")
        note.setWordWrap(True)
        return note

    def _with_browse(self, field: QLineEdit, name: str) -> QWidget:
        field.setAccessibleName(name)
        box = QWidget(self)
        browse = QPushButton(self.tr("Browse…"), box)
        browse.setAutoDefault(False)
        browse.setProperty("field", field)
        browse.clicked.connect(self._on_browse)
        row = QHBoxLayout(box)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(GRID)
        row.addWidget(field, 1)
        row.addWidget(browse)
        box.setFocusProxy(field)
        return box

    @Slot()
    def _explain_checkpoint(self) -> None:
        choice = next((c for c in self._checkpoints if c.id == self.checkpoint.currentData()), None)
        self._licence.setText("" if choice is None else licence_line(choice))
        default = self.tr("Checkpoint's default")
        steps = default if choice is None else f"{default} ({choice.steps})"
        guidance = default if choice is None else f"{default} ({choice.guidance:g})"
        self.steps.setSpecialValueText(steps)
        self.guidance.setSpecialValueText(guidance)
        self._explain_mode()

    @Slot()
    def _explain_mode(self) -> None:
        mode, _, explanation = VRAM_MODES[self.vram_mode.currentIndex()]
        choice = next((c for c in self._checkpoints if c.id == self.checkpoint.currentData()), None)
        note = self.tr(explanation)
        if choice is not None and mode in choice.memory:
            takes = self.tr("about {0:.1f} GB for {1} variations of {2:g} s (estimated)")
            size = choice.memory[mode] / 1e9
            note += "  ·  " + takes.format(size, MEMORY_VARIATIONS, MEMORY_SECONDS)
        self._mode_note.setText(note)

    @Slot(bool)
    def _on_browse(self, checked: bool = False) -> None:
        field = self.sender().property("field")
        dialog = QFileDialog(self, self.tr("Choose a folder"), field.text())
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.setFileMode(QFileDialog.FileMode.Directory)
        dialog.fileSelected.connect(field.setText)
        dialog.open()

    @Slot(bool)
    def _on_refresh(self, checked: bool = False) -> None:
        self.devices_wanted.emit()

    def show_settings(self, settings: Settings) -> None:
        """Show other values; what the dialog does not show stays as it is."""
        self._settings = settings
        for combo, value in (
            (self.checkpoint, settings.checkpoint),
            (self.vram_mode, settings.vram_mode),
            (self.input_device, settings.input_device),
            (self.output_device, settings.output_device),
            (self.sampler, settings.sampler),
            (self.sample_rate, settings.sample_rate_hz),
            (self.buffer, settings.buffer_frames),
            (self.latency, settings.latency_ms),
            (self.theme_choice, settings.theme),
            (self.text_percent, settings.text_percent),
        ):
            combo.setCurrentIndex(max(combo.findData(value), 0))
        self.steps.setValue(settings.steps or 0)
        self.guidance.setValue(settings.guidance or 0.0)
        self.own_process.setChecked(settings.engine_in_own_process)
        self.trim_takes.setChecked(settings.trim_takes)
        self.output_folder.setText(settings.output_folder)
        self.library_folder.setText(settings.library_folder)

    @Slot()
    def _on_restore(self) -> None:
        """The defaults are shown, and count once they are applied or saved."""
        kept = self._settings
        self.show_settings(Settings(texts=kept.texts, shortcuts=kept.shortcuts))

    @Slot()
    def _on_apply(self) -> None:
        self.settings_chosen.emit(self.chosen())

    @Slot(bool)
    def _on_save(self, checked: bool = False) -> None:
        self.settings_chosen.emit(self.chosen())
        self.accept()


SAMPLERS = (("DPM-Solver++", SamplerName.DPM_SOLVER), ("DDIM", SamplerName.DDIM))
RATES_HZ = (44_100, 48_000, 96_000)
BUFFERS_FRAMES = (120, 240, 480, 960)
LATENCIES_MS = (50, 100, 200, 400)
TEXT_PERCENTS = (90, 100, 110, 125)
VRAM_MODES = (
    (VramMode.AUTO, "Automatic", "Chooses for this machine; uses the GPU where there is one"),
    (VramMode.CPU, "CPU only", "Leaves the GPU to other programs; slower"),
    (VramMode.MINIMAL, "Minimal", "For GPUs with 2 to 4 GB: weights in 8 bits; slowest on a GPU"),
    (VramMode.LOW, "Low", "For GPUs with 6 GB"),
    (VramMode.BALANCED, "Balanced", "For GPUs with 8 to 12 GB"),
    (VramMode.HIGH, "High", "For GPUs above 12 GB: everything stays loaded; fastest"),
)
