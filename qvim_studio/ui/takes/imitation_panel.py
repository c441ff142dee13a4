"""The panel that records or opens an imitation and shows a result below it, on one time axis."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtWidgets import QWidget

from qvim_studio.core.program.settings import Settings
from qvim_studio.core.text.file_names import readable_name
from qvim_studio.jobs.engine.imitation import Imitation
from qvim_studio.jobs.listening.sound_picture import SoundAnalysis, SoundPicture
from qvim_studio.jobs.recording import RecordingLevel, RecordingState
from qvim_studio.session.figures import seconds_text
from qvim_studio.ui.takes.examples import ExampleChips, example_takes
from qvim_studio.ui.takes.record_bar import RecordBar
from qvim_studio.ui.takes.take_head import TakeHead
from qvim_studio.ui.waves.melody_strip import MelodyStrip
from qvim_studio.ui.waves.time_axis import TimeAxis
from qvim_studio.ui.waves.waveform_view import WaveformView
from qvim_studio.ui.widgets.card import Card
from qvim_studio.ui.widgets.splitter import Splitter
from qvim_studio.ui.widgets.theme import StudioTheme
from qvim_studio.ui.widgets.tips import set_tip

RESULT_SHARE = 4 / 9  # of the height of both waveforms


class ImitationPanel(Card):
    """Signal: example_chosen (Path of a bundled take)."""

    example_chosen = Signal(object)

    def __init__(
        self, theme: StudioTheme, settings: Settings, parent: QWidget | None = None
    ) -> None:
        super().__init__("", parent)
        self._imitation: Imitation | None = None
        self._result: SoundPicture | None = None
        self._state = RecordingState.IDLE
        self.bar = RecordBar(theme, settings, self)  # first, as Tab visits them in this order
        self.take_head = TakeHead(theme, self)
        self.axis = TimeAxis(self)
        waves = Splitter(Qt.Orientation.Vertical, "waves", _result_height, self)
        self.wave = WaveformView(theme, waves, self.axis)
        self.wave.setAccessibleName(self.tr("Waveform of the imitation"))
        self.wave.set_hint(
            self.tr("Imitate a sound with your voice"),
            self.tr("Press R to record, or drop an audio file here"),
        )
        self.result = WaveformView(theme, waves, self.axis, with_ruler=False)
        self.result.set_takes_several(True)
        self.result.setAccessibleName(self.tr("Waveform of the chosen candidate"))
        set_tip(
            self.result,
            self.tr("Drag to select a part; then drag it out, or regenerate it"),
        )
        self.result.hide()
        self.body.addWidget(self.take_head)
        self.body.addWidget(waves, 1)
        self.melody = MelodyStrip(theme, self.axis, self)
        self.melody.hide()
        self.body.addWidget(self.melody)
        self.examples = ExampleChips(example_takes(), self)
        self.examples.chosen.connect(self.example_chosen)
        self.body.addWidget(self.examples)
        self.body.addWidget(self.bar)
        self.take_head.look_changed.connect(self._on_look_changed)
        self.take_head.fit_clicked.connect(self.axis.show_all)
        self.axis.changed.connect(self._on_axis_changed)
        self._on_axis_changed()

    def show_imitation(self, imitation: Imitation | None) -> None:
        """Show a loaded imitation; None empties the panel."""
        self._imitation = imitation
        self.show_result(None)
        self.wave.show_sound(None if imitation is None else imitation.picture)
        self.bar.set_has_clip(imitation is not None)
        self.examples.setVisible(imitation is None)
        self.take_head.name.setText("" if imitation is None else readable_name(imitation.name))
        self.take_head.time.clear()
        if imitation is not None:
            self.show_part(imitation)
        self.axis.show_all()

    @Slot(object)
    def show_part(self, imitation: Imitation) -> None:
        """Show another part of the same take."""
        self._imitation = imitation
        self.wave.set_part((imitation.begin_s, imitation.end_s))
        self.take_head.time.setText(seconds_text(imitation.end_s - imitation.begin_s))
        self._align()

    def show_result(self, picture: SoundPicture | None) -> None:
        """Draw a candidate below the imitation, both from the same start."""
        self._result = picture
        self.result.setVisible(picture is not None)
        self.result.show_sound(picture)
        self._align()

    def show_analysis(self, analysis: SoundAnalysis) -> None:
        self.wave.show_analysis(analysis)

    def show_result_analysis(self, analysis: SoundAnalysis) -> None:
        self.result.show_analysis(analysis)

    @Slot(object)
    def show_recording(self, state: RecordingState) -> None:
        """Show the state of the recording session."""
        texts = {
            RecordingState.OPENING: self.tr("Opening the microphone…"),
            RecordingState.READY: self.tr("Listening"),
            RecordingState.COUNTING_IN: self.tr("Get ready…"),
            RecordingState.RECORDING: self.tr("Recording"),
        }
        if state in (RecordingState.OPENING, RecordingState.RECORDING):
            self.show_result(None)
            self.wave.begin_live()
            self.examples.hide()
            self.take_head.time.clear()
        if state in texts:
            self.take_head.name.setText(texts[state])
        self._state = state
        self.bar.show_recording(state)

    @Slot(object)
    def show_level(self, level: RecordingLevel) -> None:
        self.bar.show_level(level)
        if self._state is RecordingState.RECORDING:
            self.take_head.time.setText(seconds_text(level.seconds))

    def _align(self) -> None:
        imitation, result = self._imitation, self._result
        begin_s = 0.0 if imitation is None else imitation.begin_s
        ends_s = [0.0 if imitation is None else imitation.source.duration_s]
        if result is not None:
            ends_s.append(begin_s + result.duration_s)
        self.axis.set_total(max(ends_s))
        self.result.move_to(begin_s)

    @property
    def look(self) -> tuple[bool, bool]:
        """Whether the spectrogram replaces the waveform, and whether the curves are shown."""
        return self.take_head.spectrogram.isChecked(), self.take_head.curves.isChecked()

    def set_look(self, with_spectrogram: bool = False, with_curves: bool = False) -> None:
        self.take_head.spectrogram.setChecked(with_spectrogram)
        self.take_head.curves.setChecked(with_curves)

    @Slot()
    def _on_look_changed(self) -> None:
        self.wave.set_look(*self.look)
        self.result.set_look(*self.look)

    @Slot()
    def _on_axis_changed(self) -> None:
        self.take_head.set_zoomed(self.axis.is_zoomed)


def _result_height(room: int) -> float:
    """The height of the result, a little less than that of the imitation, which has the ruler."""
    return RESULT_SHARE * room
