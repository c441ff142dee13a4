"""Writes and checks a pack's manifest: the SHA-256 of every file, the recipe of every sound."""

from __future__ import annotations

import hashlib
import json
import zipfile
import zlib
from collections.abc import Mapping, Sequence
from pathlib import Path, PurePosixPath
from typing import IO, Any

from qvim_studio.core.errors import AudioFileError, reason_of
from qvim_studio.core.text.json_text import as_object, parse_json, read_json
from qvim_studio.export.files.metadata import PROGRAM
from qvim_studio.export.packs.pack_journal import row_of
from qvim_studio.export.packs.pack_plan import PackPlan
from qvim_studio.export.packs.pack_texts import PackedClip

MANIFEST = "manifest.json"


def write_manifest(pack: Path, plan: PackPlan, packed: Sequence[PackedClip], date: str) -> None:
    """Write the manifest, which describes every other file below ``pack``, as the last file."""
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
    """The manifest of a pack; empty if none can be read."""
    try:
        manifest = read_json(pack / MANIFEST)
    except (OSError, ValueError):
        return {}
    return manifest if isinstance(manifest, dict) else {}


def verify_pack(pack: Path) -> list[str]:
    """The differences from the manifest: files missing, changed or added; empty if nothing differs.

    pack: the folder or the zip. Raises AudioFileError if it is neither.
    """
    if pack.is_dir():
        return _differences(read_manifest(pack), {n: _sha256(f) for n, f in _files(pack).items()})
    try:
        with zipfile.ZipFile(pack) as archive:
            return _verify_archive(archive)
    except (OSError, zipfile.BadZipFile, zlib.error, RuntimeError, NotImplementedError) as error:
        raise AudioFileError(
            f"{pack} cannot be checked ({reason_of(error)}), expected the folder or the zip of a "
            "pack. Check the name, or copy it again."
        ) from error


def _verify_archive(archive: zipfile.ZipFile) -> list[str]:
    """The same for a zip, in which the pack is one folder."""
    names = [name for name in archive.namelist() if not name.endswith("/")]
    place = min(
        (name for name in names if PurePosixPath(name).name == MANIFEST), default="", key=len
    )
    inside = place.removesuffix(MANIFEST)
    try:
        manifest = as_object(parse_json(archive.read(place))) if place else {}
    except ValueError:
        manifest = {}
    found = {}
    for name in names:
        if name != place:
            with archive.open(name) as file:
                found[name.removeprefix(inside)] = _digest(file)
    return _differences(manifest, found)


def _differences(manifest: Mapping[str, Any], found: Mapping[str, str]) -> list[str]:
    """found: SHA-256 of every other file by its name below the pack."""
    if not manifest:
        return [f"{MANIFEST} is missing or damaged"]
    try:
        wanted = {row["path"]: row["sha256"] for row in manifest["files"]}
    except (KeyError, TypeError):
        return [f"{MANIFEST} is damaged: it does not list the files"]
    problems = [f"{name} is missing" for name in sorted(wanted.keys() - found.keys())]
    problems += [f"{name} is not in the manifest" for name in sorted(found.keys() - wanted.keys())]
    both = sorted(wanted.keys() & found.keys())
    return problems + [f"{name} was changed" for name in both if found[name] != wanted[name]]


def _text_of(manifest: dict[str, Any]) -> str:
    """JSON with one sound and one file on each line; ``indent`` takes Python's slow encoder."""
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


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return _digest(file)


def _digest(file: IO[bytes]) -> str:
    digest = hashlib.sha256()
    while block := file.read(1 << 20):
        digest.update(block)
    return digest.hexdigest()


def _row(entry: PackedClip) -> dict[str, Any]:
    clip, recipe = entry.clip, entry.clip.recipe or {}
    request = recipe.get("request", {})
    return {
        **row_of(entry),
        "source_file": clip.source.path.name,
        "cat_id": clip.category.cat_id,
        "is_generated": clip.source.is_generated,
        "checkpoint": clip.source.provenance.get("checkpoint"),
        "revision": clip.source.provenance.get("revision"),
        "licence": clip.source.licence,
        "commercial": clip.source.commercial,
        "seed": recipe.get("seed"),
        "kind": recipe.get("kind"),
        "movement": recipe.get("movement"),
        "compared": recipe.get("compared"),
        "steps": request.get("steps"),
        "guidance": request.get("guidance"),
        "imitation_sha256": request.get("imitation_sha256"),
    }
