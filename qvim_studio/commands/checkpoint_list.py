"""``qvim-studio checkpoints`` list and verify: what is known, and whether it is sound."""

from __future__ import annotations

import argparse
from typing import Any

from qvim_studio.automation.facts import checkpoint_facts
from qvim_studio.checkpoints.checkpoint import Checkpoint, KnownPart
from qvim_studio.checkpoints.parts import list_parts
from qvim_studio.checkpoints.registry import read_user_registry
from qvim_studio.checkpoints.verification import verify_checkpoint
from qvim_studio.commands.export import print_notes
from qvim_studio.core.errors import CheckpointError, StudioError
from qvim_studio.core.request import VramMode
from qvim_studio.families.catalog import (
    find_checkpoint,
    find_upscaler,
    list_checkpoints,
    list_upscalers,
)
from qvim_studio.families.known import family_of, upscaler_by_id


def list_known_checkpoints(options: argparse.Namespace) -> dict[str, Any]:
    """Every entry of the registry."""
    rows = checkpoint_facts()
    parts = [
        {
            "id": part.id,
            "kind": part.kind,
            "title": part.title,
            "installed": part.is_installed,
            "licence": part.licence,
            "commercial": part.commercial,
            "repo": part.repo,
            "size_bytes": part.size_bytes,
            "fits": list(part.fits),
        }
        for part in list_parts()
    ]
    if not options.json:
        for row in (*rows, *parts):
            state = "installed" if row["installed"] else "not installed"
            sell = {"yes": "commercial", "no": "not for sale"}.get(row["commercial"], "conditions")
            size = f"{row['size_bytes'] / 1e9:.1f} GB" if row["size_bytes"] else ""
            print(f"{row['id']:23} {state:14} {size:7} {sell:13} {row['licence']}")
        for part in parts:
            fits = ", ".join(part["fits"]) or "no checkpoint here"
            print(f"{part['id']:23} {part['kind']}: {part['title']}; fits {fits}")
    problems = read_user_registry().sentences()
    print_notes(problems)
    return {"checkpoints": rows, "parts": parts, "problems": list(problems)}


def verify(options: argparse.Namespace) -> dict[str, Any]:
    """Check the files of a checkpoint and load every part of it strictly.

    What belongs to checkpoints is checked with the first of them that is installed.
    """
    if any(known.id == options.checkpoint for known in list_upscalers()):
        return _verify_upscaler(options)
    part = next((part for part in list_parts() if part.id == options.checkpoint), None)
    checkpoint = find_checkpoint(options.checkpoint if part is None else _installed_with(part))
    _check_files(checkpoint)
    from qvim_studio.families.plans import plan_for

    generator = family_of(checkpoint).load(checkpoint, plan_for(checkpoint, VramMode.CPU))
    generator.read_words("sound")
    generator.close()
    if not options.json:
        print(f"{checkpoint.id}: every file and every part is sound")
    return {"checkpoint": checkpoint.id, "ok": True}


def _verify_upscaler(options: argparse.Namespace) -> dict[str, Any]:
    checkpoint = find_upscaler(options.checkpoint)
    _check_files(checkpoint)
    from qvim_studio.families.plans import upscaler_plan_for

    family = upscaler_by_id(checkpoint.family)
    family.load(checkpoint, upscaler_plan_for(checkpoint, VramMode.CPU))
    if not options.json:
        print(f"{checkpoint.id}: every file and every part is sound")
    return {"checkpoint": checkpoint.id, "ok": True}


def _check_files(checkpoint: Checkpoint) -> None:
    """Raises StudioError if a file differs from what was published."""
    problems = verify_checkpoint(checkpoint)
    if problems:
        raise StudioError(
            f"The checkpoint {checkpoint.id!r} is damaged: {'; '.join(problems)}. "
            "Copy or download it again."
        )


def _installed_with(part: KnownPart) -> str:
    installed = [known.id for known in list_checkpoints() if known.is_installed]
    found = next((id for id in part.fits if id in installed), None)
    if not part.is_installed or found is None:
        raise CheckpointError(
            f"The part {part.id!r} is not installed, or no checkpoint that it fits is "
            f"({', '.join(part.fits) or 'it fits none here'}): there is nothing to verify."
        )
    return found
