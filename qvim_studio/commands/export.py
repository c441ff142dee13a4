"""``qvim-studio pack`` and ``qvim-studio kit``: options in, a report out."""

from __future__ import annotations

import argparse
import contextlib
import sys
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

from qvim_studio.automation.kit_making import KitForm, PartOfKit, make_kit_files
from qvim_studio.automation.packing import pack_files
from qvim_studio.commands.forms import form_of
from qvim_studio.core.engine import Engine
from qvim_studio.core.errors import StudioError, UsageError, reason_of
from qvim_studio.core.result import Progress
from qvim_studio.core.text.json_text import read_json
from qvim_studio.export.files.edits import EditList
from qvim_studio.export.files.sound_file import FileFormat
from qvim_studio.export.packs.name_template import UCS_TEMPLATE, NameTemplate
from qvim_studio.export.packs.pack_manifest import verify_pack
from qvim_studio.export.packs.pack_plan import PackOptions
from qvim_studio.export.packs.pack_writer import PackProgress


def pack(options: argparse.Namespace) -> dict[str, Any]:
    """Plan a pack, check its licences and write it; the same command resumes an interrupted one."""
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
    facts = pack_files(options.files, wanted, options.output, _show_progress)
    if not options.json:
        print_notes(facts["warnings"])
        print(f"{facts['clips']} sounds, licence {', '.join(facts['licences'])}")
        for place in (facts["folder"], facts["archive"], *facts["instruments"]):
            print(place)
    return facts


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
    wanted = KitForm(options.take, form_of(options)).read()
    engine = make_engine()
    try:
        facts = make_kit_files(engine, wanted, options.output, _show_kit_progress, lambda: False)
    except PartOfKit as partly:
        _show_kept(partly.kept)
        raise
    finally:
        engine.close()
    if not options.json:
        print_notes(facts["notes"])
        print(f"{len(facts['sounds'])} sounds in {facts['folder']}")
        for preset in facts["presets"]:
            print(preset)
    return facts


def print_notes(notes: Iterable[str]) -> None:
    """On stderr, a line each."""
    for note in notes:
        print(f"note: {note}", file=sys.stderr)


def _show_kit_progress(number: int, count: int, progress: Progress) -> None:
    if sys.stderr.isatty():
        end = "\n" if number + 1 == count and progress.phase == "decode" else ""
        text = f"\rsound {number + 1} of {count}  {progress.phase:8} {progress.fraction:4.0%} "
        print(text, end=end, file=sys.stderr, flush=True)


def _show_kept(facts: dict[str, Any]) -> None:
    count = len(facts["sounds"])
    kept_text = "1 finished sound is" if count == 1 else f"{count} finished sounds are"
    with contextlib.suppress(OSError):  # a terminal that was closed
        print(f"\n{kept_text} kept in {facts['folder']}", file=sys.stderr)


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
