"""The pitch of a voice: SwiftF0's network (Nieradzik 2025), computed with NumPy.

The weights are those of the PyPI package swift-f0 0.3.0 (MIT; see ``resources/pitch``), converted
by ``packaging/convert_pitch_tracker.py``. Voiced frames agree with the original within 0.01 cents.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import numpy as np
from numpy.lib.stride_tricks import as_strided, sliding_window_view
from safetensors import SafetensorError
from safetensors.numpy import load_file

from qvim_studio.core.errors import EngineError, reason_of
from qvim_studio.core.program.resources import resource_path

PITCH_RATE_HZ = 16_000
HOP_SAMPLES = 256
WINDOWS_SAMPLES = (1024, 2048, 512)  # one spectrogram each, in the order of the input channels
BANDS = 128
MIN_PITCH_HZ = 46.875
MAX_PITCH_HZ = 2093.75
STEPS = 95  # of pitch, evenly spaced on a logarithmic scale between these two
USED_BANDS = STEPS + 1  # that still carry harmonics of the pitch steps
DILATIONS = (1, 17, 27, 40, 48, 2)  # in bands, of the six residual blocks
# Context of a frame: half the longest window and seven frames of convolution on either side.
FRAMES_BEFORE, FRAMES_AFTER = 11, 10
CHUNK_FRAMES = 512  # 8 s: longer sounds take no more memory
BLOCK_POSITIONS = 4096  # whose taps fit into a processor's cache
SILENT_PEAK = 1e-3  # the network was not trained on digital silence and finds pitches in it
LOG_FLOOR = np.float32(1e-8)

Weights = Mapping[str, np.ndarray]


@dataclass(frozen=True, eq=False)
class PitchTrack:
    """Two float64 arrays of shape (frames,), frame k at k × 16 ms.

    pitch_hz: fundamental, 46.875..2093.75 Hz. confidence: 0..1, voiced from 0.5 on.
    """

    pitch_hz: np.ndarray
    confidence: np.ndarray


def track_pitch(samples: np.ndarray) -> PitchTrack:
    """Pitch of mono float32 samples of shape (n,) at 16 kHz; at least one frame.

    Raises EngineError if the weights that ship with the program are missing or damaged.
    """
    samples = np.asarray(samples, dtype=np.float32)
    samples = np.pad(samples, (0, max(HOP_SAMPLES - len(samples), 0)))
    frames = len(samples) // HOP_SAMPLES
    pitch_hz = np.empty(frames)
    confidence = np.empty(frames)
    for begin in range(0, frames, CHUNK_FRAMES):
        end = min(begin + CHUNK_FRAMES, frames)
        first = max(begin - FRAMES_BEFORE, 0)
        last = len(samples) if end == frames else (end + FRAMES_AFTER) * HOP_SAMPLES
        chunk = _run(samples[first * HOP_SAMPLES : last], _load_weights())
        kept = slice(begin - first, end - first)
        pitch_hz[begin:end], confidence[begin:end] = chunk[0][kept], chunk[1][kept]
    hops = samples[: frames * HOP_SAMPLES].reshape(frames, HOP_SAMPLES)
    confidence[np.abs(hops).max(axis=1) < SILENT_PEAK] = 0.0
    return PitchTrack(pitch_hz, confidence)


def _run(samples: np.ndarray, weights: Weights) -> tuple[np.ndarray, np.ndarray]:
    """Pitch in Hz and confidence of every whole hop."""
    spectrograms = _log_spectrograms(samples, weights)
    x = _relu(_convolve(spectrograms, weights, "stem"))
    for block, dilation in enumerate(DILATIONS):
        inner = _relu(_convolve(x, weights, f"blocks.{block}.first", dilation))
        x = _relu(x + _convolve(inner, weights, f"blocks.{block}.second", dilation))
    x = _relu(_convolve(x[:, :USED_BANDS], weights, "head"))[:, :STEPS]
    scores = _convolve(x, weights, "pitch")[0].T
    strongest = _convolve(x, weights, "evidence").max(axis=1)
    level = spectrograms.mean(axis=(0, 1), keepdims=True)[0]
    evidence = np.concatenate([strongest, level])[:, None]
    voicing = _relu(_convolve(evidence, weights, "voicing.hidden"))
    logit = _convolve(voicing, weights, "voicing.output")[0, 0].astype(np.float64)
    return _pitch_of(scores), 1 / (1 + np.exp(-logit))


def _log_spectrograms(samples: np.ndarray, weights: Weights) -> np.ndarray:
    """(windows, bands, frames): frame k is centered on sample k × 256."""
    frames = len(samples) // HOP_SAMPLES
    margin = max(WINDOWS_SAMPLES) // 2
    padded = np.pad(samples, margin)
    result = np.empty((len(WINDOWS_SAMPLES), BANDS, frames), np.float32)
    for channel, size in enumerate(WINDOWS_SAMPLES):
        window = np.sin(np.pi * np.arange(size) / size) ** 2  # a periodic Hann window
        parts = sliding_window_view(padded[margin - size // 2 :], size)[::HOP_SAMPLES][:frames]
        magnitude = np.abs(np.fft.rfft(parts * window.astype(np.float32))).astype(np.float32)
        result[channel] = np.log(magnitude @ weights[f"bands.{size}"] + LOG_FLOOR).T
    return result


def _convolve(x: np.ndarray, weights: Weights, name: str, dilation: int = 1) -> np.ndarray:
    """Zero-padded convolution of (channels, bands, frames); ``dilation`` is in bands.

    The kernels are symmetric in time, so the frames before and after are added up first: one
    product less of three.
    """
    kernel, bias = weights[f"{name}.weight"], weights[f"{name}.bias"]
    size = kernel.shape[2]
    margin = (size - 1) * dilation // 2
    channels, bands, frames = x.shape
    sides = 1 if kernel.shape[3] == 1 else 2
    padded = np.zeros((sides, channels, bands + 2 * margin, frames), np.float32)
    padded[0, :, margin : margin + bands] = x
    if sides == 2:
        around = padded[1, :, margin : margin + bands]
        around[..., 1:] = x[..., :-1]
        around[..., :-1] += x[..., 1:]
        kernel = kernel[..., 1::-1]
    matrix = np.ascontiguousarray(kernel.transpose(0, 3, 1, 2)).reshape(len(kernel), -1)
    result = np.empty((len(kernel), bands, frames), np.float32)
    side, channel, band, frame = padded.strides
    step = max(BLOCK_POSITIONS // frames, 1)
    for begin in range(0, bands, step):
        count = min(step, bands - begin)
        taps = as_strided(
            padded[:, :, begin:],
            (sides, channels, size, count, frames),
            (side, channel, band * dilation, band, frame),
        ).reshape(-1, count * frames)
        result[:, begin : begin + count] = (matrix @ taps).reshape(-1, count, frames)
    result += bias[:, None, None]
    return result


def _relu(x: np.ndarray) -> np.ndarray:
    return np.maximum(x, 0, out=x)


def _pitch_of(scores: np.ndarray) -> np.ndarray:
    """Hz of the best step of (frames, steps), averaged with its two neighbors by their scores."""
    steps_log_hz = np.linspace(np.log(MIN_PITCH_HZ), np.log(MAX_PITCH_HZ), STEPS)
    nearby = scores.argmax(axis=1)[:, None] + np.array([-1, 0, 1])
    bounded = np.full((len(scores), STEPS + 2), -np.inf)
    bounded[:, 1:-1] = scores
    shares = np.take_along_axis(bounded, nearby + 1, axis=1)
    shares = np.exp(shares - shares.max(axis=1, keepdims=True))
    shares /= shares.sum(axis=1, keepdims=True)
    return np.exp((shares * steps_log_hz[np.clip(nearby, 0, STEPS - 1)]).sum(axis=1))


@lru_cache(maxsize=1)
def _load_weights() -> Weights:
    return load_weights(resource_path("pitch", "model.safetensors"))


def load_weights(path: Path) -> Weights:
    """The network's arrays; filter banks dense, of shape (bins, bands).

    Raises EngineError if the file is missing or damaged.
    """
    try:
        stored = load_file(path)
        for size in WINDOWS_SAMPLES:
            bank = np.zeros((size // 2 + 1) * BANDS, np.float32)
            bank[stored.pop(f"bands.{size}.position")] = stored.pop(f"bands.{size}.weight")
            stored[f"bands.{size}"] = bank.reshape(-1, BANDS)
    except (OSError, KeyError, IndexError, ValueError, SafetensorError) as error:
        raise EngineError(
            f"The pitch tracker's weights in {path} cannot be read ({reason_of(error)}), expected "
            "the file that comes with QVIM Studio. Install QVIM Studio again."
        ) from error
    return stored
