"""Turns a model's samples into a clip that a sound designer can use without further work."""

from __future__ import annotations

import numpy as np

from qvim_studio.audio.following.contour_lock import brightness_lock, pitch_course, pitch_lock
from qvim_studio.audio.following.event_lock import event_gain
from qvim_studio.audio.following.pause_gate import pause_gain
from qvim_studio.audio.following.pitch_bend import bend_pitch
from qvim_studio.audio.following.shape_lock import shape_gain, shape_lock
from qvim_studio.audio.levels import fade, normalize_peak, remove_dc
from qvim_studio.audio.loop_seam import close_loop
from qvim_studio.audio.resample import resample
from qvim_studio.core.clip import AudioClip
from qvim_studio.core.engine import IsCancelled, raise_if_cancelled
from qvim_studio.core.errors import EngineError
from qvim_studio.core.request import FINISHING
from qvim_studio.families.upscaling import Upscaler

OUTPUT_RATE_HZ = 48_000
TARGET_PEAK_DBFS = -1.0
FADE_IN_S = 0.002
FADE_OUT_S = 0.01
TAIL_S = 0.1  # the fade of a sound that is loud at its end; quieter ends need less
QUIET_S, QUIET = 0.005, 10 ** (-62 / 20)  # length of the quiet end, its level below the peak
MIN_PEAK = 1e-4  # -80 dBFS; below it a sound counts as silent


def is_silent(samples: np.ndarray) -> bool:
    """Whether samples are silent or hold invalid numbers."""
    return not np.isfinite(samples).all() or bool(np.abs(samples).max(initial=0.0) < MIN_PEAK)


def finish(
    samples: np.ndarray,
    sample_rate: int,
    imitation: np.ndarray | None,
    follow: float,
    seed: int,
    extender: Upscaler | None = None,
    is_cancelled: IsCancelled = lambda: False,
    *,
    clean_pauses: bool = False,
    finishing: int = FINISHING,
    overhang: int = 0,
) -> AudioClip:
    """A finished clip with the course of the imitation's pitch, brightness and loudness: 48 kHz,
    without DC, faded at both ends, true peak at -1 dBTP.

    finishing: up to 2, the highest band is empty where a sound is bent down; 1 also leaves attacks
    and flutter to the course of loudness, and cuts tails within 10 ms. overhang: frames beyond the
    end of a loop, which lead to its beginning; a loop has no fades. Other arguments: see
    ``led_by``. Raises EngineError for silence and invalid numbers, and CancelledError between two
    steps.
    """
    if is_silent(samples):
        raise no_sound(seed)
    clip = led_by(
        imitation,
        samples,
        sample_rate,
        follow,
        extender,
        is_cancelled,
        clean_pauses=clean_pauses,
        finishing=finishing,
    )
    if overhang:
        rest = round(overhang / sample_rate * OUTPUT_RATE_HZ)
        looped = AudioClip(close_loop(clip.samples, rest), OUTPUT_RATE_HZ)
        return normalize_peak(looped, TARGET_PEAK_DBFS)
    fade_out_s = tail_s(clip) if finishing > 1 else FADE_OUT_S
    return normalize_peak(_faded_around_zero(clip, fade_out_s), TARGET_PEAK_DBFS)


def no_sound(seed: int) -> EngineError:
    """The error for a sound that is silent or holds invalid numbers."""
    return EngineError(
        f"The model gave no sound for seed {seed} (silence or invalid numbers). "
        "Try another seed, more steps or less guidance."
    )


def led_by(
    imitation: np.ndarray | None,
    samples: np.ndarray,
    sample_rate: int,
    follow: float,
    extender: Upscaler | None,
    is_cancelled: IsCancelled,
    *,
    clean_pauses: bool,
    finishing: int,
) -> AudioClip:
    """The sound with the course of the imitation's pitch, brightness and loudness, at 48 kHz
    without DC; its ends and its level are not changed.

    clean_pauses: the imitation's pauses are silent, unless it is not followed at all. samples:
    (frames, channels) at ``sample_rate``; imitation: at the same rate, (frames,), or (frames,
    channels) where each channel follows its own; None follows nothing. Raises CancelledError
    between two steps.
    """
    channels = list(samples.T)
    if imitation is not None:
        channels = _bent(channels, imitation, sample_rate, follow, fills_top=finishing > 2)
        raise_if_cancelled(is_cancelled)
        channels = [
            brightness_lock(one, led, sample_rate, follow)
            for one, led in zip(channels, _led(imitation, len(channels)), strict=True)
        ]
    raise_if_cancelled(is_cancelled)
    if extender is not None:
        channels = [extender.extend(_at(extender, one, sample_rate)) for one in channels]
        if imitation is not None:
            given = AudioClip(imitation.reshape(len(imitation), -1), sample_rate)
            imitation = resample(given, extender.output_rate_hz).samples.reshape(
                -1, *imitation.shape[1:]
            )
        sample_rate = extender.output_rate_hz
    if imitation is not None:
        raise_if_cancelled(is_cancelled)
        channels = _shaped(channels, imitation, sample_rate, follow)
        if finishing > 1:
            channels = _with_events(channels, imitation, sample_rate, follow)
        if clean_pauses and follow > 0.0:
            for number, led in enumerate(_led(imitation, len(channels))):
                if not np.any(led):
                    continue
                gain = pause_gain(led, sample_rate, len(channels[0]))
                channels[number] = _around_zero(channels[number] * gain, gain)
    made = AudioClip(np.stack(channels, axis=1).astype(np.float32), sample_rate)
    return remove_dc(resample(made, OUTPUT_RATE_HZ))


def _led(imitation: np.ndarray, channels: int) -> list[np.ndarray]:
    """The imitation (frames,) that each channel follows."""
    return [imitation] * channels if imitation.ndim == 1 else list(imitation.T)


def _at(extender: Upscaler, samples: np.ndarray, sample_rate: int) -> np.ndarray:
    """Mono samples at the input rate of an extender."""
    return resample(AudioClip.from_mono(samples, sample_rate), extender.input_rate_hz).samples[:, 0]


def _bent(
    channels: list[np.ndarray],
    imitation: np.ndarray,
    sample_rate: int,
    follow: float,
    *,
    fills_top: bool,
) -> list[np.ndarray]:
    """The channels bent to the imitation's pitch: all by the same course, so that they stay
    together, unless each has a course of its own."""
    if len(channels) == 1 or imitation.ndim == 2:
        return [
            pitch_lock(one, led, sample_rate, follow, fills_top=fills_top)
            for one, led in zip(channels, _led(imitation, len(channels)), strict=True)
        ]
    bend = pitch_course(_mid(channels, sample_rate), imitation, sample_rate, follow)
    if bend is None:
        return channels
    return [bend_pitch(one, sample_rate, bend, fills_top=fills_top) for one in channels]


def _shaped(
    channels: list[np.ndarray], imitation: np.ndarray, sample_rate: int, follow: float
) -> list[np.ndarray]:
    """The channels shaped by the imitation's loudness; a channel whose own course is silence
    becomes silent."""
    if imitation.ndim == 2:
        return [
            shape_lock(one, led, sample_rate, follow) * np.float32(np.any(led))
            for one, led in zip(channels, imitation.T, strict=True)
        ]
    if len(channels) == 1:
        return [shape_lock(channels[0], imitation, sample_rate, follow)]
    gain = shape_gain(_mid(channels, sample_rate), imitation, sample_rate, follow)
    return [one * gain for one in channels]


def _with_events(
    channels: list[np.ndarray], imitation: np.ndarray, sample_rate: int, follow: float
) -> list[np.ndarray]:
    """The channels with the imitation's attacks and flutter, each by itself if each follows its
    own course."""
    if imitation.ndim == 1:
        gain = event_gain(_mid(channels, sample_rate), imitation, sample_rate, follow)
        return [one * gain for one in channels]
    return [
        one * event_gain(one, led, sample_rate, follow)
        for one, led in zip(channels, imitation.T, strict=True)
    ]


def _mid(channels: list[np.ndarray], sample_rate: int) -> np.ndarray:
    """A mono mix that represents all channels, even if they have opposite phase."""
    return AudioClip(np.stack(channels, axis=1).astype(np.float32), sample_rate).mono()


def tail_s(clip: AudioClip) -> float:
    """The length of the fade that makes the last 5 ms of a clip quiet, in seconds: the usual length
    for a clip that has decayed, longer for a louder end."""
    end = clip.samples[-round(TAIL_S / 4 * clip.sample_rate) :]
    level = np.sqrt(np.mean(np.square(end))) / np.abs(clip.samples).max()
    # A raised cosine of T seconds is (pi t / 2 T)^2 near its end, t seconds before it; the RMS of
    # that over the last q seconds is (pi q / 2 T)^2 / sqrt(5).
    shares = np.sqrt(np.sqrt(5.0) * QUIET / max(float(level), QUIET))
    return float(np.clip(np.pi * QUIET_S / (2 * shares), FADE_OUT_S, TAIL_S))


def _faded_around_zero(clip: AudioClip, fade_out_s: float) -> AudioClip:
    """The clip faded at both ends, which stay at zero."""
    faded = fade(clip, FADE_IN_S, fade_out_s).samples
    shape = AudioClip(np.ones_like(faded), clip.sample_rate)
    shape = fade(shape, FADE_IN_S, fade_out_s).samples
    return AudioClip(_around_zero(faded, shape), clip.sample_rate)


def _around_zero(samples: np.ndarray, shape: np.ndarray) -> np.ndarray:
    """Samples without the offset that multiplication by ``shape`` has caused. The offset is
    subtracted in the same shape, so that nothing is added where the shape is zero."""
    return samples - samples.mean(axis=0) / shape.mean(axis=0) * shape
