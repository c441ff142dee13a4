"""Describes a checkpoint, or a part for checkpoints, installed or not, as one value.

The module needs neither torch nor the network, so lists and menus stay instant.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path

from qvim_studio.checkpoints.card import Defaults
from qvim_studio.core.errors import CheckpointError
from qvim_studio.core.provenance import Provenance

INDEX_FILE = "model_index.json"
CONTROL_FOLDER = "control"  # curves for a UNet that was made without (families.audioldm.control)
CONTROL_CONFIG_FILE = "config.json"
CONTROL_FILE = "control.safetensors"
TOWER_FOLDER = "audio_tower"  # the starter's, in place of a CLAP


@dataclass(frozen=True)
class Layout:
    """How a folder or repository is laid out; "." stands for itself.

    index: the file that identifies the layout. weighted, described: sub-folders with weights, and
    with settings alone; all are required. optional: files that are fetched if they exist.
    """

    index: str
    weighted: tuple[str, ...]
    described: tuple[str, ...] = ()
    optional: tuple[str, ...] = ()


PART_LAYOUT = Layout("config.json", (".",))
HIGHS = "highs"  # what upscalers make, see Checkpoint.makes


@dataclass(frozen=True)
class Published:
    """A published form that only its own program reads, so the studio converts it. source: the file
    or folder that is converted. files: everything that is fetched for it. converted_bytes:
    approximate size of the result. Paths are inside the repository."""

    source: str
    files: tuple[str, ...]
    converted_bytes: int = 0


@dataclass(frozen=True)
class ChosenEncoder:
    """An encoder of the user's own that hears for a checkpoint, and the adapter that understands
    it. generator_id: the generator that the adapter names as its own."""

    name: str
    folder: Path
    adapter: Path
    generator_id: str


@dataclass(frozen=True)
class ChosenLora:
    """A LoRA that changes a checkpoint's UNet with this weight. revision: of its file."""

    name: str
    weight: float
    file: Path
    licence: str
    commercial: str
    revision: str

    @property
    def described(self) -> str:
        """For recipes, such as "rain 0.8 (MIT, revision 1f2e3d4c5b6a)"."""
        return f"{self.name} {self.weight:g} ({self.licence}, revision {self.revision})"


@dataclass(frozen=True)
class Checkpoint:
    """One checkpoint, installed or only known.

    folder: None if it is not on this machine. commercial: "yes", "no" or "conditional". controls:
    names of the curves its UNet takes as extra input channels. clap_id: names the
    space of its conditioning. pinned_revision: the commit that a download takes; empty for
    the repository's newest. size_bytes: of the download, roughly. capabilities: what a request may
    give it. sizes: numbers of its weights where the registry knows them. family: id of the family
    that makes sounds with it. layout: of its folder. makes: "effects", "music" or
    "highs". published: the form that its repository has, None if that is the layout itself.
    is_gated: whether the hub wants its terms accepted, and a token, before a download.
    heard_by: the encoder that a request chose; None for the checkpoint's own. loras: the changes
    that a request adds to its UNet.
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
    sizes: Mapping[str, int] = field(default_factory=dict)
    family: str = "audioldm"
    layout: Layout = PART_LAYOUT
    makes: str = "effects"
    is_gated: bool = False
    published: Published | None = None
    heard_by: ChosenEncoder | None = None
    loras: tuple[ChosenLora, ...] = ()

    @property
    def plain(self) -> Checkpoint:
        """The checkpoint without what a request chose for it."""
        return replace(self, heard_by=None, loras=())

    @property
    def is_installed(self) -> bool:
        return self.folder is not None

    def provenance(self) -> Provenance:
        own = Provenance(self.id, self.title, self.revision, self.licence, self.commercial)
        for lora in self.loras:
            own = own.with_parts_of(replace(own, licence=lora.licence, commercial=lora.commercial))
        return replace(own, loras="; ".join(lora.described for lora in self.loras))

    def installed_folder(self) -> Path:
        """Its folder. Raises CheckpointError if it is not on this machine."""
        if self.folder is None:
            raise CheckpointError(
                f"The checkpoint {self.id!r} is not installed on this computer (expected "
                f"{self.repo} in the Hugging Face cache). Download it with: "
                f"qvim-studio checkpoints download {self.id}"
            )
        return self.folder


@dataclass(frozen=True)
class KnownPart:
    """A part of checkpoints that makes no sounds by itself: an encoder, an adapter or a CLAP tower.

    kind: "encoder", "adapter", "film" or "clap". fits: ids of the checkpoints it was made for.
    folder: of the installed part. pinned_revision, size_bytes: as a Checkpoint's.
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

    @property
    def published(self) -> Published | None:
        """None, because parts are published in the form that the studio reads."""
        return None


def missing_parts(folder: Path, layout: Layout) -> list[str]:
    """The sub-folders of a layout that a folder lacks."""
    return [part for part in (*layout.weighted, *layout.described) if not (folder / part).is_dir()]
