"""Makes files survive a power cut, and lets only one process write a folder at a time."""

from __future__ import annotations

import contextlib
import ctypes
import os
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import IO

from qvim_studio.audio.files.reading import sync_file
from qvim_studio.core.errors import OutputError

if sys.platform == "win32":
    import msvcrt
else:
    import fcntl


def sync_tree(folder: Path) -> None:
    """Wait until every file below ``folder`` has reached the disk. Raises OSError.

    Linux can be asked for all at once (syncfs); file by file costs milliseconds for each.
    """
    if sys.platform == "linux" and _sync_file_system(folder):
        return
    for file in folder.rglob("*"):
        if file.is_file():
            sync_file(file)


def sync_names(folder: Path) -> None:
    """Wait until the names in a folder have reached the disk; Windows does so by itself."""
    if sys.platform != "win32":
        handle = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)


@contextlib.contextmanager
def only_writer(lock_file: Path, what: str) -> Iterator[None]:
    """Hold ``lock_file`` while one writer works; the system releases it when the process ends.

    Raises OutputError if another holds it.
    """
    with lock_file.open("a+b") as file:
        try:
            _lock(file)
            if not os.path.samestat(os.fstat(file.fileno()), lock_file.stat()):
                raise OSError(f"{lock_file} was replaced by another writer")
        except OSError as error:
            raise OutputError(
                f"{what} is being written by another export. Wait until it is done, or choose "
                "another name or folder."
            ) from error
        try:
            yield
        finally:
            if sys.platform != "win32":  # which removes no file that is open
                lock_file.unlink(missing_ok=True)
            _unlock(file)
    if sys.platform == "win32":
        with contextlib.suppress(OSError):
            lock_file.unlink()


def _sync_file_system(folder: Path) -> bool:
    syncfs = getattr(ctypes.CDLL(None, use_errno=True), "syncfs", None)
    if syncfs is None:
        return False
    handle = os.open(folder, os.O_RDONLY)
    try:
        if syncfs(handle) != 0:
            number = ctypes.get_errno()
            raise OSError(number, os.strerror(number), str(folder))
    finally:
        os.close(handle)
    return True


if sys.platform == "win32":

    def _lock(file: IO[bytes]) -> None:
        file.seek(0)
        msvcrt.locking(file.fileno(), msvcrt.LK_NBLCK, 1)

    def _unlock(file: IO[bytes]) -> None:
        file.seek(0)
        msvcrt.locking(file.fileno(), msvcrt.LK_UNLCK, 1)

else:

    def _lock(file: IO[bytes]) -> None:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)

    def _unlock(file: IO[bytes]) -> None:
        fcntl.flock(file, fcntl.LOCK_UN)
