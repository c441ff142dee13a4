"""Downloads known checkpoints and parts from a Hugging Face hub, and removes them.

The hub's own client does the transfer: it resumes, honors ``HF_ENDPOINT``, proxies and tokens,
and gives up on a server that has stopped sending. Only the reading of pickled weights, which needs
the user's consent, imports torch.
"""

from __future__ import annotations

import shutil
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path, PurePosixPath
from typing import Any

from huggingface_hub import constants, hf_hub_download, scan_cache_dir
from huggingface_hub.errors import CacheNotFound
from tqdm import tqdm

from qvim_studio.checkpoints.card import CARD_FILE, file_sha256, read_card, write_card
from qvim_studio.checkpoints.checkpoint import Checkpoint, KnownPart
from qvim_studio.checkpoints.download_journal import (
    DownloadJournal,
    delete_noted,
    repository_folder,
)
from qvim_studio.checkpoints.download_plan import DownloadPlan, Known, RemoteFile
from qvim_studio.checkpoints.hub_errors import hub_faults_as_errors, login_page_sentence
from qvim_studio.checkpoints.published import (
    Convert,
    converted_folder,
    remove_converted,
    write_published,
)
from qvim_studio.core.errors import (
    CancelledError,
    CheckpointError,
    OutputError,
)
from qvim_studio.networks.files.pickled_names import is_pickled, parts_by_index, safetensors_name

SPARE_BYTES = 200 * 2**20  # left free on the disk

OnBytes = Callable[[int, int], None]
IsCancelled = Callable[[], bool]


def download(
    plan: DownloadPlan,
    on_bytes: OnBytes,
    is_cancelled: IsCancelled,
    endpoint: str | None = None,
    convert: Convert | None = None,
    on_converted: OnBytes = lambda done, total: None,
) -> Path:
    """Fetch missing files, check them and return the checkpoint's folder.

    on_bytes: called with (bytes here, bytes in all). Fetched files stay after a cancel or a broken
    connection and are not fetched again. convert: converts a published form; on_converted: called
    with (bytes written, bytes in all) meanwhile. Raises CancelledError, CheckpointError or
    OutputError.
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
        with hub_faults_as_errors(plan.repo):
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
        with hub_faults_as_errors(plan.repo):
            for path, local in came.items():
                if journal.brought(path):
                    _delete(local)
            journal.finish()
        return folder
    index = next(file for file in plan.files if file.path == plan.known.layout.index)
    folder = journal.snapshot
    pickled = [PurePosixPath(f.path) for f in plan.files if is_pickled(PurePosixPath(f.path))]
    for file in plan.files:
        made = _converted(file.path)
        if made and (folder / made).is_file():  # converted before a cancel
            done += file.size
        elif file is not index:
            fetch(file)
    with hub_faults_as_errors(plan.repo):
        for made in (*map(str, parts_by_index(pickled)), CARD_FILE):
            journal.expect(made)
    _convert([folder / path for path in pickled], is_cancelled)
    write_card(folder, plan.card)
    # The index comes last: a folder without it does not count as installed.
    fetch(index)
    with hub_faults_as_errors(plan.repo):
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
    """Delete a downloaded checkpoint or part; returns the bytes that became free.

    Raises CheckpointError if the hub's cache holds none of its files.
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
    """Delete the files of an unfinished download; finished files and those of other programs stay.

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
    """The folder of the hub's cache, or its nearest existing parent."""
    cache = Path(constants.HF_HUB_CACHE)
    return next(folder for folder in (cache, *cache.parents) if folder.is_dir())


def folder_bytes(folder: Path) -> int:
    """The bytes that the files of a checkpoint take on the disk."""
    return sum(path.stat().st_size for path in folder.rglob("*") if path.is_file())


def _converted(path: str) -> str:
    """The file that takes the place of a pickled one; empty for every other."""
    pure = PurePosixPath(path)
    return str(pure.with_name(safetensors_name(pure.name))) if is_pickled(pure) else ""


def _convert(pickled: Sequence[Path], is_cancelled: IsCancelled) -> None:
    """Replace pickled weights by safetensors."""
    if not pickled:
        return
    from qvim_studio.checkpoints.pickled import convert_pickled_weights

    convert_pickled_weights(pickled, _delete, is_cancelled)


def _check_space(plan: DownloadPlan) -> None:
    there = existing_cache()
    free = shutil.disk_usage(there).free
    # Pickled weights lie there twice while they are converted, one file at a time.
    pickled = (file.size for file in plan.files if is_pickled(PurePosixPath(file.path)))
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
