"""What ``qvim-studio checkpoints download|import|convert|describe|remove`` do."""

from __future__ import annotations

import argparse
import sys
import time
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from qvim_studio.checkpoints.checkpoint import Checkpoint
from qvim_studio.commands.option_values import (
    described,
    described_options,
    description_lines,
    option_lines,
)
from qvim_studio.families.catalog import find_checkpoint, list_checkpoints, list_upscalers
from qvim_studio.families.hub_store import (
    fetch_known,
    find_known,
    make_checkpoint_store,
)
from qvim_studio.families.importing import ImportOptions, import_source
from qvim_studio.families.known import family_of, upscaler_by_id

if TYPE_CHECKING:
    from qvim_studio.checkpoints.download_plan import DownloadPlan

REPORT_EVERY_S = 0.5


def download(options: argparse.Namespace) -> dict[str, Any]:
    """Fetch and check every file; size and licence are said before the first byte."""
    checkpoint = find_known(options.checkpoint)

    def show_plan(plan: DownloadPlan) -> None:
        print(
            f"{checkpoint.title}: {plan.total_bytes / 2**20:,.0f} MiB, {checkpoint.licence}"
            + (" (its sounds may not be sold)" if checkpoint.commercial == "no" else ""),
            file=sys.stderr,
        )

    plan, folder = fetch_known(
        checkpoint,
        _Meter(),
        lambda: False,
        allow_pickle=options.allow_pickle,
        on_converted=_Meter("converted"),
        on_plan=show_plan,
    )
    print(f"\n{folder}", file=sys.stderr)
    return {"checkpoint": checkpoint.id, "folder": str(folder), "revision": plan.revision}


def import_own(options: argparse.Namespace) -> dict[str, Any]:
    """Make a folder known, or what a file is converted to; pickled weights become safetensors, with
    consent only."""
    from qvim_studio.checkpoints.pickled import find_pickled

    pickled = find_pickled(options.source)
    asked = ImportOptions(options.ema, tuple(options.fits), options.base, options.strength)
    made = import_source(options.source, asked, allow_pickle=options.allow_pickle)
    if not options.json:
        if not made.is_encoder:
            checkpoint = find_known(made.id)
            print(f"{checkpoint.id}: {checkpoint.title} ({checkpoint.licence})")
        if made.recognized:
            print(made.recognized)
    return {
        "checkpoint": made.id,
        "recognized": made.recognized,
        "converted": [str(path) for path in pickled],
    }


def convert(options: argparse.Namespace) -> dict[str, Any]:
    """Write a published file that only its own program reads as a folder of safetensors."""
    from qvim_studio.checkpoints.conversion import write_converted
    from qvim_studio.families.conversion import convert as find_converted

    converted = find_converted(options.source, averaged=options.ema)
    write_converted(converted, options.folder, _Meter())
    print(f"\n{options.folder}", file=sys.stderr)
    if converted.recognized and not options.json:
        print(converted.recognized)
    return {
        "folder": str(options.folder),
        "recognized": converted.recognized,
        "parts": [part.name for part in converted.parts],
    }


def describe(options: argparse.Namespace) -> dict[str, Any]:
    """What a checkpoint takes and gives, and which options it has."""
    upscaler = next((c for c in list_upscalers() if c.id == options.checkpoint), None)
    if upscaler is not None:
        return _describe_upscaler(upscaler, options)
    checkpoint = next((c for c in list_checkpoints() if c.id == options.checkpoint), None)
    checkpoint = checkpoint or find_checkpoint(options.checkpoint)
    capabilities = family_of(checkpoint).describe(checkpoint)
    if not options.json:
        print(f"{checkpoint.id}: {checkpoint.title} ({checkpoint.family})")
        print("\n".join((*description_lines(capabilities), *_origin_lines(checkpoint))))
    return {
        "checkpoint": checkpoint.id,
        "family": checkpoint.family,
        "installed": checkpoint.is_installed,
        **_origin(checkpoint),
        **described(capabilities),
    }


def _describe_upscaler(checkpoint: Checkpoint, options: argparse.Namespace) -> dict[str, Any]:
    family = upscaler_by_id(checkpoint.family)
    rate_hz, reach_hz = family.output_rate_hz, family.reach_hz
    if not options.json:
        print(f"{checkpoint.id}: {checkpoint.title} ({checkpoint.family})")
        print(f"adds highs up to {reach_hz / 1000:g} kHz to any sound, at {rate_hz / 1000:g} kHz")
        print("\n".join((*option_lines(family.options), *_origin_lines(checkpoint))))
    return {
        "checkpoint": checkpoint.id,
        "family": checkpoint.family,
        "installed": checkpoint.is_installed,
        **_origin(checkpoint),
        "sample_rate_hz": rate_hz,
        "reach_hz": reach_hz,
        "options": described_options(family.options),
    }


def _origin(checkpoint: Checkpoint) -> dict[str, str]:
    """The repository of a download and the commit that it takes; both empty without a
    repository."""
    return {"repo": checkpoint.repo, "pinned_revision": checkpoint.pinned_revision}


def _origin_lines(checkpoint: Checkpoint) -> Iterator[str]:
    """The same for people."""
    if checkpoint.repo:
        pinned = checkpoint.pinned_revision
        commit = f"commit {pinned}" if pinned else "its newest commit (none is pinned)"
        yield f"downloaded from {checkpoint.repo}, {commit}"


def remove(options: argparse.Namespace) -> dict[str, Any]:
    """Delete a downloaded checkpoint, or forget a folder of one's own, which itself stays."""
    freed = make_checkpoint_store().remove(options.checkpoint)
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

    def __init__(self, word: str = "") -> None:
        """word: behind the amounts."""
        self._word = f" {word}" if word else ""
        self._began = self._reported_s = time.monotonic()
        self._first: int | None = None

    def __call__(self, here: int, total: int) -> None:
        if self._first is None:
            self._first = here
        now = time.monotonic()
        if now - self._reported_s < REPORT_EVERY_S and here < total:
            return
        self._reported_s = now
        speed = (here - self._first) / max(now - self._began, 1e-3) / 2**20
        share = 100 * here / max(total, 1)
        print(
            f"\r{share:5.1f} %  {here / 2**20:,.0f} MiB{self._word}  {speed:.1f} MiB/s",
            end="",
            file=sys.stderr,
        )
