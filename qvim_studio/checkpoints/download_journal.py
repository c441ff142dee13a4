"""What an unfinished download of ours brought to the hub's cache, which other programs use too."""

from __future__ import annotations

import contextlib
from collections.abc import Iterable
from pathlib import Path

from huggingface_hub import constants
from huggingface_hub.file_download import repo_folder_name

LIST_FILE = "qvim-studio-arrivals.txt"  # in the repository's folder of the cache, a path a line


class DownloadJournal:
    """Of one commit of a repository; kept on the disk, so that a download can pause."""

    def __init__(self, repo: str, revision: str) -> None:
        self._folder = repository_folder(repo)
        self._snapshot = self._folder / "snapshots" / revision

    def expect(self, path: str, becomes: str = "") -> None:
        """Note a file before it comes, and what it is turned into, if anything.

        One that is there already is somebody else's, or noted. Raises OSError.
        """
        if (self._snapshot / path).exists():
            return
        self._folder.mkdir(parents=True, exist_ok=True)
        with (self._folder / LIST_FILE).open("a", encoding="utf-8") as file:
            for name in filter(None, (path, becomes)):
                file.write(f"{(self._snapshot / name).relative_to(self._folder).as_posix()}\n")

    def brought(self, path: str) -> bool:
        """Whether this file, noted before, is ours to delete. Raises OSError."""
        noted = self._folder / LIST_FILE
        name = (self._snapshot / path).relative_to(self._folder).as_posix()
        return noted.is_file() and name in noted.read_text(encoding="utf-8").splitlines()

    def finish(self) -> None:
        """All is there, and stays. Raises OSError."""
        (self._folder / LIST_FILE).unlink(missing_ok=True)


def delete_noted(repo: str) -> None:
    """Delete what is noted and transfers that broke off; all else of the repository stays.

    Raises OSError.
    """
    folder = repository_folder(repo)
    noted = folder / LIST_FILE
    if not noted.is_file():
        return
    files = [folder / line for line in noted.read_text(encoding="utf-8").splitlines()]
    blobs = _blobs_of(files)
    for file in files:
        file.unlink(missing_ok=True)
    unused = blobs - _blobs_of((folder / "snapshots").rglob("*"))
    for blob in (*unused, *folder.glob("blobs/*.incomplete")):
        (folder / "blobs" / blob).unlink(missing_ok=True)
    noted.unlink()
    for place in (*sorted(folder.rglob("*"), reverse=True), folder):
        if place.is_dir():
            with contextlib.suppress(OSError):  # not empty: others keep something in it
                place.rmdir()


def repository_folder(repo: str) -> Path:
    """Where the hub's cache keeps a repository."""
    return Path(constants.HF_HUB_CACHE) / repo_folder_name(repo_id=repo, repo_type="model")


def _blobs_of(files: Iterable[Path]) -> set[str]:
    """Names of the blobs that files of snapshots point to; none where the system has no links."""
    return {file.readlink().name for file in files if file.is_symlink()}
