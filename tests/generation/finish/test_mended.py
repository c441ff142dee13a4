"""The extension of a sound whose band ends lower for a while: the starter's own network."""

from __future__ import annotations

import numpy as np
import pytest

from qvim_studio.core.program.resources import resource_path
from qvim_studio.generation.finish.mended import MendedExtender
from qvim_studio.networks.bandwidth import BandwidthExtender, load_extender

RATE = 16_000


@pytest.fixture(scope="module")
def extender() -> BandwidthExtender:
    return load_extender(resource_path("starter"))


def rain() -> np.ndarray:
    """Three seconds of noise with a roll-off, of which the middle second ends at 7.0 kHz."""
    frames = 3 * RATE
    spectrum = np.fft.rfft(np.random.default_rng(0).standard_normal(frames))
    frequency_hz = np.fft.rfftfreq(frames, 1 / RATE)
    spectrum *= np.sqrt(500.0 / np.maximum(frequency_hz, 500.0))
    whole, narrow = (
        np.fft.irfft(spectrum * (frequency_hz < end_hz), frames) for end_hz in (7_450.0, 7_000.0)
    )
    whole[RATE : 2 * RATE] = narrow[RATE : 2 * RATE]
    return (0.1 * whole).astype(np.float32)


def missing_db(extender: MendedExtender) -> float:
    """How much quieter 8 to 14 kHz are in the middle than around it."""
    made = extender.extend(rain())
    rate = extender.output_rate_hz
    levels = []
    for begin_s in (0.1, 1.1, 2.1):
        part = made[round(begin_s * rate) : round((begin_s + 0.8) * rate)]
        power = np.square(np.abs(np.fft.rfft(part * np.hanning(len(part)))))
        frequency_hz = np.fft.rfftfreq(len(part), 1 / rate)
        inside = (frequency_hz > 8_000) & (frequency_hz < 14_000)
        levels.append(10 * float(np.log10(power[inside].mean())))
    return 0.5 * (levels[0] + levels[2]) - levels[1]


def test_a_moment_with_a_narrower_band_gets_highs_as_well(extender: BandwidthExtender) -> None:
    assert missing_db(MendedExtender(extender, fills_gaps=False)) > 8.0
    assert abs(missing_db(MendedExtender(extender))) < 2.5
