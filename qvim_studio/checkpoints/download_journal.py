"""Remembers the files that an unfinished download put into the hub's cache, which other programs
share."""

from __future__ import annotations

import contextlib
from collections.abc import Iterable
from pathlib import Path

from huggingface_hub import constants
from huggingface_hub.file_download import repo_folder_name

LIST_FILE = "qvim-studio-arrivals.txt"  # in the repository's folder of the cache, a path a line


class DownloadJournal:
    """The journal of one commit of a repository, kept on the disk so that a download can pause.
    snapshot: the folder of the commit."""

    def __init__(self, repo: str, revision: str) -> None:
        self._folder = repository_folder(repo)
        self.snapshot = self._folder / "snapshots" / revision

    def expect(self, path: str, becomes: str = "") -> None:
        """Note a file before it arrives, and the file that it is converted to, if any.

        A file that already exists belongs to another program or is noted already. Raises OSError.
        """
        if (self.snapshot / path).exists():
            return
        self._folder.mkdir(parents=True, exist_ok=True)
        with (self._folder / LIST_FILE).open("a", encoding="utf-8") as file:
            for name in filter(None, (path, becomes)):
                file.write(f"{(self.snapshot / name).relative_to(self._folder).as_posix()}\n")

    def brought(self, path: str) -> bool:
        """Whether this file was noted, so that it may be deleted. Raises OSError."""
        noted = self._folder / LIST_FILE
        name = (self.snapshot / path).relative_to(self._folder).as_posix()
        return noted.is_file() and name in noted.read_text(encoding="utf-8").splitlines()

    def finish(self) -> None:
        """End the journal of a complete download, whose files stay. Raises OSError."""
        (self._folder / LIST_FILE).unlink(missing_ok=True)


def delete_noted(repo: str) -> None:
    """Delete the noted files and broken transfers of a repository; everything else stays.

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
    """Names of the blobs that files of snapshots point to; empty on systems without links."""
    return {file.readlink().name for file in files if file.is_symlink()}
