"""The interface through which the window lists, downloads, verifies and removes checkpoints."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Protocol

from qvim_studio.core.checkpoint_choice import CheckpointChoice

OnBytes = Callable[[int, int], None]
IsCancelled = Callable[[], bool]


class CheckpointKeeper(Protocol):
    """Lists, downloads, verifies and removes checkpoints.

    Every call may take seconds or hours: call them in the background.

    Each raises a StudioError that says what is wrong and what to do.
    """

    def list(self) -> tuple[CheckpointChoice, ...]:
        """Every known checkpoint, installed or not."""
        ...

    def is_offline(self) -> bool:
        """Whether the user forbade the network (HF_HUB_OFFLINE)."""
        ...

    def free_bytes(self) -> int:
        """Free bytes on the disk that downloads go to."""
        ...

    def download(
        self,
        id: str,
        on_bytes: OnBytes,
        is_cancelled: IsCancelled,
        *,
        allow_pickle: bool = False,
        on_converted: OnBytes = lambda done, total: None,
    ) -> None:
        """Fetch and check every file; files that came before are not fetched again.

        on_bytes: (bytes here, bytes in all). on_converted: likewise, of what is written where the
        published files are converted. Raises CancelledError once ``is_cancelled()``, and
        PickledWeightsError, before the first byte, where there are no others and they are not
        allowed.
        """
        ...

    def discard(self, id: str) -> None:
        """Delete the files of an unfinished download, and nothing else."""
        ...

    def import_folder(self, folder: Path, *, allow_pickle: bool = False) -> str:
        """Make a folder known and return its id.

        Raises PickledWeightsError if it holds such weights and they are not allowed.
        """
        ...

    def verify(self, id: str) -> tuple[str, ...]:
        """The problems of a checkpoint's files, one sentence each."""
        ...

    def remove(self, id: str) -> int:
        """Delete a download, or forget a folder of the user's own; that folder stays on disk.

        Gives back the bytes that became free.
        """
        ...
