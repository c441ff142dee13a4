"""The interface of families of generators, and of loaded generators.

A family declares with plain values, read from configuration files alone; only ``load`` imports
torch. Everything common lies outside: ``generation`` embeds the voice, finds and arranges real
sounds to start from, and makes the finished sounds follow the voice, extends, levels, ranks and
writes them.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

import numpy as np

from qvim_studio.core.capabilities import Capabilities
from qvim_studio.core.clip import AudioClip
from qvim_studio.core.engine import IsCancelled, raise_if_cancelled
from qvim_studio.core.options import OptionValues
from qvim_studio.memory.footprint import Footprint

if TYPE_CHECKING:
    from qvim_studio.checkpoints.checkpoint import Checkpoint, Layout
    from qvim_studio.memory.compute_plan import ComputePlan

OnStep = Callable[[int, int, "np.ndarray | None"], None]


@dataclass(frozen=True, eq=False)
class Voice:
    """The imitation: trimmed, at its own rate. embedding: of the QVIM encoder, (960,) unit norm."""

    clip: AudioClip
    embedding: np.ndarray


@dataclass(frozen=True, eq=False)
class Kept:
    """A sound that keeps everything but some parts.

    sound: begins together with the made sound and may be shorter (a continuation). parts_s: begin
    and end of each part that is made, in seconds, in their order. above_hz: within the parts, what
    lies below this frequency is kept as well; None keeps nothing of it.
    """

    sound: AudioClip
    parts_s: tuple[tuple[float, float], ...]
    above_hz: float | None = None


@dataclass(frozen=True, eq=False)
class Morph:
    """Another sound that every start is mixed with, as latents.

    second: at the generator's own rate, as starts are. at: 0 the start .. 1 this sound; None goes
    from one to the other over time. span: begin and end of what is made within that time, 0..1; a
    window of a long sound is a part of it.
    """

    second: AudioClip
    at: float | None
    span: tuple[float, float] = (0.0, 1.0)


@dataclass(frozen=True, eq=False)
class Asked:
    """One request as a generator sees it.

    duration_s: of the made sound; for an edit, of its window. followed and starts are at the
    generator's own rate, followed is mono, starts are mono or have the generator's channels; other
    sounds have rates and channels of their own.

    balance: 0 voice only .. 1 text only, if both are given. followed: the sound that gives the time
    course, from which curves are computed. follow: 0 loose .. 1 tight. starts: by seed, the sound
    that denoising starts from, arranged along the voice; a seed without one starts from noise.
    found: by seed, the real sound that was found for it and is likely of the kind. strength:
    share of the noise schedule that is applied to it, 0..1. options: filled in and checked.
    goes_on: for a window that continues another one, the other's ``Made.goes_on``; ``kept`` then
    keeps the end of the other window.
    """

    duration_s: float
    text: str = ""
    negative_text: str = ""
    balance: float = 0.5
    voice: Voice | None = None
    followed: AudioClip | None = None
    follow: float = 0.7
    starts: Mapping[int, AudioClip] = field(default_factory=dict)
    found: Mapping[int, AudioClip] = field(default_factory=dict)
    strength: float = 1.0
    kept: Kept | None = None
    morph: Morph | None = None
    options: OptionValues = field(default_factory=OptionValues)
    goes_on: Any = None


@dataclass(frozen=True, eq=False)
class Made:
    """One finished sound as the model gives it.

    samples: float32 (frames, channels) at the capabilities' rate, ``round(duration_s * rate)``
    frames, neither finished nor levelled. picture: see result.Progress.preview. goes_on: the
    generator's own form of the sound, for a window that continues it; None if the samples are
    enough.
    """

    seed: int
    samples: np.ndarray
    picture: np.ndarray | None = None
    goes_on: Any = None


@dataclass(frozen=True, eq=False)
class Report:
    """The callbacks by which a generator reports progress and learns of a cancel.

    on_step: called with the finished steps of all variations, the number of all steps, and
    sometimes a picture. on_decode: called before denoised sounds are decoded. on_samples: for a
    single sound, called with its samples (frames, channels) in order as they are made, by families
    that make sounds from beginning to end; None if nobody wants them."""

    on_step: OnStep
    is_cancelled: IsCancelled
    on_decode: Callable[[], None] = lambda: None
    on_samples: Callable[[np.ndarray], None] | None = None

    def step(self, done: int, steps: int, picture: np.ndarray | None = None) -> None:
        """One more step. Raises CancelledError once the user has cancelled."""
        raise_if_cancelled(self.is_cancelled)
        self.on_step(done, steps, picture)


class Generator(ABC):
    """A checkpoint in memory. notes: sentences for the user about the last request."""

    def __init__(self) -> None:
        self.notes: list[str] = []

    def settle(self, asked: Asked) -> Asked:
        """The request as it will be executed, for example with fewer steps by a student."""
        return asked

    @abstractmethod
    def condition(self, asked: Asked) -> Any:
        """The condition of all variations of a request, computed once.

        Raises CheckpointError if the checkpoint cannot take what is asked.
        """

    @abstractmethod
    def make(
        self, condition: Any, asked: Asked, seeds: Sequence[int], report: Report
    ) -> Iterator[Made]:
        """One sound for each seed, as soon as it is finished, in their order.

        The seed alone decides a sound, whatever other sounds are made beside it (up to rounding on
        a GPU). Raises CancelledError within a step after a cancel.
        """

    def extra_bytes(self, asked: Asked, batch: int) -> int:
        """Bytes that a request takes beside the checkpoint's footprint."""
        return 0

    def imagine(self, words: str) -> np.ndarray | None:
        """The embedding (960,) that the checkpoint's QVIM encoder would give sounds of these words;
        None if the checkpoint cannot tell."""
        return None

    def read_words(self, words: str) -> None:
        """Encode the words ahead of a request, if that is worthwhile."""
        return

    def close(self) -> None:
        """Free all memory."""
        return


class Family(Protocol):
    """One kind of checkpoint. id: as in the registry and in a folder's own card. Its module
    ``family`` has one object of it, FAMILY."""

    id: str

    @property
    def layout(self) -> Layout: ...

    def recognizes(self, folder: Path) -> bool:
        """Whether a folder holds a checkpoint of this family, by its configuration files."""
        ...

    def describe(self, checkpoint: Checkpoint) -> Capabilities:
        """The capabilities of a checkpoint; if it is not installed, those common to its family."""
        ...

    def footprint(self, checkpoint: Checkpoint) -> Footprint:
        """The memory that a checkpoint needs. Raises CheckpointError if its files are damaged."""
        ...

    def load(self, checkpoint: Checkpoint, plan: ComputePlan) -> Generator:
        """Load all parts. Raises CheckpointError naming what is missing or damaged."""
        ...
