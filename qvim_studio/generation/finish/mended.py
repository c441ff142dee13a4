"""Wraps the bandwidth extension to avoid a seam at its lower border and gaps in time."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from qvim_studio.audio.band_gaps import without_gaps
from qvim_studio.audio.seam import without_seam
from qvim_studio.networks.bandwidth import BORDER_HZ, BandwidthExtender


@dataclass(frozen=True, eq=False)
class MendedExtender:
    """An upscaler (see families.upscaling.Upscaler). fills_gaps: moments in which the band of a
    sound ends lower are filled first, so that they get highs as well."""

    extender: BandwidthExtender
    fills_gaps: bool = True

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
        if self.fills_gaps:
            samples = without_gaps(samples, self.input_rate_hz)
        return without_seam(self.extender.extend(samples), self.output_rate_hz, BORDER_HZ)
