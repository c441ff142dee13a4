"""The one interface between a window, a command or a worker and a family of generators."""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol

from qvim_studio.core.request import GenerationRequest
from qvim_studio.core.result import GenerationResult, Progress

OnProgress = Callable[[Progress], None]
IsCancelled = Callable[[], bool]


class Engine(Protocol):
    """Generates sounds; owned by one thread or process at a time."""

    def generate(
        self, request: GenerationRequest, on_progress: OnProgress, is_cancelled: IsCancelled
    ) -> GenerationResult:
        """Run one request to its end.

        Raises CancelledError soon after ``is_cancelled()`` turns true, another StudioError
        where the world is at fault.
        """
        ...

    def close(self) -> None:
        """Free all memory; the engine may not be used afterwards."""
        ...
