"""The settings: generation, sound, files, appearance. Changes take effect with "Save"."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtWidgets import (
    QCheckBox,
    QComboBox,
    QDialog,
    QDoubleSpinBox,
    QHBoxLayout,
    QLineEdit,
    QPushButton,
    QSpinBox,
    QVBoxLayout,
    QWidget,
)

from qvim_studio.audio.devices.device_list import AudioDevice, Direction, find_device
from qvim_studio.core.checkpoint_entry import (
    MEMORY_SECONDS,
    MEMORY_VARIATIONS,
    CheckpointEntry,
)
from qvim_studio.core.errors import DeviceError
from qvim_studio.core.program.device_key import FIRST_INPUT, channel_of, with_channel
from qvim_studio.core.program.settings import Language, Settings, Theme
from qvim_studio.core.request import MAX_STEPS, SamplerName, VramMode
from qvim_studio.core.result import MemoryUse
from qvim_studio.core.text.file_names import pasted_name
from qvim_studio.jobs.engine.memory_watch import GIB
from qvim_studio.session.figures import filled, number_text
from qvim_studio.ui.settings.encoder_field import EncoderField
from qvim_studio.ui.settings.export_card import ExportCard
from qvim_studio.ui.settings.memory_modes import memory_modes
from qvim_studio.ui.settings.settings_card import SettingsCard
from qvim_studio.ui.takes.device_box import device_index, fill_device_box, fill_input_box
from qvim_studio.ui.widgets.card import dialog_title, indent_text
from qvim_studio.ui.widgets.fitting import Column, resize_on_screen
from qvim_studio.ui.widgets.theme import GRID
from qvim_studio.ui.widgets.tips import set_tip
from qvim_studio.ui.window.header import licence_line


class SettingsDialog(QDialog):
    """Signals: settings_chosen (Settings), devices_wanted (nothing: look again),
    shortcuts_wanted (nothing: show the keyboard map)."""

    settings_chosen = Signal(object)
    devices_wanted = Signal()
    shortcuts_wanted = Signal()

    def __init__(
        self,
        settings: Settings,
        checkpoints: Sequence[CheckpointEntry],
        default_output_folder: str,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self._settings = settings
        self._inputs = settings.inputs
        self._microphones: tuple[AudioDevice, ...] = ()
        self._checkpoints = tuple(checkpoints)
        self._last_use: MemoryUse | None = None
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        resize_on_screen(self, 600, 680)
        column = Column(self)
        column.panels.setContentsMargins(0, 0, GRID, 0)
        column.panels.setSpacing(12)
        column.panels.addWidget(self._make_generation(settings))
        column.panels.addWidget(self._make_sound(settings))
        column.panels.addWidget(self._make_files(settings, default_output_folder))
        self.export = ExportCard(self.tr("Export"), settings.pack, self)
        column.panels.addWidget(self.export)
        column.panels.addWidget(self._make_appearance(settings))
        column.panels.addStretch(1)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(3 * GRID, 2 * GRID, 2 * GRID, 2 * GRID)
        layout.setSpacing(2 * GRID)
        layout.addWidget(dialog_title(self, self.tr("Settings")))
        layout.addWidget(column, 1)
        layout.addLayout(self._make_buttons())

    def show_devices(self, inputs: Sequence[AudioDevice], outputs: Sequence[AudioDevice]) -> None:
        """Offer these devices; a remembered device that is absent stays in the list, marked."""
        self._microphones = tuple(inputs)
        no_microphone, no_loudspeaker = (
            self.tr("No microphone found"),
            self.tr("No loudspeaker found"),
        )
        default = self.tr("System default")
        for box, devices, chosen, nothing in (
            (self.input_device, inputs, self._settings.input_device, no_microphone),
            (self.output_device, outputs, self._settings.output_device, no_loudspeaker),
        ):
            wanted = box.currentData() if box.count() > 1 else chosen
            fill_device_box(box, devices, wanted, default if devices else nothing)

    def show_memory(self, use: MemoryUse) -> None:
        """Show the measured memory of the last generation beside the estimate of its mode."""
        self._last_use = use
        self._explain_mode()

    def chosen(self) -> Settings:
        """The settings with the values in the dialog."""
        return self._settings.with_changes(
            checkpoint=self.checkpoint.currentData(),
            vram_mode=self.vram_mode.currentData(),
            cuda_graphs=self.cuda_graphs.isChecked(),
            steps=self.steps.value() or None,
            guidance=self.guidance.value() or None,
            engine_in_own_process=self.own_process.isChecked(),
            input_device=self.input_device.currentData(),
            output_device=self.output_device.currentData(),
            inputs=self._inputs,
            sampler=self.sampler.currentData(),
            sample_rate_hz=self.sample_rate.currentData(),
            buffer_frames=self.buffer.currentData(),
            latency_ms=self.latency.currentData(),
            output_folder=pasted_name(self.output_folder.text()),
            library_folder=pasted_name(self.library_folder.text()),
            watch_folder=pasted_name(self.watch_folder.text()),
            trim_takes=self.trim_takes.isChecked(),
            language=self.language.currentData(),
            theme=self.theme_choice.currentData(),
            text_percent=self.text_percent.currentData(),
            pack=self.export.values(),
            by_checkpoint=self.encoder.kept_in(self._settings.by_checkpoint),
        )

    def _make_generation(self, settings: Settings) -> SettingsCard:
        card = SettingsCard(self.tr("Generation"), self)
        self.checkpoint = QComboBox(card)
        for entry in self._checkpoints:
            missing = self.tr("{0} (not installed)").format(entry.title)
            label = entry.title if entry.is_installed else missing
            self.checkpoint.addItem(label, entry.id)
        if self.checkpoint.findData(settings.checkpoint) < 0:
            self.checkpoint.addItem(settings.checkpoint, settings.checkpoint)
        self.checkpoint.setCurrentIndex(self.checkpoint.findData(settings.checkpoint))
        self.checkpoint.currentIndexChanged.connect(self._explain_checkpoint)
        self._licence = card.note()
        encoder_note = card.note()
        self.encoder = EncoderField(encoder_note, card)
        self.encoder.show_values(settings.by_checkpoint)
        modes = [(title, mode) for mode, title, _ in memory_modes()]
        self.vram_mode = card.combo(modes, settings.vram_mode)
        self.vram_mode.currentIndexChanged.connect(self._explain_mode)
        self._mode_note = card.note()
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
        set_tip(
            self.own_process,
            self.tr("A crash or full memory then costs one job, not the session"),
        )
        self.cuda_graphs = QCheckBox(self.tr("Replay the network as CUDA graphs"), card)
        self.cuda_graphs.setChecked(settings.cuda_graphs)
        card.add(self.tr("Checkpoint"), self.checkpoint, self._licence)
        card.add(self.tr("Encoder"), self.encoder, encoder_note)
        card.add(self.tr("Memory use"), self.vram_mode, self._mode_note)
        self.sampler = card.combo(SAMPLERS, settings.sampler)
        card.add(self.tr("Diffusion steps"), self.steps)
        solver_note = self.tr("DPM-Solver++ needs fewer steps; DDIM is offered for comparison")
        card.add(self.tr("Scheduler"), self.sampler, card.note(solver_note))
        card.add(self.tr("Guidance"), self.guidance)
        card.add("", self.own_process)
        graphs_note = self.tr(
            "Experimental, for NVIDIA GPUs in modes High and Balanced; from the second sound of a "
            "length on"
        )
        card.add("", self.cuda_graphs, card.note(graphs_note))
        self._explain_checkpoint()
        return card

    def _make_sound(self, settings: Settings) -> SettingsCard:
        card = SettingsCard(self.tr("Sound"), self)
        self.input_device = QComboBox(card)
        self.output_device = QComboBox(card)
        self.input = QComboBox(card)
        for combo, key in (
            (self.input_device, settings.input_device),
            (self.output_device, settings.output_device),
        ):
            combo.addItem(key.name or self.tr("System default"), key)
            combo.setSizeAdjustPolicy(
                QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon
            )
        refresh = QPushButton(self.tr("Look for devices again"), card)
        refresh.clicked.connect(self._on_refresh)
        self.trim_takes = QCheckBox(self.tr("Trim silence around every take"), card)
        self.trim_takes.setChecked(settings.trim_takes)
        self.input_device.currentIndexChanged.connect(self._show_inputs)
        self.input.activated.connect(self._on_input_chosen)
        input_note = self.tr("Which input of the microphone or interface is recorded")
        card.add(self.tr("Microphone"), self.input_device)
        card.add(self.tr("Input"), self.input, card.note(input_note))
        card.add(self.tr("Loudspeaker"), self.output_device)
        rates = sorted({*RATES_HZ, settings.sample_rate_hz})
        labels = [(f"{number_text(rate / 1000)} kHz", rate) for rate in rates]
        self.sample_rate = card.combo(labels, settings.sample_rate_hz)
        frames = self.tr("{0} samples")
        buffers = sorted({*BUFFERS_FRAMES, settings.buffer_frames})
        labels = [(frames.format(count), count) for count in buffers]
        self.buffer = card.combo(labels, settings.buffer_frames)
        milliseconds = self.tr("{0} ms")
        delays = sorted({*LATENCIES_MS, settings.latency_ms})
        labels = [(milliseconds.format(delay), delay) for delay in delays]
        self.latency = card.combo(labels, settings.latency_ms)
        latency_note = self.tr("Shorter responds faster; choose longer if the sound crackles")
        card.add("", refresh)
        rate_note = self.tr("A device that does not support this rate is opened at its own")
        card.add(self.tr("Sample rate"), self.sample_rate, card.note(rate_note))
        card.add(self.tr("Buffer"), self.buffer)
        card.add(self.tr("Latency"), self.latency, card.note(latency_note))
        card.add("", self.trim_takes)
        return card

    def _make_files(self, settings: Settings, default_output_folder: str) -> SettingsCard:
        card = SettingsCard(self.tr("Files"), self)
        self.output_folder = QLineEdit(settings.output_folder, card)
        self.output_folder.setPlaceholderText(default_output_folder)
        self.library_folder = QLineEdit(settings.library_folder, card)
        self.library_folder.setPlaceholderText(self.tr("Bundled sounds"))
        library_note = card.note(self.tr("Where “Nearest sound” looks for a starting point"))
        card.add_folder(self.tr("Results go to"), self.output_folder)
        card.add_folder(self.tr("Sound library"), self.library_folder, library_note)
        self.watch_folder = QLineEdit(settings.watch_folder, card)
        self.watch_folder.setPlaceholderText(self.tr("No copies"))
        copies_note = card.note(self.tr("A folder that your sampler or DAW watches"))
        card.add_folder(self.tr("Copies go to"), self.watch_folder, copies_note)
        return card

    def _make_appearance(self, settings: Settings) -> SettingsCard:
        card = SettingsCard(self.tr("Appearance"), self)
        languages = ((self.tr("Follow the system"), Language.SYSTEM), *LANGUAGES)
        self.language = card.combo(languages, settings.language)
        language_note = card.note(self.tr("The window speaks it from the next start on"))
        card.add(self.tr("Language"), self.language, language_note)
        themes = (
            (self.tr("Follow the system"), Theme.SYSTEM),
            (self.tr("Dark"), Theme.DARK),
            (self.tr("Light"), Theme.LIGHT),
        )
        self.theme_choice = card.combo(themes, settings.theme)
        card.add(self.tr("Theme"), self.theme_choice)
        percents = sorted({*TEXT_PERCENTS, settings.text_percent})
        labels = [(f"{percent} %", percent) for percent in percents]
        self.text_percent = card.combo(labels, settings.text_percent)
        card.add(self.tr("Text size"), self.text_percent)
        keys = QPushButton(self.tr("Keyboard shortcuts…"), card)
        keys.setAutoDefault(False)
        keys.clicked.connect(self.shortcuts_wanted)
        card.add("", keys)
        return card

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

    @Slot()
    def _explain_checkpoint(self) -> None:
        entry = next((c for c in self._checkpoints if c.id == self.checkpoint.currentData()), None)
        self._licence.setText("" if entry is None else licence_line(entry))
        default = self.tr("Checkpoint's default")
        steps = default if entry is None else f"{default} ({entry.steps})"
        guidance = default if entry is None else f"{default} ({number_text(entry.guidance)})"
        self.steps.setSpecialValueText(steps)
        self.guidance.setSpecialValueText(guidance)
        self.encoder.show_checkpoint(entry)
        self._explain_mode()

    @Slot()
    def _explain_mode(self) -> None:
        mode, _, note = memory_modes()[self.vram_mode.currentIndex()]
        entry = next((c for c in self._checkpoints if c.id == self.checkpoint.currentData()), None)
        if entry is not None and mode in entry.memory:
            takes = self.tr("about {0:.1f} GB for {1} variations of {2:g} s (estimated)")
            size = entry.memory[mode] / GIB
            note += "  ·  " + filled(takes, size, MEMORY_VARIATIONS, MEMORY_SECONDS)
        last = self._last_use
        if last is not None and mode in (VramMode.AUTO, VramMode(last.mode)):
            took = self.tr("the last sound took {0:.1f} GB ({1}, measured)")
            used = self.vram_mode.itemText(self.vram_mode.findData(VramMode(last.mode)))
            note += "  ·  " + filled(took, last.peak_bytes / GIB, used)
        self._mode_note.setText(note)

    @Slot(bool)
    def _on_refresh(self, checked: bool = False) -> None:
        self.devices_wanted.emit()

    def show_settings(self, settings: Settings) -> None:
        """Show other values; settings without a field in the dialog are kept."""
        self._settings = settings
        self._inputs = settings.inputs
        for box, key in (
            (self.input_device, settings.input_device),
            (self.output_device, settings.output_device),
        ):
            box.setCurrentIndex(max(device_index(box, key), 0))
        for combo, value in (
            (self.checkpoint, settings.checkpoint),
            (self.vram_mode, settings.vram_mode),
            (self.sampler, settings.sampler),
            (self.sample_rate, settings.sample_rate_hz),
            (self.buffer, settings.buffer_frames),
            (self.latency, settings.latency_ms),
            (self.language, settings.language),
            (self.theme_choice, settings.theme),
            (self.text_percent, settings.text_percent),
        ):
            combo.setCurrentIndex(max(combo.findData(value), 0))
        self.steps.setValue(settings.steps or 0)
        self.guidance.setValue(settings.guidance or 0.0)
        self.own_process.setChecked(settings.engine_in_own_process)
        self.cuda_graphs.setChecked(settings.cuda_graphs)
        self.trim_takes.setChecked(settings.trim_takes)
        self.output_folder.setText(settings.output_folder)
        self.library_folder.setText(settings.library_folder)
        self.watch_folder.setText(settings.watch_folder)
        self.export.show_values(settings.pack)
        self.encoder.show_values(settings.by_checkpoint)
        self._show_inputs()

    @Slot()
    def _show_inputs(self) -> None:
        """Show the inputs of the chosen microphone."""
        device = self._microphone()
        channel = FIRST_INPUT if device is None else channel_of(self._inputs, device.key)
        fill_input_box(self.input, device, channel)

    @Slot(int)
    def _on_input_chosen(self, index: int) -> None:
        device = self._microphone()
        if device is not None:
            self._inputs = with_channel(self._inputs, device.key, self.input.itemData(index))

    def _microphone(self) -> AudioDevice | None:
        key = self.input_device.currentData()
        try:
            return None if key is None else find_device(self._microphones, key, Direction.INPUT)
        except DeviceError:
            return None

    @Slot()
    def _on_restore(self) -> None:
        """Show the defaults, which take effect when they are applied or saved."""
        kept = self._settings
        self.show_settings(Settings(texts=kept.texts, shortcuts=kept.shortcuts))

    @Slot()
    def _on_apply(self) -> None:
        self.settings_chosen.emit(self.chosen())

    @Slot(bool)
    def _on_save(self, checked: bool = False) -> None:
        self.settings_chosen.emit(self.chosen())
        self.accept()


LANGUAGES = (("English", Language.ENGLISH), ("Deutsch", Language.GERMAN))  # by their own names
SAMPLERS = (("DPM-Solver++", SamplerName.DPM_SOLVER), ("DDIM", SamplerName.DDIM))
RATES_HZ = (44_100, 48_000, 96_000)
BUFFERS_FRAMES = (120, 240, 480, 960)
LATENCIES_MS = (50, 100, 200, 400)
TEXT_PERCENTS = (90, 100, 110, 125, 150, 175, 200)
