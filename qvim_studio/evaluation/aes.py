"""``qvim-studio evaluate --aes``: the AES QVIM challenge's own file and its own figures.

The notebook of the challenge (AES International Conference on AI and ML for Audio, 2025) takes the
files below ``Items`` and ``Queries`` by their names, writes ``output/similarities.json`` and scores
what the table of the DEV set names: MRR of the very item, NDCG of all items of the query's class.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np

from qvim_studio.audio.files.reading import read_audio, write_text_file
from qvim_studio.audio.trim import trim_silence, trim_take
from qvim_studio.core.clip import AudioClip
from qvim_studio.core.errors import StudioError
from qvim_studio.evaluation.retrieval import (
    Score,
    chance_ndcg,
    chance_reciprocal_ranks,
    ndcg,
)
from qvim_studio.networks.qvim.encoder import Branch
from qvim_studio.training.corpus.sets.imitation_sets import AES_ITEMS, AES_QUERIES, read_aes
from qvim_studio.training.corpus.sets.listing import sounds_below
from qvim_studio.training.loop.ranks import reciprocal_ranks

SIMILARITIES_FILE = "similarities.json"
Embed = Callable[[Branch, Sequence[AudioClip]], np.ndarray]  # (clips, dim), compared by products
Similarities = dict[str, dict[str, float]]


@dataclass(frozen=True, eq=False)
class AesSounds:
    """Files by name, sorted. notes: about names of several files, of which the last counts."""

    items: Mapping[str, Path]
    queries: Mapping[str, Path]
    notes: tuple[str, ...]


def find_aes_sounds(folder: Path) -> AesSounds:
    """The sounds of a folder of the challenge, or of the folder that it was unpacked into.

    Raises StudioError if there are no items or no queries.
    """
    nested = sorted(path.parent for path in folder.glob(f"*/{AES_ITEMS}"))
    root = folder if (folder / AES_ITEMS).is_dir() or not nested else nested[0]
    sides, notes = [], []
    for part in (AES_ITEMS, AES_QUERIES):
        paths = sorted(sounds_below(root / part))
        if not paths:
            raise StudioError(
                f"{root / part} holds no sounds. Give the folder of the AES QVIM set, with Items "
                "and Queries in it."
            )
        counts = Counter(path.name for path in paths)
        repeated = [name for name, count in counts.items() if count > 1]
        if repeated:
            notes.append(
                f"{len(repeated)} names of {part} belong to several files, such as {repeated[0]}: "
                "the challenge tells them apart by their names alone."
            )
        sides.append({path.name: path for path in paths})
    return AesSounds(sides[0], sides[1], tuple(notes))


def similarities_of(sounds: AesSounds, embed: Embed) -> Similarities:
    """{query: {item: score}}; higher means more alike."""
    items = embed("reference", [trim_silence(read_audio(path)) for path in sounds.items.values()])
    takes = embed("imitation", [trim_take(read_audio(path)) for path in sounds.queries.values()])
    scores = takes @ items.T
    return {
        query: {item: float(score) for item, score in zip(sounds.items, row, strict=True)}
        for query, row in zip(sounds.queries, scores, strict=True)
    }


def write_similarities(folder: Path, similarities: Similarities) -> Path:
    """Write the challenge's file. Raises OutputError."""
    path = folder / SIMILARITIES_FILE
    write_text_file(path, json.dumps(similarities))
    return path


def score_similarities(folder: Path, similarities: Similarities) -> dict[str, Any] | None:
    """MRR, class MRR and NDCG of the queries and items that the table names; None without a table,
    as in the EVAL set. Raises StudioError if no file that the table names is there."""
    tables = [*sorted(folder.glob("* Dataset.csv")), *sorted(folder.glob("*/* Dataset.csv"))]
    if not tables:
        return None
    listing = read_aes(tables[:1])
    item_of = {take.path.name: take.reference.name for take in listing.takes}
    known = next(iter(similarities.values()))
    items = {one.path.name: one.path.parent.name for one in listing.recordings}
    items = {name: kind for name, kind in items.items() if name in known}
    queries = [name for name in item_of if name in similarities and item_of[name] in items]
    if not queries:
        raise StudioError(
            f"{tables[0]} names none of the sounds that are there. Unpack the whole set again."
        )
    scores = np.array([[similarities[query][item] for item in items] for query in queries])
    is_item = np.array([[item == item_of[query] for item in items] for query in queries])
    kinds = [items[item_of[query]] for query in queries]
    is_class = np.array([[kind == own for kind in items.values()] for own in kinds])
    return {
        "queries": len(queries),
        "items": len(items),
        "mrr": asdict(
            Score.of(reciprocal_ranks(scores, is_item), chance_reciprocal_ranks(is_item))
        ),
        "class_mrr": float(class_reciprocal_ranks(scores, is_class).mean()),
        "ndcg": asdict(Score.of(ndcg(scores, is_class), chance_ndcg(is_class))),
    }


def class_reciprocal_ranks(similarity: np.ndarray, relevant: np.ndarray) -> np.ndarray:
    """(queries,): the sum of 1 / rank of all relevant items, divided by its best value; the
    challenge's "class-wise MRR"."""
    order = np.argsort(-similarity, axis=1, kind="stable")
    gains = 1 / np.arange(1, relevant.shape[1] + 1)
    best = np.cumsum(gains)[relevant.sum(axis=1) - 1]
    return np.take_along_axis(relevant, order, axis=1) @ gains / best


def aes_summary(figures: dict[str, Any]) -> str:
    """A few lines for a terminal."""
    lines = [f"{figures['file']}: {figures['score']} scores", *figures["notes"]]
    scores = figures["scores"]
    if scores is None:
        return "\n".join([*lines, "There is no table of the answers, so nothing is scored."])
    lines.append(f"{scores['queries']} queries among {scores['items']} items")
    for name, title in (("mrr", "MRR"), ("ndcg", "NDCG")):
        one = scores[name]
        interval = f"[{one['low']:.3f}, {one['high']:.3f}]"
        lines.append(f"{title} {one['mean']:.3f} {interval}, chance {one['chance']:.3f}")
    return "\n".join([*lines, f"class-wise MRR {scores['class_mrr']:.3f}"])
