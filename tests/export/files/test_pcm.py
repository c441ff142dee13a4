"""Samples as the data chunk of a WAV holds them."""

from __future__ import annotations

import struct

import numpy as np
import pytest

from qvim_studio.core.clip import AudioClip
from qvim_studio.export.files import pcm

ENDS = AudioClip(np.array([[-1.0, 0.5], [0.0, 1.0], [2.0, -2.0]], np.float32), 48_000)


@pytest.mark.parametrize(
    ("depth", "payload"),
    [
        (8, (1, 2, 48_000, 96_000, 2, 8)),
        (16, (1, 2, 48_000, 192_000, 4, 16)),
        (24, (1, 2, 48_000, 288_000, 6, 24)),
        (32, (3, 2, 48_000, 384_000, 8, 32)),
    ],
)
def test_the_format_says_how_many_bytes_a_frame_and_a_second_take(
    depth: int, payload: tuple[int, ...]
) -> None:
    extension = b"\0\0" if depth == 32 else b""
    assert pcm.format_payload(2, 48_000, depth) == struct.pack("<HHIIHH", *payload) + extension


def test_integers_end_at_full_scale() -> None:
    assert pcm.encode(ENDS, 8) == bytes([0, 192, 128, 255, 255, 0])
    integers = np.frombuffer(pcm.encode(ENDS, 16), "<i2")
    assert integers.tolist() == [-32_768, 16_384, 0, 32_767, 32_767, -32_768]
    data = pcm.encode(ENDS, 24)
    values = [int.from_bytes(data[i : i + 3], "little", signed=True) for i in range(0, 18, 3)]
    assert values == [-(2**23), 2**22, 0, 2**23 - 1, 2**23 - 1, -(2**23)]


@pytest.mark.parametrize("depth", [16, 24, 32])
def test_samples_come_back_from_their_bytes(depth: int) -> None:
    samples = np.array([[-1.0, 0.25], [0.5, 0.0]], np.float32)
    data = pcm.encode(AudioClip(samples, 48_000), depth)
    np.testing.assert_array_equal(pcm.decode(data, depth, 2), samples)


def test_dither_is_the_same_for_one_seed_and_at_most_one_step() -> None:
    quiet = AudioClip(np.full((1_000, 1), 0.3 / 2**15, np.float32), 48_000)
    plain, dithered = pcm.encode(quiet, 16), pcm.encode(quiet, 16, 0)
    assert pcm.encode(quiet, 16, 0) == dithered != plain == bytes(2_000)
    steps = np.frombuffer(dithered, "<i2")
    assert set(steps.tolist()) == {-1, 0, 1}
    assert steps.mean() == pytest.approx(0.3, abs=0.06)
