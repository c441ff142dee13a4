"""Makes clips from imitations and judges them: kind, timing, quality, diversity, speed."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass, replace
from typing import Any, TypeVar

import numpy as np

from qvim_studio.audio.files.reading import read_audio
from qvim_studio.core.clip import AudioClip
from qvim_studio.core.engine import Engine
from qvim_studio.core.errors import UsageError
from qvim_studio.core.program.resources import resource_path
from qvim_studio.core.request import GenerationRequest
from qvim_studio.core.text.audio_formats import SOUND_SUFFIXES
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
SAME_SOUND = 0.995  # from this cosine on a reference is the starting sound itself
SEEDS = 2  # variations of each imitation for timing, enough to show that they differ


@dataclass(frozen=True, eq=False)
class MadeClip:
    """The clips of one imitation or phrase. clips: one per seed, in the order of the seeds; silent
    ones of the ``asked`` seeds are left out. fidelity: to the imitation, of each clip; empty for a
    phrase. started_from: name of the real sound that each clip started from; empty without one.
    first: index of the clip that the program shows first, which its encoder finds nearest to the
    voice."""

    query: Query | Phrase
    clips: tuple[AudioClip, ...]
    fidelity: tuple[Fidelity, ...]
    started_from: tuple[str, ...]
    seconds: float
    asked: int
    first: int


def choose_queries(query_set: QuerySet, count: int) -> QuerySet:
    """At most ``count`` queries, spread evenly over the set, with all its references."""
    return replace(query_set, queries=tuple(spread(query_set.queries, count)))


def spread(many: Sequence[T], count: int) -> list[T]:
    """At most ``count`` of the values, spread evenly over all, in their order."""
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
    """Generate from every query with these settings of a request; SEEDS variations by default.

    timbres: another sound for each query, as the shuffled-conditioning baseline. texts: words for
    each; a phrase has its own.
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
                started_from=tuple(variation.start_name for variation in variations),
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
    """The same with only the clip that the window shows first."""
    return [
        replace(
            one,
            clips=(one.clips[one.first],),
            fidelity=(one.fidelity[one.first],),
            started_from=(one.started_from[one.first],),
            asked=1,
            first=0,
        )
        for one in made
    ]


def class_scores(
    made: Sequence[MadeClip], references: References, judge: JudgingEmbedding
) -> Score:
    """Class MRR with the made clips as the queries.

    The clips of one imitation are averaged first, because they are not independent.
    """
    queries = [one.query for one in made]
    return _mean_class_score(queries, [judge.embed(one.clips) for one in made], references, judge)


def start_scores(
    made: Sequence[MadeClip], references: References, judge: JudgingEmbedding
) -> Score | None:
    """Class MRR of the real sounds that the clips started from, as they lie in the library. If
    class_scores is lower than this, the generator loses the kind. None if no clip started from the
    library.

    A starting sound that is among the references itself does not find itself.
    """
    library = references.library or resource_path("library")
    paths = {path.stem: path for path in library.iterdir() if path.suffix in SOUND_SUFFIXES}
    queries, starts = [], []
    for one in made:
        names = [name for name in dict.fromkeys(one.started_from) if name in paths]
        if names:
            queries.append(one.query)
            starts.append(judge.embed([read_audio(paths[name]) for name in names]))
    if not starts:
        return None
    return _mean_class_score(queries, starts, references, judge, SAME_SOUND)


def distribution_scores(
    made: Sequence[MadeClip], references: References, judge: JudgingEmbedding
) -> dict[str, float | None]:
    """Distances of the first clip of each query to real sounds of the same classes; distances
    between distributions are None if one of them is a single sound."""
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
    """Medians over all clips; None for a figure that no clip has."""
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


def _mean_class_score(
    queries: Sequence[Query | Phrase],
    embeddings: Sequence[np.ndarray],
    references: References,
    judge: JudgingEmbedding,
    same_sound: float = np.inf,
) -> Score:
    """embeddings: of the clips that belong to each query, which are averaged first. same_sound:
    cosine from which a reference does not count for a clip."""
    means = []
    known, relevant = references.described(judge.embed), references.are_of(queries)
    for some, wanted in zip(embeddings, relevant, strict=True):
        similarity = some @ known.T
        similarity = np.where(similarity < same_sound, similarity, -1.0)
        ranks = reciprocal_ranks(similarity, np.tile(wanted, (len(some), 1)))
        means.append(ranks.mean())
    return Score.of(np.array(means), chance_reciprocal_ranks(relevant))


def _known(query: Query | Phrase, names: Sequence[str]) -> str:
    """The first of the query's classes that the references have."""
    return next(name for name in query.classes if name in names)
