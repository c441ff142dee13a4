"""Checks the files of a checkpoint against what was published."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from qvim_studio.checkpoints.card import file_sha256, read_card
from qvim_studio.checkpoints.checkpoint import Checkpoint, Layout, missing_parts
from qvim_studio.checkpoints.parts import voice_part

SHA256_DIGITS = 64


def verify_checkpoint(checkpoint: Checkpoint) -> list[str]:
    """The problems of the checkpoint's files and of its voice part's, one sentence each; empty if
    all are right."""
    problems = _problems(checkpoint.installed_folder(), checkpoint.layout)
    part = voice_part(checkpoint.id)
    if part is not None and part.folder is not None:
        problems += [f"{part.id}: {problem}" for problem in _problems(part.folder, part.layout)]
    return problems


def _problems(folder: Path, layout: Layout) -> list[str]:
    problems = [f"{part}/ is missing" for part in missing_parts(folder, layout)]
    for name, expected in (read_card(folder).files or _blob_names(folder)).items():
        path = folder / name
        if not path.is_file():
            problems.append(f"{name} is missing")
        elif file_sha256(path) != expected:
            problems.append(f"{name} differs from what was published (SHA-256)")
    return problems


def _blob_names(folder: Path) -> Mapping[str, str]:
    """SHA-256 of the large files of a snapshot in the hub's cache, which names its blobs by it."""
    links = (path for path in folder.rglob("*") if path.is_symlink())
    names = {path.relative_to(folder).as_posix(): path.resolve().name for path in links}
    return {path: name for path, name in names.items() if len(name) == SHA256_DIGITS}
