"""The interface through which the window lists, downloads, verifies and removes checkpoints."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from qvim_studio.core.checkpoint_entry import CheckpointEntry

OnBytes = Callable[[int, int], None]
IsCancelled = Callable[[], bool]


@dataclass(frozen=True)
class ImportedCheckpoint:
    """What an import added. recognized: a sentence that says what was imported. is_encoder: whether
    it hears voices and makes no sounds."""

    id: str
    recognized: str = ""
    is_encoder: bool = False


class CheckpointStore(Protocol):
    """Lists, downloads, verifies and removes checkpoints.

    Every call may take seconds or hours, so the window makes it in the background.

    Each raises a StudioError that says what is wrong and what to do.
    """

    def list(self) -> tuple[CheckpointEntry, ...]:
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
        """Fetch and check every file, except those that are already here.

        on_bytes: called with (bytes here, bytes in all). on_converted: likewise for the bytes that
        a conversion of the published files writes. Raises CancelledError once ``is_cancelled()`` is
        true, and PickledWeightsError, before the first byte, if all weights are pickles and pickles
        are not allowed.
        """
        ...

    def discard(self, id: str) -> None:
        """Delete the files of an unfinished download, and nothing else."""
        ...

    def import_source(
        self, source: Path, *, allow_pickle: bool = False, used: str = ""
    ) -> ImportedCheckpoint:
        """Add a folder, or convert a file to a checkpoint and add that.

        used: id of the checkpoint that a LoRA changes if its file names none.

        Raises PickledWeightsError if the source holds pickled weights and they are not allowed.
        """
        ...

    def verify(self, id: str) -> tuple[str, ...]:
        """The problems of a checkpoint's files, one sentence each."""
        ...

    def remove(self, id: str) -> int:
        """Delete a download, or forget a folder of the user's own, which stays on the disk.

        Returns the number of bytes that became free.
        """
        ...
