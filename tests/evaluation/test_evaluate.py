"""Retrieval and made clips are measured as a user would search and hear them."""

from __future__ import annotations

from pathlib import Path
from typing import cast

import numpy as np
import pytest
from quick_ears import quick_ears  # noqa: F401
from ranking_engine import RankingEngine, noise

from qvim_studio.core.clip import AudioClip
from qvim_studio.core.engine import Engine
from qvim_studio.core.program.settings import Settings
from qvim_studio.evaluation import evaluate
from qvim_studio.evaluation.embedding import JudgingEmbedding
from qvim_studio.evaluation.evaluate import recorded_in_room
from qvim_studio.evaluation.phrases import PHRASES
from qvim_studio.evaluation.sets import Query, QuerySet, References
from qvim_studio.networks.qvim.encoder import QvimEncoder
from qvim_studio.voice.hearing import program_hearing


def test_takes_in_a_noisy_room_are_the_same_sounds_with_more_in_their_pauses() -> None:
    pulses = np.zeros(32_000, np.float32)
    for begin in (2_000, 16_000, 30_000):
        pulses[begin : begin + 800] = 0.5 * np.sin(np.arange(800) * 0.5)
    take = AudioClip.from_mono(pulses, 32_000)
    first, again = (recorded_in_room(take, seed=3) for _ in range(2))
    assert np.array_equal(first.samples, again.samples)
    assert not np.array_equal(first.samples, recorded_in_room(take, seed=4).samples)
    seconds = [recorded_in_room(take, seed).duration_s for seed in range(10)]
    assert 0.9 < np.median(seconds) < 1.2  # trimmed
    loud, quiet = (np.percentile(np.abs(first.samples), share) for share in (99, 40))
    assert 3.0 < loud / quiet < 1_000.0


def test_every_take_is_searched_from_a_noisy_room_of_its_own(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    rng = np.random.default_rng(0)
    sounds = tuple(AudioClip.from_mono(rng.uniform(-0.5, 0.5, 8_000), 32_000) for _ in range(3))
    queries = tuple(Query(f"q{i}", clip, (f"c{i}",), i) for i, clip in enumerate(sounds))
    query_set = QuerySet("x", "y", queries, References(sounds, ("c0", "c1", "c2")))
    encoder = QvimEncoder().eval()
    encoder.reference = encoder.imitation
    monkeypatch.setattr(evaluate, "recorded_in_room", lambda take, seed: sounds[(seed + 1) % 3])
    found = evaluate.evaluate_retrieval(encoder, program_hearing(), query_set)
    assert found["qvim"]["item_mrr"]["mean"] == 1.0
    assert found["qvim_in_room"]["item_mrr"]["mean"] <= 0.5
    assert found["ears"]["item_mrr"]["mean"] > found["ears_in_room"]["item_mrr"]["mean"]


def test_words_stand_beside_a_voice_only_where_there_are_some_for_every_take() -> None:
    engine = RankingEngine()
    judge = JudgingEmbedding("turns", False, lambda clips: np.eye(3)[np.arange(len(clips)) % 3])
    for classes in (("animal", "gun"), ("animal", "anything")):
        queries = tuple(Query(name, noise(i), (name,), i) for i, name in enumerate(classes))
        references = References((noise(5), noise(6)), classes)
        figures = evaluate.evaluate_clips(
            cast(Engine, engine),
            QuerySet("x", "y", queries, references),
            {},
            (judge, judge),
            2,
            3,
            knows_words=True,
        ).figures
        assert (figures["class_mrr_worded"] is not None) == ("gun" in classes)
    worded = {(one.text, one.balance) for one in engine.requests if one.text}
    assert worded == {(PHRASES[name][0], Settings.balance) for name in ("animal", "gun")}
    assert all(one.imitation is not None for one in engine.requests)


def test_clips_start_from_the_library_of_their_references(tmp_path: Path) -> None:
    judge = JudgingEmbedding("turns", False, lambda clips: np.eye(3)[np.arange(len(clips)) % 3])
    names = ("animal", "gun")
    queries = tuple(Query(name, noise(i), (name,), i) for i, name in enumerate(names))
    for library, wanted in ((tmp_path, str(tmp_path)), (None, None)):
        engine = RankingEngine()
        references = References((noise(5), noise(6)), names, library)
        both = (judge, judge)
        evaluate.evaluate_clips(
            cast(Engine, engine),
            QuerySet("x", "y", queries, references),
            {"steps": 7},
            both,
            2,
            3,
            knows_words=True,
        )
        evaluate.evaluate_texts(cast(Engine, engine), references, {"steps": 7}, judge, 2, 3)
        assert {one.library_folder for one in engine.requests} == {wanted}
        assert {one.steps for one in engine.requests} == {7}
