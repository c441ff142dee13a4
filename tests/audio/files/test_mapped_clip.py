"""A long sound is looked at where it lies."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from qvim_studio.audio.files.mapped_clip import BLOCK_S, MappedClip


def test_a_mapped_clip_is_the_sound_in_the_file(tmp_path: Path) -> None:
    samples = np.random.default_rng(0).standard_normal((40_000, 2), np.float32)
    path = tmp_path / "sound"
    path.write_bytes(b"header.." + samples.tobytes())
    clip = MappedClip.of(path, 8, len(samples), 2, 1_000)
    np.testing.assert_array_equal(clip.samples, samples)
    assert clip.duration_s == 40.0 and clip.channels == 2
    blocks = list(clip.blocks())
    assert [len(block.samples) for block in blocks] == [15_000, 15_000, 10_000]
    assert blocks[0].duration_s == BLOCK_S
    np.testing.assert_array_equal(np.concatenate([one.samples for one in blocks]), samples)
