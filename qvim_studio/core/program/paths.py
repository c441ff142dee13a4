"""Finds the folders of this user's files: settings, logs, takes and results."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class StudioPaths:
    """The places that the studio writes to; found at the start and handed over by constructor.

    output_folder: where results go unless the settings name another folder.
    takes_folder: where recordings are streamed to while they are made.
    library_file: the database of everything that was ever made.
    """

    settings_file: Path
    log_file: Path
    takes_folder: Path
    output_folder: Path
    library_file: Path

    @property
    def pace_file(self) -> Path:
        """The file that remembers how fast this machine is."""
        return self.settings_file.with_name("pace.json")

    @property
    def session_file(self) -> Path:
        """The file with the last contents of the window."""
        return self.settings_file.with_name("session.json")

    @property
    def queued_sounds_folder(self) -> Path:
        """The folder with the sounds of queued requests, for a restart."""
        return self.takes_folder.with_name("queued sounds")

    @property
    def used_sounds_file(self) -> Path:
        """The file that says where the sounds given to requests lie."""
        return self.settings_file.with_name("used sounds.json")

    @property
    def token_file(self) -> Path:
        """The file with the token of the local service."""
        return self.takes_folder.with_name("service-token")

    @classmethod
    def below(cls, folder: Path) -> StudioPaths:
        """Paths below one folder, for portable use and tests."""
        return cls(
            settings_file=folder / "settings.json",
            log_file=folder / "logs" / "studio.log",
            takes_folder=folder / "takes",
            output_folder=folder / "QVIM Studio",
            library_file=folder / "library" / "library.db",
        )
