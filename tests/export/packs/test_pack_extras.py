"""The demo of a pack, and which sounds it plays."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import soundfile
from PIL import Image

from qvim_studio.audio.levels import rms_dbfs
from qvim_studio.core.clip import AudioClip
from qvim_studio.export.packs.pack_extras import make_demo, spread, write_cover

RATE = 48_000


def write_tone(path: Path, level: float, channels: int = 1, seconds: float = 0.5) -> Path:
    tone = level * np.sin(np.arange(round(seconds * RATE)) / 9)
    soundfile.write(path, np.repeat(tone[:, None], channels, axis=1), RATE, "FLOAT")
    return path


@pytest.mark.parametrize(
    ("count", "places"), [(9, [0, 1, 2, 3, 4]), (5, [0, 1, 2, 3, 4]), (3, [0, 2, 4]), (2, [0, 4])]
)
def test_some_of_many_are_spread_from_first_to_last(count: int, places: list[int]) -> None:
    files = [Path(str(number)) for number in range(5)]
    assert spread(files, count) == [files[place] for place in places]


def test_the_demo_plays_sounds_in_turn_about_equally_loud(tmp_path: Path) -> None:
    files = [write_tone(tmp_path / "a.wav", 0.9), write_tone(tmp_path / "b.wav", 0.1, 2)]
    demo = make_demo(files)
    assert (demo.sample_rate, demo.channels) == (RATE, 2)
    assert demo.duration_s == pytest.approx(2 * (0.5 + 0.25))
    assert np.abs(demo.samples).max() == pytest.approx(10 ** (-3 / 20), rel=1e-3)
    turns = [demo.samples[round(begin * RATE) :][: RATE // 3] for begin in (0.05, 0.8)]
    loud, quiet = (rms_dbfs(AudioClip(turn, RATE)) for turn in turns)
    assert loud == pytest.approx(quiet, abs=0.2)
    gap = demo.samples[round(0.51 * RATE) : round(0.74 * RATE)]
    assert not gap.any()
    np.testing.assert_array_equal(turns[0][:, 0], turns[0][:, 1])


def test_a_demo_raises_a_very_quiet_sound_by_a_limited_amount(tmp_path: Path) -> None:
    files = [write_tone(tmp_path / "a.wav", 0.5), write_tone(tmp_path / "b.wav", 0.0005)]
    demo = make_demo(files)
    loud, quiet = (
        rms_dbfs(AudioClip(demo.samples[round(begin * RATE) :][: RATE // 3], RATE))
        for begin in (0.05, 0.8)
    )
    assert loud - quiet == pytest.approx(60.0 - 24.0 - (rms_of(0.5) + 20.0), abs=0.3)
    assert demo.channels == 1


def rms_of(level: float) -> float:
    return 20 * np.log10(level / np.sqrt(2))


def test_a_demo_ends_before_it_gets_too_long(tmp_path: Path) -> None:
    files = [write_tone(tmp_path / f"{number}.wav", 0.5) for number in range(3)]
    assert make_demo(files, most_s=1.5).duration_s == pytest.approx(1.5)
    assert make_demo(files[:1], most_of_one_s=0.1).duration_s == pytest.approx(0.1 + 0.25)


@pytest.fixture(scope="module")
def cover(tmp_path_factory: pytest.TempPathFactory) -> np.ndarray:
    """The brightness (rows, columns), 0..255, of a cover with a loud sound above a silent one."""
    folder = tmp_path_factory.mktemp("cover")
    square = 0.9 * np.sign(np.sin(np.arange(RATE) / 9))
    soundfile.write(folder / "loud.wav", square, RATE)
    soundfile.write(folder / "silent.wav", 0 * square, RATE)
    sounds = [folder / "loud.wav", folder / "silent.wav"]
    write_cover(folder / "cover.png", "Pack", "MK", sounds)
    with Image.open(folder / "cover.png") as image:
        return np.asarray(image.convert("HSV"))[:, :, 2]


def test_a_cover_draws_each_sound_in_bars_within_its_row(cover: np.ndarray) -> None:
    assert cover.shape == (1400, 1400)
    dark = cover[0, 0]
    assert dark < 40
    rows = {"loud": (327, 209), "silent": (781, 1.5)}  # middle and half of the height
    for middle, half in rows.values():
        bar = np.flatnonzero(cover[100:1008, 101] > 200) + 100
        bar = bar[np.abs(bar - middle) < 227]
        assert bar[0] == pytest.approx(middle - half, abs=2)
        assert bar[-1] == pytest.approx(middle + half, abs=2)
    bright = np.flatnonzero(cover[327] > 200)
    assert (bright[0], bright[-1]) == (100, 1293)
    assert set(np.diff(bright)) == {1, 4}  # bars of four, gaps of three
    assert (cover[327, 104:107] == dark).all()


def test_a_cover_names_the_pack_and_its_maker_below(cover: np.ndarray) -> None:
    written = [(cover[first:last] > 150).any() for first, last in ((1106, 1230), (1253, 1330))]
    assert written == [True, True]
    assert (cover[1020:1100] == cover[0, 0]).all() and (cover[1340:] == cover[0, 0]).all()


def test_a_demo_of_many_channels_plays_the_first_two(tmp_path: Path) -> None:
    tones = 0.1 * np.sin(np.arange(4_800)[:, None] / np.array([9, 19, 29]))
    soundfile.write(tmp_path / "three.wav", tones, RATE, "FLOAT")
    demo = make_demo([tmp_path / "three.wav"])
    assert demo.channels == 2
    body = demo.samples[1_000:2_000]  # between the fades
    ratio = body / tones[1_000:2_000, :2]
    assert np.median(ratio[:, 0]) == pytest.approx(np.median(ratio[:, 1]), rel=1e-3)


def test_a_demo_of_mono_sounds_takes_another_rate(tmp_path: Path) -> None:
    soundfile.write(tmp_path / "low.wav", 0.1 * np.sin(np.arange(2_400) / 9), RATE // 2, "FLOAT")
    demo = make_demo([tmp_path / "low.wav"])
    assert (demo.sample_rate, demo.channels) == (RATE, 1)
    assert demo.duration_s == pytest.approx(0.1 + 0.25)


def test_a_silent_sound_is_a_thin_line_and_each_sound_has_its_own_hue(tmp_path: Path) -> None:
    silent = [tmp_path / f"{number}.wav" for number in range(3)]
    for path in silent:
        soundfile.write(path, np.zeros(480), RATE)
    write_cover(tmp_path / "cover.png", "Pack", "MK", silent)
    with Image.open(tmp_path / "cover.png") as image:
        pixels = np.asarray(image.convert("HSV")).astype(int)
    lines = np.flatnonzero(pixels[:1008, 101, 2] > 200)
    rows = np.split(lines, np.flatnonzero(np.diff(lines) > 1) + 1)
    assert [len(row) for row in rows] == [4, 4, 4]
    hues = [pixels[row[1], 101, 0] for row in rows]
    steps = np.diff(hues) % 256
    assert steps == pytest.approx([0.06 * 256] * 2, abs=3)
