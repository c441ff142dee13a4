"""What each command does: reads files, asks the engine, writes files, prints a short report."""

from __future__ import annotations

import argparse
import contextlib
import sys
import time
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from qvim_studio import assembly
from qvim_studio.audio.files.given_sound import name_of, read_given
from qvim_studio.audio.files.reading import (
    check_output_folder,
    read_audio,
    read_take,
    write_atomically,
)
from qvim_studio.audio.trim import trim_silence, trim_take
from qvim_studio.commands.export import print_notes
from qvim_studio.commands.matches import match_column, match_fields
from qvim_studio.commands.option_values import option_values
from qvim_studio.core.clip import AudioClip
from qvim_studio.core.edit import Edit
from qvim_studio.core.errors import (
    AudioFileError,
    OutputError,
    SoundFolderError,
    StoppedEarly,
    StudioError,
    UsageError,
)
from qvim_studio.core.options import OptionValues
from qvim_studio.core.program.interrupts import uninterrupted
from qvim_studio.core.program.resources import resource_path
from qvim_studio.core.request import (
    DEFAULT_BALANCE,
    GenerationRequest,
    SamplerName,
    Start,
    VramMode,
)
from qvim_studio.core.result import GenerationResult, Progress
from qvim_studio.core.sound_query import SoundQuery
from qvim_studio.core.text.file_names import is_file, is_folder
from qvim_studio.export.files.arriving_clips import ArrivingClips, check_room
from qvim_studio.export.files.clip_writer import WrittenClip
from qvim_studio.families.catalog import find_checkpoint, find_upscaler

if TYPE_CHECKING:
    from qvim_studio.core.match import Match
    from qvim_studio.generation.matching import Matcher
    from qvim_studio.library.sound_index import SearchHit

TOLD_EVERY_S = 5.0  # between two lines of progress where nobody watches


def generate(options: argparse.Namespace) -> dict[str, Any]:
    """Make clips."""
    options.notes = []
    stem = options.imitation.stem if options.imitation is not None else options.text
    if options.fit and options.imitation is None:
        raise UsageError(
            "--fit needs an imitation that says when its sounds come, got words alone. Give an "
            "audio file, or leave --fit out."
        )
    request = request_from(options).with_changes(duration_s=options.duration)
    make = _compare if options.compare else make_clips
    made = make(request, options, stem)
    heard = {} if request.imitation is None else _tell_heard(request.imitation, options)
    return {**made, **heard}


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
    find_checkpoint(request.checkpoint)
    if request.upscaler:
        find_upscaler(request.upscaler)
    check_output_folder(options.output)
    check_room(options.output, [request])
    meter = {"on_indexing": _IndexingMeter()} if options.library else {}
    engine, clips = assembly.make_plain_engine(**meter), ArrivingClips(options.output, stem)

    def on_progress(progress: Progress) -> None:
        clips.take(progress)
        _show_progress(progress)

    try:
        result = engine.generate(request, on_progress, lambda: False)
        written = clips.finish(result)
    except BaseException as error:
        with uninterrupted():
            kept = clips.keep()
        if kept is None:
            raise
        raise StoppedEarly({"clips": _tell_kept(*kept, options)}) from error
    finally:
        engine.close()
    rows = _tell_clips(result, written, options)
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


def _tell_kept(
    kept: GenerationResult, written: Sequence[WrittenClip], options: argparse.Namespace
) -> list[dict[str, Any]]:
    """Say what was made before the end, also where nobody reads any more."""
    rows: list[dict[str, Any]] = []
    with contextlib.suppress(OSError):
        print(f"\n{kept.notes[-1]}", file=sys.stderr)
    with contextlib.suppress(OSError):
        rows = _tell_clips(kept, written, options)
    return rows


def _tell_clips(
    result: GenerationResult, clips: Sequence[WrittenClip], options: argparse.Namespace
) -> list[dict[str, Any]]:
    """Say where every sound is; facts of each, best first."""
    rows = [
        {
            "path": str(clip.path),
            "seed": variation.seed,
            **match_fields(variation.match),
            "duration_s": round(variation.clip.duration_s, 4),
            "sample_rate": variation.clip.sample_rate,
            "bandwidth_hz": variation.bandwidth_hz,
            "extended_to_hz": variation.extended_to_hz,
            "started_from": variation.start_name,
            "start_strength": variation.start_strength,
            "origin": variation.origin.value,
            "licence": result.provenance_for(variation).licence,
        }
        for variation, clip in zip(result.sounds, clips, strict=True)
    ]
    if not options.json:
        for row in rows:
            print(f"{match_column(row)}{row['duration_s']:.2f} s  {row['path']}")
    return rows


def embed(options: argparse.Namespace) -> dict[str, Any]:
    """Write one embedding, float32 (960,), unit norm."""
    options.notes = []
    clip = _read_take(options.audio, options.notes, is_trimmed=False)
    if is_file(options.output):
        raise OutputError(
            f"{options.output} already exists and is not overwritten. Choose another name for "
            "the embedding, or delete that file first."
        )
    check_output_folder(options.output.parent)
    from qvim_studio.memory.faults import told_memory_faults
    from qvim_studio.voice.embedder import Embedder

    with told_memory_faults():
        embedder = Embedder.from_file(options.encoder or resource_path("starter", "qvim"))
        embedding = embedder.embed(clip, options.branch)

    def write(path: Path) -> None:
        with path.open("wb") as file:
            np.save(file, embedding)

    write_atomically(options.output, write)
    if not options.json:
        print_notes(options.notes)
        print(f"{options.output}: {embedding.shape[0]} values, encoder {embedder.encoder_id}")
    return {
        "path": str(options.output),
        "encoder_id": embedder.encoder_id,
        "notes": options.notes,
    }


def search(options: argparse.Namespace) -> dict[str, Any]:
    """The nearest sounds of a folder; the folder's index is cached."""
    options.notes = []
    if options.top < 1:
        raise UsageError(f"--top must be at least 1, got {options.top}. Ask for one sound or more.")
    if not 0.0 <= options.balance <= 1.0:
        raise UsageError(
            f"--balance must lie between 0 (voice only) and 1 (words only), got "
            f"{options.balance:g}. Choose one between."
        )
    if options.imitation is None and not options.text.strip():
        raise UsageError("Got neither an imitation nor --text. Give an audio file, words or both.")
    clip = options.imitation and _read_take(options.imitation, options.notes, is_trimmed=True)
    if not is_folder(options.folder):
        raise SoundFolderError(
            f"There is no folder “{options.folder}” to search in. Give a folder that holds sounds."
        )
    from qvim_studio.memory.faults import told_memory_faults

    with told_memory_faults():
        return _search(options, clip)


def _search(options: argparse.Namespace, clip: AudioClip | None) -> dict[str, Any]:
    from qvim_studio.generation.matching import Matcher
    from qvim_studio.voice.hearing import Hearing, program_hearing

    hearing = program_hearing()
    index = assembly.make_index(options.folder, hearing)
    index.refresh(_IndexingMeter())
    if not len(index):
        raise StudioError(
            f"{options.folder} holds no sound that can be read. Give a folder that holds sounds."
        )
    matcher = clip and Matcher.of(hearing, clip, "imitation", clip)
    imagined = _imagine(options.text) if options.text.strip() else None
    if imagined is not None:
        imagined = Hearing.imagined(imagined)
    heard = matcher and matcher.heard
    likelihoods = matcher and matcher.likelihoods
    query = SoundQuery(heard, options.text, options.balance, imagined, likelihoods)
    rows = [
        {"path": str(hit.path), **match_fields(_match(hit, matcher))}
        for hit in index.search(query, options.top)
    ]
    if not options.json:
        print_notes(options.notes)
        for row in rows:
            print(f"{match_column(row)}{row['path']}")
        if not rows:
            print(f"No sound of {options.folder} is called or sounds like: {options.text}")
    found = {"results": rows, "notes": options.notes}
    return found if clip is None else {**found, **_tell_heard(clip, options)}


def _match(hit: SearchHit, matcher: Matcher | None) -> Match | None:
    """None for words alone, and for what vanished while it was looked for."""
    if matcher is None:
        return None
    try:
        return matcher.match(trim_silence(read_audio(hit.path)), hit.embedding)
    except AudioFileError:
        return None


def _tell_heard(clip: AudioClip, options: argparse.Namespace) -> dict[str, Any]:
    """Say what an imitation is heard as, in words to ask with."""
    heard = assembly.hear(clip)
    if not options.json:
        print(f"Heard: {' · '.join(one.word for one in heard)}")
    return {"heard": [{"word": one.word, "score": round(one.score, 3)} for one in heard]}


def request_from(options: argparse.Namespace, asked: Edit | None = None) -> GenerationRequest:
    imitation, timbre = (
        None if path is None else _read_take(path, options.notes, is_trimmed=not options.no_trim)
        for path in (options.imitation, options.timbre)
    )
    start_sound = None
    if options.start_from is not None:
        given = read_given(options.start_from)
        start_sound = given.clip
        options.notes += given.notes
    balance = options.balance
    if balance is None:
        has_sound = imitation is not None or asked is not None
        balance = DEFAULT_BALANCE if has_sound and options.text else 0.0
    return GenerationRequest(
        imitation=imitation,
        timbre=timbre,
        start_sound=start_sound,
        timbre_name=name_of(options.timbre),
        start_sound_name=name_of(options.start_from),
        edit=asked,
        text=options.text,
        negative_text=options.negative,
        balance=balance,
        follow=options.follow,
        variations=options.variations,
        fits=getattr(options, "fit", 0),
        seed=options.seed,
        steps=options.steps,
        guidance=options.guidance,
        sampler=SamplerName(options.sampler) if options.sampler else SamplerName.DPM_SOLVER,
        start=Start(options.start) if options.start else None,
        strength=options.strength,
        extend_bandwidth=not options.no_extension,
        upscaler=options.upscaler,
        clean_pauses=not options.keep_pauses,
        loop=getattr(options, "loop", False),
        light=options.light,
        checkpoint=options.checkpoint,
        vram_mode=VramMode(options.vram_mode),
        options=option_values(options.options, options.checkpoint),
        library_folder=str(options.library) if options.library else None,
    )


def _read_take(path: Path, notes: list[str], *, is_trimmed: bool) -> AudioClip:
    """notes: gets what is to be said of the file."""
    noted = read_take(path)
    notes += noted.notes
    return trim_take(noted.clip) if is_trimmed else noted.clip


def _imagine(words: str) -> np.ndarray | None:
    """As the starter's encoder would hear it."""
    from qvim_studio.families.audioldm.loaded import imagine
    from qvim_studio.voice.adapter import load_adapter
    from qvim_studio.voice.text_conditioner import TextConditioner

    starter = resource_path("starter")
    return imagine(words, TextConditioner(starter), load_adapter(starter / "adapter")[0])


def _show_progress(progress: Progress) -> None:
    if sys.stderr.isatty():
        bar = "█" * round(24 * progress.fraction)
        print(f"\r{progress.phase:8} {bar:24} ", end="", file=sys.stderr, flush=True)
        if progress.phase == "decode" and progress.step == progress.steps:
            print(file=sys.stderr)


class _IndexingMeter:
    """How far a folder is looked through: one moving line, or a line now and then for a log."""

    def __init__(self, every_s: float = TOLD_EVERY_S) -> None:
        self._every_s = every_s
        self._told_s = time.monotonic()

    def __call__(self, number: int, count: int) -> None:
        text = f"indexing {number} of {count}"
        if sys.stderr.isatty():
            end = "\n" if number == count else ""
            print(f"\r{text}", end=end, file=sys.stderr, flush=True)
        elif number == count or time.monotonic() - self._told_s >= self._every_s:
            print(text, file=sys.stderr, flush=True)
            self._told_s = time.monotonic()
