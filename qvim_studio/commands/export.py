"""``qvim-studio pack`` and ``qvim-studio kit``: options in, a report out."""

from __future__ import annotations

import argparse
import contextlib
import sys
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

from qvim_studio.audio.files.reading import read_take
from qvim_studio.core.engine import Engine
from qvim_studio.core.errors import StoppedEarly, StudioError, UsageError, reason_of
from qvim_studio.core.request import DEFAULT_BALANCE, GenerationRequest
from qvim_studio.core.result import Progress
from qvim_studio.core.text.json_text import read_json
from qvim_studio.export.files.edits import EditList
from qvim_studio.export.files.sound_file import FileFormat
from qvim_studio.export.packs.kit import KitReport, kit_requests, make_kit
from qvim_studio.export.packs.name_template import UCS_TEMPLATE, NameTemplate
from qvim_studio.export.packs.pack_manifest import verify_pack
from qvim_studio.export.packs.pack_plan import PackOptions, plan_pack
from qvim_studio.export.packs.pack_writer import PackProgress, export_pack


def pack(options: argparse.Namespace) -> dict[str, Any]:
    """Plan, guard, write; the same command goes on where an interrupted one stopped."""
    if options.verify is not None:
        return _verify(options)
    _require(options)
    wanted = PackOptions(
        name=options.name,
        creator=options.creator,
        source=options.source,
        is_commercial=options.commercial,
        template=NameTemplate(options.template or UCS_TEMPLATE),
        file_format=FileFormat(bit_depth=options.bits),
        edits=EditList() if options.edits is None else _read_edits(options.edits),
        cat_id=options.category,
    )
    plan = plan_pack(options.files, wanted)
    report = export_pack(plan, options.output, _show_progress)
    licences = sorted({clip.source.licence for clip in plan.clips})
    if not options.json:
        print_notes(report.warnings)
        print(f"{report.clips} sounds, licence {', '.join(licences)}")
        print(report.folder)
        for file in (report.archive, *report.instruments):
            print(file)
    return {
        "folder": str(report.folder),
        "archive": str(report.archive),
        "instruments": [str(file) for file in report.instruments],
        "clips": report.clips,
        "reused": report.reused,
        "licences": licences,
        "warnings": list(report.warnings),
    }


def _require(options: argparse.Namespace) -> None:
    """What a new pack needs, and the check of one that is there does not."""
    needed = ("files", "name", "creator", "source", "output")
    missing = [name for name in needed if getattr(options, name) in (None, [])]
    if missing:
        words = ", ".join("FILE" if name == "files" else f"--{name}" for name in missing)
        raise UsageError(
            f"The following arguments are required: {words}. See qvim-studio pack --help."
        )


def _verify(options: argparse.Namespace) -> dict[str, Any]:
    """Every file of a pack against its manifest."""
    problems = verify_pack(options.verify)
    if problems:
        raise StudioError(
            f"The pack {options.verify} is not as it was made: {'; '.join(problems)}. "
            "Copy it again, or export it again."
        )
    if not options.json:
        print(f"{options.verify}: every file is as it was made")
    return {"pack": str(options.verify), "ok": True}


def kit(options: argparse.Namespace, make_engine: Callable[[], Engine]) -> dict[str, Any]:
    """Cut the take into its sounds, generate each, write presets that play them."""
    noted = read_take(options.take)
    take = noted.clip
    base = GenerationRequest(
        imitation=take,
        text=options.text,
        balance=DEFAULT_BALANCE if options.text else 0.0,
        variations=options.variations,
        seed=options.seed,
        steps=options.steps,
        checkpoint=options.checkpoint,
    )
    requests = kit_requests(take, base)
    engine = make_engine()
    kept: list[KitReport] = []
    try:
        report = make_kit(
            requests, engine, options.output, options.take.stem, _show_kit_progress, kept.append
        )
    except BaseException as error:
        if not kept:
            raise
        _show_kept(kept[0])
        raise StoppedEarly(_kit_facts(kept[0])) from error
    finally:
        engine.close()
    notes = list(dict.fromkeys((*noted.notes, *report.notes)))
    if not options.json:
        print_notes(notes)
        print(f"{len(report.sounds)} sounds in {report.folder}")
        for preset in report.presets:
            print(preset)
    return {**_kit_facts(report), "notes": notes}


def _kit_facts(report: KitReport) -> dict[str, Any]:
    return {
        "folder": str(report.folder),
        "presets": [str(path) for path in report.presets],
        "sounds": [[str(path) for path in paths] for paths in report.sounds],
        "notes": list(report.notes),
    }


def print_notes(notes: Iterable[str]) -> None:
    """On stderr, a line each."""
    for note in notes:
        print(f"note: {note}", file=sys.stderr)


def _show_kit_progress(number: int, count: int, progress: Progress) -> None:
    if sys.stderr.isatty():
        end = "\n" if number + 1 == count and progress.phase == "decode" else ""
        text = f"\rsound {number + 1} of {count}  {progress.phase:8} {progress.fraction:4.0%} "
        print(text, end=end, file=sys.stderr, flush=True)


def _show_kept(report: KitReport) -> None:
    count = len(report.sounds)
    told = "1 finished sound is" if count == 1 else f"{count} finished sounds are"
    with contextlib.suppress(OSError):  # a terminal that was closed
        print(f"\n{told} kept in {report.folder}", file=sys.stderr)


def _read_edits(path: Path) -> EditList:
    try:
        rows = read_json(path)
    except (OSError, ValueError) as error:
        raise UsageError(
            f"The edits in {path} cannot be read ({reason_of(error)}). Expected a JSON list such "
            'as [{"kind": "normalize_true_peak", "target_dbtp": -1}].'
        ) from error
    if not isinstance(rows, list):
        raise UsageError(f"The edits in {path} are not a JSON list. Put them between [ and ].")
    return EditList.from_json(rows)


def _show_progress(progress: PackProgress) -> None:
    if sys.stderr.isatty():
        end = "\n" if progress.phase == "archive" and progress.done == progress.total else ""
        text = f"\r{progress.phase:8} {progress.done} of {progress.total} "
        print(text, end=end, file=sys.stderr, flush=True)
