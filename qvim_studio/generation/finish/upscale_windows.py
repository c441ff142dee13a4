"""Adds highs to a long sound window by window; the sound itself is not changed."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

import numpy as np

from qvim_studio.audio.resample import resample
from qvim_studio.core.capabilities import Windows
from qvim_studio.core.clip import AudioClip
from qvim_studio.core.request import WINDOWS_FROM_S, GenerationRequest
from qvim_studio.generation.windows import Window, windows_of

# Whole seconds, so that every rate has a frame at each border.
UPSCALED = Windows(30.0, 1.0)
MARGIN_S = 1  # around a window while its rate is changed


def is_upscaled_in_windows(request: GenerationRequest) -> bool:
    """Whether the sound of ``request.upscale`` is too long for one piece."""
    return request.in_windows and request.natural_s > WINDOWS_FROM_S


def upscale_windows(sound: AudioClip) -> list[Window]:
    """The windows in the sound's own frames; a single one for a sound that fits into one piece."""
    if sound.duration_s <= WINDOWS_FROM_S:
        return [Window(0, len(sound.samples), 0)]
    return windows_of(len(sound.samples), sound.sample_rate, UPSCALED)


def with_highs(
    sound: AudioClip,
    windows: Sequence[Window],
    input_rate_hz: int,
    output_rate_hz: int,
    extend: Callable[[np.ndarray, int], np.ndarray],
) -> Iterator[np.ndarray]:
    """Yield samples (frames, channels) at the output rate as soon as they are ready.

    extend: a window (frames, channels) at the input rate, and its number → the window with highs at
    the output rate. The added highs differ between windows, so they are crossfaded with constant
    power where two windows overlap.
    """
    fading: np.ndarray | None = None
    for number, window in enumerate(windows):
        given = _at_rate(sound, window, input_rate_hz)
        if len(windows) == 1:
            yield extend(given, number)
            return
        own = given if input_rate_hz == output_rate_hz else _at_rate(sound, window, output_rate_hz)
        added = extend(given, number) - own
        if fading is not None:
            added[: len(fading)] = added[: len(fading)] * _rise(len(fading)) + fading
        if number + 1 == len(windows):
            yield own + added
            return
        ready = len(own) - round(windows[number + 1].kept * output_rate_hz / sound.sample_rate)
        yield own[:ready] + added[:ready]
        fading = added[ready:] * _rise(len(added) - ready)[::-1]


def _at_rate(sound: AudioClip, window: Window, rate_hz: int) -> np.ndarray:
    """The samples of a window at another rate, equal to those of the whole resampled sound."""
    own_hz = sound.sample_rate
    begin = max(0, window.begin - MARGIN_S * own_hz)
    around = AudioClip(sound.samples[begin : window.end + MARGIN_S * own_hz], own_hz)
    first, last = (
        round((frame - begin) * rate_hz / own_hz) for frame in (window.begin, window.end)
    )
    return resample(around, rate_hz).samples[first:last]


def _rise(frames: int) -> np.ndarray:
    """A gain (frames, 1) whose power rises linearly from 0 to 1."""
    place = (np.arange(frames, dtype=np.float32) + 0.5) / frames
    return np.sin(0.5 * np.pi * place)[:, None]
