"""Makes a sample pack of files and says what is in it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from qvim_studio.export.packs.pack_plan import PackOptions, plan_pack
from qvim_studio.export.packs.pack_writer import PackProgress, export_pack


def pack_files(
    files: Sequence[Path],
    wanted: PackOptions,
    folder: Path,
    on_progress: Callable[[PackProgress], None],
) -> dict[str, Any]:
    """Plan, guard, write; the same call continues where an interrupted one stopped.

    folder: gets the pack and its zip. The facts are ready for JSON. Raises StudioError if a licence
    forbids the pack or it cannot be written.
    """
    plan = plan_pack(files, wanted)
    report = export_pack(plan, folder, on_progress)
    return {
        "folder": str(report.folder),
        "archive": str(report.archive),
        "instruments": [str(file) for file in report.instruments],
        "clips": report.clips,
        "reused": report.reused,
        "licences": sorted({clip.source.licence for clip in plan.clips}),
        "warnings": list(report.warnings),
    }
