"""Notes each finished sound of an export in a line of JSON, so that a killed run can resume."""

from __future__ import annotations

import hashlib
import json
import shutil
from collections.abc import Mapping
from dataclasses import asdict
from datetime import datetime, timezone
from pathlib import Path
from typing import Any

from qvim_studio.core.text.json_text import as_object, parse_json, read_json
from qvim_studio.export.files.metadata import Loop
from qvim_studio.export.packs.pack_plan import PlannedClip
from qvim_studio.export.packs.pack_texts import PackedClip

PLAN_FILE = "plan.json"
JOURNAL_FILE = "journal.jsonl"
_MEASURED = (
    "sha256",
    "size",
    "frames",
    "sample_rate",
    "channels",
    "loudness_lufs",
    "true_peak_dbfs",
)


class Journal:
    """The journal of finished sounds in a staging folder.

    date: of the first run, YYYY-MM-DD. reused: how many sounds were taken over.
    """

    def __init__(self, folder: Path, date: str, rows: dict[str, dict[str, Any]]) -> None:
        self.date = date
        self.reused = 0
        self._rows = rows
        self._file = folder / JOURNAL_FILE

    @classmethod
    def open(cls, folder: Path, fingerprint: str) -> Journal:
        """Resume an interrupted run of the same plan; other files there are removed."""
        plan = _read_json(folder / PLAN_FILE)
        if plan.get("fingerprint") == fingerprint:
            return cls(folder, str(plan["date"]), _read_rows(folder / JOURNAL_FILE))
        if folder.exists():
            shutil.rmtree(folder)
        folder.mkdir()
        date = datetime.now(timezone.utc).date().isoformat()
        text = json.dumps({"fingerprint": fingerprint, "date": date})
        (folder / PLAN_FILE).write_text(text, encoding="ascii")
        return cls(folder, date, {})

    @property
    def has_entries(self) -> bool:
        return bool(self._rows)

    @property
    def reusable_bytes(self) -> int:
        return sum(row["size"] for row in self._rows.values())

    def reuse(self, clip: PlannedClip, pack: Path) -> tuple[PackedClip, bytes] | None:
        """The finished sound and its WAV, if the WAV is still there and unchanged."""
        row = self._rows.get(str(clip.path))
        if row is None:
            return None
        try:
            data = (pack / clip.path).read_bytes()
        except FileNotFoundError:
            return None
        if hashlib.sha256(data).hexdigest() != row["sha256"]:
            return None
        self.reused += 1
        return entry_of(clip, row), data

    def add(self, entry: PackedClip) -> None:
        """Note a sound that is on the disk now."""
        with self._file.open("a", encoding="ascii") as file:
            file.write(json.dumps(row_of(entry)) + "\n")


def row_of(entry: PackedClip) -> dict[str, Any]:
    """The measured values of a sound, ready for JSON."""
    return {
        "path": str(entry.clip.path),
        "sha256": entry.sha256,
        "size": entry.size,
        "frames": entry.frames,
        "sample_rate": entry.sample_rate,
        "channels": entry.channels,
        "loudness_lufs": entry.loudness_lufs,
        "true_peak_dbfs": entry.true_peak_dbfs,
        "loop": None if entry.loop is None else asdict(entry.loop),
    }


def entry_of(clip: PlannedClip, row: Mapping[str, Any]) -> PackedClip:
    """The measured values from a row; unknown values are ignored. Raises KeyError."""
    loop = None if row["loop"] is None else Loop(**row["loop"])
    return PackedClip(clip=clip, loop=loop, **{name: row[name] for name in _MEASURED})


def _read_rows(path: Path) -> dict[str, dict[str, Any]]:
    """All whole lines; the last may have been cut off."""
    rows: dict[str, dict[str, Any]] = {}
    if not path.is_file():
        return rows
    for line in path.read_text(encoding="ascii").split("\n")[:-1]:
        try:
            row = as_object(parse_json(line))
            rows[row["path"]] = row
        except (ValueError, KeyError):  # cut off by a kill and continued by the next run
            continue
    return rows


def _read_json(path: Path) -> dict[str, Any]:
    try:
        value = read_json(path)
    except (OSError, ValueError):
        return {}
    return value if isinstance(value, dict) else {}
