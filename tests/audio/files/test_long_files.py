"""Recordings of any length are looked over in blocks, and a part of them is cut out exactly."""

from __future__ import annotations

import tracemalloc
from pathlib import Path

import numpy as np
import pytest
import soundfile

from qvim_studio.audio.files.long_files import read_overview, read_part, save_part
from qvim_studio.audio.files.reading import read_audio
from qvim_studio.audio.following.take_wave import COLUMN_S
from qvim_studio.core.errors import AudioFileError, LongSoundError

RATE = 8_000
LONG_S = 660


@pytest.fixture(scope="module")
def long_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Eleven minutes: silence with a click every minute, louder and louder."""
    path = tmp_path_factory.mktemp("long") / "interview.wav"
    samples = np.zeros(LONG_S * RATE, np.float32)
    for minute in range(11):
        samples[minute * 60 * RATE] = 0.05 * (minute + 1)
    soundfile.write(path, samples, RATE, "FLOAT")
    return path


def test_a_file_that_is_too_long_says_so_by_its_kind(long_file: Path) -> None:
    with pytest.raises(LongSoundError, match="660 seconds"):
        read_audio(long_file)


def test_the_overview_shows_every_moment_of_the_whole_file(long_file: Path) -> None:
    overview = read_overview(long_file)
    assert overview.duration_s == LONG_S
    assert len(overview.peaks) == LONG_S * 100
    assert overview.peaks[::6000, 1] == pytest.approx([0.05 * (n + 1) for n in range(11)])
    assert not overview.peaks[:, 0].any()


def test_the_overview_never_holds_the_whole_file(long_file: Path) -> None:
    tracemalloc.start()
    read_overview(long_file)
    _, most = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert most < LONG_S * RATE * 4 / 3


def test_a_part_is_cut_out_to_the_sample(long_file: Path) -> None:
    part = read_part(long_file, 59.5, 120.5)
    assert len(part.samples) == 61 * RATE
    assert np.flatnonzero(part.samples[:, 0]).tolist() == [RATE // 2, 60 * RATE + RATE // 2]


def test_a_part_is_ten_minutes_long_at_most(long_file: Path) -> None:
    assert read_part(long_file, 10.0, 660.0).duration_s == 600.0


def test_many_channels_are_mixed_to_one(tmp_path: Path) -> None:
    path = tmp_path / "field.wav"
    soundfile.write(
        path, np.outer(np.sin(np.arange(RATE)), [0.1 * n for n in range(8)]), RATE, "FLOAT"
    )
    part = read_part(path, 0.0, 1.0)
    assert part.samples.shape == (RATE, 1) and part.samples[1, 0] == pytest.approx(0.35 * np.sin(1))


def test_a_chosen_part_becomes_a_take_that_says_where_it_is_from(
    long_file: Path, tmp_path: Path
) -> None:
    path = save_part(long_file, 59.5, 62.0, tmp_path)
    assert path.name == "interview 0h00m59.5s-0h01m02.0s.wav"
    written = path.stat().st_mtime_ns
    assert save_part(long_file, 59.5, 62.0, tmp_path).stat().st_mtime_ns == written
    assert len(read_audio(path).samples) == 2.5 * RATE


def test_compressed_recordings_are_looked_over_too(tmp_path: Path) -> None:
    av = pytest.importorskip("av")
    path = tmp_path / "memo.m4a"
    tone = (0.4 * np.sin(np.arange(4 * 44_100) * 0.05)).astype(np.float32)
    with av.open(str(path), "w") as container:
        stream = container.add_stream("aac", rate=44_100, layout="mono")
        frame = av.AudioFrame.from_ndarray(tone[None], format="fltp", layout="mono")
        frame.sample_rate = 44_100
        for packet in (*stream.encode(frame), *stream.encode(None)):
            container.mux(packet)
    overview = read_overview(path)
    assert overview.duration_s == pytest.approx(4.0, abs=0.1)
    assert np.median(overview.peaks[:, 1]) == pytest.approx(0.4, abs=0.05)  # the ends overshoot
    assert read_part(path, 1.0, 2.0).duration_s == 1.0


def test_what_is_no_audio_is_told(tmp_path: Path) -> None:
    path = tmp_path / "notes.wav"
    path.write_text("no sound " * 100)
    with pytest.raises(AudioFileError):
        read_overview(path)


def test_columns_are_of_the_extremes_of_all_channels_and_the_last_may_be_shorter(
    tmp_path: Path,
) -> None:
    width = round(COLUMN_S * RATE)
    samples = np.random.default_rng(0).uniform(-1, 1, (2 * width + 7, 3)).astype(np.float32)
    soundfile.write(tmp_path / "a.wav", samples, RATE, "FLOAT")
    overview = read_overview(tmp_path / "a.wav")
    parts = (samples[:width], samples[width : 2 * width], samples[2 * width :])
    np.testing.assert_array_equal(overview.peaks, [[part.min(), part.max()] for part in parts])
    assert overview.duration_s == pytest.approx(len(samples) / RATE)


@pytest.mark.parametrize("channels", [1, 2, 3])
def test_a_part_keeps_two_channels_and_mixes_more(tmp_path: Path, channels: int) -> None:
    samples = np.random.default_rng(0).uniform(-1, 1, (RATE, channels)).astype(np.float32)
    soundfile.write(tmp_path / "a.wav", samples, RATE, "FLOAT")
    part = read_part(tmp_path / "a.wav", 0.25, 0.5).samples
    wanted = samples[RATE // 4 : RATE // 2]
    wanted = wanted if channels <= 2 else wanted.mean(axis=1, keepdims=True)
    np.testing.assert_allclose(part, wanted, atol=1e-7)


def test_a_part_behind_the_end_is_refused(tmp_path: Path) -> None:
    soundfile.write(tmp_path / "a.wav", np.full(RATE, 0.1), RATE, "FLOAT")
    with pytest.raises(AudioFileError):
        read_part(tmp_path / "a.wav", 2.0, 3.0)


@pytest.mark.parametrize(
    ("begin_s", "name"),
    [
        (0.04, "0h00m00.0s"),
        (59.96, "0h01m00.0s"),
        (83.4, "0h01m23.4s"),
        (3_723.4, "1h02m03.4s"),
    ],
)
def test_a_saved_part_is_named_by_its_moments(tmp_path: Path, begin_s: float, name: str) -> None:
    saved = tmp_path / f"a {name}-2h00m00.0s.wav"
    saved.write_bytes(b"there already")
    assert save_part(tmp_path / "a.wav", begin_s, 7_200.0, tmp_path) == saved
    assert saved.read_bytes() == b"there already"
