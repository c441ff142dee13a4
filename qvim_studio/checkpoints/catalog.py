"""Which checkpoints there are, where they lie and what their licence allows.

Nothing here imports torch or asks the network: lists and menus stay instant.
"""

from __future__ import annotations

import logging
from dataclasses import dataclass, field, replace
from pathlib import Path

from qvim_studio.checkpoints.card import CARD_FILE, Defaults, read_card
from qvim_studio.checkpoints.registry import (
    Entry,
    add_entry,
    drop_entry,
    read_registry,
    read_user_registry,
)
from qvim_studio.core.errors import CheckpointError, reason_of
from qvim_studio.core.program.resources import resource_path
from qvim_studio.core.provenance import Provenance
from qvim_studio.core.text.file_names import pasted_path
from qvim_studio.core.text.json_text import as_object, read_json, texts_of
from qvim_studio.memory.modes import PartSizes, part_sizes

log = logging.getLogger(__name__)

INDEX_FILE = "model_index.json"
CONTROL_FOLDER = "control"  # curves for a UNet that was made without (families.audioldm.control)
CONTROL_CONFIG_FILE = "config.json"
CLAP_FOLDERS = ("clap", "text_encoder")  # where a checkpoint may hold a full ClapModel
# What the libraries call their pickles, and what the safetensors file of the same part is called.
PICKLED_NAMES = {
    "diffusion_pytorch_model.bin": "diffusion_pytorch_model.safetensors",
    "pytorch_model.bin": "model.safetensors",
}
FAMILIES = ("AudioLDMPipeline",)


@dataclass(frozen=True)
class Layout:
    """How a folder or repository is laid out; "." stands for itself.

    index: the file that tells what it is. weighted: sub-folders with weights; described: with
    settings alone; both must be there. optional: what is fetched where it is there.
    """

    index: str
    weighted: tuple[str, ...]
    described: tuple[str, ...] = ()
    optional: tuple[str, ...] = ()


TOWER_FOLDER = "audio_tower"  # the starter's, in place of a CLAP
CHECKPOINT_LAYOUT = Layout(
    INDEX_FILE,
    ("unet", "vae", "vocoder"),
    ("scheduler",),
    ("text_encoder", "tokenizer", "qvim", "adapter", TOWER_FOLDER, "feature_extractor"),
)
PART_LAYOUT = Layout("config.json", (".",))


@dataclass(frozen=True)
class Checkpoint:
    """One checkpoint, installed or only known.

    folder: None where it is not on this machine. commercial: "yes", "no" or "conditional".
    controls: names of the curves its UNet takes as extra input channels. clap_id: names the
    512-d space of its conditioning. pinned_revision: the commit that a download takes; empty for
    the repository's newest. size_bytes: of the download, roughly. capabilities: what a request may
    give it. sizes: numbers of its weights where the registry knows them.
    """

    id: str
    title: str
    folder: Path | None
    licence: str = "unknown"
    commercial: str = "no"
    revision: str = "local"
    repo: str = ""
    pinned_revision: str = ""
    size_bytes: int = 0
    clap_id: str = ""
    controls: tuple[str, ...] = ()
    defaults: Defaults = field(default_factory=Defaults)
    capabilities: tuple[str, ...] = ()
    sizes: PartSizes | None = None

    @property
    def is_installed(self) -> bool:
        return self.folder is not None

    @property
    def layout(self) -> Layout:
        return CHECKPOINT_LAYOUT

    def part_sizes(self) -> PartSizes | None:
        """From its files, else from the registry; None where neither says."""
        if self.folder is None:
            return self.sizes
        try:
            return part_sizes(self.folder)
        except CheckpointError:
            return self.sizes

    def provenance(self) -> Provenance:
        return Provenance(self.id, self.title, self.revision, self.licence, self.commercial)

    def installed_folder(self) -> Path:
        """Its folder. Raises CheckpointError if it is not on this machine."""
        if self.folder is None:
            raise CheckpointError(
                f"The checkpoint {self.id!r} is known but not on this machine (expected "
                f"{self.repo} in the Hugging Face cache). Download it with: "
                f"qvim-studio checkpoints download {self.id}"
            )
        return self.folder


@dataclass(frozen=True)
class KnownPart:
    """What belongs to checkpoints and is no generator: an encoder, an adapter, a CLAP tower.

    kind: "encoder", "adapter", "film" or "clap". fits: ids of the checkpoints it was made for.
    folder: where one lies that is installed. pinned_revision, size_bytes: as a Checkpoint's.
    """

    id: str
    kind: str
    title: str
    licence: str
    commercial: str
    repo: str
    fits: tuple[str, ...]
    folder: Path | None = None
    pinned_revision: str = ""
    size_bytes: int = 0

    @property
    def is_installed(self) -> bool:
        return self.folder is not None

    @property
    def layout(self) -> Layout:
        return PART_LAYOUT


def list_checkpoints() -> tuple[Checkpoint, ...]:
    """Every generator of the registry, the starter first, then the user's own folders.

    One whose files are damaged or gone counts as not installed; ``find_checkpoint`` says why.
    """
    registry = read_registry()
    return tuple(_listed(name, e) for name, e in registry.items() if "kind" not in e)


def list_parts() -> tuple[KnownPart, ...]:
    """Every other entry of the registry."""
    return tuple(_part(name, e) for name, e in read_registry().items() if "kind" in e)


def voice_part(id: str) -> KnownPart | None:
    """The CLAP that lets a checkpoint of this id hear, where the registry knows one."""
    claps = (part for part in list_parts() if part.kind == "clap")
    return next((part for part in claps if id in part.fits), None)


def find_clap(checkpoint: Checkpoint) -> Path | None:
    """The folder of its full ClapModel: inside the checkpoint, else what was downloaded for it."""
    folder = checkpoint.installed_folder()
    for name in CLAP_FOLDERS:
        if _is_whole_clap(folder / name / "config.json"):
            return folder / name
    part = voice_part(checkpoint.id)
    return part.folder if part is not None else None


def _is_whole_clap(config: Path) -> bool:
    """Whether both towers lie there; damaged files count as absent."""
    if not config.is_file():
        return False
    try:
        return "ClapModel" in texts_of(as_object(read_json(config)), "architectures")
    except (OSError, ValueError) as error:
        log.warning("%s is no CLAP: %r", config, error)
        return False


def register_folder(folder: Path) -> Checkpoint:
    """Make a folder known by its name, for good.

    Raises CheckpointError for one of another kind or without all of its parts, OutputError where
    the list cannot be written.
    """
    checkpoint = _whole(_from_folder(_checked_folder(folder)))
    if any(known.id == checkpoint.id for known in list_checkpoints()):
        raise CheckpointError(
            f"There is already a checkpoint {checkpoint.id!r}. Rename the folder (or the id in its "
            f"{CARD_FILE}) and import it again."
        )
    add_entry(checkpoint.id, {"title": checkpoint.title, "folder": str(folder.resolve())})
    return checkpoint


def is_own_folder(id: str) -> bool:
    """Whether the user imported it, or wrote an entry of that name that cannot be used."""
    user = read_user_registry()
    return "folder" in user.entries.get(id, {}) or id in user.problems


def forget_folder(id: str) -> None:
    """Take the user's own folder from the list; the folder itself stays as it is."""
    drop_entry(id)


def _checked_folder(folder: Path) -> Path:
    if folder.is_file():
        raise CheckpointError(
            f"{folder} is a single file, expected a folder in the diffusers layout. Originals in "
            "one file (.ckpt, .pth) are not read: convert them with diffusers' script "
            "convert_original_audioldm_to_diffusers.py and import the folder that it writes."
        )
    if not folder.is_dir():
        raise CheckpointError(f"There is no folder {folder}. Give the folder of a checkpoint.")
    return folder


def find_checkpoint(id_or_folder: str) -> Checkpoint:
    """The registry's entry of that id, or the checkpoint in that folder.

    Raises CheckpointError for an unknown name, a folder of another kind or one not installed.
    """
    known = {name: entry for name, entry in read_registry().items() if "kind" not in entry}
    if id_or_folder in known:
        checkpoint = _from_entry(id_or_folder, known[id_or_folder])
        checkpoint.installed_folder()
        return checkpoint
    folder = pasted_path(id_or_folder)
    if folder != Path() and folder.is_dir():
        return _from_folder(folder)
    user = read_user_registry()
    if id_or_folder in user.problems:
        raise CheckpointError(user.problems[id_or_folder])
    names = ", ".join(known)
    raise CheckpointError(
        f"There is no checkpoint {id_or_folder!r}. Expected one of {names}, or a folder in the "
        f"diffusers layout.{f' {user.damage}' if user.damage else ''}"
    )


def _listed(name: str, entry: Entry) -> Checkpoint:
    try:
        return _from_entry(name, entry)
    except CheckpointError as error:
        log.warning("The checkpoint %s is listed as not installed: %s", name, error)
        return _known(name, entry)


def _from_entry(name: str, entry: Entry) -> Checkpoint:
    """With its folder where it has one. Raises CheckpointError for a damaged one."""
    known = _known(name, entry)
    if "folder" in entry:
        folder = resource_path(entry["folder"])  # an absolute path stays what it is
        return replace(_whole(_from_folder(folder)), id=name, capabilities=known.capabilities)
    snapshot = _hub_snapshot(known.repo, known.pinned_revision, CHECKPOINT_LAYOUT)
    if snapshot is None:
        return known
    controls = _added_controls(snapshot)
    return replace(known, folder=snapshot, revision=snapshot.name, controls=controls)


def _known(name: str, entry: Entry) -> Checkpoint:
    """What the registry alone says."""
    capabilities = tuple(entry.get("capabilities", ()))
    if "folder" in entry:
        return Checkpoint(name, entry["title"], None, capabilities=capabilities)
    return Checkpoint(
        id=name,
        title=entry["title"],
        folder=None,
        licence=entry["licence"],
        commercial=entry["commercial"],
        revision="",
        repo=entry["repo"],
        pinned_revision=entry.get("revision", ""),
        size_bytes=_size_bytes(entry),
        clap_id=entry["repo"],
        capabilities=capabilities,
        sizes=PartSizes(**entry["sizes"]) if "sizes" in entry else None,
    )


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
        folder=_bundled(entry) if not repo else _hub_snapshot(repo, pinned, PART_LAYOUT),
        pinned_revision=pinned,
        size_bytes=_size_bytes(entry),
    )


def _bundled(entry: Entry) -> Path | None:
    folder = resource_path(entry["folder"])
    return folder if (folder / PART_LAYOUT.index).is_file() else None


def _size_bytes(entry: Entry) -> int:
    return int(entry.get("size_gb", 0) * 1e9)


def _hub_snapshot(repo: str, pinned: str, layout: Layout) -> Path | None:
    """The commit of a repository in the local Hugging Face cache: the pinned one, else the one that
    came last. Never asks the network, and passes over what is unfinished or pickled."""
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


def _from_folder(folder: Path) -> Checkpoint:
    try:
        index = as_object(read_json(folder / INDEX_FILE))
    except (OSError, ValueError) as error:
        raise CheckpointError(
            f"{folder} is no checkpoint folder: expected a readable {INDEX_FILE} "
            f"({reason_of(error)}). Give a folder in the diffusers layout (unet/, vae/, vocoder/, "
            "scheduler/)."
        ) from error
    kind = index.get("_class_name")
    if kind not in FAMILIES:
        raise CheckpointError(
            f"{folder} holds a {kind}, expected {' or '.join(FAMILIES)}. Choose another checkpoint."
        )
    card = read_card(folder)
    origin = index.get("_name_or_path")
    return Checkpoint(
        id=card.id or folder.name,
        title=card.title or folder.name,
        folder=folder,
        licence=card.licence or "unknown",
        commercial=card.commercial or "no",
        revision=card.revision or "local",
        clap_id=card.clap_id or (origin if isinstance(origin, str) else "") or folder.name,
        controls=card.controls or _added_controls(folder),
        defaults=card.defaults,
    )


def _whole(checkpoint: Checkpoint) -> Checkpoint:
    """The checkpoint. Raises CheckpointError if its folder lacks a part."""
    folder = checkpoint.installed_folder()
    missing = missing_parts(folder, checkpoint.layout)
    if missing:
        there = sorted(path.name + "/" * path.is_dir() for path in folder.iterdir())
        found = ", ".join(there[:8]) + (", …" if len(there) > 8 else "")
        raise CheckpointError(
            f"{folder} is no whole checkpoint: {', '.join(f'{part}/' for part in missing)} "
            f"{'is' if len(missing) == 1 else 'are'} missing (found {found}; expected unet/, vae/, "
            "vocoder/ and scheduler/). Copy or download the whole folder."
        )
    return checkpoint


def missing_parts(folder: Path, layout: Layout) -> list[str]:
    """Sub-folders that a layout needs and a folder has not."""
    return [part for part in (*layout.weighted, *layout.described) if not (folder / part).is_dir()]


def _added_controls(folder: Path) -> tuple[str, ...]:
    """The curves of ``control/``, which training adds; none where there is no such folder."""
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
