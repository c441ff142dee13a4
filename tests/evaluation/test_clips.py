"""What is counted of the clips that an engine makes."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any, cast

import numpy as np
import soundfile
from ranking_engine import RankingEngine, noise

from qvim_studio.core.engine import Engine
from qvim_studio.evaluation.clips import (
    class_scores,
    distribution_scores,
    make_clips,
    quality_scores,
    shown_first,
    spread,
    start_scores,
)
from qvim_studio.evaluation.embedding import JudgingEmbedding
from qvim_studio.evaluation.sets import Phrase, Query, References


def made_by(engine: RankingEngine, **settings: Any) -> list[Any]:
    queries = [Query("woof", noise(90), ("dog",)), Query("bang", noise(91), ("gun",))]
    return make_clips(cast(Engine, engine), queries, settings)


def test_clips_are_in_the_order_of_seeds_and_the_one_shown_first_is_known() -> None:
    engine = RankingEngine()
    made = made_by(engine, variations=4)
    assert [request.variations for request in engine.requests] == [4, 4]
    for one, alone in zip(made, shown_first(made), strict=True):
        assert [clip.samples[0, 0] for clip in one.clips] == [
            noise(seed).samples[0, 0] for seed in range(4)
        ]
        assert np.array_equal(alone.clips[0].samples, noise(3).samples)
        assert len(alone.clips) == len(alone.fidelity) == alone.asked == 1


def test_clips_of_one_imitation_count_as_one_for_the_interval() -> None:
    made = made_by(RankingEngine(), variations=4)
    references = References((noise(1), noise(2)), ("dog", "gun"))
    # Half of every imitation's clips are a dog's, the others a gun's: no doubt about the mean.
    judge = JudgingEmbedding("turns", False, lambda clips: np.eye(2)[np.arange(len(clips)) % 2])
    score = class_scores(made, references, judge)
    assert (score.mean, score.low, score.high) == (0.75, 0.75, 0.75)
    assert score.queries == 2
    assert score.chance == 0.75


def test_what_the_clips_started_from_is_judged_as_it_lies_in_the_library(tmp_path: Path) -> None:
    rows = {"bark": (1.0, 0.0, 0.0), "shot": (0.6, 0.8, 0.0)}
    for number, name in enumerate(rows):
        soundfile.write(
            tmp_path / f"{name}.wav", 0.1 * (number + 1) * np.cos(np.pi * np.arange(8_000)), 16_000
        )
    (tmp_path / "library.csv").write_text("file")

    def embed(clips: Any) -> np.ndarray:
        """References are three sounds, of which the first is the very bark."""
        if len(clips) == 3:
            return np.array([(1.0, 0.0, 0.0), (0.8, 0.6, 0.0), (0.0, 1.0, 0.0)])
        return np.array([rows["bark" if clip.samples[0, 0] < 0.15 else "shot"] for clip in clips])

    references = References((noise(1), noise(2), noise(3)), ("dog", "gun", "dog"), tmp_path)
    judge = JudgingEmbedding("given", False, embed)
    dog, gun = made_by(RankingEngine(), variations=2)
    assert start_scores([dog, gun], references, judge) is None
    made = [replace(dog, started_from=("bark", "bark")), replace(gun, started_from=("shot", ""))]
    score = start_scores(made, references, judge)
    assert score is not None
    # The bark finds the gun before the other dog; the shot finds the gun at once.
    assert (score.mean, score.queries) == (0.75, 2)
    assert start_scores([made[1], dog], references, judge).queries == 1


def test_silent_variations_are_counted_and_leave_the_others() -> None:
    made = made_by(RankingEngine(1), variations=3)
    assert [len(one.clips) for one in made] == [2, 2]
    judge = JudgingEmbedding("level", False, lambda clips: np.eye(2)[: len(clips)])
    scores = quality_scores(made, judge)
    assert scores["clips"] == 4
    assert scores["failed_gates"] == {"silent": 2}
    assert scores["identical_seeds"] == 0
    assert scores["seed_diversity"] == 1.0


def test_one_seed_differs_from_none() -> None:
    judge = JudgingEmbedding("level", False, lambda clips: np.eye(2)[: len(clips)])
    scores = quality_scores(made_by(RankingEngine(), variations=1), judge)
    assert scores["seed_diversity"] is None
    assert scores["clips"] == 2


def test_seeds_that_give_the_same_are_counted() -> None:
    judge = JudgingEmbedding("same", False, lambda clips: np.eye(2)[[0] * len(clips)])
    scores = quality_scores(made_by(RankingEngine(is_stuck=True), variations=3), judge)
    assert scores["identical_seeds"] == 2
    assert scores["seed_diversity"] == 0.0


def test_one_clip_is_no_distribution() -> None:
    made = made_by(RankingEngine(), variations=1)
    judge = JudgingEmbedding("turns", False, lambda clips: np.eye(3)[np.arange(len(clips)) % 3])
    references = References(tuple(noise(seed) for seed in range(4)), ("dog", "gun") * 2)
    both = distribution_scores(made, references, judge)
    alone = distribution_scores(made[:1], references, judge)
    assert all(np.isfinite(value) for value in both.values())
    assert alone["frechet_distance"] is alone["kernel_distance"] is None
    assert np.isfinite(alone["class_divergence"])


def test_a_phrase_is_made_of_its_words_alone() -> None:
    engine = RankingEngine()
    phrase = Phrase("a barking dog", ("animal",))
    (made,) = make_clips(cast(Engine, engine), [phrase], {"variations": 3})
    assert [(one.imitation, one.text) for one in engine.requests] == [(None, "a barking dog")]
    assert len(made.clips) == 3
    assert made.fidelity == ()


def test_words_stand_beside_the_voices_they_were_given_for() -> None:
    engine = RankingEngine()
    queries = [Query("woof", noise(90), ("dog",)), Query("bang", noise(91), ("gun",))]
    make_clips(cast(Engine, engine), queries, {"balance": 0.4}, texts=["dog", "gunshot"])
    assert [(one.text, one.balance) for one in engine.requests] == [("dog", 0.4), ("gunshot", 0.4)]
    assert all(one.imitation is not None for one in engine.requests)


def test_a_few_of_many_are_spread_over_all() -> None:
    assert spread("abcdefg", 3) == ["a", "d", "g"]
    assert spread("ab", 5) == ["a", "b"]
    assert spread("", 5) == []
