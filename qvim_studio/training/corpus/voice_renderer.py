"""Synthetic vocal imitations: a source-filter voice that follows a sound within human limits.

A person cannot whistle a chord or hiss at 100 Hz, so the imitation keeps what a mouth can keep:
when it is loud, whether it is tone or noise, how bright it is and where the pitch moves. Idea:
Caren et al., "Sketching With Your Voice" (2024). The result always is labelled synthetic.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import scipy.signal
from scipy.ndimage import gaussian_filter1d, median_filter

from qvim_studio.audio.following.controls import ControlCurves, extract_controls

N_FFT = 1024
HOP = 256
# First three formants of vowels from dark to bright, Hz (Peterson & Barney 1952, men).
VOWELS_HZ = np.array(
    [
        (300.0, 870.0, 2240.0),  # oo
        (570.0, 840.0, 2410.0),  # aw
        (730.0, 1090.0, 2440.0),  # ah
        (660.0, 1720.0, 2410.0),  # ae
        (530.0, 1840.0, 2480.0),  # eh
        (270.0, 2290.0, 3010.0),  # ee
    ]
)
FORMANT_WIDTHS_HZ = np.array([90.0, 120.0, 180.0])
BRIGHTNESS_RANGE_HZ = (300.0, 5000.0)  # centroids that span the vowels from oo to ee
FRICATIVE_RANGE_HZ = (1200.0, 8000.0)  # from "kh" to "s"
VOICE_RANGE_HZ = (75.0, 700.0)


@dataclass(frozen=True)
class Speaker:
    """One mouth, one microphone, one room, drawn at random.

    tract: scale of the formants (short tracts are bright). voicing: how readily noise is voiced.
    reaction_s: how quickly loudness can follow.
    """

    base_hz: float
    tract: float
    jitter: float
    breath: float
    voicing: float
    reaction_s: float
    tempo: float
    noise_db: float
    room_s: float
    tilt_db: float

    @classmethod
    def draw(cls, rng: np.random.Generator) -> Speaker:
        return cls(
            base_hz=float(np.exp(rng.uniform(np.log(90), np.log(280)))),
            tract=rng.uniform(0.88, 1.22),
            jitter=rng.uniform(0.003, 0.03),
            breath=rng.uniform(0.02, 0.4),
            voicing=rng.uniform(0.15, 0.75),
            reaction_s=rng.uniform(0.006, 0.035),
            tempo=float(np.exp(rng.normal(0.0, 0.1))),
            noise_db=rng.uniform(-75.0, -38.0),
            room_s=rng.uniform(0.02, 0.3),
            tilt_db=rng.normal(0.0, 5.0),
        )


def render_imitation(samples: np.ndarray, sample_rate: int, rng: np.random.Generator) -> np.ndarray:
    """Mono sound of shape (n,) → mouth imitation at the same rate, about as long, peak ≤ 0.5."""
    speaker = Speaker.draw(rng)
    curves = _humanize(extract_controls(samples, sample_rate), rng)
    length = max(int(len(samples) / speaker.tempo), N_FFT)
    at = np.linspace(0.0, 1.0, length)
    envelope = _envelope(samples, sample_rate, speaker, length)
    voiced = _voiced_share(curves, speaker, rng)
    source = _voice(curves, speaker, sample_rate, at, rng)
    share = _stretch(voiced, at)
    noise = rng.standard_normal(length)
    vowels = _filter_by(source, _vowel_gains(curves, speaker, sample_rate, length))
    hiss = _filter_by(noise, _fricative_gains(curves, sample_rate, length, rng))
    mouth = share * _level(vowels) + np.sqrt(1 - share**2) * _level(hiss)
    mouth = mouth * envelope + _plosives(envelope, sample_rate, rng)
    return _record(mouth, sample_rate, speaker, rng)


def _humanize(curves: ControlCurves, rng: np.random.Generator) -> ControlCurves:
    """Random median smoothing: mouths glide where machines jump."""
    width = 1 + 2 * int(rng.integers(0, 4))
    return ControlCurves(
        curves.loudness_db,
        median_filter(curves.centroid_hz, size=width, mode="nearest"),
        median_filter(curves.pitch_hz, size=width, mode="nearest"),
        median_filter(curves.periodicity, size=width, mode="nearest"),
    )


def _envelope(samples: np.ndarray, sample_rate: int, speaker: Speaker, length: int) -> np.ndarray:
    """Amplitude of the sound as fast as this speaker's breath can follow, 0..1, shape (length,)."""
    step = sample_rate // 400
    padded = np.pad(samples, (0, -len(samples) % step))
    rms = np.sqrt(np.mean(padded.reshape(-1, step) ** 2, axis=1))
    rms = gaussian_filter1d(rms, max(0.5, speaker.reaction_s * 400), mode="constant")
    # A mouth has perhaps 35 dB of range: quiet parts come out louder than they were.
    compressed = (rms / max(rms.max(), 1e-9)) ** 0.8
    return np.interp(np.linspace(0, 1, length), np.linspace(0, 1, len(compressed)), compressed)


def _voiced_share(curves: ControlCurves, speaker: Speaker, rng: np.random.Generator) -> np.ndarray:
    """0 whisper .. 1 tone for each 40 ms frame: tones and dark noises are voiced."""
    dark = np.clip(1.2 - curves.centroid_hz / 2500.0, 0.0, 1.0)
    share = np.maximum(curves.periodicity, speaker.voicing * dark + rng.normal(0, 0.1))
    return gaussian_filter1d(np.clip(share, 0.0, 1.0), 1.0, mode="nearest")


def _voice(
    curves: ControlCurves,
    speaker: Speaker,
    sample_rate: int,
    at: np.ndarray,
    rng: np.random.Generator,
) -> np.ndarray:
    """Glottal pulses with jitter and breath along the folded pitch, shape of ``at``."""
    is_pitched = curves.pitch_hz > 0
    if is_pitched.mean() > 0.2:
        octaves = np.zeros(len(is_pitched))
        octaves[is_pitched] = np.log2(
            curves.pitch_hz[is_pitched] / np.median(curves.pitch_hz[is_pitched])
        )
        octaves = np.interp(
            np.arange(len(octaves)), np.flatnonzero(is_pitched), octaves[is_pitched]
        )
    else:  # an unpitched sound: the voice follows its brightness instead
        known = np.maximum(curves.centroid_hz, 50.0)
        octaves = 0.5 * np.log2(known / np.median(known))
    contour = np.clip(octaves, -1.5, 1.5) * rng.uniform(0.6, 1.0)
    wobble = gaussian_filter1d(rng.standard_normal(len(at)), sample_rate * 0.01)
    wobble *= speaker.jitter / max(float(wobble.std()), 1e-9)
    pitch = speaker.base_hz * 2 ** _stretch(contour, at) * (1 + wobble)
    phase = np.cumsum(np.clip(pitch, *VOICE_RANGE_HZ)) / sample_rate
    pulses = np.diff(np.floor(phase), prepend=0.0)
    # Two poles near 100 Hz give the glottis its -12 dB an octave, lips add +6 back.
    pole = np.exp(-2 * np.pi * 150.0 / sample_rate)
    glottis = scipy.signal.lfilter([1.0, -1.0], np.poly([pole, pole]), pulses)
    return _level(np.asarray(glottis)) + speaker.breath * 0.3 * rng.standard_normal(len(at))


def _vowel_gains(
    curves: ControlCurves, speaker: Speaker, sample_rate: int, length: int
) -> np.ndarray:
    """Magnitude (bins, frames) of the mouth: the brighter the sound, the further from "oo"."""
    low, high = np.log(BRIGHTNESS_RANGE_HZ)
    brightness = (np.log(np.maximum(curves.centroid_hz, 50.0)) - low) / (high - low)
    place = np.clip(gaussian_filter1d(brightness, 1.0, mode="nearest"), 0, 1) * (len(VOWELS_HZ) - 1)
    at = np.linspace(0, 1, length // HOP + 1)
    place = _stretch(place, at)
    grid = np.arange(len(VOWELS_HZ))
    formants = np.stack([np.interp(place, grid, VOWELS_HZ[:, k]) for k in range(3)])
    formants *= speaker.tract
    bins = np.fft.rfftfreq(N_FFT, 1 / sample_rate)[:, None]
    gains = np.full((len(bins), len(at)), 0.02)
    for k, width in enumerate(FORMANT_WIDTHS_HZ):
        gains += 0.7**k / (1 + ((bins - formants[k]) / width) ** 2)
    return gains


def _fricative_gains(
    curves: ControlCurves, sample_rate: int, length: int, rng: np.random.Generator
) -> np.ndarray:
    """Magnitude (bins, frames) of a consonant's noise, its hump above the sound's centroid."""
    at = np.linspace(0, 1, length // HOP + 1)
    centroid = gaussian_filter1d(np.maximum(curves.centroid_hz, 50.0), 1.0, mode="nearest")
    hump = np.clip(_stretch(centroid, at) * rng.uniform(0.9, 1.8), *FRICATIVE_RANGE_HZ)
    octaves = rng.uniform(0.3, 0.9)
    bins = np.fft.rfftfreq(N_FFT, 1 / sample_rate)[:, None] + 1.0
    return 0.03 + np.exp(-0.5 * (np.log2(bins / hump) / octaves) ** 2)


def _filter_by(signal: np.ndarray, gains: np.ndarray) -> np.ndarray:
    """Time-varying filter: multiply the short-time spectrum by magnitudes (bins, frames)."""
    padded = np.pad(signal, (0, N_FFT))
    _, _, spectrum = scipy.signal.stft(padded, nperseg=N_FFT, noverlap=N_FFT - HOP)
    frames = np.minimum(np.arange(spectrum.shape[1]), gains.shape[1] - 1)
    _, filtered = scipy.signal.istft(
        spectrum * gains[:, frames], nperseg=N_FFT, noverlap=N_FFT - HOP
    )
    return filtered[: len(signal)]


def _plosives(envelope: np.ndarray, sample_rate: int, rng: np.random.Generator) -> np.ndarray:
    """A "p", "t" or "k" burst at each sharp attack of the envelope."""
    step = sample_rate // 100
    coarse = envelope[::step]
    rise = np.diff(coarse, prepend=0.0)
    bursts = np.zeros(len(envelope))
    peaks, _ = scipy.signal.find_peaks(rise, height=0.25, distance=8)
    starts = [0, *peaks] if rise[0] > 0.25 else list(peaks)
    for start in starts:
        if rng.random() < 0.3:
            continue
        length = int(sample_rate * rng.uniform(0.005, 0.025))
        burst = rng.standard_normal(length) * np.exp(-np.linspace(0, 5, length))
        cutoff = rng.uniform(600, 6000) / (sample_rate / 2)
        lowpass: Any = scipy.signal.butter(1, cutoff)
        burst = np.asarray(scipy.signal.lfilter(lowpass[0], lowpass[1], burst))
        begin = start * step
        end = min(begin + length, len(bursts))
        bursts[begin:end] += rise[start] * rng.uniform(0.5, 2.0) * _level(burst)[: end - begin]
    return bursts


def _record(
    mouth: np.ndarray, sample_rate: int, speaker: Speaker, rng: np.random.Generator
) -> np.ndarray:
    """Room, microphone color and background noise; peak at -6 to -20 dBFS."""
    tail = int(sample_rate * speaker.room_s)
    room = rng.standard_normal(tail) * np.exp(-6.9 * np.arange(tail) / tail) * 0.05
    room[0] = 1.0
    wet = scipy.signal.fftconvolve(mouth, room)[: len(mouth)]
    spectrum = np.fft.rfft(wet)
    bins = np.fft.rfftfreq(len(wet), 1 / sample_rate)
    tilt = 10 ** (speaker.tilt_db * np.log2((bins + 100.0) / 1000.0) / 20 / 3)
    high_pass = 1 / np.sqrt(1 + (rng.uniform(30, 120) / (bins + 1.0)) ** 4)
    colored = np.fft.irfft(spectrum * tilt * high_pass, len(wet))
    colored /= max(np.abs(colored).max(), 1e-9)
    colored += 10 ** (speaker.noise_db / 20) * rng.standard_normal(len(colored))
    peak = 10 ** (rng.uniform(-20.0, -6.0) / 20)
    return (colored * peak / np.abs(colored).max()).astype(np.float32)


def _level(signal: np.ndarray) -> np.ndarray:
    """Scaled to an RMS of 1."""
    return signal / max(float(np.sqrt(np.mean(signal**2))), 1e-9)


def _stretch(curve: np.ndarray, at: np.ndarray) -> np.ndarray:
    """A 25 Hz curve read at relative positions 0..1."""
    return np.interp(at * (len(curve) - 1), np.arange(len(curve)), curve)
