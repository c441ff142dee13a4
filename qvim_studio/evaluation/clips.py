"""Makes clips from imitations and judges them: kind, timing, quality, diversity, speed."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass, replace
from typing import Any, TypeVar

import numpy as np

from qvim_studio.core.clip import AudioClip
from qvim_studio.core.engine import Engine
from qvim_studio.core.errors import UsageError
from qvim_studio.core.request import GenerationRequest
from qvim_studio.evaluation.distances import (
    class_centroids,
    class_divergence,
    frechet_distance,
    kernel_distance,
)
from qvim_studio.evaluation.embedding import JudgingEmbedding
from qvim_studio.evaluation.fidelity import Fidelity, failed_gates, measure_fidelity
from qvim_studio.evaluation.retrieval import Score, chance_reciprocal_ranks
from qvim_studio.evaluation.sets import Phrase, Query, QuerySet, References
from qvim_studio.training.loop.ranks import reciprocal_ranks

T = TypeVar("T")
SEEDS = 2  # variations of each imitation where timing is judged: enough to see that they differ


@dataclass(frozen=True, eq=False)
class MadeClip:
    """What one imitation or phrase gave. clips: one per seed, in the order of the seeds; of the
    ``asked`` seeds those that came out silent gave none. fidelity: to the imitation, of each clip;
    empty for a phrase. first: which of the clips the program shows first, the one that its encoder
    finds nearest to the voice."""

    query: Query | Phrase
    clips: tuple[AudioClip, ...]
    fidelity: tuple[Fidelity, ...]
    started_from: str
    seconds: float
    asked: int
    first: int


def choose_queries(query_set: QuerySet, count: int) -> QuerySet:
    """At most ``count`` queries, spread evenly over the set, with all its references."""
    return replace(query_set, queries=tuple(spread(query_set.queries, count)))


def spread(many: Sequence[T], count: int) -> list[T]:
    """At most ``count`` of them, evenly over all, in their order."""
    picked = np.unique(np.linspace(0, len(many) - 1, min(count, len(many))).round().astype(int))
    return [many[i] for i in picked]


def make_clips(
    engine: Engine,
    queries: Sequence[Query | Phrase],
    settings: dict[str, Any],
    timbres: Sequence[AudioClip] | None = None,
    texts: Sequence[str] | None = None,
    on_progress: Callable[[int, int], None] = lambda done, total: None,
) -> list[MadeClip]:
    """Generate from every query with these settings of a request, SEEDS times if they say nothing
    of variations.

    timbres: a foreign sound for each query, the shuffled-conditioning baseline. texts: words for
    each; a phrase is its own.
    """
    settings = {"variations": SEEDS} | settings
    made = []
    for number, query in enumerate(queries):
        takes = [query.clip] if isinstance(query, Query) else []
        text = query.name if isinstance(query, Phrase) else ""
        request = GenerationRequest(
            imitation=takes[0] if takes else None,
            timbre=None if timbres is None else timbres[number],
            text=text if texts is None else texts[number],
            **settings,
        )
        began = time.perf_counter()
        result = engine.generate(request, lambda progress: None, lambda: False)
        seconds = time.perf_counter() - began
        variations = sorted(result.variations, key=lambda variation: variation.seed)
        seeds = [variation.seed for variation in variations]
        clips = tuple(variation.clip for variation in variations)
        made.append(
            MadeClip(
                query=query,
                clips=clips,
                fidelity=tuple(measure_fidelity(take, clip) for take in takes for clip in clips),
                started_from=variations[0].start_name,
                seconds=seconds / len(clips),
                asked=request.variations,
                first=seeds.index(result.variations[0].seed),
            )
        )
        on_progress(number + 1, len(queries))
    return made


def shuffled_timbres(
    queries: Sequence[Query], among: Sequence[Query], seed: int = 0
) -> list[AudioClip]:
    """For each query an imitation of another class, at random.

    Raises UsageError if there is none.
    """
    rng = np.random.default_rng(seed)
    timbres = []
    for query in queries:
        foreign = [other for other in among if not set(other.classes) & set(query.classes)]
        if not foreign:
            raise UsageError(
                f"All imitations are of one kind ({', '.join(query.classes)}), so their clips "
                "cannot be compared with those of a foreign voice. Add pairs with another label, "
                "or make no clips with --clips 0."
            )
        timbres.append(foreign[rng.integers(len(foreign))].clip)
    return timbres


def shown_first(made: Sequence[MadeClip]) -> list[MadeClip]:
    """The same with nothing but what a user hears first."""
    return [
        replace(
            one,
            clips=(one.clips[one.first],),
            fidelity=(one.fidelity[one.first],),
            asked=1,
            first=0,
        )
        for one in made
    ]


def class_scores(
    made: Sequence[MadeClip], references: References, judge: JudgingEmbedding
) -> Score:
    """Class MRR with the made clips as the queries.

    The clips of one imitation are averaged first: they are no independent draws.
    """
    means = []
    embeddings = references.described(judge.embed)
    relevant = references.are_of([one.query for one in made])
    for one, wanted in zip(made, relevant, strict=True):
        similarity = judge.embed(one.clips) @ embeddings.T
        ranks = reciprocal_ranks(similarity, np.tile(wanted, (len(one.clips), 1)))
        means.append(ranks.mean())
    return Score.of(np.array(means), chance_reciprocal_ranks(relevant))


def distribution_scores(
    made: Sequence[MadeClip], references: References, judge: JudgingEmbedding
) -> dict[str, float | None]:
    """Distances of the first clip of each query to real sounds of the same classes; None for those
    between distributions where a single sound stands for one."""
    first = judge.embed([one.clips[0] for one in made])
    embeddings = references.described(judge.embed)
    names, centroids = class_centroids(embeddings, references.classes)
    wanted = np.stack([centroids[names.index(_known(one.query, names))] for one in made])
    classes = {name for one in made for name in one.query.classes}
    real = embeddings[[name in classes for name in references.classes]]
    are_spread = min(len(first), len(real)) > 1
    return {
        "frechet_distance": frechet_distance(first, real) if are_spread else None,
        "kernel_distance": kernel_distance(first, real) if are_spread else None,
        "class_divergence": class_divergence(first, wanted, centroids),
    }


def timing_scores(made: Sequence[MadeClip]) -> dict[str, float | None]:
    """Medians over all clips; None where a thing could be measured nowhere."""
    rows = [asdict(fidelity) for one in made for fidelity in one.fidelity]
    medians: dict[str, float | None] = {}
    for key in rows[0]:
        known = [row[key] for row in rows if row[key] is not None]
        medians[key] = float(np.median(known)) if known else None
    return medians


def quality_scores(made: Sequence[MadeClip], judge: JudgingEmbedding) -> dict[str, Any]:
    """Gates, how different two seeds are (1 - cosine; None with one each), seconds per clip
    (median)."""
    failures = Counter(name for one in made for clip in one.clips for name in failed_gates(clip))
    silent = sum(one.asked - len(one.clips) for one in made)
    if silent:
        failures["silent"] += silent
    several = [one.clips[:2] for one in made if len(one.clips) > 1]
    pairs = [judge.embed(clips) for clips in several]
    return {
        "clips": sum(len(one.clips) for one in made),
        "failed_gates": dict(failures),
        "identical_seeds": sum(
            bool(np.array_equal(one.samples, other.samples)) for one, other in several
        ),
        "seed_diversity": (
            float(np.median([1 - first @ second for first, second in pairs])) if pairs else None
        ),
        "seconds_per_clip": float(np.median([one.seconds for one in made])),
    }


def _known(query: Query | Phrase, names: Sequence[str]) -> str:
    """The first of the query's classes that the references have."""
    return next(name for name in query.classes if name in names)
