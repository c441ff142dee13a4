"""Says in sentences what is odd about a recording and what was done about it."""

from __future__ import annotations

from qvim_studio.audio.bandwidth import bandwidth_hz, is_cut
from qvim_studio.core.clip import AudioClip, has_offset
from qvim_studio.core.request import MAX_DURATION_S


def cancelling_notes(clip: AudioClip) -> list[str]:
    """Where channels cancel each other: what becomes of them when they are mixed to one."""
    if clip.channels == 1 or not clip.mixing.cancels:
        return []
    note = (
        "The channels of this sound are opposite to each other and cancel when mixed: channel "
        f"{clip.mixing.loudest + 1}, the loudest, was used alone. To use all of them, flip the "
        "polarity of the others."
    )
    return [note]


def mixing_notes(clip: AudioClip) -> list[str]:
    """Where channels cancel each other, or a constant offset lies under the sound."""
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
    """Where the recording ends far below what ears hear."""
    reach_hz = bandwidth_hz(clip)
    if not is_cut(reach_hz):
        return []
    note = (
        f"This take holds nothing above {reach_hz / 1000:.1f} kHz, as from a headset that plays "
        "and records at once. Another microphone hears more of your voice."
    )
    return [note]


def long_take_notes(clip: AudioClip | None) -> list[str]:
    """Where a take is longer than any sound that can be made."""
    if clip is None or clip.duration_s <= MAX_DURATION_S:
        return []
    note = (
        f"The take lasts {clip.duration_s:.1f} s: only its first {MAX_DURATION_S:.0f} s are used, "
        "the longest sound that can be made at once. Choose a part of it to use another."
    )
    return [note]


def take_notes(clip: AudioClip) -> list[str]:
    """All there is to say of a take, one sentence or two each."""
    return [*mixing_notes(clip), *bandwidth_notes(clip)]
