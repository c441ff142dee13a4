"""Lists the parts of checkpoints that make no sounds by themselves: encoders, adapters, CLAP
towers."""

from __future__ import annotations

import logging
from pathlib import Path

from qvim_studio.checkpoints.checkpoint import PART_LAYOUT, Checkpoint, KnownPart, Layout
from qvim_studio.checkpoints.registry import Entry, is_part, read_registry
from qvim_studio.core.program.resources import resource_path
from qvim_studio.core.text.json_text import as_object, read_json, texts_of

log = logging.getLogger(__name__)

CLAP_FOLDERS = ("clap", "text_encoder")  # where a checkpoint may hold a full ClapModel


def list_parts() -> tuple[KnownPart, ...]:
    """The entries of the registry that are parts."""
    return tuple(_part(name, e) for name, e in read_registry().items() if is_part(e))


def voice_part(id: str) -> KnownPart | None:
    """The CLAP with which a checkpoint of this id hears: the user's own, else a downloaded one,
    else one to download; None if the registry has none."""
    claps = [part for part in list_parts() if part.kind == "clap" and id in part.fits]
    installed = [part for part in claps if part.is_installed]  # the user's come last
    return installed[-1] if installed else next(iter(claps), None)


def find_clap(checkpoint: Checkpoint) -> Path | None:
    """The folder of its full ClapModel: inside the checkpoint, else what was downloaded for it."""
    own = own_clap(checkpoint.installed_folder())
    part = voice_part(checkpoint.id)
    return own or (None if part is None else part.folder)


def own_clap(folder: Path) -> Path | None:
    """The full ClapModel inside a checkpoint's folder."""
    found = (folder / name for name in CLAP_FOLDERS)
    return next((clap for clap in found if _is_whole_clap(clap / "config.json")), None)


def _is_whole_clap(config: Path) -> bool:
    """Whether the folder has both towers; damaged files count as absent."""
    if not config.is_file():
        return False
    try:
        return "ClapModel" in texts_of(as_object(read_json(config)), "architectures")
    except (OSError, ValueError) as error:
        log.warning("%s is no CLAP: %r", config, error)
        return False


def _part(name: str, entry: Entry) -> KnownPart:
    repo, pinned = entry.get("repo", ""), entry.get("revision", "")
    return KnownPart(
        id=name,
        kind=entry["kind"],
        title=entry["title"],
        licence=entry["licence"],
        commercial=entry["commercial"],
        repo=repo,
        fits=tuple(entry["fits"]),
        folder=_bundled(entry) if not repo else hub_snapshot(repo, pinned, PART_LAYOUT),
        pinned_revision=pinned,
        size_bytes=size_bytes(entry),
    )


def _bundled(entry: Entry) -> Path | None:
    folder = resource_path(entry["folder"])
    return folder if (folder / PART_LAYOUT.index).is_file() else None


def size_bytes(entry: Entry) -> int:
    """The bytes of a download, from the registry."""
    return gb_in_bytes(entry.get("size_gb", 0))


def gb_in_bytes(size_gb: float) -> int:
    return int(size_gb * 1e9)


def hub_snapshot(repo: str, pinned: str, layout: Layout) -> Path | None:
    """The commit of a repository in the local Hugging Face cache: the pinned one, else the newest.
    Never uses the network, and skips unfinished or pickled snapshots."""
    from huggingface_hub import constants
    from huggingface_hub.file_download import repo_folder_name

    name = repo_folder_name(repo_id=repo, repo_type="model")
    indices = Path(constants.HF_HUB_CACHE, name, "snapshots").glob(f"*/{layout.index}")
    came = {path.parent: path.stat().st_mtime for path in indices}
    whole = [
        folder
        for folder in came
        if all(any((folder / part).glob("*.safetensors")) for part in layout.weighted)
    ]
    return max(whole, key=lambda folder: (folder.name == pinned, came[folder]), default=None)
