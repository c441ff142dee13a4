"""Calibrates new ears on recordings of people and on sounds that no training uses."""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path

from qvim_studio.audio.files.reading import read_audio
from qvim_studio.core.clip import AudioClip
from qvim_studio.core.errors import UsageError
from qvim_studio.core.program.resources import (
    bundled_embeddings,
    bundled_names,
    library_rows,
    resource_path,
)
from qvim_studio.networks.ears import Ears
from qvim_studio.training.corpus.corpus import Corpus, CorpusItem, load_corpus
from qvim_studio.training.corpus.labels import CATCH_ALL, CLASS_OF, sound_class, sound_kind
from qvim_studio.training.corpus.real_takes import JudgedTake, judged_takes
from qvim_studio.training.corpus.sets.sound_sets import MANIFEST
from qvim_studio.training.encoder.calibration import (
    Calibrated,
    JudgedSounds,
    KnownSounds,
    calibrate,
)
from qvim_studio.training.encoder.taught import hear_taught, item_clip
from qvim_studio.voice.hearing import FeatureExtractor
from qvim_studio.voice.likelihood import Calibration

log = logging.getLogger(__name__)


def run(corpus_folder: Path, run_folder: Path, target: Path, people: Sequence[Path]) -> None:
    """Calibrate the ears in ``target`` as they are. Raises CheckpointError if they are absent, and
    UsageError without people."""
    check_people(people)
    ears, extractor = Ears.load(target), FeatureExtractor.of_program()
    run_folder.mkdir(parents=True, exist_ok=True)
    class_of = {row["file"]: row["class"] for row in library_rows()}
    known = KnownSounds(bundled_embeddings(), tuple(class_of[name] for name in bundled_names()))
    corpus = load_corpus(corpus_folder)
    calibrate_ears(ears, known, run_folder, extractor, corpus, people).save(target)


def check_people(folders: Sequence[Path]) -> None:
    """Raise UsageError if no folder holds recordings for the calibration."""
    if not folders:
        raise UsageError(
            "Ears are calibrated on recordings of people, got none. Give a folder with a "
            f"{MANIFEST} of them as --audio DIR."
        )


def bundled_by(ears: Ears, run_folder: Path, extractor: FeatureExtractor) -> KnownSounds:
    """The embeddings of the bundled sounds by new ears."""
    library = resource_path("library")
    bundled = (
        (row["file"], (row["class"],), partial(read_audio, library / row["file"]))
        for row in library_rows()
    )
    taught = hear_taught(run_folder, "library", extractor, bundled, "reference")
    return KnownSounds(ears.hear_sounds(taught.features).numpy(), tuple(c for (c,) in taught.kinds))


def calibrate_ears(
    ears: Ears,
    known: KnownSounds,
    run_folder: Path,
    extractor: FeatureExtractor,
    corpus: Corpus,
    people: Sequence[Path],
) -> Calibration:
    """Voices by the takes of ``people`` whose class is known, sounds by those that the corpus holds
    out; both among the known sounds. Logs how sure the ears may be."""
    voices = _takes_of(people, run_folder, extractor)
    sounds = _unseen_sounds(corpus, run_folder, extractor)
    by_voices = calibrate(ears, voices, known, "imitation")
    by_sounds = calibrate(ears, sounds, known, "reference")
    for name, found in (("voices", by_voices), ("sounds", by_sounds)):
        _log(name, found)
    own = tuple(CLASS_OF.get(kind, kind) for kind in ears.kinds)
    return Calibration(own, by_voices.curve, by_sounds.curve)


def _takes_of(
    people: Sequence[Path], run_folder: Path, extractor: FeatureExtractor
) -> JudgedSounds:
    takes = [take for folder in people for take in judged_takes(folder)]
    taught = hear_taught(run_folder, "takes", extractor, map(_of_take, takes), "imitation")
    labels, sources = zip(*((take.label, take.source) for take in takes), strict=True)
    return JudgedSounds(taught.features, labels, sources, taught.kinds)


def _unseen_sounds(corpus: Corpus, run_folder: Path, extractor: FeatureExtractor) -> JudgedSounds:
    """The held-out sounds of the corpus, without bundled sounds and without unknown kinds."""
    shipped = {(row["label"], row["source"]) for row in library_rows()}
    indices = [
        index
        for index in corpus.indices("held_out").tolist()
        if _is_judged(corpus.items[index]) and _name(corpus.items[index]) not in shipped
    ]
    held_out = (
        (
            corpus.items[index].path,
            (sound_class(*_name(corpus.items[index])),),
            partial(item_clip, corpus, index),
        )
        for index in indices
    )
    taught = hear_taught(run_folder, "unseen", extractor, held_out, "reference")
    labels = tuple(name for (name,) in taught.kinds)
    sources = tuple(corpus.items[index].source for index in indices)
    return JudgedSounds(taught.features, labels, sources, taught.kinds)


def _log(name: str, found: Calibrated) -> None:
    log.info("%s: a right sound is likelier than a wrong one: AUC %.2f, by cosine %.2f", name,
             found.auc, found.by_cosine)  # fmt: skip
    log.info("%s: %.2f of the shown sounds are right, %.2f if they are ordered by likelihood", name,
             found.first, found.reordered)  # fmt: skip
    for row in found.rows:
        log.info("%s: %s", name, row)


def _of_take(take: JudgedTake) -> tuple[str, tuple[str, ...], Callable[[], AudioClip]]:
    return take.name, take.classes, lambda: take.clip


def _is_judged(item: CorpusItem) -> bool:
    return sound_kind(*_name(item)) != CATCH_ALL


def _name(item: CorpusItem) -> tuple[str, str]:
    return item.label, item.source
