"""Sets of imitations with known answers, each with a name and never mixed with another."""

from __future__ import annotations

import csv
import logging
import shutil
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import numpy as np

from qvim_studio.audio.files.reading import read_audio
from qvim_studio.audio.trim import trim_silence, trim_take
from qvim_studio.core.clip import AudioClip
from qvim_studio.core.errors import StudioError, UsageError
from qvim_studio.core.program.resources import library_rows, resource_path
from qvim_studio.evaluation.phrases import PHRASES
from qvim_studio.training.corpus.corpus import Corpus
from qvim_studio.training.corpus.imitations import SAMPLE_RATE, ImitationSet
from qvim_studio.training.corpus.labels import MOUTH_CLASSES, VOICE_CLASSES, sound_class
from qvim_studio.training.corpus.onomatopoeia import ONOMATOPOEIA, VOICES, speak
from qvim_studio.training.corpus.real_takes import real_takes
from qvim_studio.training.corpus.sets.imitation_sets import PAIRS_COLUMNS
from qvim_studio.training.corpus.sets.tables import read_rows

log = logging.getLogger(__name__)

HELD_OUT = (
    ("held-out", "our voice renderer (synthetic), unseen sounds", False),
    ("held-out, people", "people's imitations, unseen sounds", True),
)


@dataclass(frozen=True, eq=False)
class Query:
    """One imitation. item: position of its own reference, or None where only a class is known."""

    name: str
    clip: AudioClip
    classes: tuple[str, ...]
    item: int | None = None


@dataclass(frozen=True)
class Phrase:
    """A query in words alone. name: the words."""

    name: str
    classes: tuple[str, ...]


@dataclass(frozen=True, eq=False)
class References:
    """The sounds in which imitations are searched for, each of one class. Sets may share them.

    library: folder of the sounds that clips for them may start from; None means the bundled ones.
    """

    clips: tuple[AudioClip, ...]
    classes: tuple[str, ...]
    library: Path | None = None
    _described: dict[tuple[Any, ...], np.ndarray] = field(default_factory=dict, repr=False)

    def described(self, describe: Callable[..., np.ndarray], *of: Any) -> np.ndarray:
        """The value of ``describe(*of, clips)``, (references, dim), computed only once."""
        key = (describe, *of)
        if key not in self._described:
            self._described[key] = describe(*of, self.clips)
        return self._described[key]

    def are_of(self, queries: Sequence[Query | Phrase]) -> np.ndarray:
        """(queries, references) bool: the reference is of a class that the query stands for."""
        return np.array([[name in query.classes for name in self.classes] for query in queries])


@dataclass(frozen=True, eq=False)
class QuerySet:
    """Imitations and their references.

    name: as in the report. origin: who or what made the imitations.
    """

    name: str
    origin: str
    queries: tuple[Query, ...]
    references: References

    def same_item(self) -> np.ndarray | None:
        """(queries, references) bool: the query's very reference; None where it is not known."""
        if any(query.item is None for query in self.queries):
            return None
        items = np.arange(len(self.references.clips))
        return np.array([items == query.item for query in self.queries])


def pairs_set(pairs_csv: Path) -> QuerySet:
    """``reference,imitation[,label]``, paths relative to the file; the label defaults to the
    reference, so that class and item are the same."""
    rows = read_rows(pairs_csv, PAIRS_COLUMNS)
    for number, row in enumerate(rows, start=1):
        if not (row["reference"] and row["imitation"]):
            raise UsageError(
                f"Pair {number} of {pairs_csv} lacks its reference or its imitation. Fill it in."
            )
    folder = pairs_csv.parent
    names = list(dict.fromkeys(row["reference"] for row in rows))
    labels = {row["reference"]: row.get("label") or row["reference"] for row in rows}
    queries = tuple(
        Query(
            row["imitation"],
            trim_take(read_audio(folder / row["imitation"])),
            (labels[row["reference"]],),
            names.index(row["reference"]),
        )
        for row in rows
    )
    references = tuple(trim_silence(read_audio(folder / name)) for name in names)
    classes = tuple(labels[name] for name in names)
    return QuerySet(pairs_csv.stem, pairs_csv.name, queries, References(references, classes))


def held_out_sets(corpus: Corpus, imitations: ImitationSet) -> list[QuerySet]:
    """Held-out references and imitations of them: the voice renderer's first, and all of people's
    where the corpus has any, each a set of its own."""
    indices = corpus.indices("held_out").tolist()
    references = _held_out_references(corpus)
    found = []
    for name, origin, is_real in HELD_OUT:
        queries = tuple(
            Query(
                corpus.items[index].label,
                AudioClip.from_mono(imitations.samples(index, take), SAMPLE_RATE),
                (references.classes[position],),
                position,
            )
            for position, index in enumerate(indices)
            if imitations.has_real(index) == is_real
            for take in range(imitations.rows.count(index) if is_real else 1)
        )
        if queries:
            found.append(QuerySet(name, origin, queries, references))
    return found


def spoken_set(corpus: Corpus) -> QuerySet:
    """Onomatopoeia spoken by espeak-ng, a renderer that training never hears (synthetic)."""
    if shutil.which("espeak-ng") is None:
        raise StudioError(
            "The second renderer's imitations need the speech synthesizer espeak-ng, which is not "
            "installed. On Debian: apt install espeak-ng."
        )
    references = _held_out_references(corpus)
    queries = tuple(
        Query(f"{word} ({voice})", speak(word, voice), (name,))
        for name, words in ONOMATOPOEIA.items()
        if name in references.classes
        for word in words
        for voice in VOICES
    )
    return QuerySet(
        "spoken", "espeak-ng onomatopoeia (synthetic), unseen sounds", queries, references
    )


def real_sets(data_folder: Path, corpus: Corpus) -> list[QuerySet]:
    """Real recordings of mouths, ``data_folder/voice_dev``: the class is known, no take has its
    own reference. Noises that imitate something else apart from voices that stand for themselves.

    Repeated imitations are cut as the studio cuts a take, one query for each. The references are
    the whole corpus: only the encoder's reference side has seen them, and never one of these takes.
    """
    references = _references(corpus, range(len(corpus.items)))
    return [
        QuerySet(
            name,
            origin,
            tuple(Query(*take) for take in real_takes(data_folder, wanted)),
            references,
        )
        for name, origin, wanted in (
            ("real mouths", "real imitations of voice_dev, each sound by itself", MOUTH_CLASSES),
            ("real voices", "screams, creatures and calls of voice_dev", VOICE_CLASSES),
        )
    ]


def phrases_of(references: References) -> list[Phrase]:
    """What people type for the kinds of sounds that are among the references."""
    return [
        Phrase(text, (name,))
        for name, texts in PHRASES.items()
        if name in references.classes
        for text in texts
    ]


def bundled_set() -> QuerySet:
    """The example takes and the library that ship: what a fresh machine can evaluate."""
    examples, library = resource_path("examples"), resource_path("library")
    rows = library_rows()
    references = References(
        tuple(read_audio(library / row["file"]) for row in rows),
        tuple(row["class"] for row in rows),
    )
    with (examples / "examples.csv").open(newline="", encoding="utf-8") as file:
        takes = list(csv.DictReader(file))
    queries = tuple(
        Query(take["file"], trim_take(read_audio(examples / take["file"])), (take["class"],))
        for take in takes
    )
    return QuerySet("bundled", "the example takes (synthetic)", queries, references)


def _held_out_references(corpus: Corpus) -> References:
    """No clip starts from what it is compared with: the library without the held-out sounds."""
    references = _references(corpus, corpus.indices("held_out").tolist())
    return replace(references, library=_known_library(corpus))


def _known_library(corpus: Corpus) -> Path:
    """A folder in the corpus's with the bundled sounds that it does not hold out."""
    library, folder = resource_path("library"), corpus.folder / "known_library"
    items = (corpus.items[index] for index in corpus.indices("held_out"))
    held_out = {(item.label, item.source) for item in items}
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir()
    for row in library_rows():
        if (row["label"], row["source"]) not in held_out:
            shutil.copy2(library / row["file"], folder)  # with its time: the index stays valid
    return folder


def _references(corpus: Corpus, indices: Sequence[int]) -> References:
    """Classes are the kinds that the rules know; where they take all for one, the labels."""
    items = [corpus.items[index] for index in indices]
    classes = tuple(sound_class(item.label, item.source) for item in items)
    if len(set(classes)) == 1:
        classes = tuple(item.label for item in items)
    return References(
        tuple(
            AudioClip.from_mono(corpus.samples(item, SAMPLE_RATE), SAMPLE_RATE) for item in items
        ),
        classes,
    )
