"""Says in sentences what is odd about a recording and what was done about it."""

from __future__ import annotations

import numpy as np

from qvim_studio.audio.bandwidth import bandwidth_hz, is_cut
from qvim_studio.core.clip import AudioClip, has_offset

SHORTER_S = 0.01  # smaller differences are inaudible
FULL_SCALE = 0.999
CLIPPED_RUN = 4  # equal samples one after the other: no wave stands still for so long
MIN_CLIPPED_SHARE = 0.0005  # a single click gets no note
QUIET_PEAK = 10 ** (-45 / 20)


def cancelling_notes(clip: AudioClip) -> list[str]:
    """A note if channels cancel each other when they are mixed to one."""
    if clip.channels == 1 or not clip.mixing.cancels:
        return []
    note = (
        "The channels of this sound are opposite to each other and cancel when mixed: channel "
        f"{clip.mixing.loudest + 1}, the loudest, was used alone. To use all of them, flip the "
        "polarity of the others."
    )
    return [note]


def mixing_notes(clip: AudioClip) -> list[str]:
    """Notes if channels cancel each other, or if the sound has a constant offset."""
    notes = cancelling_notes(clip)
    mono = clip.mono()
    offset = float(mono.mean()) if len(mono) else 0.0
    if has_offset(mono, offset):
        notes.append(
            "This sound lies beside zero (a constant offset, as of a faulty cable or interface): "
            "the offset was taken away before listening."
        )
    return notes


def bandwidth_notes(clip: AudioClip) -> list[str]:
    """A note if the recording has no highs."""
    reach_hz = bandwidth_hz(clip)
    if not is_cut(reach_hz):
        return []
    note = (
        f"This take holds nothing above {reach_hz / 1000:.1f} kHz, as from a headset that plays "
        "and records at once. Another microphone hears more of your voice."
    )
    return [note]


def shortened_notes(clip: AudioClip | None, made_s: float, title: str) -> list[str]:
    """A note if the take is longer than the ``made_s`` seconds that the checkpoint ``title``
    makes."""
    if clip is None or clip.duration_s <= made_s + SHORTER_S:
        return []
    note = (
        f"The take lasts {clip.duration_s:.1f} s: {title} makes {made_s:g} s of it. Choose a part "
        "of it, or another checkpoint, such as the starter."
    )
    return [note]


def clipped_share(clip: AudioClip) -> float:
    """The share of the samples that stay at full scale because the sound was too loud, 0..1."""
    samples = clip.samples
    if len(samples) < CLIPPED_RUN or max(samples.max(), -samples.min()) < FULL_SCALE:
        return 0.0  # without copies of ten minutes
    is_full = np.abs(samples) >= FULL_SCALE
    is_flat = is_full[:-1] & is_full[1:] & (samples[:-1] == samples[1:])
    windows = np.lib.stride_tricks.sliding_window_view(is_flat, CLIPPED_RUN - 1, axis=0)
    runs = np.asarray(windows.all(axis=-1))
    is_clipped = np.zeros(samples.shape, bool)
    for shift in range(CLIPPED_RUN):
        is_clipped[shift : shift + len(runs)] |= runs
    return float(is_clipped.any(axis=1).mean())


def level_notes(clip: AudioClip) -> list[str]:
    """A note if a take is distorted, or so quiet that noise matters."""
    peak = float(np.abs(clip.samples).max(initial=0.0))
    if 0.0 < peak < QUIET_PEAK:
        note = (
            f"This take is very quiet: its loudest moment lies at {20 * np.log10(peak):.0f} dBFS. "
            "It is used as it is; raise the gain in the recording options or come nearer, for in a "
            "quiet take the noise is imitated, too."
        )
        return [note]
    share = clipped_share(clip) if peak >= FULL_SCALE else 0.0
    if share < MIN_CLIPPED_SHARE:
        return []
    note = (
        f"This take is clipped: {100 * share:.1f} % of its samples are cut off at full scale and "
        "distorted. Lower the gain in the recording options or go farther from the microphone; of "
        "a file take a version that is not clipped."
    )
    return [note]


def take_notes(clip: AudioClip) -> list[str]:
    """All notes about a take, one or two sentences each."""
    return [*mixing_notes(clip), *level_notes(clip), *bandwidth_notes(clip)]
