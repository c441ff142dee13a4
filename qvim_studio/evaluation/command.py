"""``qvim-studio evaluate``: chooses the sets that this machine can offer and measures them all."""

from __future__ import annotations

import argparse
import datetime
import logging
import platform
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import torch

from qvim_studio.audio.files.reading import check_output_folder
from qvim_studio.checkpoints.checkpoint import Checkpoint
from qvim_studio.core.engine import Engine
from qvim_studio.core.errors import UsageError, reason_of
from qvim_studio.core.request import MAX_VARIATIONS, VramMode
from qvim_studio.core.text.json_text import parse_json
from qvim_studio.evaluation import sets
from qvim_studio.evaluation.clips import MadeClip, spread
from qvim_studio.evaluation.embedding import JudgingEmbedding, find_judge, untaught_judge
from qvim_studio.evaluation.evaluate import (
    evaluate_adapter,
    evaluate_clips,
    evaluate_reconstruction,
    evaluate_retrieval,
    evaluate_texts,
    evaluate_words,
)
from qvim_studio.evaluation.features import qvim_embeddings
from qvim_studio.evaluation.report import WORDS, write_report
from qvim_studio.evaluation.sets import QuerySet, References, phrases_of
from qvim_studio.evaluation.word_hits import word_hit_figures
from qvim_studio.families.audioldm.loaded import LoadedCheckpoint, load_checkpoint
from qvim_studio.families.catalog import find_checkpoint
from qvim_studio.families.plans import plan_for
from qvim_studio.networks.qvim.encoder import encoder_id, load_qvim_encoder
from qvim_studio.training.corpus.corpus import load_corpus
from qvim_studio.training.corpus.imitations import load_or_render
from qvim_studio.training.trainers.teacher import TARGETS_FILE
from qvim_studio.voice.embedder import encoder_folder
from qvim_studio.voice.hearing import program_hearing
from qvim_studio.voice.tagger import Tagger

log = logging.getLogger(__name__)

MAX_RECONSTRUCTED = 60


def evaluate(options: argparse.Namespace, engine: Engine) -> dict[str, Any]:
    """Measure ``options.checkpoint`` and, where asked, write the report."""
    if options.clips < 0:
        raise UsageError(f"--clips must not be negative, got {options.clips}.")
    if not 1 <= options.variations <= MAX_VARIATIONS:
        raise UsageError(f"--variations must be 1 to {MAX_VARIATIONS}, got {options.variations}.")
    if options.report is not None:
        check_output_folder(options.report)
    checkpoint = find_checkpoint(options.checkpoint)
    query_sets = find_sets(options)
    loaded = load_checkpoint(checkpoint, plan_for(checkpoint, VramMode(options.vram_mode)))
    encoder = load_qvim_encoder(encoder_folder(checkpoint.installed_folder()))
    judges = find_judge(encoder), untaught_judge(encoder)
    settings = {
        "checkpoint": options.checkpoint,
        "vram_mode": VramMode(options.vram_mode),
        "steps": options.steps,
    }
    figures = _facts(checkpoint, encoder_id(encoder), options)
    made: dict[str, Sequence[MadeClip]] = {}
    hearing = program_hearing()
    for query_set in query_sets:
        log.info("%s: retrieval", query_set.name)
        one: dict[str, Any] = {
            "origin": query_set.origin,
            "queries": len(query_set.queries),
            "references": len(query_set.references.clips),
            "retrieval": evaluate_retrieval(encoder, hearing, query_set),
        }
        has_foreign = len({query.classes for query in query_set.queries}) > 1
        if options.clips and not has_foreign and len(query_sets) > 1:
            log.warning("%s: no clips, all its imitations are of one kind", query_set.name)
        elif options.clips:
            evaluation = evaluate_clips(
                engine,
                query_set,
                settings,
                judges,
                options.clips,
                options.variations,
                knows_words=loaded.text is not None,
            )
            one["clips"] = evaluation.figures
            made[query_set.name] = evaluation.made
        figures["sets"][query_set.name] = one
    judge, references = judges[0], query_sets[0].references
    words, made[WORDS] = _words_figures(engine, loaded, references, settings, judge, options)
    figures |= words
    figures |= adapter_figures(loaded, options.runs / "corpus")
    if options.data is not None:
        figures["heard"] = word_hit_figures(options.data, Tagger.from_folder().words)
    figures["reconstruction"], rebuilt = evaluate_reconstruction(
        loaded, spread(query_sets[0].references.clips, MAX_RECONSTRUCTED)
    )
    if options.report is not None:
        figures["report"] = str(write_report(options.report, figures, made, rebuilt))
    return figures


def _words_figures(
    engine: Engine,
    loaded: LoadedCheckpoint,
    references: References,
    settings: dict[str, Any],
    judge: JudgingEmbedding,
    options: argparse.Namespace,
) -> tuple[dict[str, Any], tuple[MadeClip, ...]]:
    """Figures of words alone; empty if the checkpoint knows no words for these references."""
    if loaded.text is None or not phrases_of(references):
        return {}, ()
    found: dict[str, Any] = {"references": len(references.clips)}
    found["retrieval"] = evaluate_words(loaded, references)
    if not options.clips:
        return {WORDS: found}, ()
    evaluation = evaluate_texts(
        engine, references, settings, judge, options.clips, options.variations
    )
    found["clips"] = evaluation.figures
    return {WORDS: found}, evaluation.made


def find_sets(options: argparse.Namespace) -> list[QuerySet]:
    """The user's pairs alone, else all that a training corpus offers, else what ships."""
    if options.pairs is not None:
        return [sets.pairs_set(options.pairs)]
    corpus_folder = options.runs / "corpus"
    if not corpus_folder.is_dir() and options.data is None:
        return [sets.bundled_set()]
    corpus = load_corpus(corpus_folder)
    takes = load_or_render(corpus, held_out_only=True)
    found = [*sets.held_out_sets(corpus, takes), sets.spoken_set(corpus)]
    if options.data is not None:
        found += sets.real_sets(options.data, corpus)
    return [one for one in (*found, sets.bundled_set()) if one.queries]


def summary(figures: dict[str, Any]) -> str:
    """A few lines for a terminal."""
    lines = [f"{figures['title']}, encoder {figures['encoder_id']}"]
    for name, one in figures["sets"].items():
        retrieval = one["retrieval"]
        lines.append(
            f"{name} ({one['queries']}): class MRR {retrieval['ears']['class_mrr']['mean']:.3f}, "
            f"in a noisy room {retrieval['ears_in_room']['class_mrr']['mean']:.3f}, "
            f"encoder {retrieval['qvim']['class_mrr']['mean']:.3f}, "
            f"mean spectrum {retrieval['mean_spectrum']['class_mrr']['mean']:.3f}, "
            f"2DFT {retrieval['2dft']['class_mrr']['mean']:.3f}, "
            f"chance {retrieval['qvim']['class_mrr']['chance']:.3f}"
        )
        clips = one.get("clips")
        if clips is not None:
            lines.append(
                f"  made clips: class MRR {clips['class_mrr']['mean']:.3f}, first of "
                f"{clips['variations']} {clips['class_mrr_first']['mean']:.3f}, shuffled "
                f"{clips['class_mrr_shuffled']['mean']:.3f}, chance "
                f"{clips['class_mrr']['chance']:.3f} ({clips['judge']}), by "
                f"{clips['second_judge']} {clips['class_mrr_second']['mean']:.3f}, shuffled "
                f"{clips['class_mrr_second_shuffled']['mean']:.3f}; envelope correlation "
                f"{clips['timing_tight']['envelope_correlation']:.3f}, onsets "
                f"{clips['timing_tight']['onset_ms']:.0f} ms"
            )
        if clips is not None and clips["class_mrr_worded"]:
            lines[-1] += f"; with words beside the voice {clips['class_mrr_worded']['mean']:.3f}"
        if clips is not None and clips.get("class_mrr_starts"):  # older figures have none
            lines[-1] += (
                f"; the real sounds they start from {clips['class_mrr_starts']['mean']:.3f}"
            )
        if clips is not None and "events" in clips:  # older figures have none
            lines.append(f"  events: {_events_text(clips['events'])}")
    if WORDS in figures:
        lines.append(_words_line(figures[WORDS]))
    if "heard" in figures:
        word_hits = figures["heard"]
        lines.append(
            f"right word among five, real voices and mouths ({word_hits['takes']} takes): "
            f"{word_hits['right_share']:.2f}, by label {word_hits['right_share_by_label']:.2f}"
        )
    reconstruction = figures["reconstruction"]
    lines.append(f"VAE + vocoder: {reconstruction['total_db']:.2f} dB in active frames")
    return "\n".join(lines)


def read_summary(path: Path) -> list[str]:
    """The lines of ``summary`` for figures that ``evaluate --json`` printed.

    Raises UsageError if the file holds none.
    """
    expected = "Expected what qvim-studio evaluate --json prints."
    try:
        text = path.read_text(encoding="utf-8")
    except OSError as error:
        raise UsageError(f"{path} cannot be read: {reason_of(error)}. {expected}") from error
    except ValueError as error:
        raise UsageError(f"{path} holds no evaluation, it is not text. {expected}") from error
    try:
        figures = parse_json(text)
    except ValueError as error:
        raise UsageError(f"{path} holds no evaluation, it is not JSON. {expected}") from error
    try:
        return summary(figures).splitlines()
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise UsageError(f"{path} holds no evaluation, figures are missing. {expected}") from error


def _events_text(events: dict[str, dict[str, float] | None]) -> str:
    names = {
        "onset_f1": "onset F1",
        "flutter": "flutter",
        "pauses": "pauses kept",
        "pair_correlation": "correlation of two variations",
    }
    known = [(names[name], spread) for name, spread in events.items() if spread is not None]
    return ", ".join(
        f"{title} {spread['mean']:.2f} ({spread['low']:.2f} to {spread['high']:.2f}, "
        f"median {spread['median']:.2f}, {spread['takes']} takes)"
        for title, spread in known
    )


def _words_line(words: dict[str, Any]) -> str:
    parts = []
    for title, one in (("found", words["retrieval"]), ("made clips", words.get("clips"))):
        if one:
            score = one["class_mrr"]
            parts.append(f"{title} {score['mean']:.3f} (chance {score['chance']:.3f})")
    return f"words alone: class MRR {', '.join(parts)}"


def _facts(checkpoint: Checkpoint, encoder: str, options: argparse.Namespace) -> dict[str, Any]:
    return {
        "checkpoint": checkpoint.id,
        "title": checkpoint.title,
        "revision": checkpoint.revision,
        "encoder_id": encoder,
        "settings": f"{options.steps} steps" if options.steps else "default settings",
        "date": datetime.date.today().isoformat(),
        "machine": f"{platform.machine()}, {torch.get_num_threads()} threads",
        "sets": {},
    }


def adapter_figures(loaded: LoadedCheckpoint, corpus_folder: Path) -> dict[str, Any]:
    """Figures of the adapter on held-out imitations; empty without an adapter or a corpus."""
    targets_file = corpus_folder / TARGETS_FILE
    if loaded.adapter is None or not targets_file.is_file():
        return {}
    corpus = load_corpus(corpus_folder)
    held_out = sets.held_out_sets(corpus, load_or_render(corpus, held_out_only=True))
    # The first of each reference: another take of the same one would be no wrong answer.
    first = {query.item: query for one in held_out for query in reversed(one.queries)}
    queries = list(first.values())
    encoder = load_qvim_encoder(encoder_folder(loaded.checkpoint.installed_folder()))
    voices = qvim_embeddings(encoder, "imitation", [query.clip for query in queries])
    targets = np.load(targets_file)["embeddings"][corpus.indices("held_out")]
    targets = targets[[query.item for query in queries]]
    tower_embedding = None
    if loaded.adapter.hears:
        tower_embedding = np.concatenate(
            [loaded.tower_embedding(query.clip).numpy() for query in queries]
        )
    return {"adapter": evaluate_adapter(loaded.adapter, voices, tower_embedding, targets)}
