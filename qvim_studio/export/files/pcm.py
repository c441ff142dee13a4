"""Turns float samples into the integers or floats of a WAV's ``data`` chunk, and back."""

from __future__ import annotations

import struct

import numpy as np

from qvim_studio.core.clip import AudioClip

WAVE_PCM, WAVE_FLOAT = 1, 3
BIT_DEPTHS = (16, 24, 32)  # 32 is float
SOUND_BIT_DEPTHS = (8, *BIT_DEPTHS)  # what a WAV of ours may hold; 8 only where a sound comes so


def format_payload(channels: int, sample_rate: int, bit_depth: int) -> bytes:
    """The ``fmt`` chunk's payload of plain PCM (8, 16, 24) or float (32)."""
    frame = channels * bit_depth // 8
    tag = WAVE_FLOAT if bit_depth == 32 else WAVE_PCM
    common = struct.pack(
        "<HHIIHH", tag, channels, sample_rate, sample_rate * frame, frame, bit_depth
    )
    return common + (struct.pack("<H", 0) if tag == WAVE_FLOAT else b"")


def encode(clip: AudioClip, bit_depth: int, dither_seed: int | None = None) -> bytes:
    """The samples, little-endian and interleaved; values over full scale are clipped.

    dither_seed: where given, triangular noise of two steps peak to peak is added before rounding
    (Lipshitz et al. 1992), so that what is rounded away becomes hiss and not distortion.
    """
    if bit_depth == 32:
        return clip.samples.astype("<f4").tobytes()
    full_scale = 2 ** (bit_depth - 1)
    integers = quantize(clip.samples, full_scale, dither_seed)
    if bit_depth == 8:
        return (integers + 128).astype("u1").tobytes()  # the only unsigned form
    if bit_depth == 16:
        return integers.astype("<i2").tobytes()
    four_bytes = np.ascontiguousarray(integers, dtype="<i4").view(np.uint8).reshape(-1, 4)
    three_bytes = np.empty((len(four_bytes), 3), np.uint8)
    for column in range(3):  # four times as fast as copying all three at once
        three_bytes[:, column] = four_bytes[:, column]
    return three_bytes.tobytes()


def decode(data: bytes | memoryview, bit_depth: int, channels: int) -> np.ndarray:
    """The float32 samples (frames, channels) that ``encode`` made ``data`` of, up to rounding."""
    if bit_depth == 32:
        return np.frombuffer(data, "<f4").reshape(-1, channels)
    if bit_depth == 16:
        integers = np.frombuffer(data, "<i2")
        return (integers.astype(np.float32) * np.float32(2**-15)).reshape(-1, channels)
    three_bytes = np.frombuffer(data, np.uint8).reshape(-1, 3)
    four_bytes = np.zeros((len(three_bytes), 4), np.uint8)
    for column in range(3):
        four_bytes[:, column + 1] = three_bytes[:, column]
    integers = four_bytes.view("<i4").reshape(-1)  # at the top of 32 bits: the sign is right
    return (integers.astype(np.float32) * np.float32(2**-31)).reshape(-1, channels)


def quantize(samples: np.ndarray, full_scale: int, dither_seed: int | None) -> np.ndarray:
    """Samples as int32 in -full_scale .. full_scale - 1, of the same shape."""
    scaled = samples * np.float32(full_scale)
    if dither_seed is not None:
        rng = np.random.default_rng(dither_seed)
        scaled += rng.random(samples.shape, dtype=np.float32)
        scaled -= rng.random(samples.shape, dtype=np.float32)
    # Clipped in float: 2**23 and below are exact there.
    np.clip(np.rint(scaled, out=scaled), -full_scale, full_scale - 1, out=scaled)
    return scaled.astype(np.int32)
