"""Lists and finds checkpoints, and names the family of each.

The module needs neither torch nor the network, so lists and menus stay instant.
"""

from __future__ import annotations

import logging
from dataclasses import replace
from pathlib import Path

from qvim_studio.checkpoints.card import CARD_FILE, read_card
from qvim_studio.checkpoints.checkpoint import (
    CONTROL_CONFIG_FILE,
    CONTROL_FOLDER,
    HIGHS,
    Checkpoint,
    Published,
    missing_parts,
)
from qvim_studio.checkpoints.imports import is_import
from qvim_studio.checkpoints.parts import gb_in_bytes, hub_snapshot, size_bytes
from qvim_studio.checkpoints.published import converted_folder
from qvim_studio.checkpoints.registry import (
    UPSCALER,
    Entry,
    add_entry,
    drop_entry,
    is_generator,
    is_upscaler,
    read_registry,
    read_user_registry,
)
from qvim_studio.core.errors import CheckpointError, reason_of
from qvim_studio.core.program.resources import resource_path
from qvim_studio.core.text.file_names import pasted_path
from qvim_studio.core.text.json_text import as_object, read_json, texts_of
from qvim_studio.families.known import (
    all_upscalers,
    family_by_id,
    family_of_folder,
    upscaler_by_id,
    upscaler_of_folder,
)
from qvim_studio.families.protocol import Family
from qvim_studio.families.upscaling import UpscalerFamily

log = logging.getLogger(__name__)

DEFAULT_FAMILY = "audioldm"  # of entries that were written before there were others


def list_checkpoints() -> tuple[Checkpoint, ...]:
    """Every generator of the registry, the starter first, then the user's own folders.

    A checkpoint with damaged or missing files counts as not installed; ``find_checkpoint`` gives
    the reason.
    """
    return tuple(_listed(name, e) for name, e in read_registry().items() if is_generator(e))


def list_upscalers() -> tuple[Checkpoint, ...]:
    """Every upscaler of the registry, installed or not."""
    return tuple(_listed(name, e) for name, e in read_registry().items() if is_upscaler(e))


def register_folder(folder: Path) -> Checkpoint:
    """Add a folder to the user's list by its name.

    Raises CheckpointError for a folder of another kind or with missing parts, OutputError if the
    list cannot be written.
    """
    checkpoint = _whole(_from_folder(_checked_folder(folder)))
    if any(known.id == checkpoint.id for known in (*list_checkpoints(), *list_upscalers())):
        raise CheckpointError(
            f"There is already a checkpoint {checkpoint.id!r}. Rename the folder (or the id in its "
            f"{CARD_FILE}) and import it again."
        )
    entry = {"title": checkpoint.title, "folder": str(folder.resolve())}
    if checkpoint.makes == HIGHS:
        entry |= {"kind": UPSCALER, "family": checkpoint.family}
    add_entry(checkpoint.id, entry)
    return checkpoint


def is_own_folder(id: str) -> bool:
    """Whether the id is one of the user's own: an import, or an unusable entry of their list."""
    user = read_user_registry()
    return "folder" in user.entries.get(id, {}) or id in user.problems


def own_import(id: str) -> Path | None:
    """The folder that an import made for this checkpoint; None for all others."""
    folder = read_user_registry().entries.get(id, {}).get("folder")
    return Path(folder) if folder and is_import(Path(folder)) and Path(folder).is_dir() else None


def forget_folder(id: str) -> None:
    """Remove the user's own folder from the list; the folder itself stays as it is."""
    drop_entry(id)


def _checked_folder(folder: Path) -> Path:
    if not folder.is_dir():
        raise CheckpointError(f"There is no folder {folder}. Give the folder of a checkpoint.")
    return folder


def find_checkpoint(id_or_folder: str) -> Checkpoint:
    """The registry's entry of that id, or the checkpoint in that folder.

    Raises CheckpointError for an unknown name, a folder of another kind or one not installed.
    """
    registry = read_registry()
    known = {name: entry for name, entry in registry.items() if is_generator(entry)}
    if id_or_folder in known:
        checkpoint = _from_entry(id_or_folder, known[id_or_folder])
        checkpoint.installed_folder()
        return checkpoint
    folder = pasted_path(id_or_folder)
    is_folder = folder != Path() and folder.is_dir()
    checkpoint = _from_folder(folder) if is_folder else None
    if is_upscaler(registry.get(id_or_folder, {})) or (checkpoint and checkpoint.makes == HIGHS):
        raise CheckpointError(
            f"{id_or_folder} adds highs to sounds and makes none by itself. Choose a checkpoint "
            "that makes sounds; what adds highs to them is chosen beside it."
        )
    if checkpoint is not None:
        return checkpoint
    user = read_user_registry()
    if id_or_folder in user.problems:
        raise CheckpointError(user.problems[id_or_folder])
    names = ", ".join(known)
    raise CheckpointError(
        f"There is no checkpoint {id_or_folder!r}. Expected one of {names}, or a folder in the "
        f"diffusers layout.{f' {user.damage}' if user.damage else ''}"
    )


def find_upscaler(id_or_folder: str) -> Checkpoint:
    """The upscaler of that id, or in that folder. Raises CheckpointError."""
    known = {name: entry for name, entry in read_registry().items() if is_upscaler(entry)}
    if id_or_folder in known:
        checkpoint = _from_entry(id_or_folder, known[id_or_folder])
        checkpoint.installed_folder()
        return checkpoint
    folder = pasted_path(id_or_folder)
    if folder != Path() and folder.is_dir() and upscaler_of_folder(folder) is not None:
        return _from_folder(folder)
    kinds = " or ".join(kind.title for kind in all_upscalers())
    raise CheckpointError(
        f"There is no upscaler {id_or_folder!r}. Expected one of {', '.join(known)}, or a folder "
        f"that holds {kinds}; 'checkpoints convert' makes it of a published file."
    )


def _listed(name: str, entry: Entry) -> Checkpoint:
    try:
        return _from_entry(name, entry)
    except CheckpointError as error:
        log.warning("The checkpoint %s is listed as not installed: %s", name, error)
        return _known(name, entry)


def _from_entry(name: str, entry: Entry) -> Checkpoint:
    """The checkpoint of an entry, with its folder if it has one. Raises CheckpointError for a
    damaged folder."""
    known = _known(name, entry)
    if "folder" in entry:
        folder = resource_path(entry["folder"])  # an absolute path stays what it is
        return replace(_whole(_from_folder(folder)), id=name, capabilities=known.capabilities)
    if known.published is not None:
        converted = converted_folder(known)
        if converted is None:
            return known
        return replace(known, folder=converted, revision=read_card(converted).revision)
    snapshot = hub_snapshot(known.repo, known.pinned_revision, known.layout)
    if snapshot is None:
        return known
    controls = _added_controls(snapshot)
    return replace(known, folder=snapshot, revision=snapshot.name, controls=controls)


def _known(name: str, entry: Entry) -> Checkpoint:
    """The checkpoint as the registry describes it. Raises CheckpointError for an unknown family."""
    capabilities = tuple(entry.get("capabilities", ()))
    family = _family_of_entry(entry)
    makes = HIGHS if is_upscaler(entry) else entry.get("makes", "effects")
    if "folder" in entry:
        return Checkpoint(
            name,
            entry["title"],
            None,
            capabilities=capabilities,
            family=family.id,
            layout=family.layout,
            makes=makes,
        )
    return Checkpoint(
        id=name,
        title=entry["title"],
        folder=None,
        licence=entry["licence"],
        commercial=entry["commercial"],
        revision="",
        repo=entry["repo"],
        pinned_revision=entry.get("revision", ""),
        size_bytes=size_bytes(entry),
        clap_id=entry["repo"],
        capabilities=capabilities,
        sizes=entry.get("sizes", {}),
        family=family.id,
        layout=family.layout,
        makes=makes,
        is_gated=entry.get("gated") is True,
        published=_published(entry),
    )


def _family_of_entry(entry: Entry) -> Family | UpscalerFamily:
    id = entry.get("family", DEFAULT_FAMILY)
    return upscaler_by_id(id) if is_upscaler(entry) else family_by_id(id)


def _published(entry: Entry) -> Published | None:
    if "published" not in entry:
        return None
    files, size_gb = tuple(entry["files"]), entry.get("converted_gb", 0)
    return Published(entry["published"], files, gb_in_bytes(size_gb))


def _from_folder(folder: Path) -> Checkpoint:
    upscaler = upscaler_of_folder(folder)
    family = upscaler or family_of_folder(folder)
    card, origin = read_card(folder), _origin(folder / family.layout.index)
    return Checkpoint(
        id=card.id or folder.name,
        title=card.title or folder.name,
        folder=folder,
        licence=card.licence or "unknown",
        commercial=card.commercial or "no",
        revision=card.revision or "local",
        clap_id=card.clap_id or origin or folder.name,
        controls=card.controls or _added_controls(folder),
        defaults=card.defaults,
        family=family.id,
        layout=family.layout,
        makes="effects" if upscaler is None else HIGHS,
    )


def _origin(index: Path) -> str:
    """The source of a copied folder, if its index names it; else empty."""
    try:
        origin = as_object(read_json(index)).get("_name_or_path")
    except (OSError, ValueError):
        return ""
    return origin if isinstance(origin, str) else ""


def _whole(checkpoint: Checkpoint) -> Checkpoint:
    """The checkpoint. Raises CheckpointError if its folder lacks a part."""
    folder = checkpoint.installed_folder()
    missing = missing_parts(folder, checkpoint.layout)
    if missing:
        there = sorted(path.name + "/" * path.is_dir() for path in folder.iterdir())
        found = ", ".join(there[:8]) + (", …" if len(there) > 8 else "")
        needed = (*checkpoint.layout.weighted, *checkpoint.layout.described)
        expected = ", ".join(f"{part}/" for part in needed)
        raise CheckpointError(
            f"{folder} is not a complete checkpoint: {', '.join(f'{part}/' for part in missing)} "
            f"{'is' if len(missing) == 1 else 'are'} missing (found {found}; expected "
            f"{expected}). Copy or download the whole folder."
        )
    return checkpoint


def _added_controls(folder: Path) -> tuple[str, ...]:
    """The curves of ``control/``, which training adds; none without that folder."""
    path = folder / CONTROL_FOLDER / CONTROL_CONFIG_FILE
    if not path.parent.is_dir():
        return ()
    try:
        return texts_of(as_object(read_json(path)), "controls")
    except (OSError, ValueError) as error:
        raise CheckpointError(
            f"{path} cannot be understood ({reason_of(error)}). "
            "Copy or train the control weights again."
        ) from error
