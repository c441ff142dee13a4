"""The interface through which a window, a command or a worker generates sounds."""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol

from qvim_studio.core.errors import CancelledError
from qvim_studio.core.request import GenerationRequest, VramMode
from qvim_studio.core.result import GenerationResult, Progress

OnProgress = Callable[[Progress], None]
IsCancelled = Callable[[], bool]


def raise_if_cancelled(is_cancelled: IsCancelled) -> None:
    if is_cancelled():
        raise CancelledError("The generation was cancelled. Nothing was written.")


class Engine(Protocol):
    """Generates sounds; owned by one thread or process at a time."""

    def prepare(self, checkpoint: str, vram_mode: VramMode, text: str = "") -> None:
        """Load what a request with these values needs, before anybody waits for a sound.

        text: the words that will be asked for, if known; they are encoded in advance. Raises a
        StudioError if the checkpoint cannot be loaded.
        """
        ...

    def generate(
        self, request: GenerationRequest, on_progress: OnProgress, is_cancelled: IsCancelled
    ) -> GenerationResult:
        """Run one request and return its result.

        Raises CancelledError soon after ``is_cancelled()`` turns true, and another StudioError if
        the checkpoint, the memory or a file is at fault.
        """
        ...

    def close(self) -> None:
        """Free all memory; the engine cannot be used afterwards."""
        ...
