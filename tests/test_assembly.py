"""Which real sounds denoising starts from: those that are about equally near, and no others."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest
import soundfile

from qvim_studio.assembly import (
    MAX_START_GAP,
    MAX_STARTS,
    chosen_starts,
    find_fittable,
    find_nearest,
    provenance_of_bundled,
)
from qvim_studio.core.clip import AudioClip
from qvim_studio.core.sound_query import SoundQuery
from qvim_studio.library.sound_index import SearchHit
from qvim_studio.networks.qvim.encoder import Branch


class LevelHearing:
    """A sound's level is the angle of its embedding."""

    encoder_id = "levels"

    def embed_clips(self, clips: Sequence[AudioClip], branch: Branch) -> np.ndarray:
        assert branch == "reference"
        return np.stack([at_angle(crest_of(clip.mono())) for clip in clips])


def crest_of(samples: np.ndarray) -> float:
    """RMS of all against the level where it sounds."""
    levels = np.abs(samples)
    return float(np.sqrt(np.mean(levels**2)) / np.median(levels[levels > 0.2 * levels.max()]))


def at_angle(angle: float) -> np.ndarray:
    return np.array([np.cos(angle), np.sin(angle)], np.float32)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Sounds whose crest gives them angles of about 0.1, 0.2, 0.3, ... 0.9."""
    sounds = tmp_path / "sounds"
    sounds.mkdir()
    for tenth in range(1, 10):
        samples = np.zeros(16_000)
        loud = samples[: round(16_000 * (tenth / 10) ** 2)]
        loud[:] = np.where(np.arange(len(loud)) % 16 < 8, 0.5, -0.5)
        soundfile.write(sounds / f"sound {tenth}.wav", samples, 16_000)
    return sounds


def names_near(angle: float, folder: Path) -> list[str]:
    query = SoundQuery(at_angle(angle))
    return [sound.name for sound in find_nearest(query, str(folder), LevelHearing())]


def test_the_nearest_few_are_found_best_first(folder: Path) -> None:
    names = names_near(0.5, folder)
    assert names[0] == "sound 5"
    assert len(names) == MAX_STARTS
    assert set(names[1:3]) == {"sound 4", "sound 6"}


def test_every_start_says_how_likely_it_is_of_the_kind(folder: Path) -> None:
    def likelihoods(embeddings: np.ndarray) -> np.ndarray:
        return np.arctan2(embeddings[:, 1], embeddings[:, 0])  # the angle, for the test's sake

    found = find_nearest(
        SoundQuery(at_angle(0.5), likelihoods=likelihoods), str(folder), LevelHearing()
    )
    likely = {sound.name: sound.likelihood for sound in found}
    assert len(likely) == MAX_STARTS
    for name, likelihood in likely.items():
        assert likelihood == pytest.approx(int(name[-1]) / 10, abs=0.02)
    unsaid = find_nearest(SoundQuery(at_angle(0.5)), str(folder), LevelHearing())
    assert {sound.likelihood for sound in unsaid} == {None}


def test_what_is_clearly_farther_is_not_started_from(folder: Path) -> None:
    for path in folder.glob("sound [2-8].wav"):
        path.unlink()
    assert np.cos(0.1) - np.cos(0.9) > MAX_START_GAP
    assert names_near(0.1, folder) == ["sound 1"]


def hit(name: str, score: float) -> SearchHit:
    return SearchHit(Path(f"{name}.wav"), score, np.ones(2))


def chosen(*hits: tuple[str, float]) -> list[str]:
    """Names of the starts; the letter in front is the kind."""
    found = chosen_starts([hit(*one) for one in hits], lambda hit: hit.path.stem[0])
    return [one.path.stem for one in found]


def test_one_sound_that_is_clearly_right_is_the_only_start() -> None:
    assert chosen(("a1", 0.9), ("b1", 0.74), ("c1", 0.7)) == ["a1"]
    assert chosen() == []


def test_unless_one_is_clearly_right_four_different_sounds_are_started_from() -> None:
    hits = (("a1", 0.9), ("b1", 0.8), ("c1", 0.6), ("d1", 0.5), ("e1", 0.4))
    assert chosen(*hits) == ["a1", "b1", "c1", "d1"]


def test_while_the_kind_is_unsure_four_kinds_come_before_a_second_of_one() -> None:
    near = (("a1", 0.9), ("a2", 0.89), ("b1", 0.88), ("b2", 0.87), ("c1", 0.8), ("d1", 0.78))
    assert chosen(*near) == ["a1", "b1", "c1", "d1"]
    assert chosen(*near[:5]) == ["a1", "a2", "b1", "c1"]


def test_nearness_chooses_the_starts_and_likelihood_orders_them() -> None:
    near = (("e1", 0.76), ("c1", 0.85), ("a1", 0.9), ("a2", 0.88), ("b1", 0.89), ("d1", 0.8))
    assert chosen(*near) == ["c1", "a1", "b1", "d1"]
    assert chosen(("a1", 0.6), ("b1", 0.9), ("c1", 0.5)) == ["b1"]


def test_when_the_kind_is_sure_all_starts_are_the_nearest_ones() -> None:
    near = (("a1", 0.9), ("b1", 0.89), ("a2", 0.88), ("a3", 0.87), ("c1", 0.86), ("d1", 0.85))
    assert chosen(*near) == ["a1", "b1", "a2", "a3"]


def test_kinds_that_are_clearly_farther_do_not_replace_the_near_one() -> None:
    hits = (("a1", 0.9), ("a2", 0.89), ("b1", 0.88), ("b2", 0.87), ("c1", 0.7), ("d1", 0.7))
    assert chosen(*hits) == ["a1", "a2", "b1", "b2"]


def test_numbered_files_of_ones_own_are_of_one_kind(folder: Path) -> None:
    """sound 3 to 6 are all called “sound”, so that the door takes the place of the farthest."""
    (folder / "door 07.wav").write_bytes((folder / "sound 7.wav").read_bytes())
    names = names_near(0.5, folder)
    assert names[0] == "sound 5" and "door 07" in names and len(names) == MAX_STARTS


def test_sounds_of_ones_own_are_fitted_with_their_licence(folder: Path) -> None:
    query, nobody = SoundQuery(at_angle(0.3)), lambda done, count: None
    found = find_fittable(query, str(folder), LevelHearing(), 3, nobody)
    assert len(found) == 3 and found[0].clip.sample_rate == 16_000
    assert {sound.provenance.licence for sound in found} == {"your own"}
    assert {sound.provenance.commercial for sound in found} == {"conditional"}


def test_bundled_sounds_are_fitted_with_author_and_licence() -> None:
    row = {"author": "Ann", "source": "kit", "licence": "CC-BY-4.0"}
    came_from = provenance_of_bundled("dog", row)
    assert (came_from.checkpoint_title, came_from.commercial) == ("dog by Ann", "conditional")
    nameless = provenance_of_bundled("dog", {**row, "author": "", "licence": "CC0"})
    assert (nameless.checkpoint_title, nameless.commercial) == ("dog by kit", "yes")


def test_words_alone_find_only_what_is_called_so(folder: Path) -> None:
    (folder / "door.wav").write_bytes((folder / "sound 3.wav").read_bytes())
    found = find_nearest(SoundQuery(None, "heavy door"), str(folder), LevelHearing())
    assert [sound.name for sound in found] == ["door"]
    assert find_nearest(SoundQuery(None, "ocean"), str(folder), LevelHearing()) == []
