"""Chooses the part of a long recording that is used, at most ten minutes."""

from __future__ import annotations

from PySide6.QtCore import Signal, Slot
from PySide6.QtWidgets import (
    QDialog,
    QDialogButtonBox,
    QDoubleSpinBox,
    QHBoxLayout,
    QLabel,
    QVBoxLayout,
    QWidget,
)

from qvim_studio.audio.files.reading import MAX_SECONDS, MIN_SECONDS
from qvim_studio.jobs.listening.sound_picture import SoundPicture
from qvim_studio.session.figures import seconds_text, waiting_text
from qvim_studio.ui.waves.waveform_view import WaveformView
from qvim_studio.ui.widgets.card import caption
from qvim_studio.ui.widgets.theme import GRID, StudioTheme

SIZE_PX = (820, 320)
FIRST_PART_S = 60.0  # the default part


class PartDialog(QDialog):
    """Signal: part_chosen (begin_s, end_s)."""

    part_chosen = Signal(object, object)

    def __init__(
        self,
        theme: StudioTheme,
        name: str,
        picture: SoundPicture,
        part: tuple[float, float] | None,
        parent: QWidget | None = None,
    ) -> None:
        """part: start and end in seconds of the part at first; None for the first minute."""
        super().__init__(parent)
        self._duration_s = picture.duration_s
        self.setWindowTitle(self.tr("Choose a part"))
        self.resize(*SIZE_PX)
        text = self.tr("{0} is {1} long. Choose the part to imitate, at most {2:.0f} minutes.")
        explanation = QLabel(
            text.format(name, waiting_text(picture.duration_s), MAX_SECONDS / 60), self
        )
        explanation.setWordWrap(True)
        self.wave = WaveformView(theme, self)
        self.wave.setAccessibleName(self.tr("Waveform of the recording"))
        self.wave.show_sound(picture)
        self.wave.axis.set_total(picture.duration_s)
        self.wave.axis.show_all()
        self.begin = self._box(self.tr("Begin"))
        self.end = self._box(self.tr("End"))
        self.length = QLabel(self)
        self.length.setObjectName("secondary")
        fields = QHBoxLayout()
        fields.setSpacing(GRID)
        for label, box in ((self.tr("Begin"), self.begin), (self.tr("End"), self.end)):
            name_label = caption(label, self)
            name_label.setBuddy(box)
            fields.addWidget(name_label)
            fields.addWidget(box)
        fields.addWidget(self.length, 1)
        buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Cancel, self)
        use = buttons.addButton(self.tr("Use this part"), QDialogButtonBox.ButtonRole.AcceptRole)
        use.setObjectName("primary")
        use.setDefault(True)
        buttons.accepted.connect(self._on_accepted)
        buttons.rejected.connect(self.reject)
        rows = QVBoxLayout(self)
        rows.setContentsMargins(2 * GRID, 2 * GRID, 2 * GRID, 2 * GRID)
        rows.setSpacing(12)
        rows.addWidget(explanation)
        rows.addWidget(self.wave, 1)
        rows.addLayout(fields)
        rows.addWidget(buttons)
        self._part = (0.0, 0.0)
        self.choose(*(part or (0.0, min(FIRST_PART_S, picture.duration_s))))
        self.wave.part_dragged.connect(self._on_dragged)
        self.wave.selection_made.connect(self._on_selected)
        self.begin.valueChanged.connect(self._on_begin_changed)
        self.end.valueChanged.connect(self._on_end_changed)

    @property
    def part(self) -> tuple[float, float]:
        """Start and end in seconds of the file."""
        return self._part

    def choose(self, begin_s: float, end_s: float, keeps_end: bool = False) -> None:
        """Choose a part inside the file. Parts of more than ten minutes are cut at the end, or with
        ``keeps_end`` at the beginning."""
        begin_s = min(max(begin_s, 0.0), self._duration_s - MIN_SECONDS)
        end_s = min(max(end_s, begin_s + MIN_SECONDS), self._duration_s)
        if end_s - begin_s > MAX_SECONDS:
            begin_s = end_s - MAX_SECONDS if keeps_end else begin_s
            end_s = begin_s + MAX_SECONDS
        self._part = begin_s, end_s
        for box, value in ((self.begin, begin_s), (self.end, end_s)):
            box.blockSignals(True)
            box.setValue(value)
            box.blockSignals(False)
        self.wave.set_part(self._part)
        self.length.setText(seconds_text(end_s - begin_s))

    def _box(self, name: str) -> QDoubleSpinBox:
        box = QDoubleSpinBox(self)
        box.setRange(0.0, self._duration_s)
        box.setDecimals(1)
        box.setSuffix(" s")
        box.setSingleStep(1.0)
        box.setAccessibleName(name)
        box.setKeyboardTracking(False)
        return box

    @Slot(object, object)
    def _on_dragged(self, begin_s: float, end_s: float) -> None:
        self.choose(begin_s, end_s, keeps_end=end_s != self._part[1])

    @Slot(object)
    def _on_selected(self, selection: tuple[float, float]) -> None:
        """Choose the part that was dragged over in the recording."""
        self.wave.select(None)
        self.choose(*selection)

    @Slot(float)
    def _on_begin_changed(self, begin_s: float) -> None:
        self.choose(begin_s, max(self._part[1], begin_s + MIN_SECONDS))

    @Slot(float)
    def _on_end_changed(self, end_s: float) -> None:
        self.choose(min(self._part[0], end_s - MIN_SECONDS), end_s, keeps_end=True)

    @Slot()
    def _on_accepted(self) -> None:
        self.accept()
        self.part_chosen.emit(*self._part)
