"""Keeps requests from outside to the folders that they may read and write."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from qvim_studio.core.errors import StudioError, UsageError


class ForbiddenPathError(StudioError):
    """A request names a place outside the allowed folders."""


class AllowedFolders:
    """The folders below which files may be named; links are followed before they are compared."""

    def __init__(self, folders: Iterable[Path]) -> None:
        self._folders = tuple(folder.resolve() for folder in folders)

    def check(self, name: str) -> Path:
        """The real path of a file or folder, which need not exist.

        Raises UsageError if the name is not absolute, ForbiddenPathError outside the folders.
        """
        path = Path(name)
        if not path.is_absolute() or "\0" in name:
            raise UsageError(
                f"Got the path {name!r}, expected an absolute one. Give the whole path."
            )
        try:
            real = path.resolve()
        except (OSError, RuntimeError):  # a circle of links
            real = None
        if real is None or not any(real.is_relative_to(folder) for folder in self._folders):
            raise ForbiddenPathError(
                f"{name} lies outside the folders that may be used: "
                f"{', '.join(map(str, self._folders))}. Upload the file, or start the program with "
                "--allow FOLDER."
            )
        return real

    def check_checkpoint(self, name: str, known: Iterable[str]) -> str:
        """A known id as it is, the real path of an allowed folder, or a plain unknown name.

        Raises as ``check`` for other paths.
        """
        is_plain = Path(name).name == name and not Path(name).exists()
        return name if name in known or is_plain else str(self.check(name))
