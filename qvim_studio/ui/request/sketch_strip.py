"""Shows the live sketch: a rough sound of the present settings."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtWidgets import QHBoxLayout, QLabel, QToolButton, QWidget

from qvim_studio.audio.spectrogram import Spectrogram
from qvim_studio.core.result import Variation
from qvim_studio.ui.candidates.forming_picture import FormingPicture
from qvim_studio.ui.widgets.icons import icon
from qvim_studio.ui.widgets.match_text import match_text, match_tip
from qvim_studio.ui.widgets.theme import GRID, StudioTheme
from qvim_studio.ui.widgets.tips import set_tip

STRIP_PX = 56


class SketchStrip(QWidget):
    """Signal: play_requested (nothing)."""

    play_requested = Signal()

    def __init__(self, theme: StudioTheme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self.play = QToolButton(self)
        self.play.setAccessibleName(self.tr("Play the sketch"))
        set_tip(self.play, self.tr("Play the sketch"))
        self.play.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.play.clicked.connect(self._on_play)
        self._picture = FormingPicture(theme, self)
        self._picture.setAccessibleName(self.tr("Spectrogram of the sketch"))
        self._picture.setMinimumHeight(STRIP_PX)
        self._text = QLabel(self)
        self._text.setObjectName("secondary")
        self._text.setAlignment(Qt.AlignmentFlag.AlignCenter)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 2 * GRID, 0)
        row.setSpacing(12)
        row.addWidget(self.play)
        row.addWidget(self._picture, 1)
        row.addWidget(self._text)
        self.setFixedHeight(STRIP_PX)
        self.hide()
        theme.changed.connect(self._dress)
        self._dress()
        self.show_waiting("")

    @property
    def text(self) -> str:
        return self._text.text()

    def show_waiting(self, reason: str) -> None:
        """Show that there is no sketch of these settings yet. reason: why not."""
        self.play.setEnabled(False)
        self._picture.show_levels(None)
        self._text.setText(reason)

    def show_sketch(self, variation: Variation, spectrogram: Spectrogram) -> None:
        """Show the newest sketch, which can be played."""
        self.play.setEnabled(True)
        self._picture.show_levels(spectrogram.levels)
        name, match = self.tr("Sketch"), variation.match
        self._text.setText(name if match is None else f"{name}: {match_text(match)}")
        set_tip(self._text, "" if match is None else match_tip(match))

    @Slot(bool)
    def _on_play(self, checked: bool = False) -> None:
        self.play_requested.emit()

    @Slot()
    def _dress(self) -> None:
        self.play.setIcon(icon("play", self._theme.palette.text))
