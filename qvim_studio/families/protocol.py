"""What a family of generators declares, and what a loaded generator makes.

A family declares with plain values, read from configuration files alone; only ``load`` imports
torch. Everything that is common lies outside: the voice is embedded, real sounds to start from are
found and arranged, and what is made is made to follow the voice, extended, levelled, ranked and
written by ``generation``.
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

    sound: begins with what is made and may be shorter than it (a continuation). parts_s: begin and
    end of each part that is made, in seconds, in their order. above_hz: within the parts, what lies
    below this frequency is kept as well; None keeps nothing of it.
    """

    sound: AudioClip
    parts_s: tuple[tuple[float, float], ...]
    above_hz: float | None = None


@dataclass(frozen=True, eq=False)
class Morph:
    """Another sound that every start is mixed with, as latents.

    second: at the generator's own rate, as starts are. at: 0 the start .. 1 this sound; None goes
    from one to the other over time.
    """

    second: AudioClip
    at: float | None


@dataclass(frozen=True, eq=False)
class Asked:
    """One request as a generator sees it.

    duration_s: of what is made; an edit's window. followed and starts are at the generator's own
    rate, followed is mono, starts are mono or have the generator's channels; other sounds have
    rates and channels of their own.

    balance: 0 voice only .. 1 text only, where both are given. followed: gives the time course;
    curves are computed from it. follow: 0 loose .. 1 tight. starts: by seed, the sound that
    denoising starts from, arranged along the voice; a seed without one starts from noise. strength:
    share of the noise schedule that is applied to it, 0..1. options: filled in and checked.
    """

    duration_s: float
    text: str = ""
    negative_text: str = ""
    balance: float = 0.5
    voice: Voice | None = None
    followed: AudioClip | None = None
    follow: float = 0.7
    starts: Mapping[int, AudioClip] = field(default_factory=dict)
    strength: float = 1.0
    kept: Kept | None = None
    morph: Morph | None = None
    options: OptionValues = field(default_factory=OptionValues)


@dataclass(frozen=True, eq=False)
class Made:
    """One finished sound as the model gives it.

    samples: float32 (frames, channels) at the capabilities' rate, ``round(duration_s * rate)``
    frames, neither finished nor levelled. picture: see result.Progress.preview.
    """

    seed: int
    samples: np.ndarray
    picture: np.ndarray | None = None


@dataclass(frozen=True, eq=False)
class Report:
    """How a generator tells how far it is, and asks whether it should stop.

    on_step: gets the steps that are finished of all variations together, their number, and a
    picture now and then. on_decode: is called before sounds are decoded that have been denoised.
    """

    on_step: OnStep
    is_cancelled: IsCancelled
    on_decode: Callable[[], None] = lambda: None

    def step(self, done: int, steps: int, picture: np.ndarray | None = None) -> None:
        """One more step. Raises CancelledError once the user has cancelled."""
        raise_if_cancelled(self.is_cancelled)
        self.on_step(done, steps, picture)


class Generator(ABC):
    """A checkpoint in memory. notes: sentences for the user on what became of a request."""

    def __init__(self) -> None:
        self.notes: list[str] = []

    def settle(self, asked: Asked) -> Asked:
        """What will really be done with what is asked, such as fewer steps by a student."""
        return asked

    @abstractmethod
    def condition(self, asked: Asked) -> Any:
        """What steers every variation of a request, computed once.

        Raises CheckpointError if the checkpoint cannot take what is asked.
        """

    @abstractmethod
    def make(
        self, condition: Any, asked: Asked, seeds: Sequence[int], report: Report
    ) -> Iterator[Made]:
        """One sound for each seed, as soon as it is finished, in their order.

        A seed alone decides the sound, whatever is made beside it (to rounding on a GPU). Raises
        CancelledError within a step of the user's cancel.
        """

    def extra_bytes(self, asked: Asked, batch: int) -> int:
        """What a request takes of memory beside the checkpoint's footprint."""
        return 0

    def imagine(self, words: str) -> np.ndarray | None:
        """What the checkpoint's QVIM encoder hears in sounds that the words mean, (960,); None
        where the checkpoint cannot say."""
        return None

    def read_words(self, words: str) -> None:
        """Read the words ahead of a request where they are worth it."""
        return

    def close(self) -> None:
        """Free all memory."""
        return


class Family(Protocol):
    """One kind of checkpoint. id: as the registry and a folder's own card spell it. Its module
    ``family`` names one object of it FAMILY."""

    id: str

    @property
    def layout(self) -> Layout: ...

    def recognizes(self, folder: Path) -> bool:
        """Whether a folder holds a checkpoint of this family, by its configuration files."""
        ...

    def describe(self, checkpoint: Checkpoint) -> Capabilities:
        """What it takes and gives; of one that is only known, what its family has in common."""
        ...

    def footprint(self, checkpoint: Checkpoint) -> Footprint:
        """What it takes of memory. Raises CheckpointError if its files are damaged."""
        ...

    def load(self, checkpoint: Checkpoint, plan: ComputePlan) -> Generator:
        """Every part in memory. Raises CheckpointError naming what is missing or damaged."""
        ...
