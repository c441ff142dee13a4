"""The tagger that ships, on sounds that ship."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from qvim_studio.audio.files.reading import read_audio
from qvim_studio.core.clip import AudioClip
from qvim_studio.core.errors import CheckpointError
from qvim_studio.core.program.resources import library_rows, resource_path
from qvim_studio.voice.tagger import Tagger, tagger_samples


@pytest.fixture(scope="module")
def tagger() -> Tagger:
    return Tagger.from_folder()


def shipped(label: str) -> AudioClip:
    row = next(row for row in library_rows() if row["label"] == label)
    return read_audio(resource_path("library", row["file"]))


@pytest.mark.parametrize("label", ["dog", "sheep", "rooster"])
def test_animals_are_heard_as_what_they_are(tagger: Tagger, label: str) -> None:
    found = [one.word for one in tagger.words(shipped(label))]
    assert label in found[:2] and len(found) == 5


def test_scores_stay_what_they_were(tagger: Tagger) -> None:
    """Made once with this network in 32 bits; a change of the front end would show here."""
    time_s = np.arange(32_000) / 16_000
    sweep = 0.3 * np.sin(2 * np.pi * (200.0 + 900.0 * time_s) * time_s)
    found = tagger.scores(AudioClip.from_mono(sweep, 16_000))
    best = np.argsort(-found)[:3]
    assert [tagger.classes[index] for index in best] == ["Alarm", "Synthesizer", "Siren"]
    np.testing.assert_allclose(found[best], [0.5391, 0.3097, 0.2083], atol=2e-3)


def test_the_level_of_a_recording_does_not_matter(tagger: Tagger) -> None:
    clip = shipped("dog")
    quiet = AudioClip(clip.samples * np.float32(0.003), clip.sample_rate)
    np.testing.assert_allclose(tagger.scores(quiet), tagger.scores(clip), atol=1e-3)


def test_many_at_once_are_heard_as_each_by_itself(tagger: Tagger) -> None:
    clips = [shipped("dog"), AudioClip.from_mono(np.zeros(0), 44_100), shipped("cat")]
    together = tagger.scores_of([tagger_samples(clip) for clip in clips])
    alone = np.stack([tagger.scores(clip) for clip in clips])
    np.testing.assert_allclose(together, alone, atol=1e-4)
    assert np.isfinite(together).all()


def test_of_a_long_recording_the_part_with_the_sound_is_heard(tagger: Tagger) -> None:
    dog = shipped("dog")
    rest = np.zeros((15 * dog.sample_rate, dog.channels), np.float32)
    late = AudioClip(np.concatenate([rest, dog.samples, rest]), dog.sample_rate)
    assert "dog" in [one.word for one in tagger.words(late)][:2]


def test_class_names_that_do_not_fit_are_refused_in_a_sentence(tmp_path: Path) -> None:
    (tmp_path / "classes.csv").write_text("index,mid,display_name\n0,/m/1,Dog\n")
    with pytest.raises(CheckpointError, match="names 1 classes, expected 521"):
        Tagger.from_folder(tmp_path)
