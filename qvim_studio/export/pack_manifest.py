"""A pack's manifest: the SHA-256 of every file and how every sound came about."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from qvim_studio.export.metadata import PROGRAM
from qvim_studio.export.pack_journal import row_of
from qvim_studio.export.pack_plan import PackPlan
from qvim_studio.export.pack_texts import PackedClip

MANIFEST = "manifest.json"


def write_manifest(pack: Path, plan: PackPlan, packed: Sequence[PackedClip], date: str) -> None:
    """Describe every other file below ``pack``; written last."""
    options = plan.options
    known = {str(entry.clip.path): (entry.sha256, entry.size) for entry in packed}
    rows = []
    for name, file in _files(pack).items():
        digest, size = known.get(name) or (_sha256(file), file.stat().st_size)
        rows.append({"path": name, "sha256": digest, "bytes": size})
    manifest = {
        "format": "qvim-studio-pack",
        "version": 1,
        "name": options.name,
        "creator": options.creator,
        "source": options.source,
        "commercial": options.is_commercial,
        "program": PROGRAM,
        "date": date,
        "plan": plan.fingerprint,
        "licences": sorted({entry.clip.source.licence for entry in packed}),
        "edits": options.edits.as_json(),
        "clips": [_row(entry) for entry in packed],
        "files": rows,
    }
    (pack / MANIFEST).write_text(_text_of(manifest), encoding="ascii")


def read_manifest(pack: Path) -> dict[str, Any]:
    """The manifest of a pack; empty where there is none that can be read."""
    try:
        manifest = json.loads((pack / MANIFEST).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return manifest if isinstance(manifest, dict) else {}


def verify_pack(pack: Path) -> list[str]:
    """What differs from the manifest: files missing, changed or added; empty where all is well."""
    manifest = read_manifest(pack)
    if not manifest:
        return [f"{MANIFEST} is missing or damaged"]
    wanted = {row["path"]: row["sha256"] for row in manifest["files"]}
    found = _files(pack)
    problems = [f"{name} is missing" for name in sorted(wanted.keys() - found.keys())]
    problems += [f"{name} is not in the manifest" for name in sorted(found.keys() - wanted.keys())]
    both = sorted(wanted.keys() & found.keys())
    return problems + [
        f"{name} was changed" for name in both if _sha256(found[name]) != wanted[name]
    ]


def _text_of(manifest: dict[str, Any]) -> str:
    """JSON with one sound and one file on each line; ``indent`` would be fifty times as slow."""
    parts = []
    for name, value in manifest.items():
        is_table = isinstance(value, list) and value and isinstance(value[0], dict)
        text = ",\n  ".join(map(json.dumps, value)) if is_table else json.dumps(value)
        parts.append(f" {json.dumps(name)}: [\n  {text}\n ]" if is_table else f' "{name}": {text}')
    return "{\n" + ",\n".join(parts) + "\n}\n"


def _files(pack: Path) -> dict[str, Path]:
    files = {file.relative_to(pack).as_posix(): file for file in pack.rglob("*") if file.is_file()}
    files.pop(MANIFEST, None)
    return dict(sorted(files.items()))


def _sha256(file: Path) -> str:
    return hashlib.sha256(file.read_bytes()).hexdigest()


def _row(entry: PackedClip) -> dict[str, Any]:
    clip, recipe = entry.clip, entry.clip.recipe or {}
    request = recipe.get("request", {})
    return {
        **row_of(entry),
        "source_file": clip.source.path.name,
        "cat_id": clip.category.cat_id,
        "is_generated": clip.recipe is not None,
        "checkpoint": clip.source.provenance.get("checkpoint"),
        "revision": clip.source.provenance.get("revision"),
        "licence": clip.source.licence,
        "commercial": clip.source.commercial,
        "seed": recipe.get("seed"),
        "steps": request.get("steps"),
        "guidance": request.get("guidance"),
        "imitation_sha256": request.get("imitation_sha256"),
    }
