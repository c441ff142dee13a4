from __future__ import annotations

import time

import numpy as np
import pytest
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QWheelEvent
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from qvim_studio.audio.spectrogram import band_of
from qvim_studio.core.clip import AudioClip
from qvim_studio.jobs.listening.sound_picture import analyze, picture_of
from qvim_studio.ui.takes.level_meter import HOLD_S, LAMP_PX, LevelMeter
from qvim_studio.ui.waves.time_axis import SCROLL_SHARE, ZOOM_STEP
from qvim_studio.ui.waves.wave_painting import ruler_px
from qvim_studio.ui.waves.waveform_view import WaveformView
from qvim_studio.ui.widgets.theme import StudioTheme

CLIP = AudioClip.from_mono(np.sin(np.arange(48_000) * 0.1), 48_000)


@pytest.fixture
def view(theme: StudioTheme, qtbot: QtBot) -> WaveformView:
    view = WaveformView(theme)
    qtbot.addWidget(view)
    view.resize(640, 180)
    view.setFocusPolicy(Qt.FocusPolicy.NoFocus)  # its frame would be in the accent
    view.show()
    return view


def show(view: WaveformView, clip: AudioClip) -> None:
    view.show_sound(picture_of(clip))
    view.axis.set_total(clip.duration_s)


def accent_columns(view: WaveformView, color: str) -> np.ndarray:
    """x of every pixel column that has the color."""
    image = view.grab().toImage()
    return np.array(
        [
            x
            for x in range(image.width())
            if any(image.pixelColor(x, y).name() == color for y in range(0, image.height(), 3))
        ]
    )


def test_a_click_asks_for_that_moment(view: WaveformView, qtbot: QtBot) -> None:
    show(view, CLIP)
    with qtbot.waitSignal(view.seek_requested) as asked:
        QTest.mouseClick(
            view,
            Qt.MouseButton.LeftButton,
            Qt.KeyboardModifier.NoModifier,
            QPoint(320, 80),
        )
    assert asked.args[0] == pytest.approx(0.5, abs=0.01)


def test_an_empty_view_has_nothing_to_seek(view: WaveformView, qtbot: QtBot) -> None:
    with qtbot.assertNotEmitted(view.seek_requested):
        QTest.mouseClick(view, Qt.MouseButton.LeftButton)


def test_what_was_played_is_drawn_in_the_accent(view: WaveformView, theme: StudioTheme) -> None:
    show(view, CLIP)
    view.set_position(0.5)
    drawn = accent_columns(view, theme.palette.accent)
    assert drawn.min() < 40
    assert drawn.max() == pytest.approx(320, abs=6)


def test_a_short_take_grows_from_the_left_and_a_long_one_scrolls(
    view: WaveformView, theme: StudioTheme
) -> None:
    columns = np.tile(np.array([[-0.5, 0.5]], dtype=np.float32), (100, 1))
    view.begin_live()
    view.add_live(columns)
    first = accent_columns(view, theme.palette.danger)
    assert first.min() < 40
    assert first.max() < 320
    for _ in range(9):
        view.add_live(columns)
    assert accent_columns(view, theme.palette.danger).max() > 600


def test_ten_minutes_draw_quickly(view: WaveformView) -> None:
    clip = AudioClip.from_mono(np.zeros(600 * 48_000, dtype=np.float32), 48_000)
    began = time.process_time()
    show(view, clip)
    view.repaint()
    assert time.process_time() - began < 1.0


def drag(
    view: WaveformView,
    begin_x: int,
    end_x: int,
    keys: Qt.KeyboardModifier = Qt.KeyboardModifier.NoModifier,
) -> None:
    for act, x in (
        (QTest.mousePress, begin_x),
        (QTest.mouseMove, (begin_x + end_x) // 2),
        (QTest.mouseMove, end_x),
        (QTest.mouseRelease, end_x),
    ):
        if act is QTest.mouseMove:
            act(view, QPoint(x, 80))
        else:
            act(view, Qt.MouseButton.LeftButton, keys, QPoint(x, 80))


def test_a_drag_selects_and_a_click_lets_go(view: WaveformView, qtbot: QtBot) -> None:
    show(view, CLIP)
    with qtbot.assertNotEmitted(view.seek_requested):
        drag(view, 168, 472)
    assert view.selection == pytest.approx((0.25, 0.75), abs=0.01)
    QTest.mouseClick(view, Qt.MouseButton.LeftButton, pos=QPoint(320, 80))
    assert view.selection is None


def test_shift_and_the_mouse_select_one_more_part(view: WaveformView) -> None:
    show(view, CLIP)
    view.set_takes_several(True)
    shift = Qt.KeyboardModifier.ShiftModifier
    drag(view, 472, 350)
    drag(view, 60, 168, shift)
    assert view.selection == pytest.approx((0.08, 0.25), abs=0.01)
    assert [edge for part in view.parts for edge in part] == pytest.approx(
        [0.08, 0.25, 0.55, 0.75], abs=0.01
    )
    assert "selected 0.07 to 0.25 s, selected 0.55 to 0.75 s" in view.accessibleDescription()
    drag(view, 150, 380, shift)  # touches both
    assert len(view.parts) == 1
    drag(view, 300, 350)
    assert view.parts == (view.selection,)
    QTest.mouseClick(view, Qt.MouseButton.LeftButton, pos=QPoint(320, 80))
    assert view.parts == ()


def test_where_one_part_counts_shift_selects_no_other(view: WaveformView) -> None:
    show(view, CLIP)
    drag(view, 350, 472)
    drag(view, 60, 168, Qt.KeyboardModifier.ShiftModifier)
    assert view.parts == (view.selection,)


def test_parts_are_kept_and_left_out_by_keys(view: WaveformView) -> None:
    show(view, CLIP)
    shift = Qt.KeyboardModifier.ShiftModifier
    QTest.keyClick(view, Qt.Key.Key_Home)
    for _ in range(20):
        QTest.keyClick(view, Qt.Key.Key_Right, shift)
    view.keep_part()
    assert view.selection is None and view.parts == (pytest.approx((0.0, 0.2)),)
    for _ in range(30):
        QTest.keyClick(view, Qt.Key.Key_Right)
    for _ in range(10):
        QTest.keyClick(view, Qt.Key.Key_Right, shift)
    assert [edge for part in view.parts for edge in part] == pytest.approx([0.0, 0.2, 0.5, 0.6])
    view.drop_part(view.parts[0])
    assert view.parts == (pytest.approx((0.5, 0.6)),)
    view.clear_parts()
    assert view.parts == ()


def test_a_trim_handle_is_dragged(view: WaveformView, qtbot: QtBot) -> None:
    show(view, CLIP)
    view.set_part((0.25, 0.75))
    with qtbot.waitSignal(view.part_dragged) as dragged:
        drag(view, 168, 300)
    begin_s, end_s = dragged.args
    assert 0.25 < begin_s < 0.5
    assert end_s == 0.75
    assert view.selection is None


def turn_wheel(
    view: WaveformView,
    angle: QPoint,
    keys: Qt.KeyboardModifier = Qt.KeyboardModifier.NoModifier,
) -> None:
    """Over the middle of the view; 120 for each notch."""
    place, button = QPointF(320, 80), Qt.MouseButton.NoButton
    phase = Qt.ScrollPhase.NoScrollPhase
    at = view.mapToGlobal(place)
    view.wheelEvent(QWheelEvent(place, at, QPoint(), angle, button, keys, phase, False))


def test_the_wheel_zooms_at_the_mouse_and_both_views_follow(
    view: WaveformView, theme: StudioTheme, qtbot: QtBot
) -> None:
    show(view, CLIP)
    below = WaveformView(theme, axis=view.axis, with_ruler=False)
    qtbot.addWidget(below)
    turn_wheel(view, QPoint(0, 480))
    axis = below.axis
    assert axis.span_s == pytest.approx(ZOOM_STEP**-4)
    assert axis.first_s + axis.span_s / 2 == pytest.approx(0.5, abs=0.01)
    axis.show_all()
    assert (axis.first_s, axis.span_s) == (0.0, 1.0)


@pytest.mark.parametrize(
    ("angle", "keys"),
    [
        (QPoint(-120, 0), Qt.KeyboardModifier.NoModifier),
        (QPoint(0, -120), Qt.KeyboardModifier.ShiftModifier),
    ],
)
def test_the_wheel_scrolls_sideways_or_with_shift(
    view: WaveformView, angle: QPoint, keys: Qt.KeyboardModifier
) -> None:
    show(view, CLIP)
    turn_wheel(view, QPoint(0, 480))
    axis = view.axis
    first_s, span_s = axis.first_s, axis.span_s
    turn_wheel(view, angle, keys)
    assert axis.first_s == pytest.approx(first_s + SCROLL_SHARE * span_s)
    assert axis.span_s == pytest.approx(span_s)


def test_the_spectrogram_shows_a_tone_as_a_line(view: WaveformView, theme: StudioTheme) -> None:
    tone = AudioClip.from_mono(np.sin(np.arange(48_000) * 2 * np.pi * 1000 / 48_000), 48_000)
    show(view, tone)
    view.show_analysis(analyze(tone))
    view.set_look(with_spectrogram=True, with_curves=False)
    image = view.grab().toImage()
    brightness = [image.pixelColor(350, y).lightness() for y in range(12, 150)]
    area = view._wave_area()
    expected = area.bottom() - band_of(1000.0, 20_000.0) * area.height()
    assert 12 + int(np.argmax(brightness)) == pytest.approx(expected, abs=4)
    assert np.median(brightness) < 40


class Clock:
    now = 0.0

    def __call__(self) -> float:
        return self.now


def test_the_meter_holds_peaks_and_keeps_the_clip_lamp_lit(
    theme: StudioTheme, qtbot: QtBot
) -> None:
    clock = Clock()
    meter = LevelMeter(theme, clock=clock)
    qtbot.addWidget(meter)
    meter.show_level(-3.0, -12.0)
    meter.show_level(-30.0, -40.0)
    assert meter.hold_db == -3.0
    clock.now = HOLD_S + 0.1
    meter.show_level(-30.0, -40.0)
    assert meter.hold_db == -30.0
    assert not meter.has_clipped
    meter.show_level(0.0, -3.0)
    meter.show_level(-30.0, -40.0)
    assert meter.has_clipped
    meter.reset()
    assert not meter.has_clipped


def test_the_clip_lamp_is_red_and_large_enough_to_be_seen(theme: StudioTheme, qtbot: QtBot) -> None:
    meter = LevelMeter(theme)
    qtbot.addWidget(meter)
    meter.resize(120, 20)
    lamp = QPoint(120 - LAMP_PX // 2, 10)
    assert meter.grab().toImage().pixelColor(lamp).name() == theme.palette.hover
    meter.show_level(0.0, -3.0)
    image = meter.grab().toImage()
    assert image.pixelColor(lamp).name() == theme.palette.danger
    reds = [y for y in range(20) if image.pixelColor(lamp.x(), y).name() == theme.palette.danger]
    assert len(reds) >= 10


def drawn_rows(view: WaveformView, color: str) -> int:
    """Pixel rows from the uppermost to the lowest that has the color."""
    image = view.grab().toImage()
    rows = [
        y
        for y in range(image.height())
        if any(image.pixelColor(x, y).name() == color for x in range(200, 320))
    ]
    return max(rows) - min(rows) + 1 if rows else 0


def has_note(view: WaveformView, theme: StudioTheme) -> bool:
    """Is something written in the upper left corner?"""
    image = view.grab().toImage()
    corner = ((x, y) for x in range(10, 120) for y in range(10, 24))
    return any(image.pixelColor(x, y).name() == theme.palette.secondary for x, y in corner)


@pytest.mark.parametrize(("level_db", "is_noted"), [(0.0, False), (-12.0, False), (-60.0, True)])
def test_quiet_takes_are_drawn_as_high_as_loud_ones_and_say_how_much_higher(
    view: WaveformView, theme: StudioTheme, level_db: float, is_noted: bool
) -> None:
    show(view, CLIP)
    loud = drawn_rows(view, theme.palette.accent)
    assert loud > 100
    show(view, AudioClip(CLIP.samples * np.float32(10 ** (level_db / 20)), CLIP.sample_rate))
    assert drawn_rows(view, theme.palette.accent) == pytest.approx(loud, abs=2)
    assert has_note(view, theme) is is_noted


def test_digital_noise_is_not_blown_up_into_a_take(view: WaveformView, theme: StudioTheme) -> None:
    show(view, AudioClip(CLIP.samples * np.float32(1e-6), CLIP.sample_rate))
    assert drawn_rows(view, theme.palette.accent) < 12


def press(view: WaveformView, key: Qt.Key, times: int = 1, shift: bool = False) -> None:
    modifier = Qt.KeyboardModifier.ShiftModifier if shift else Qt.KeyboardModifier.NoModifier
    for _ in range(times):
        QTest.keyClick(view, key, modifier)


def test_arrow_keys_move_the_cursor_within_the_sound(view: WaveformView) -> None:
    show(view, CLIP)
    assert view.cursor_s is None
    press(view, Qt.Key.Key_Right, 10)
    assert view.cursor_s == pytest.approx(0.1)
    press(view, Qt.Key.Key_Left, 20)
    assert view.cursor_s == 0.0
    press(view, Qt.Key.Key_End)
    assert view.cursor_s == 1.0
    assert view.selection is None


def test_shift_and_arrow_keys_select_and_letting_go_makes_the_selection(
    view: WaveformView,
) -> None:
    show(view, CLIP)
    made: list[tuple[float, float]] = []
    view.selection_made.connect(made.append)
    press(view, Qt.Key.Key_Right, 20)
    press(view, Qt.Key.Key_Right, 30, shift=True)
    assert made[-1] == pytest.approx((0.2, 0.5))
    assert "selected 0.20 to 0.50 s" in view.accessibleDescription()
    press(view, Qt.Key.Key_Home, shift=True)
    assert view.selection == pytest.approx((0.0, 0.2))
    press(view, Qt.Key.Key_Right)
    assert view.selection is None


def test_the_cursor_moves_what_plays(view: WaveformView, qtbot: QtBot) -> None:
    show(view, CLIP)
    view.set_position(0.5)
    with qtbot.waitSignal(view.seek_requested) as asked:
        press(view, Qt.Key.Key_Right)
    assert asked.args[0] == pytest.approx(0.51)


def test_the_focus_is_seen(view: WaveformView, theme: StudioTheme) -> None:
    show(view, CLIP)
    view.set_position(0.0)
    assert len(accent_columns(view, theme.palette.accent)) < 20
    view.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
    view.setFocus()
    assert len(accent_columns(view, theme.palette.accent)) > 600


def test_handles_leave_the_ruler_s_numbers_free(view: WaveformView) -> None:
    show(view, CLIP)
    plain = view.grab().toImage()
    view.set_part((0.0, 0.8))
    handled = view.grab().toImage()
    ruler = range(view.height() - ruler_px(), view.height() - 4)
    assert all(plain.pixel(x, y) == handled.pixel(x, y) for x in range(16, 60) for y in ruler)
