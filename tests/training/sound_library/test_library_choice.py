"""What is chosen for the library: true to its name, varied, different, as loud as the rest."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import soundfile

from qvim_studio.audio.levels import rms_dbfs, true_peak_dbfs
from qvim_studio.core.clip import AudioClip
from qvim_studio.core.errors import StudioError
from qvim_studio.training.sound_library.library_choice import (
    Candidate,
    Listened,
    choose,
    is_misnamed,
    read_sound,
)


def write_tone(path: Path, seconds: float = 0.5, rate: int = 44_100, hertz: float = 440) -> Path:
    soundfile.write(path, 0.1 * np.sin(2 * np.pi * hertz / rate * np.arange(seconds * rate)), rate)
    return path


def candidate(path: Path, label: str, rank: int = 0) -> Candidate:
    return Candidate(path.stem, path, label, "somewhere", "CC0", "Jo", 8e3, rank)


class Ears:
    """Hears each next sound as something new, with the same scores."""

    def __init__(self, **scores: float) -> None:
        self.count = 0
        self.scores = scores

    def __call__(self, clip: AudioClip) -> Listened:
        self.count += 1
        return Listened(np.eye(64)[self.count], self.scores)


@pytest.mark.parametrize(("rate", "wanted"), [(22_050, 22_050), (44_100, 44_100), (96_000, 48_000)])
def test_sound_keeps_its_own_rate_up_to_48_khz(tmp_path: Path, rate: int, wanted: int) -> None:
    assert read_sound(write_tone(tmp_path / "a.wav", rate=rate)).sample_rate == wanted


def test_long_sound_is_cut_without_a_click_and_no_louder_than_others(tmp_path: Path) -> None:
    long = read_sound(write_tone(tmp_path / "a.wav", seconds=9, rate=8_000))
    assert long.duration_s == pytest.approx(8.0)
    assert abs(long.samples[-1, 0]) < 1e-3
    assert rms_dbfs(long) == pytest.approx(-18, abs=0.2)
    click = np.zeros(8_000)
    click[100:103] = (0.2, -0.3, 0.1)
    soundfile.write(tmp_path / "b.wav", click, 8_000)
    assert true_peak_dbfs(read_sound(tmp_path / "b.wav")) == pytest.approx(-6, abs=0.5)


def test_silent_and_missing_files_are_refused(tmp_path: Path) -> None:
    soundfile.write(tmp_path / "a.wav", np.zeros(8_000), 8_000)
    with pytest.raises(StudioError, match="silent"):
        read_sound(tmp_path / "a.wav")
    with pytest.raises(StudioError, match="--audio"):
        read_sound(tmp_path / "b.wav")


@pytest.mark.parametrize(
    ("kind", "scores", "expected"),
    [
        ("dog", {"Thunder": 0.9, "Rain": 0.2}, True),
        ("dog", {"Rain": 0.9, "Bark": 0.2}, False),  # heard too
        ("dog", {"Cat": 0.9}, False),  # an animal too
        ("dog", {"Rain": 0.5}, False),  # not clear
        ("dog", {"Speech": 0.9}, False),  # speech means nothing here
        ("teleport", {"Cat": 0.9}, False),  # no word for it
    ],
)
def test_sound_is_misnamed_where_another_kind_is_clearly_heard(
    kind: str, scores: dict[str, float], expected: bool
) -> None:
    assert is_misnamed(kind, scores) is expected


def test_misnamed_sound_is_left_out_unless_it_is_in_already(tmp_path: Path) -> None:
    names = ("a", "b")
    sounds = [
        candidate(write_tone(tmp_path / f"{name}.wav", hertz=300 + 100 * i), "dog")
        for i, name in enumerate(names)
    ]
    chosen = choose(sounds, ["b"], Ears(Rain=0.9))
    assert [one.recording for one in chosen] == ["b"]


def test_different_labels_come_before_more_of_the_same(tmp_path: Path) -> None:
    labels = [("dog", 0), ("dog", 1), ("dogs", 0), ("rain", 0), ("no rule", 0)]
    sounds = [
        candidate(write_tone(tmp_path / f"{i}.wav", hertz=300 + 100 * i), *label)
        for i, label in enumerate(labels)
    ]
    chosen = choose(sounds, (), Ears(), max_per_kind=2)
    assert [one.label for one in chosen] == ["dog", "dogs", "rain"]


def test_same_content_and_same_sounding_sounds_come_once(tmp_path: Path) -> None:
    first, copy = (candidate(write_tone(tmp_path / f"{n}.wav"), "dog") for n in "ab")
    other = candidate(write_tone(tmp_path / "c.wav", hertz=300), "dog")
    assert len(choose([first, copy, other], (), Ears())) == 2
    assert len(choose([first, other], (), lambda clip: Listened(np.ones(3), {}))) == 1
