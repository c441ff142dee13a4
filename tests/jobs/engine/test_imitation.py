from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import soundfile

from qvim_studio.jobs.engine.imitation import Imitation, read_imitation

RATE = 48_000


@pytest.fixture
def take(tmp_path: Path) -> Path:
    """Half a second of tone between half seconds that swell quietly, as breath does."""
    path = tmp_path / "woof.wav"
    tone = 0.5 * np.sin(np.arange(RATE // 2) * 0.05)
    quiet = np.geomspace(0.0002, 0.003, RATE // 2)
    soundfile.write(path, np.concatenate((quiet, tone, quiet)), RATE)
    return path


def part(imitation: Imitation) -> tuple[float, float]:
    return imitation.begin_s, imitation.end_s


def test_the_trim_follows_its_threshold(take: Path) -> None:
    imitation = read_imitation(take, -40.0)
    assert part(imitation) == pytest.approx((0.5, 1.0), abs=0.07)
    assert imitation.clip.duration_s == pytest.approx(imitation.end_s - imitation.begin_s)
    assert part(imitation.trimmed(-70.0)) == (0.0, 1.5)
    assert part(imitation.trimmed(None)) == (0.0, 1.5)


def test_a_room_s_noise_is_no_part_of_a_take(tmp_path: Path) -> None:
    noise = 0.02 * np.random.default_rng(0).standard_normal(3 * RATE // 2)
    noise[RATE // 2 : RATE] += 0.5 * np.sin(np.arange(RATE // 2) * 0.05)
    soundfile.write(tmp_path / "noisy.wav", noise, RATE)
    imitation = read_imitation(tmp_path / "noisy.wav", -40.0)
    assert part(imitation) == pytest.approx((0.5, 1.0), abs=0.07)


def test_the_clip_is_the_chosen_part_of_the_source(take: Path) -> None:
    imitation = read_imitation(take, None).with_part(0.25, 0.75)
    first, last = RATE // 4, 3 * RATE // 4
    np.testing.assert_array_equal(imitation.clip.samples, imitation.source.samples[first:last])


def test_a_part_stays_inside_and_never_becomes_nothing(take: Path) -> None:
    imitation = read_imitation(take, None)
    assert part(imitation.with_part(-1.0, 9.0)) == (0.0, 1.5)
    assert part(imitation.with_part(0.5, 0.2)) == pytest.approx((0.5, 0.52))
    assert part(imitation.with_part(5.0, 6.0)) == pytest.approx((1.48, 1.5))


def test_a_stretch_lies_within_the_part_and_ends_with_it(take: Path) -> None:
    imitation = read_imitation(take, None).with_part(0.5, 1.0)
    stretch = imitation.stretch(0.25, 0.4)
    assert stretch is not None
    assert np.array_equal(
        stretch.samples, imitation.source.samples[round(0.75 * RATE) : round(0.9 * RATE)]
    )
    beyond = imitation.stretch(0.4, 2.0)
    assert beyond is not None and beyond.duration_s == pytest.approx(0.1)
    assert imitation.stretch(0.49, 2.0) is None


def test_what_is_wrong_with_a_file_is_said_when_it_is_opened(tmp_path: Path) -> None:
    rate = 8_000
    tone = 0.3 * np.sin(np.arange(rate) * 0.5)
    soundfile.write(tmp_path / "opposite.wav", np.stack([0.5 * tone, -tone], axis=1), rate)
    soundfile.write(tmp_path / "offset.wav", tone + 0.4, rate)
    for name, words in (
        ("opposite", "flip the polarity"),
        ("offset", "constant offset"),
    ):
        notes = read_imitation(tmp_path / f"{name}.wav", None).notes
        assert any(words in note for note in notes), name
