"""What is known of a checkpoint, or of a part for it: one value each, installed or not.

Nothing here imports torch or asks the network: lists and menus stay instant.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from qvim_studio.checkpoints.card import Defaults
from qvim_studio.core.errors import CheckpointError
from qvim_studio.core.provenance import Provenance

INDEX_FILE = "model_index.json"
CONTROL_FOLDER = "control"  # curves for a UNet that was made without (families.audioldm.control)
CONTROL_CONFIG_FILE = "config.json"
TOWER_FOLDER = "audio_tower"  # the starter's, in place of a CLAP


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


PART_LAYOUT = Layout("config.json", (".",))
HIGHS = "highs"  # what upscalers make, see Checkpoint.makes


@dataclass(frozen=True)
class Published:
    """A form that only its own program reads; the studio converts it. source: the file or folder
    that is converted; files: all that is fetched for that. converted_bytes: of the result, roughly.
    Paths are inside the repository."""

    source: str
    files: tuple[str, ...]
    converted_bytes: int = 0


@dataclass(frozen=True)
class Checkpoint:
    """One checkpoint, installed or only known.

    folder: None where it is not on this machine. commercial: "yes", "no" or "conditional".
    controls: names of the curves its UNet takes as extra input channels. clap_id: names the
    space of its conditioning. pinned_revision: the commit that a download takes; empty for
    the repository's newest. size_bytes: of the download, roughly. capabilities: what a request may
    give it. sizes: numbers of its weights where the registry knows them. family: id of the family
    that makes sounds with it. layout: of its folder. makes: "effects", "music" or
    "highs". published: the form that its repository has, None where that is the layout itself.
    is_gated: the hub wants its terms accepted, and a token, before it gives the files.
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

    @property
    def is_installed(self) -> bool:
        return self.folder is not None

    def provenance(self) -> Provenance:
        return Provenance(self.id, self.title, self.revision, self.licence, self.commercial)

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

    @property
    def published(self) -> Published | None:
        """None: parts come as the studio reads them."""
        return None


def missing_parts(folder: Path, layout: Layout) -> list[str]:
    """Sub-folders that a layout needs and a folder has not."""
    return [part for part in (*layout.weighted, *layout.described) if not (folder / part).is_dir()]
