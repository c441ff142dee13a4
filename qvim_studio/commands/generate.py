"""The commands ``generate``, ``embed`` and ``search``, and what commands that make clips share."""

from __future__ import annotations

import argparse
import contextlib
import sys
import time
from collections.abc import Iterable, Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Any

import numpy as np

from qvim_studio import assembly
from qvim_studio.audio.files.given_sound import read_given_take
from qvim_studio.audio.files.reading import check_output_folder, write_atomically
from qvim_studio.automation.facts import clip_facts, match_facts, word_facts
from qvim_studio.automation.making import (
    PartlyMade,
    check_makeable,
    comes_in_chunks,
    make_files,
)
from qvim_studio.automation.searching import check_search, embed_clip, search_sounds
from qvim_studio.commands.export import print_notes
from qvim_studio.commands.forms import form_of
from qvim_studio.commands.matches import match_column
from qvim_studio.core.clip import AudioClip
from qvim_studio.core.errors import OutputError
from qvim_studio.core.options import OptionValues
from qvim_studio.core.program.interrupts import uninterrupted
from qvim_studio.core.request import GenerationRequest
from qvim_studio.core.result import Progress
from qvim_studio.core.text.file_names import is_file
from qvim_studio.families.catalog import find_checkpoint

REPORT_EVERY_S = 5.0  # between two lines of progress where nobody watches


def generate(options: argparse.Namespace) -> dict[str, Any]:
    """Make clips."""
    request, notes, stem = form_of(options).read()
    options.notes = list(notes)
    make = _compare if options.compare else make_clips
    made = make(request, options, stem)
    words = {} if request.imitation is None else _tell_words(request.imitation, options)
    return {**made, **words}


def _compare(request: GenerationRequest, options: argparse.Namespace, stem: str) -> dict[str, Any]:
    """The same request with several checkpoints, one after the other. Options of a family count for
    the first alone: others need not have them."""
    ids = tuple(dict.fromkeys((request.checkpoint, *options.compare)))
    titles = {id: find_checkpoint(id).title for id in ids}
    compared = []
    for id in ids:
        own = request.options if id == request.checkpoint else OptionValues()
        if not options.json:
            print(f"{titles[id]}:")
        asked = request.with_changes(checkpoint=id, options=own)
        compared.append(make_clips(asked, options, f"{stem} {titles[id]}"))
    return {"compared": compared}


def make_clips(
    request: GenerationRequest, options: argparse.Namespace, stem: str
) -> dict[str, Any]:
    """Everything that can be refused is refused before torch is imported."""
    check_makeable(request, options.output)
    given: dict[str, Any] = {"on_indexing": _IndexingMeter()} if options.library else {}
    if comes_in_chunks(request):
        given["in_chunks"] = True
    engine = assembly.make_plain_engine(**given)
    try:
        result, written = make_files(
            engine, request, options.output, stem, _show_progress, lambda: False
        )
    except PartlyMade as partly:
        with uninterrupted():
            _tell_kept(partly, options)
        raise
    finally:
        engine.close()
    rows = clip_facts(result, written)
    _tell_clips(rows, options)
    notes = list(dict.fromkeys((*options.notes, *result.notes)))
    if not options.json:
        print_notes(notes)
    start = result.request.start
    return {
        "checkpoint": result.provenance.checkpoint,
        "clips": rows,
        "seconds": result.seconds,
        "start": None if start is None else start.value,
        "notes": notes,
        "memory": None if result.memory is None else asdict(result.memory),
        "licence": result.provenance.licence,
        "commercial": result.provenance.commercial,
    }


def _tell_kept(partly: PartlyMade, options: argparse.Namespace) -> None:
    """Print the sounds that were finished before the end, even if nobody reads the output any
    more."""
    with contextlib.suppress(OSError):
        print(f"\n{partly.note}", file=sys.stderr)
    with contextlib.suppress(OSError):
        _tell_clips(partly.kept["clips"], options)


def _tell_clips(rows: Iterable[Mapping[str, Any]], options: argparse.Namespace) -> None:
    """Say where every sound is."""
    if not options.json:
        for row in rows:
            print(f"{match_column(row)}{row['duration_s']:.2f} s  {row['path']}")


def embed(options: argparse.Namespace) -> dict[str, Any]:
    """Write one embedding, float32 (960,), unit norm."""
    noted = read_given_take(options.audio, trim=False)
    if is_file(options.output):
        raise OutputError(
            f"{options.output} already exists and is not overwritten. Choose another name for "
            "the embedding, or delete that file first."
        )
    check_output_folder(options.output.parent)
    encoder = None
    if options.encoder:
        from qvim_studio.checkpoints.encoders import find_own_encoder

        encoder = find_own_encoder(options.encoder)
    embedding, encoder_id = embed_clip(noted.clip, options.branch, encoder)

    def write(path: Path) -> None:
        with path.open("wb") as file:
            np.save(file, embedding)

    write_atomically(options.output, write)
    if not options.json:
        print_notes(noted.notes)
        print(f"{options.output}: {embedding.shape[0]} values, encoder {encoder_id}")
    return {"path": str(options.output), "encoder_id": encoder_id, "notes": list(noted.notes)}


def search(options: argparse.Namespace) -> dict[str, Any]:
    """The nearest sounds of a folder; the folder's index is cached."""
    asked = {"folder": options.folder, "limit": options.top, "balance": options.balance}
    check_search(options.imitation, options.text, **asked)
    noted = options.imitation and read_given_take(options.imitation, trim=True)
    clip, notes = (noted.clip, list(noted.notes)) if noted else (None, [])
    hits = search_sounds(clip, options.text, **asked, on_indexing=_IndexingMeter())
    rows = [{"path": str(hit.path), **match_facts(hit.match)} for hit in hits]
    if not options.json:
        print_notes(notes)
        for row in rows:
            print(f"{match_column(row)}{row['path']}")
        if not rows:
            print(f"No sound of {options.folder} is called or sounds like: {options.text}")
    found = {"results": rows, "notes": notes}
    return found if clip is None else {**found, **_tell_words(clip, options)}


def _tell_words(clip: AudioClip, options: argparse.Namespace) -> dict[str, Any]:
    """Say what an imitation is heard as, in words to ask with."""
    words = assembly.hear(clip)
    if not options.json:
        print(f"Heard: {' · '.join(one.word for one in words)}")
    return {"heard": word_facts(words)}


def _show_progress(progress: Progress) -> None:
    if sys.stderr.isatty():
        bar = "█" * round(24 * progress.fraction)
        print(f"\r{progress.phase:8} {bar:24} ", end="", file=sys.stderr, flush=True)
        if progress.phase == "decode" and progress.step == progress.steps:
            print(file=sys.stderr)


class _IndexingMeter:
    """How far a folder is looked through: one moving line, or a line now and then for a log."""

    def __init__(self, every_s: float = REPORT_EVERY_S) -> None:
        self._every_s = every_s
        self._reported_s = time.monotonic()

    def __call__(self, number: int, count: int) -> None:
        text = f"indexing {number} of {count}"
        if sys.stderr.isatty():
            end = "\n" if number == count else ""
            print(f"\r{text}", end=end, file=sys.stderr, flush=True)
        elif number == count or time.monotonic() - self._reported_s >= self._every_s:
            print(text, file=sys.stderr, flush=True)
            self._reported_s = time.monotonic()
