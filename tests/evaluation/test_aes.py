"""The challenge's file and figures match those of its own notebook."""

from __future__ import annotations

import math
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest
import soundfile
from quick_ears import quick_ears  # noqa: F401
from training_data import SAMPLE_RATE, tone, write_aes, write_tone

from qvim_studio.core.clip import AudioClip
from qvim_studio.core.errors import StudioError
from qvim_studio.evaluation.aes import (
    class_reciprocal_ranks,
    find_aes_sounds,
    score_similarities,
    similarities_of,
)

CLASSES = ("Dog", "Dog", "Door", "Bell")


def scores_by_chance(items: int, queries: int) -> dict[str, dict[str, float]]:
    rng = np.random.default_rng(0)
    return {
        f"q{query // 2}_{query % 2}.wav": {
            f"item{item}.wav": float(rng.random()) for item in range(items)
        }
        for query in range(queries)
    }


def in_order(scores: dict[str, float]) -> list[str]:
    return sorted(scores, key=lambda item: -scores[item])


def test_figures_are_those_of_the_notebook(tmp_path: Path) -> None:
    """They are computed item by item here, by their definitions."""
    folder = write_aes(tmp_path, CLASSES, queries=2)
    similarities = scores_by_chance(4, 8)
    similarities["stray.wav"] = dict.fromkeys(similarities["q0_0.wav"], 0.0)
    figures = score_similarities(folder, similarities)
    assert figures is not None and (figures["queries"], figures["items"]) == (8, 4)
    mrr, class_mrr, gains = [], [], []
    for number in range(8):
        order = in_order(similarities[f"q{number // 2}_{number % 2}.wav"])
        mrr.append(1 / (1 + order.index(f"item{number // 2}.wav")))
        kind = CLASSES[number // 2]
        right = [f"item{i}.wav" for i, name in enumerate(CLASSES) if name == kind]
        ranks = sorted(order.index(name) for name in right)
        class_mrr.append(
            sum(1 / (1 + rank) for rank in ranks) / sum(1 / (1 + i) for i in range(len(ranks)))
        )
        gains.append(
            sum(1 / math.log2(rank + 2) for rank in ranks)
            / sum(1 / math.log2(i + 2) for i in range(len(ranks)))
        )
    assert figures["mrr"]["mean"] == pytest.approx(np.mean(mrr))
    assert figures["class_mrr"] == pytest.approx(np.mean(class_mrr))
    assert figures["ndcg"]["mean"] == pytest.approx(np.mean(gains))


def test_all_items_of_a_class_in_front_are_perfect() -> None:
    relevant = np.array([[True, False, True, False]])
    assert class_reciprocal_ranks(np.array([[0.9, 0.1, 0.8, 0.2]]), relevant) == pytest.approx(1.0)
    assert class_reciprocal_ranks(np.array([[0.9, 0.8, 0.1, 0.2]]), relevant) == pytest.approx(
        (1 + 1 / 4) / 1.5
    )


def test_each_query_gets_a_score_for_each_item_by_the_names_of_files(tmp_path: Path) -> None:
    folder = write_aes(tmp_path / "qvim-dev", ["Dog", "Door"], queries=1)
    for name in ("Items/Dog/item0.wav", "Queries/Dog/q0_0.wav"):
        silence = np.zeros(SAMPLE_RATE)
        soundfile.write(folder / name, np.concatenate([silence, tone(300)]), SAMPLE_RATE)
    sounds = find_aes_sounds(tmp_path)
    found: list[str] = []

    def embed(branch: str, clips: Sequence[AudioClip]) -> np.ndarray:
        found.append(branch)
        assert all(clip.duration_s < 0.5 for clip in clips)  # silence is cut before
        return np.eye(len(clips))

    assert similarities_of(sounds, embed) == {
        "q0_0.wav": {"item0.wav": 1.0, "item1.wav": 0.0},
        "q1_0.wav": {"item0.wav": 0.0, "item1.wav": 1.0},
    }
    assert found == ["reference", "imitation"]


def test_names_of_several_files_are_noted_and_empty_folders_refused(tmp_path: Path) -> None:
    folder = write_aes(tmp_path, ["Dog"], queries=1)
    write_tone(folder / "Items" / "Cat" / "item0.wav", 500)
    (note,) = find_aes_sounds(folder).notes
    assert "1 names of Items belong to several files, such as item0.wav" in note
    with pytest.raises(StudioError, match="holds no sounds"):
        find_aes_sounds(tmp_path / "Items")
