"""One evaluation of one checkpoint: every figure that the report shows, as plain values."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
import torch

from qvim_studio.audio.trim import trim_take
from qvim_studio.core.clip import AudioClip
from qvim_studio.core.engine import Engine
from qvim_studio.core.program.settings import Settings
from qvim_studio.evaluation import clips as made_clips
from qvim_studio.evaluation.clips import MadeClip
from qvim_studio.evaluation.embedding import JudgingEmbedding
from qvim_studio.evaluation.events import event_scores
from qvim_studio.evaluation.features import (
    embed_by_ears,
    mean_spectra,
    modulation_spectra,
    qvim_embeddings,
)
from qvim_studio.evaluation.phrases import PHRASES
from qvim_studio.evaluation.reconstruction import Reconstruction, reconstruct
from qvim_studio.evaluation.retrieval import (
    Score,
    chance_ndcg,
    chance_reciprocal_ranks,
    ndcg,
)
from qvim_studio.evaluation.sets import QuerySet, References, phrases_of
from qvim_studio.families.audioldm.loaded import LoadedCheckpoint
from qvim_studio.networks.qvim.encoder import QvimEncoder
from qvim_studio.training.corpus.recording import Recording, random_recording
from qvim_studio.training.loop.ranks import reciprocal_ranks
from qvim_studio.voice.adapter import Adapter
from qvim_studio.voice.hearing import Hearing

log = logging.getLogger(__name__)

Figures = dict[str, Any]
NOISY_ROOM = Recording(room_odds=1.0, noise_odds=1.0, snr_db=(15.0, 25.0))


@dataclass(frozen=True, eq=False)
class SetEvaluation:
    """All figures of one query set, and the clips made for it, if any were asked for."""

    figures: Figures
    made: tuple[MadeClip, ...] = ()


def evaluate_retrieval(encoder: QvimEncoder, hearing: Hearing, query_set: QuerySet) -> Figures:
    """Retrieval of references by imitations, for the program's ears, the encoder and both
    baselines; for the first two also with imitations as recorded in a noisy room."""
    takes = [query.clip for query in query_set.queries]
    references = query_set.references
    known = references.described(qvim_embeddings, encoder, "reference")
    in_room = [recorded_in_room(take, seed) for seed, take in enumerate(takes)]
    sounds = references.described(embed_by_ears, hearing, "reference")
    views = {
        "ears": (embed_by_ears(hearing, "imitation", takes), sounds),
        "ears_in_room": (embed_by_ears(hearing, "imitation", in_room), sounds),
        "qvim": (qvim_embeddings(encoder, "imitation", takes), known),
        "qvim_in_room": (qvim_embeddings(encoder, "imitation", in_room), known),
        "2dft": (
            modulation_spectra(encoder, takes),
            references.described(modulation_spectra, encoder),
        ),
        "mean_spectrum": (
            mean_spectra(encoder, takes),
            references.described(mean_spectra, encoder),
        ),
    }
    return {name: retrieval_scores(*view, query_set) for name, view in views.items()}


def recorded_in_room(take: AudioClip, seed: int) -> AudioClip:
    """The take in mono, with reverberation and noise 15 to 25 dB below it, trimmed as the studio
    trims."""
    rng = np.random.default_rng(seed)
    recorded = random_recording(take.mono(), take.sample_rate, rng, NOISY_ROOM)
    return trim_take(AudioClip.from_mono(recorded, take.sample_rate))


def retrieval_scores(queries: np.ndarray, references: np.ndarray, query_set: QuerySet) -> Figures:
    """Class MRR and NDCG, and the MRR of the exact reference if it is known."""
    similarity = queries @ references.T
    same_class = query_set.references.are_of(query_set.queries)
    scores = {
        "class_mrr": Score.of(
            reciprocal_ranks(similarity, same_class), chance_reciprocal_ranks(same_class)
        ),
        "class_ndcg": Score.of(ndcg(similarity, same_class), chance_ndcg(same_class)),
    }
    same_item = query_set.same_item()
    if same_item is not None:
        scores["item_mrr"] = Score.of(
            reciprocal_ranks(similarity, same_item), chance_reciprocal_ranks(same_item)
        )
    return {name: asdict(score) for name, score in scores.items()}


@torch.inference_mode()
def evaluate_adapter(
    adapter: Adapter, voices: np.ndarray, tower_embedding: np.ndarray | None, targets: np.ndarray
) -> Figures:
    """Imitations against targets (n, 512) of their references. voices: (n, 960). tower_embedding:
    (n, 512), where the adapter has that ear. All have unit norm.

    structure: Pearson correlation of the two similarity matrices, which shows whether neighbors
    stay neighbors.
    """
    ears = [torch.from_numpy(ear) for ear in (voices, tower_embedding) if ear is not None]
    made = adapter(*ears).numpy()
    own = np.eye(len(made), dtype=bool)
    ranks = reciprocal_ranks(made @ targets.T, own)
    others = np.triu_indices(len(made), 1)
    structure = np.corrcoef((made @ made.T)[others], (targets @ targets.T)[others])[0, 1]
    return {
        "cosine": float((made * targets).sum(axis=1).mean()),
        "item_mrr": asdict(Score.of(ranks, chance_reciprocal_ranks(own))),
        "structure": float(structure),
    }


def evaluate_clips(
    engine: Engine,
    query_set: QuerySet,
    settings: dict[str, Any],
    judges: tuple[JudgingEmbedding, JudgingEmbedding],
    count: int,
    variations: int,
    *,
    knows_words: bool,
) -> SetEvaluation:
    """Clips for ``count`` queries: as asked, with words beside the voice where there are some for
    all of them, tightly and loosely following, and shuffled. They start from the references'
    library.

    settings: of the requests (core.request.GenerationRequest). judges: the second gives the class
    rank a second time. variations: of each query in the first setting. knows_words: whether the
    checkpoint knows words.
    """
    judge, second = judges
    chosen = made_clips.choose_queries(query_set, count)
    takes = chosen.queries
    settings = settings | _starts(chosen.references)

    def make(
        what: str,
        timbres: Sequence[AudioClip] | None,
        texts: Sequence[str] | None = None,
        **changes: Any,
    ) -> list[MadeClip]:
        return made_clips.make_clips(
            engine,
            takes,
            settings | changes,
            timbres,
            texts,
            lambda done, total: log.info("%s, %s: %d of %d", chosen.name, what, done, total),
        )

    made = make("as asked", None, variations=variations)
    worded = None
    if knows_words and all(query.classes[0] in PHRASES for query in takes):
        texts = [PHRASES[query.classes[0]][0] for query in takes]
        worded = make("with words", None, texts, balance=Settings.balance)
    shuffled = make("shuffled", made_clips.shuffled_timbres(takes, query_set.queries))
    tight = make("tight", None, follow=1.0)
    loose = make("loose", None, follow=0.0)
    first = made_clips.shown_first(made)
    starts = made_clips.start_scores(made, chosen.references, judge)
    scores = (chosen.references, judge)
    second_scores = (chosen.references, second)
    return SetEvaluation(
        {
            "judge": judge.name,
            "judge_is_own": judge.is_own,
            "class_mrr": asdict(made_clips.class_scores(made, *scores)),
            "class_mrr_starts": starts and asdict(starts),
            "variations": variations,
            "class_mrr_first": asdict(made_clips.class_scores(first, *scores)),
            "class_mrr_shuffled": asdict(made_clips.class_scores(shuffled, *scores)),
            "class_mrr_worded": worded and asdict(made_clips.class_scores(worded, *scores)),
            "second_judge": second.name,
            "class_mrr_second": asdict(made_clips.class_scores(made, *second_scores)),
            "class_mrr_second_shuffled": asdict(made_clips.class_scores(shuffled, *second_scores)),
            "distribution": made_clips.distribution_scores(made, *scores),
            "distribution_shuffled": made_clips.distribution_scores(shuffled, *scores),
            "timing_tight": made_clips.timing_scores(tight),
            "timing_loose": made_clips.timing_scores(loose),
            "events": event_scores(made),
            **made_clips.quality_scores([*made, *tight, *loose], judge),
        },
        tuple(made),
    )


def _starts(references: References) -> dict[str, Any]:
    """The settings of a request that starts from the references' library."""
    return {"library_folder": references.library and str(references.library)}


def evaluate_texts(
    engine: Engine,
    references: References,
    settings: dict[str, Any],
    judge: JudgingEmbedding,
    count: int,
    variations: int,
) -> SetEvaluation:
    """Clips from words alone, ``variations`` for each of ``count`` phrases.

    The phrases name kinds of sounds that are among the references.
    """
    chosen = made_clips.spread(phrases_of(references), count)
    made = made_clips.make_clips(
        engine,
        chosen,
        settings | _starts(references) | {"variations": variations},
        on_progress=lambda done, total: log.info("words alone: %d of %d", done, total),
    )
    return SetEvaluation(
        {
            "judge": judge.name,
            "phrases": len(chosen),
            "class_mrr": asdict(made_clips.class_scores(made, references, judge)),
            **made_clips.quality_scores(made, judge),
        },
        tuple(made),
    )


@torch.inference_mode()
def evaluate_words(loaded: LoadedCheckpoint, references: References) -> Figures:
    """phrase → reference in the space of the conditions; empty without both of its towers."""
    if loaded.text is None or loaded.audio_tower is None:
        return {}
    phrases = phrases_of(references)
    words = torch.cat(loaded.text.embed([phrase.name for phrase in phrases]))
    tower_embedding = torch.cat([loaded.tower_embedding(clip) for clip in references.clips])
    relevant = references.are_of(phrases)
    ranks = reciprocal_ranks((words @ tower_embedding.T).numpy(), relevant)
    return {
        "phrases": len(phrases),
        "class_mrr": asdict(Score.of(ranks, chance_reciprocal_ranks(relevant))),
    }


def evaluate_reconstruction(
    loaded: LoadedCheckpoint, clips: Sequence[AudioClip]
) -> tuple[Figures, list[Reconstruction]]:
    """Means over all sounds; the share of tones over sounds with tones."""
    rebuilt = [reconstruct(loaded, clip) for clip in clips]
    tonal = [one.harmonic_share for one in rebuilt if one.harmonic_share is not None]
    return {
        "sounds": len(rebuilt),
        "vae_db": float(np.mean([one.vae_db for one in rebuilt])),
        "total_db": float(np.mean([one.total_db for one in rebuilt])),
        "tonal_sounds": len(tonal),
        "harmonic_share": float(np.mean(tonal)) if tonal else None,
    }, rebuilt
