"""What a window asks of the place where checkpoints are kept."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Protocol

from qvim_studio.core.checkpoint_choice import CheckpointChoice

OnBytes = Callable[[int, int], None]
IsCancelled = Callable[[], bool]


class CheckpointKeeper(Protocol):
    """Everything here may take seconds or hours: call it in the background.

    Each raises a StudioError that says what is wrong and what to do.
    """

    def list(self) -> tuple[CheckpointChoice, ...]:
        """Everything known, installed or not."""
        ...

    def is_offline(self) -> bool:
        """Whether the user forbade the network (HF_HUB_OFFLINE)."""
        ...

    def free_bytes(self) -> int:
        """Room on the disk that downloads go to."""
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
        """Fetch and check every file; what came before is not fetched again.

        on_bytes: (bytes here, bytes in all). on_converted: likewise, of what is written where the
        published files are converted. Raises CancelledError once ``is_cancelled()``, and
        PickledWeightsError, before the first byte, where there are no others and they are not
        allowed.
        """
        ...

    def discard(self, id: str) -> None:
        """Delete what an unfinished download brought, and nothing else."""
        ...

    def import_folder(self, folder: Path, *, allow_pickle: bool = False) -> str:
        """Make a folder known; gives back its id.

        Raises PickledWeightsError if it holds such weights and they are not allowed.
        """
        ...

    def verify(self, id: str) -> tuple[str, ...]:
        """Problems of its files, a sentence each; empty for a sound checkpoint."""
        ...

    def remove(self, id: str) -> int:
        """Delete a download, or forget a folder of the user's own, which itself stays.

        Gives back the bytes that became free.
        """
        ...
