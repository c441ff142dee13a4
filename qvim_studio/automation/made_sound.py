"""The sounds that the studio makes for scripts, and their checked inputs."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from qvim_studio.core.request import GenerationRequest

if TYPE_CHECKING:
    import numpy as np

    from qvim_studio.core.clip import AudioClip


@dataclass(frozen=True, eq=False)
class MadeSound:
    """A sound that was made, or a real one that was fitted to the take.

    clip: its samples and rate. path: of its WAV; None where it was not written.
    recipe: everything needed to make it again, as it lies in its file.
    facts: its seed, kind, movement and licence, as ``generate --json`` prints them.
    notes: sentences for people about the take and the request.
    """

    clip: AudioClip
    path: Path | None
    recipe: dict[str, Any] = field(repr=False)
    facts: dict[str, Any] = field(repr=False)
    notes: tuple[str, ...] = ()

    @property
    def samples(self) -> np.ndarray:
        """float32 (frames, channels), nominal range -1..1."""
        return self.clip.samples

    @property
    def sample_rate(self) -> int:
        """In Hz."""
        return self.clip.sample_rate


@dataclass(frozen=True, eq=False)
class ReadyRequest:
    """A checked request. notes: of its files. stem: what files are named after. folder: gets them;
    None writes nothing."""

    request: GenerationRequest
    notes: tuple[str, ...]
    stem: str
    folder: Path | None
