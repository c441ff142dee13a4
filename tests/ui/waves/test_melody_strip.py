"""The strip shows a melody note by note, and says it."""

from __future__ import annotations

import numpy as np
import pytest
from PySide6.QtGui import QColor
from pytestqt.qtbot import QtBot

from qvim_studio.audio.melody import MELODY_STEP_S, NOTE_NAMES, SILENT, Melody, melody_of
from qvim_studio.core.clip import AudioClip
from qvim_studio.core.program.settings import Theme
from qvim_studio.ui.waves.melody_strip import MelodyStrip, Note, notes_of
from qvim_studio.ui.waves.time_axis import TimeAxis
from qvim_studio.ui.widgets.theme import GRID, StudioTheme

C, E, A = (NOTE_NAMES.index(name) for name in "CEA")


@pytest.fixture
def strip(theme: StudioTheme, qtbot: QtBot) -> MelodyStrip:
    axis = TimeAxis()
    axis.set_total(2.0)
    strip = MelodyStrip(theme, axis)
    axis.setParent(strip)
    qtbot.addWidget(strip)
    strip.resize(400, strip.sizeHint().height())
    strip.show()
    return strip


def melody(*rows: int) -> Melody:
    return Melody(np.array(rows))


def accent_places(strip: MelodyStrip, theme: StudioTheme) -> tuple[list[int], list[int]]:
    """Columns and rows of the pixels that are a note."""
    image, color = strip.grab().toImage(), QColor(theme.palette.accent)
    places = [
        (x, y)
        for x in range(image.width())
        for y in range(image.height())
        if image.pixelColor(x, y) == color
    ]
    columns, rows = zip(*places, strict=True)
    return sorted(set(columns)), sorted(set(rows))


def test_neighboring_frames_of_a_note_are_one_and_pauses_are_none() -> None:
    step = MELODY_STEP_S
    assert notes_of(melody(A, A, SILENT, A, E, E)) == (
        Note(A, 0.0, 1.5 * step),
        Note(A, 2.5 * step, 3.5 * step),
        Note(E, 3.5 * step, 5.5 * step),
    )
    assert notes_of(melody(SILENT, SILENT)) == ()


def test_a_sung_note_is_the_one_that_is_named() -> None:
    seconds = np.arange(48_000) / 48_000
    sung = AudioClip.from_mono(0.3 * np.sin(2 * np.pi * 440.0 * seconds), 48_000)
    assert {note.name for note in notes_of(melody_of(sung))} == {"A"}


def test_a_note_lies_where_it_sounds_and_as_high_as_it_is(
    strip: MelodyStrip, theme: StudioTheme
) -> None:
    strip.show_melody(melody(*[E] * 5), origin_s=1.0, duration_s=0.5)
    columns, rows = accent_places(strip, theme)
    left, width = 2 * GRID, strip.width() - 4 * GRID
    assert columns[0] == pytest.approx(left + width / 2, abs=2)
    # No note is longer than the take.
    assert columns[-1] == pytest.approx(left + width * 0.75, abs=2)
    strip.show_melody(melody(*[A] * 5), origin_s=1.0, duration_s=0.5)
    assert accent_places(strip, theme)[1][0] < rows[0]


def test_what_is_heard_is_said(strip: MelodyStrip) -> None:
    strip.show_melody(melody(C, C, C, SILENT, A), origin_s=0.0, duration_s=0.6)
    assert strip.accessibleDescription() == "C 0.0 to 0.3 s, A 0.4 to 0.6 s"
    strip.show_melody(melody(SILENT), origin_s=0.0, duration_s=0.6)
    assert strip.text.startswith("No melody is heard") and strip.notes == ()
    assert strip.accessibleDescription() == strip.text
    strip.show_melody(melody(*[C, E] * 20), origin_s=0.0, duration_s=9.0)
    assert strip.accessibleDescription().endswith("and 16 more notes")


@pytest.mark.parametrize("wanted", [Theme.DARK, Theme.LIGHT])
def test_notes_stand_out_in_both_palettes(
    strip: MelodyStrip, theme: StudioTheme, wanted: Theme
) -> None:
    theme.set_theme(wanted, 100)
    palette = theme.palette
    note, ground = QColor(palette.accent), QColor(palette.window)
    lighter, darker = sorted((_luminance(note), _luminance(ground)), reverse=True)
    assert (lighter + 0.05) / (darker + 0.05) >= 3.0  # WCAG 2.1, 1.4.11: graphics
    strip.show_melody(melody(C, E, A), origin_s=0.0, duration_s=0.4)
    assert accent_places(strip, theme)[0]
    theme.set_theme(Theme.DARK)


def _luminance(color: QColor) -> float:
    """WCAG 2.1, relative luminance."""
    parts = np.array([color.redF(), color.greenF(), color.blueF()])
    linear = np.where(parts <= 0.04045, parts / 12.92, ((parts + 0.055) / 1.055) ** 2.4)
    return float(linear @ [0.2126, 0.7152, 0.0722])
