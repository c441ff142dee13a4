"""What ``qvim-studio checkpoints download|import|convert|describe|remove`` do."""

from __future__ import annotations

import argparse
import sys
import time
from typing import Any

from qvim_studio.commands.option_values import described, description_lines
from qvim_studio.families.catalog import find_checkpoint, list_checkpoints
from qvim_studio.families.hub_keeper import find_known, import_folder, make_keeper
from qvim_studio.families.known import family_of

REPORT_EVERY_S = 0.5


def download(options: argparse.Namespace) -> dict[str, Any]:
    """Fetch and check every file; size and licence are said before the first byte."""
    from qvim_studio.checkpoints.downloads import download as fetch
    from qvim_studio.checkpoints.downloads import plan_download

    checkpoint = find_known(options.checkpoint)
    plan = plan_download(checkpoint, allow_pickle=options.allow_pickle)
    print(
        f"{checkpoint.title}: {plan.total_bytes / 2**20:,.0f} MiB, {checkpoint.licence}"
        + (" (its sounds may not be sold)" if checkpoint.commercial == "no" else ""),
        file=sys.stderr,
    )
    folder = fetch(plan, _Meter(), lambda: False)
    print(f"\n{folder}", file=sys.stderr)
    return {"checkpoint": checkpoint.id, "folder": str(folder), "revision": plan.revision}


def import_own(options: argparse.Namespace) -> dict[str, Any]:
    """Make a folder known; pickled weights become safetensors, with consent only."""
    from qvim_studio.checkpoints.pickled import find_pickled

    pickled = find_pickled(options.folder)
    checkpoint = find_known(import_folder(options.folder, options.allow_pickle))
    if not options.json:
        print(f"{checkpoint.id}: {checkpoint.title} ({checkpoint.licence})")
    return {"checkpoint": checkpoint.id, "converted": [str(path) for path in pickled]}


def convert(options: argparse.Namespace) -> dict[str, Any]:
    """Write a published file that only its own program reads as a folder of safetensors."""
    from qvim_studio.checkpoints.conversion import write_converted
    from qvim_studio.families.conversion import convert as find_converted

    converted = find_converted(options.source)
    write_converted(converted, options.folder, _Meter())
    print(f"\n{options.folder}", file=sys.stderr)
    return {"folder": str(options.folder), "parts": [part.name for part in converted.parts]}


def describe(options: argparse.Namespace) -> dict[str, Any]:
    """What a checkpoint takes and gives, and which options it has."""
    checkpoint = next((c for c in list_checkpoints() if c.id == options.checkpoint), None)
    checkpoint = checkpoint or find_checkpoint(options.checkpoint)
    capabilities = family_of(checkpoint).describe(checkpoint)
    if not options.json:
        print(f"{checkpoint.id}: {checkpoint.title} ({checkpoint.family})")
        print("\n".join(description_lines(capabilities)))
    return {
        "checkpoint": checkpoint.id,
        "family": checkpoint.family,
        "installed": checkpoint.is_installed,
        **described(capabilities),
    }


def remove(options: argparse.Namespace) -> dict[str, Any]:
    """Delete a downloaded checkpoint, or forget a folder of one's own, which itself stays."""
    freed = make_keeper().remove(options.checkpoint)
    if not options.json:
        print(f"{options.checkpoint}: removed, {freed / 2**20:,.0f} MiB free again")
    return {"checkpoint": options.checkpoint, "freed_bytes": freed}


COMMANDS = {
    "download": download,
    "import": import_own,
    "convert": convert,
    "describe": describe,
    "remove": remove,
}


class _Meter:
    """One line on stderr: how much is here, how fast it comes."""

    def __init__(self) -> None:
        self._began = self._said = time.monotonic()
        self._first: int | None = None

    def __call__(self, here: int, total: int) -> None:
        if self._first is None:
            self._first = here
        now = time.monotonic()
        if now - self._said < REPORT_EVERY_S and here < total:
            return
        self._said = now
        speed = (here - self._first) / max(now - self._began, 1e-3) / 2**20
        share = 100 * here / max(total, 1)
        print(
            f"\r{share:5.1f} %  {here / 2**20:,.0f} MiB  {speed:.1f} MiB/s", end="", file=sys.stderr
        )
