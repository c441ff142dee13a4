"""From the vocoder's samples to a clip that a sound designer can use as it is."""

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
TAIL_S = 0.1  # in which a sound that is loud at its end dies away; less is enough for others
QUIET_S, QUIET = 0.005, 10 ** (-62 / 20)  # of the very end: its length and its level below the peak
MIN_PEAK = 1e-4  # -80 dBFS: a model that gives less has given nothing


def is_silent(samples: np.ndarray) -> bool:
    """No sound at all, or no numbers."""
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
    """With the course of the imitation's pitch, brightness and loudness; 48 kHz, without DC, faded
    at both ends, true peak at -1 dBTP.

    finishing: 1 leaves attacks and flutter to the course of loudness, and cuts tails within 10 ms.
    overhang: frames beyond the end of a loop, which lead to its beginning; a loop has no fades.
    clean_pauses: nothing is left where the imitation pauses, unless it is not followed at all.
    samples: (frames, channels) at ``sample_rate``; imitation: at the same
    rate, (frames,), or (frames, channels) where each channel follows its own. Raises EngineError
    if the model gave silence or no numbers, CancelledError between two of its edits.
    """
    if is_silent(samples):
        raise EngineError(
            f"The model gave no sound for seed {seed} (silence or invalid numbers). "
            "Try another seed, more steps or less guidance."
        )
    channels, overhang_s = list(samples.T), overhang / sample_rate
    if imitation is not None:
        channels = _bent(channels, imitation, sample_rate, follow)
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
    clip = remove_dc(resample(made, OUTPUT_RATE_HZ))
    if overhang:
        rest = round(overhang_s * OUTPUT_RATE_HZ)
        looped = AudioClip(close_loop(clip.samples, rest), OUTPUT_RATE_HZ)
        return normalize_peak(looped, TARGET_PEAK_DBFS)
    fade_out_s = _tail_s(clip) if finishing > 1 else FADE_OUT_S
    return normalize_peak(_faded_around_zero(clip, fade_out_s), TARGET_PEAK_DBFS)


def _led(imitation: np.ndarray, channels: int) -> list[np.ndarray]:
    """What each channel follows, (frames,)."""
    return [imitation] * channels if imitation.ndim == 1 else list(imitation.T)


def _at(extender: Upscaler, samples: np.ndarray, sample_rate: int) -> np.ndarray:
    """Mono samples at the rate that an extender takes."""
    return resample(AudioClip.from_mono(samples, sample_rate), extender.input_rate_hz).samples[:, 0]


def _bent(
    channels: list[np.ndarray], imitation: np.ndarray, sample_rate: int, follow: float
) -> list[np.ndarray]:
    """All channels alike, so that they stay together, unless each has a course of its own."""
    if len(channels) == 1 or imitation.ndim == 2:
        return [
            pitch_lock(one, led, sample_rate, follow)
            for one, led in zip(channels, _led(imitation, len(channels)), strict=True)
        ]
    bend = pitch_course(_mid(channels, sample_rate), imitation, sample_rate, follow)
    if bend is None:
        return channels
    return [bend_pitch(one, sample_rate, bend) for one in channels]


def _shaped(
    channels: list[np.ndarray], imitation: np.ndarray, sample_rate: int, follow: float
) -> list[np.ndarray]:
    """Likewise; where a channel's own course is silence, the channel is."""
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
    """Likewise; each by itself where each follows its own."""
    if imitation.ndim == 1:
        gain = event_gain(_mid(channels, sample_rate), imitation, sample_rate, follow)
        return [one * gain for one in channels]
    return [
        one * event_gain(one, led, sample_rate, follow)
        for one, led in zip(channels, imitation.T, strict=True)
    ]


def _mid(channels: list[np.ndarray], sample_rate: int) -> np.ndarray:
    """What is heard of all channels together, also where they are opposite to each other."""
    return AudioClip(np.stack(channels, axis=1).astype(np.float32), sample_rate).mono()


def _tail_s(clip: AudioClip) -> float:
    """How long a clip has to fade so that its last 5 ms are quiet: as it always did where it has
    died away, longer the louder it still is."""
    end = clip.samples[-round(TAIL_S / 4 * clip.sample_rate) :]
    level = np.sqrt(np.mean(np.square(end))) / np.abs(clip.samples).max()
    # A raised cosine of T seconds is (pi t / 2 T)^2 near its end, t seconds before it; the RMS of
    # that over the last q seconds is (pi q / 2 T)^2 / sqrt(5).
    shares = np.sqrt(np.sqrt(5.0) * QUIET / max(float(level), QUIET))
    return float(np.clip(np.pi * QUIET_S / (2 * shares), FADE_OUT_S, TAIL_S))


def _faded_around_zero(clip: AudioClip, fade_out_s: float) -> AudioClip:
    """Both ends stay at zero."""
    faded = fade(clip, FADE_IN_S, fade_out_s).samples
    shape = AudioClip(np.ones_like(faded), clip.sample_rate)
    shape = fade(shape, FADE_IN_S, fade_out_s).samples
    return AudioClip(_around_zero(faded, shape), clip.sample_rate)


def _around_zero(samples: np.ndarray, shape: np.ndarray) -> np.ndarray:
    """What was multiplied with ``shape`` got an offset by it, which is taken away in that shape, so
    that nothing comes in where the shape is zero."""
    return samples - samples.mean(axis=0) / shape.mean(axis=0) * shape
