"""The bandwidth extension without a seam where it begins."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from qvim_studio.audio.seam import without_seam
from qvim_studio.networks.bandwidth import BORDER_HZ, BandwidthExtender


@dataclass(frozen=True, eq=False)
class MendedExtender:
    """See families.upscaling.Upscaler."""

    extender: BandwidthExtender

    @property
    def input_rate_hz(self) -> int:
        return self.extender.input_rate_hz

    @property
    def output_rate_hz(self) -> int:
        return self.extender.output_rate_hz

    @property
    def reach_hz(self) -> float:
        return self.extender.reach_hz

    def extend(self, samples: np.ndarray) -> np.ndarray:
        return without_seam(self.extender.extend(samples), self.output_rate_hz, BORDER_HZ)
