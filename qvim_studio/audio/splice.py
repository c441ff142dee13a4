"""Sets new parts into a sound without an audible seam or jump in level."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from qvim_studio.audio.band_split import with_highs_of
from qvim_studio.audio.resample import resample
from qvim_studio.core.clip import AudioClip
from qvim_studio.core.edit import CONTEXT_S, Edit

CROSSFADE_S = 0.02  # inside the part, at each end that meets the sound
SILENT_RMS = 1e-4  # -80 dBFS: quieter surroundings do not set the level
MAX_PEAK = 0.89  # -1 dBFS, the limit of a new part unless the sound itself is louder


def splice(edit: Edit, made: AudioClip) -> AudioClip:
    """The edited sound with its parts from ``made``, which covers the edit's window.

    All samples outside the parts stay. The level of each part is set, in each channel, so that the
    made surroundings are as loud as those of the sound; equal-power crossfades lie within the part.
    A made sound with another number of channels is mixed to one and plays on all. An edit of the
    highs keeps everything below them.
    """
    sound, rate = edit.sound, edit.sound.sample_rate
    window = round(edit.window_s[0] * rate)
    parts = [(round(begin_s * rate), round(end_s * rate)) for begin_s, end_s in edit.parts_s]
    length = max(len(sound.samples), parts[-1][1])
    old = np.zeros((length, sound.channels), np.float32)
    old[: len(sound.samples)] = sound.samples
    # Of the window alone: the rest of a long sound is copied once and not touched.
    new = _with_channels(resample(made, rate), sound.channels)[: length - window]
    fitting = len(new)
    new = np.pad(new.astype(np.float64), ((0, max(0, parts[-1][1] - window - fitting)), (0, 0)))
    is_part = np.zeros(len(new), bool)
    for begin, end in parts:
        is_part[begin - window : end - window] = True
    spliced = old.copy()
    highest, lowest = sound.samples.max(initial=0.0), sound.samples.min(initial=0.0)
    limit = max(MAX_PEAK, float(highest), -float(lowest))
    around = round(CONTEXT_S * rate)
    for begin, end in parts:
        first, last = max(0, begin - window - around), min(fitting, end - window + around)
        gains = _gains(old[window + first : window + last], new[first:last], is_part[first:last])
        part = new[begin - window : end - window] * gains
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
    """The made samples within the parts, and the sound's own samples outside of them.

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
    """Gains (channels,) from the surroundings, or from the parts themselves if the surroundings are
    silent."""
    for where in (~is_part, is_part):
        was, is_now = _rms(old[where]), _rms(new[where])
        if was.max(initial=0.0) > SILENT_RMS and is_now.max(initial=0.0) > SILENT_RMS:
            return np.where(is_now > SILENT_RMS, was / np.maximum(is_now, SILENT_RMS), 0.0)
    return np.ones(old.shape[1])


def _with_highs(old: np.ndarray, made: np.ndarray, above_hz: float, rate: int) -> np.ndarray:
    """``old`` with the highs of ``made``; if the sum would clip, only the highs are lowered."""
    added = with_highs_of(old, made, above_hz, rate) - old
    if np.abs(old + added).max() <= 1.0:
        return old + added
    room = max(0.0, 1.0 - float(np.abs(old).max()))
    return old + added * (room / float(np.abs(added).max()))  # less than all of them


def _with_channels(made: AudioClip, channels: int) -> np.ndarray:
    """(frames, channels)."""
    if made.channels == channels:
        return made.samples
    return np.repeat(made.mono()[:, None], channels, axis=1)


def _rms(samples: np.ndarray) -> np.ndarray:
    """The RMS of (frames, channels) as (channels,); 0 without frames."""
    return np.sqrt(np.square(samples, dtype=np.float64).sum(axis=0) / max(len(samples), 1))


def _crossfaded(
    old: np.ndarray, new: np.ndarray, frames: int, *, fades_in: bool, fades_out: bool
) -> np.ndarray:
    """``new``, crossfaded with ``old`` at its ends, both (frames, channels)."""
    frames = min(frames, len(new) // 4)
    share = np.ones(len(new))
    ramp = (np.arange(frames) + 0.5) / max(frames, 1)
    if fades_in:
        share[:frames] = ramp
    if fades_out:
        share[len(new) - frames :] = ramp[::-1]
    angle = 0.5 * np.pi * share[:, None]
    return old * np.cos(angle) + new * np.sin(angle)
