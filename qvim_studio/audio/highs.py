"""Describes the missing highs of a sound as an edit."""

from __future__ import annotations

from qvim_studio.audio.bandwidth import bandwidth_hz
from qvim_studio.audio.resample import resample
from qvim_studio.core.clip import AudioClip
from qvim_studio.core.edit import Edit
from qvim_studio.core.errors import UsageError
from qvim_studio.core.provenance import Provenance

ROOMY_RATE_HZ = 48_000  # rate of the result if the sound's own rate has no room for highs


def edit_of_highs(
    sound: AudioClip, above_hz: float | None = None, provenance: Provenance | None = None
) -> Edit:
    """An edit that regenerates everything above a frequency, by default above the sound's own band.

    Raises UsageError for an impossible frequency, and if no highs are missing.
    """
    if above_hz is None:
        above_hz = bandwidth_hz(sound)
        if above_hz >= ROOMY_RATE_HZ / 2:
            raise UsageError(
                f"The sound reaches up to {above_hz:.0f} Hz: no highs are missing. Say from which "
                "frequency they should be regenerated, or choose another sound."
            )
    if sound.sample_rate < ROOMY_RATE_HZ:
        sound = resample(sound, ROOMY_RATE_HZ)
    return Edit(sound, 0.0, sound.duration_s, provenance, above_hz=above_hz)
