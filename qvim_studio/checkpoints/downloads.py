"""Brings a known checkpoint or part from a Hugging Face hub to this machine, and takes it away.

The hub's own client does the transfer: it resumes, honors ``HF_ENDPOINT``, proxies and tokens,
and gives up on a server that has stopped sending. Only the reading of pickled weights, which needs
the user's consent, imports torch.
"""

from __future__ import annotations

import shutil
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path, PurePath, PurePosixPath
from typing import Any

from huggingface_hub import HfApi, constants, hf_hub_download, scan_cache_dir
from huggingface_hub.errors import CacheNotFound
from huggingface_hub.hf_api import RepoSibling
from tqdm import tqdm

from qvim_studio.checkpoints.card import CARD_FILE, file_sha256, read_card, write_card
from qvim_studio.checkpoints.checkpoint import Checkpoint, KnownPart, Layout, Published
from qvim_studio.checkpoints.download_journal import (
    DownloadJournal,
    delete_noted,
    repository_folder,
)
from qvim_studio.checkpoints.hub_errors import login_page_sentence, told_errors
from qvim_studio.checkpoints.pickled import PICKLED_NAMES
from qvim_studio.checkpoints.published import (
    Convert,
    check_published,
    converted_folder,
    remove_converted,
    write_published,
)
from qvim_studio.core.errors import (
    CancelledError,
    CheckpointError,
    OutputError,
    PickledWeightsError,
)

TEXTS = (".json", ".txt")
WEIGHTS = ".safetensors"
SPARE_BYTES = 200 * 2**20  # left free on the disk

Known = Checkpoint | KnownPart
OnBytes = Callable[[int, int], None]
IsCancelled = Callable[[], bool]


@dataclass(frozen=True)
class RemoteFile:
    """One file of a repository; sha256 is known for the large ones alone."""

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
        """What travels with the folder (see families.catalog)."""
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
    """Ask the hub what there is; nothing is transferred.

    Raises CheckpointError for what is no hub's, an unreachable hub, a refused access
    or a repository of another kind; PickledWeightsError where some weights are there as pickles
    alone and those are not allowed.
    """
    if not known.repo:
        raise CheckpointError(
            f"The checkpoint {known.id!r} comes with the program or from a folder, so there "
            "is nothing to download. Choose one that 'checkpoints list' names with a repository."
        )
    with told_errors(known.repo):
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
    files = tuple(_remote(each) for path, each in there.items() if path in wanted | pickled)
    return DownloadPlan(known, str(info.sha), files)


def _remote(sibling: RepoSibling) -> RemoteFile:
    lfs = sibling.lfs
    return RemoteFile(sibling.rfilename, sibling.size or 0, None if lfs is None else lfs.sha256)


def download(
    plan: DownloadPlan,
    on_bytes: OnBytes,
    is_cancelled: IsCancelled,
    endpoint: str | None = None,
    convert: Convert | None = None,
    on_converted: OnBytes = lambda done, total: None,
) -> Path:
    """Fetch what is missing, check it and give back the checkpoint's folder.

    on_bytes: (bytes here, bytes in all). What was fetched stays after a cancel or a broken
    connection and is not fetched again. convert: what reads a published form, for checkpoints in
    one; on_converted: (bytes written, bytes in all) while it does. Raises CancelledError,
    CheckpointError or OutputError.
    """
    there = _converted_already(plan)
    if there is not None:
        on_bytes(plan.total_bytes, plan.total_bytes)
        return there
    _check_space(plan)
    journal = DownloadJournal(plan.repo, plan.revision)
    done = 0

    def fetch(file: RemoteFile) -> Path:
        nonlocal done

        def on_chunk(here: int) -> None:
            if is_cancelled():
                raise CancelledError("The download was cancelled. It resumes from here next time.")
            on_bytes(done + here, plan.total_bytes)

        on_chunk(0)
        with told_errors(plan.repo):
            journal.expect(file.path, becomes=_converted(file.path))
            local = Path(
                hf_hub_download(
                    plan.repo,
                    file.path,
                    revision=plan.revision,
                    endpoint=endpoint,
                    tqdm_class=_counting(on_chunk),
                )
            )
        _check_file(local, file, plan.repo)
        done += file.size
        on_bytes(done, plan.total_bytes)
        return local

    if plan.published is not None:
        came = {file.path: fetch(file) for file in plan.files}
        folder = _convert_published(plan, came, convert, on_converted, is_cancelled)
        with told_errors(plan.repo):
            for path, local in came.items():
                if journal.brought(path):
                    _delete(local)
            journal.finish()
        return folder
    index = next(file for file in plan.files if file.path == plan.known.layout.index)
    came = {file.path: fetch(file) for file in plan.files if file is not index}
    path, local = next(iter(came.items()))
    folder = local.parents[path.count("/")]
    _convert([local for local in came.values() if _is_pickled(local)])
    with told_errors(plan.repo):
        journal.expect(CARD_FILE)
    write_card(folder, plan.card)
    # The index comes last: a folder without it does not count as installed.
    fetch(index)
    with told_errors(plan.repo):
        journal.finish()
    return folder


def _converted_already(plan: DownloadPlan) -> Path | None:
    """The folder of a published form that was converted before; its pickles are gone by then."""
    if plan.published is None or isinstance(plan.known, KnownPart):
        return None
    folder = converted_folder(plan.known)
    return folder if folder and read_card(folder).revision == plan.revision else None


def _convert_published(
    plan: DownloadPlan,
    came: Mapping[str, Path],
    convert: Convert | None,
    on_converted: OnBytes,
    is_cancelled: IsCancelled,
) -> Path:
    """The converted folder of the files that came, by their paths in the repository."""
    if convert is None or plan.published is None or isinstance(plan.known, KnownPart):
        raise ValueError("expected what converts a published form, got nothing")
    path, local = next(iter(came.items()))
    source = local.parents[path.count("/")] / plan.published.source
    return write_published(plan.known, source, convert, plan.card, on_converted, is_cancelled)


def remove(known: Known) -> int:
    """Delete a downloaded checkpoint or part; gives back the bytes that became free.

    Raises CheckpointError if there is nothing of it in the hub's cache.
    """
    if isinstance(known, Checkpoint) and known.published is not None:
        return remove_converted(known)
    try:
        repositories = scan_cache_dir(constants.HF_HUB_CACHE).repos if known.repo else frozenset()
    except CacheNotFound:
        repositories = frozenset()
    for repository in repositories:
        if repository.repo_id == known.repo:
            shutil.rmtree(repository.repo_path)
            return repository.size_on_disk
    raise CheckpointError(
        f"{known.id!r} was not downloaded, so there is nothing to remove. "
        "Only downloaded checkpoints are removed; folders of your own are never touched."
    )


def discard(known: Known) -> None:
    """Delete what an unfinished download brought; what is finished or of other programs stays.

    Raises OutputError if something cannot be deleted.
    """
    if not known.repo:
        return
    try:
        delete_noted(known.repo)
    except OSError as error:
        raise OutputError(
            f"What came of {known.repo} cannot be deleted ({error.strerror}). Close the programs "
            f"that use it, then delete {repository_folder(known.repo)} yourself."
        ) from error


def existing_cache() -> Path:
    """The folder of the hub's cache, or the nearest one above it that exists already."""
    cache = Path(constants.HF_HUB_CACHE)
    return next(folder for folder in (cache, *cache.parents) if folder.is_dir())


def folder_bytes(folder: Path) -> int:
    """What the files of a checkpoint take on the disk."""
    return sum(path.stat().st_size for path in folder.rglob("*") if path.is_file())


def _parent(path: str) -> str:
    return PurePosixPath(path).parent.as_posix()


def _is_wanted(path: str, layout: Layout) -> bool:
    if path == layout.index:
        return True
    # Variants ("model.fp16.safetensors") would be second copies.
    is_variant = path.endswith(WEIGHTS) and PurePosixPath(path).name.count(".") > 1
    folders = (*layout.weighted, *layout.described, *layout.optional)
    return _parent(path) in folders and path.endswith((*TEXTS, WEIGHTS)) and not is_variant


def _is_pickle_alone(path: str, layout: Layout, wanted: set[str]) -> bool:
    is_inside = _parent(path) in (*layout.weighted, *layout.optional)
    return is_inside and _is_pickled(PurePosixPath(path)) and _converted(path) not in wanted


def _is_pickled(path: PurePath) -> bool:
    return path.name in PICKLED_NAMES


def _converted(path: str) -> str:
    """The file that takes the place of a pickled one; empty for every other."""
    pure = PurePosixPath(path)
    return str(pure.with_name(PICKLED_NAMES[pure.name])) if _is_pickled(pure) else ""


def _convert(pickled: Sequence[Path]) -> None:
    """Safetensors in the place of pickled weights."""
    if not pickled:
        return
    from qvim_studio.checkpoints.pickled import convert_pickled_weights

    for path in pickled:
        convert_pickled_weights([path])
        _delete(path)


def _check_space(plan: DownloadPlan) -> None:
    there = existing_cache()
    free = shutil.disk_usage(there).free
    # Pickled weights lie there twice while they are converted, one file at a time.
    pickled = (file.size for file in plan.files if _is_pickled(PurePosixPath(file.path)))
    twice = max(pickled, default=0)
    if plan.published is not None:
        twice = plan.published.converted_bytes
    needed = plan.total_bytes + twice + SPARE_BYTES
    if free < needed:
        raise OutputError(
            f"{plan.repo} needs {_megabytes(needed)} on the disk of "
            f"{there}, where {_megabytes(free)} are free. Make room, or set HF_HOME to a folder "
            "on another disk."
        )


def _check_file(local: Path, file: RemoteFile, repo: str) -> None:
    is_whole = local.stat().st_size == file.size
    if is_whole and (file.sha256 is None or file_sha256(local) == file.sha256):
        return
    is_page = _is_web_page(local)
    _delete(local)
    if is_page:
        raise CheckpointError(login_page_sentence(repo, file.path))
    raise CheckpointError(
        f"{file.path} of {repo} arrived damaged: its content is not what the hub announced "
        "(size or SHA-256). It was deleted; start the download again."
    )


def _is_web_page(local: Path) -> bool:
    with local.open("rb") as file:
        begin = file.read(1000).lstrip().lower()
    return begin.startswith((b"<!doctype html", b"<html"))


def _delete(local: Path) -> None:
    """A file of the hub's cache: the link in the snapshot and what it points to."""
    local.resolve().unlink()
    local.unlink(missing_ok=True)


def _counting(on_chunk: Callable[[int], None]) -> type[tqdm]:
    """A progress bar that shows nothing and reports the bytes of one file."""

    class Counter(tqdm):
        def __init__(self, *arguments: Any, **options: Any) -> None:
            options.pop("name", None)
            self._here = options.get("initial", 0) or 0
            super().__init__(*arguments, **{**options, "disable": True})

        def update(self, n: float | None = 1) -> None:
            self._here += int(n or 0)
            on_chunk(self._here)

    return Counter


def _megabytes(size: int) -> str:
    return f"{size / 2**20:,.0f} MiB"
