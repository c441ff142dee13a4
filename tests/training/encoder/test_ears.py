"""What the ears learn: voices of a kind come to lie where its sounds lie."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
import torch

from qvim_studio.networks.ears import Ears, Features
from qvim_studio.networks.qvim.mobilenet import EMBEDDING_DIM
from qvim_studio.networks.qvim.qvim_front_end import N_MELS
from qvim_studio.networks.yamnet import CLASSES, WIDTH
from qvim_studio.training.corpus.labels import CATCH_ALL, CLASS_OF
from qvim_studio.training.encoder.ears import EarsTraining, judge_ears, train_ears
from qvim_studio.training.encoder.refinement import RefinementTraining
from qvim_studio.training.encoder.taught import Taught

KINDS = ("dog", "rain", "bell")
TAGS = ("Speech", "Dog", *(f"animal {i}" for i in range(130)), "Music")
REFINEMENT = RefinementTraining(steps=1, renders=4)
OPTIONS = EarsTraining(steps=60, sounds=24, voices=12, words=12, dropout=0.1, refinement=REFINEMENT)


def draw(place: int, turn: int, rng: np.random.Generator) -> np.ndarray:
    """Kinds differ in one tenth of the embedding; how they are said moves it to another."""
    tagged = rng.normal(0, 0.3, WIDTH)
    tagged[100 * ((place + turn) % 8) :][:100] += 1.0
    return tagged


def taught(turn: int, per_kind: int, rng: np.random.Generator, kinds=KINDS) -> Taught:
    named = [kind for kind in kinds for _ in range(per_kind)]
    tagged = np.stack([draw(kinds.index(kind), turn, rng) for kind in named])
    rows = len(named)
    features = Features(
        torch.nn.functional.normalize(torch.randn(rows, EMBEDDING_DIM), dim=1),
        torch.from_numpy(tagged).float(),
        torch.full((rows, CLASSES), 0.01),
        torch.randn(rows, N_MELS),
    )
    names = tuple(f"{turn} {kind} {row}" for row, kind in enumerate(named))
    return Taught(features, tuple((kind,) for kind in named), names)


@pytest.fixture(scope="module")
def ears() -> Ears:
    torch.manual_seed(0)
    rng = np.random.default_rng(0)
    classes = [*TAGS, *(f"thing {i}" for i in range(CLASSES - len(TAGS)))]
    sounds, voices, words, people = (
        taught(turn, count, rng) for turn, count in ((0, 50), (0, 6), (3, 6), (0, 4))
    )
    return train_ears(sounds, voices, words, people, classes, OPTIONS)


def best_kinds(placed: torch.Tensor, ears: Ears) -> list[str]:
    return [ears.kinds[i] for i in (placed @ ears.centers.T).argmax(dim=1).tolist()]


def test_words_and_voices_are_placed_at_the_kinds_they_mean(ears: Ears) -> None:
    rng = np.random.default_rng(1)
    for turn, place in (
        (0, ears.kinds_of_sounds),
        (0, ears.kinds_of_voices),
        (3, ears.kinds_of_words),
    ):
        judged = taught(turn, 5, rng)
        found = best_kinds(place(ears.standardized(judged.features)), ears)
        right = np.mean([one == kind for one, (kind,) in zip(found, judged.kinds, strict=True)])
        assert right > 0.9, (turn, right)


def test_which_tags_are_voices_is_read_from_their_names(ears: Ears) -> None:
    assert ears.is_speech.nonzero().flatten().tolist() == [0]
    assert ears.is_voice.sum() == len(TAGS) - 1


def test_rare_kinds_and_what_no_rule_knows_are_not_learned() -> None:
    rng = np.random.default_rng(2)
    sounds = taught(0, 40, rng, (*KINDS, CATCH_ALL))
    rare = replace(sounds, kinds=(*sounds.kinds[:-1], ("cat",)))
    voices = taught(0, 2, rng)
    classes = [*TAGS, *(f"thing {i}" for i in range(CLASSES - len(TAGS)))]
    ears = train_ears(
        rare, voices, voices, voices, classes, EarsTraining(steps=1, refinement=REFINEMENT)
    )
    assert ears.kinds == tuple(sorted(KINDS))


def test_a_take_is_judged_by_the_rank_of_the_first_sound_of_a_right_class(ears: Ears) -> None:
    sounds = taught(0, 10, np.random.default_rng(3))
    classes = tuple((CLASS_OF.get(kind, kind),) for (kind,) in sounds.kinds)
    itself = replace(sounds, kinds=classes)
    assert judge_ears(ears, sounds, itself) == (1.0, 1.0, 1.0)  # each is nearest to itself
    others = replace(sounds, kinds=tuple(reversed(classes)))
    mean, low, high = judge_ears(ears, sounds, others)
    assert 0.1 < low < mean < high < 1.0
