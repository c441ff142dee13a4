"""The tagger's network: its front end, its padding and what it hears."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import torch
from torch.nn import functional

from qvim_studio.core.errors import CheckpointError
from qvim_studio.networks.yamnet import LogMel, Yamnet, patches_of


def test_mel_bands_are_triangles_over_the_mel_scale() -> None:
    """Against the definition: each bin within the edges lies in two bands, whose weights add up."""
    basis = LogMel().basis.numpy()
    bins_hz = np.linspace(0.0, 8000.0, 257)
    mel = 1127.0 * np.log1p(bins_hz / 700.0)
    low, high = 1127.0 * np.log1p(np.array([125.0, 7500.0]) / 700.0)
    step = (high - low) / 65
    inside = (mel > low + step) & (mel < high - step)
    np.testing.assert_allclose(basis[inside].sum(axis=1), 1.0, atol=1e-5)
    assert not basis[(mel < low) | (mel > high)].any()


def test_a_tone_is_loudest_in_the_band_of_its_frequency() -> None:
    tone = torch.sin(2 * torch.pi * 1000.0 * torch.arange(16_000) / 16_000)
    log_mel = LogMel()(tone[None])[0]
    assert log_mel.shape == (98, 64)
    mel = 1127.0 * np.log1p(np.array([125.0, 1000.0, 7500.0]) / 700.0)
    expected = round((mel[1] - mel[0]) / ((mel[2] - mel[0]) / 65)) - 1
    assert (log_mel.argmax(dim=1) == expected).all()


def test_silence_is_the_logarithm_of_the_offset() -> None:
    torch.testing.assert_close(
        LogMel()(torch.zeros(1, 15_600)), torch.full((1, 96, 64), -6.907755), atol=1e-5, rtol=0.0
    )


def test_patches_overlap_by_half() -> None:
    frames = torch.arange(96.0 + 48.0)[:, None].expand(-1, 64)
    patches = patches_of(frames)
    assert patches.shape == (2, 96, 64)
    assert (patches[0, 48:] == patches[1, :48]).all()


def test_a_stride_of_two_pads_the_end_alone() -> None:
    network = Yamnet()
    first = network.convolutions[0]
    with torch.no_grad():
        first.weight.zero_()
        first.weight[:, :, 0, 0] = 1.0  # looks at the first of its nine values
        first.bias.zero_()
    seen = []
    network.convolutions[1].register_forward_pre_hook(lambda _, given: seen.append(given[0]))
    patches = torch.rand(1, 96, 64)
    network(patches)
    torch.testing.assert_close(seen[0][:, 0], functional.relu(patches[:, ::2, ::2]))


def test_files_that_do_not_fit_are_refused_in_a_sentence(tmp_path: Path) -> None:
    (tmp_path / "model.safetensors").write_bytes(b"nothing")
    with pytest.raises(CheckpointError, match="Install the program again"):
        Yamnet.from_file(tmp_path / "model.safetensors")
