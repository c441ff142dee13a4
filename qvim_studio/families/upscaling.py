"""What adds to a sound that which lies above its own band."""

from __future__ import annotations

from typing import Protocol

import numpy as np


class Upscaler(Protocol):
    """Adds highs and keeps the rest: same length, same level.

    reach_hz: how far up the content may reach afterwards.
    """

    @property
    def input_rate_hz(self) -> int: ...

    @property
    def output_rate_hz(self) -> int: ...

    @property
    def reach_hz(self) -> float: ...

    def extend(self, samples: np.ndarray) -> np.ndarray:
        """Mono float32 (frames,) at ``input_rate_hz`` → as long a sound at ``output_rate_hz``, at
        the level it came with. Raises CancelledError soon after the user's cancel."""
        ...
