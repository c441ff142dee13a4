"""Sets new parts into a sound so that neither a seam nor a jump in level is heard."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from qvim_studio.audio.band_split import with_highs_of
from qvim_studio.audio.resample import resample
from qvim_studio.core.clip import AudioClip
from qvim_studio.core.edit import CONTEXT_S, Edit

CROSSFADE_S = 0.02  # inside the part, at each end that meets the sound
SILENT_RMS = 1e-4  # -80 dBFS: quieter surroundings say nothing of the level
MAX_PEAK = 0.89  # -1 dBFS, of a new part in a sound that is quieter than that itself


def splice(edit: Edit, made: AudioClip) -> AudioClip:
    """The edited sound with its parts from ``made``, which covers the edit's window.

    Everything outside the parts keeps its very samples. Each part is as loud, in each channel, as
    what was made of its surroundings is there; equal-power crossfades lie within it. A sound that
    was made with other channels is mixed and heard in all of the sound's. Of an edit of the highs,
    what lies below stays.
    """
    sound, rate = edit.sound, edit.sound.sample_rate
    window = round(edit.window_s[0] * rate)
    parts = [(round(begin_s * rate), round(end_s * rate)) for begin_s, end_s in edit.parts_s]
    length = max(len(sound.samples), parts[-1][1])
    old = np.zeros((length, sound.channels), np.float32)
    old[: len(sound.samples)] = sound.samples
    new = np.zeros((length, sound.channels))
    fitting = _with_channels(resample(made, rate), sound.channels)[: length - window]
    new[window : window + len(fitting)] = fitting
    is_part = np.zeros(length, bool)
    for begin, end in parts:
        is_part[begin:end] = True
    spliced = old.copy()
    limit = max(MAX_PEAK, float(np.abs(sound.samples).max(initial=0.0)))
    around = round(CONTEXT_S * rate)
    for begin, end in parts:
        near = slice(max(window, begin - around), min(window + len(fitting), end + around))
        part = new[begin:end] * _gains(old[near], new[near], is_part[near])
        part = part / max(1.0, float(np.abs(part).max()) / limit)
        if edit.above_hz is not None:
            part = _with_highs(old[begin:end], part, edit.above_hz, rate)
        spliced[begin:end] = _crossfaded(
            old[begin:end],
            part,
            round(CROSSFADE_S * rate),
            fades_in=begin > 0,
            fades_out=end < length,
        )
    return AudioClip(spliced, rate)


def keep_outside(
    made: np.ndarray, sound: np.ndarray, parts: Sequence[tuple[int, int]], sample_rate: int
) -> np.ndarray:
    """What was made within the parts, and the sound's very samples outside of them.

    made, sound: (frames, channels), beginning together; after the end of the sound everything is
    made. parts: begin and end of each in frames. Equal-power crossfades lie within the parts.
    """
    frames = round(CROSSFADE_S * sample_rate)
    old = sound[: len(made)]
    kept = made.copy()
    kept[: len(old)] = old
    for begin, end in parts:
        begin, end = max(begin, 0), min(end, len(made))
        if begin >= end:
            continue
        around = np.concatenate([old[begin:end], made[max(begin, len(old)) : end]])
        fits_before = begin > 0 and len(old) >= begin + frames
        kept[begin:end] = _crossfaded(
            around, made[begin:end], frames, fades_in=fits_before, fades_out=end < len(old)
        )
    return kept


def _gains(old: np.ndarray, new: np.ndarray, is_part: np.ndarray) -> np.ndarray:
    """(channels,): by the surroundings, or the parts themselves where these are silent."""
    for where in (~is_part, is_part):
        was, is_now = _rms(old[where]), _rms(new[where])
        if was.max(initial=0.0) > SILENT_RMS and is_now.max(initial=0.0) > SILENT_RMS:
            return np.where(is_now > SILENT_RMS, was / np.maximum(is_now, SILENT_RMS), 0.0)
    return np.ones(old.shape[1])


def _with_highs(old: np.ndarray, made: np.ndarray, above_hz: float, rate: int) -> np.ndarray:
    """``old`` with the highs of what was made, which alone give way where both would clip."""
    added = with_highs_of(old, made, above_hz, rate) - old
    if np.abs(old + added).max() <= 1.0:
        return old + added
    room = max(0.0, 1.0 - float(np.abs(old).max()))
    return old + added * min(1.0, room / float(np.abs(added).max()))


def _with_channels(made: AudioClip, channels: int) -> np.ndarray:
    """(frames, channels)."""
    if made.channels == channels:
        return made.samples
    return np.repeat(made.mono()[:, None], channels, axis=1)


def _rms(samples: np.ndarray) -> np.ndarray:
    """(frames, channels) → (channels,), 0 of nothing."""
    return np.sqrt(np.square(samples, dtype=np.float64).sum(axis=0) / max(len(samples), 1))


def _crossfaded(
    old: np.ndarray, new: np.ndarray, frames: int, *, fades_in: bool, fades_out: bool
) -> np.ndarray:
    """``new``, coming out of ``old`` and going back into it, both (frames, channels)."""
    frames = min(frames, len(new) // 4)
    share = np.ones(len(new))
    ramp = (np.arange(frames) + 0.5) / max(frames, 1)
    if fades_in:
        share[:frames] = ramp
    if fades_out:
        share[len(new) - frames :] = ramp[::-1]
    angle = 0.5 * np.pi * share[:, None]
    return old * np.cos(angle) + new * np.sin(angle)
