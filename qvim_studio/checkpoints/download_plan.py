"""Asks a Hugging Face hub what a download will fetch: the exact commit and its files."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import PurePosixPath

from huggingface_hub import HfApi
from huggingface_hub.hf_api import RepoSibling

from qvim_studio.checkpoints.checkpoint import Checkpoint, KnownPart, Layout, Published
from qvim_studio.checkpoints.hub_errors import hub_faults_as_errors, login_page_sentence
from qvim_studio.checkpoints.published import check_published
from qvim_studio.core.errors import CheckpointError, PickledWeightsError
from qvim_studio.networks.files.pickled_names import (
    PICKLE_INDEX,
    is_pickled,
    parts_by_index,
    whole_names,
)

TEXTS = (".json", ".txt")
WEIGHTS = ".safetensors"
Known = Checkpoint | KnownPart


@dataclass(frozen=True)
class RemoteFile:
    """One file of a repository; sha256 is known only for large files."""

    path: str
    size: int
    sha256: str | None = None


@dataclass(frozen=True)
class DownloadPlan:
    """What a download will fetch: the exact commit and its files."""

    known: Known
    revision: str
    files: tuple[RemoteFile, ...]

    @property
    def repo(self) -> str:
        return self.known.repo

    @property
    def published(self) -> Published | None:
        """The form that the files have, None for the layout of the checkpoint itself."""
        return self.known.published

    @property
    def total_bytes(self) -> int:
        return sum(file.size for file in self.files)

    @property
    def card(self) -> dict[str, str]:
        """The card that is written into the folder (see families.catalog)."""
        return {
            "id": self.known.id,
            "title": self.known.title,
            "licence": self.known.licence,
            "commercial": self.known.commercial,
            "clap_id": self.repo,
            "revision": self.revision,
        }


def plan_download(
    known: Known, endpoint: str | None = None, *, allow_pickle: bool = False
) -> DownloadPlan:
    """Ask the hub for the files of a checkpoint; no weights are transferred.

    Raises CheckpointError for a checkpoint without a repository, an unreachable hub, a refused
    access or a repository of another kind; PickledWeightsError if some weights are published only
    as pickles and pickles are not allowed.
    """
    if not known.repo:
        raise CheckpointError(
            f"The checkpoint {known.id!r} comes with the program or from a folder, so there "
            "is nothing to download. Choose one that 'checkpoints list' names with a repository."
        )
    with hub_faults_as_errors(known.repo):
        try:
            info = HfApi(endpoint=endpoint).model_info(
                known.repo, revision=known.pinned_revision or None, files_metadata=True
            )
        except (ValueError, KeyError, TypeError, AttributeError) as error:
            if isinstance(error, OSError):  # some clients' errors of transport are ValueErrors too
                raise
            raise CheckpointError(login_page_sentence(known.repo, "its list of files")) from error
    layout = known.layout
    there = {s.rfilename: s for s in info.siblings or ()}
    if known.published is not None:
        check_published(known.published, there, known.repo, allow_pickle=allow_pickle)
        files = tuple(_remote(there[path]) for path in known.published.files)
        return DownloadPlan(known, str(info.sha), files)
    wanted = {path for path in there if _is_wanted(path, layout)}
    pickled = {path for path in there if _is_pickle_alone(path, layout, wanted)}
    with_weights = {_parent(path) for path in wanted | pickled if not path.endswith(TEXTS)}
    missing = sorted({*layout.weighted} - with_weights)
    if missing or layout.index not in wanted:
        raise CheckpointError(
            f"{known.repo} has no {' and no '.join(missing or [layout.index])} at revision "
            f"{info.sha}, expected a model in the layout of diffusers. Choose another one."
        )
    if pickled and not allow_pickle:
        raise PickledWeightsError(
            f"{known.repo} has weights as pickles alone ({', '.join(sorted(pickled))}), which "
            "can carry programs. Add --allow-pickle to download and convert them; they are read "
            "without running any code.",
            tuple(sorted(pickled)),
        )
    parts_by_index(map(PurePosixPath, sorted(pickled)))  # refuses split weights with a gap
    files = tuple(_remote(each) for path, each in there.items() if path in wanted | pickled)
    return DownloadPlan(known, str(info.sha), files)


def _remote(sibling: RepoSibling) -> RemoteFile:
    lfs = sibling.lfs
    return RemoteFile(sibling.rfilename, sibling.size or 0, None if lfs is None else lfs.sha256)


def _parent(path: str) -> str:
    return PurePosixPath(path).parent.as_posix()


def _is_wanted(path: str, layout: Layout) -> bool:
    if path == layout.index:
        return True
    # Variants ("model.fp16.safetensors") would be second copies.
    is_variant = path.endswith(WEIGHTS) and PurePosixPath(path).name.count(".") > 1
    is_needless = is_variant or path.endswith(PICKLE_INDEX)
    folders = (*layout.weighted, *layout.described, *layout.optional)
    return _parent(path) in folders and path.endswith((*TEXTS, WEIGHTS)) and not is_needless


def _is_pickle_alone(path: str, layout: Layout, wanted: set[str]) -> bool:
    pure = PurePosixPath(path)
    if _parent(path) not in (*layout.weighted, *layout.optional) or not is_pickled(pure):
        return False
    return not any(str(pure.with_name(name)) in wanted for name in whole_names(pure.name))
