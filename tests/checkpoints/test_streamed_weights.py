"""Safetensors written block by block read back as they were."""

from __future__ import annotations

from pathlib import Path

import pytest
import torch
from safetensors.torch import load_file

from qvim_studio.checkpoints.streamed_weights import write_streamed
from qvim_studio.core.errors import CancelledError


def test_every_type_and_shape_reads_back_as_it_was(tmp_path: Path) -> None:
    tensors = {
        "scalar": torch.tensor(3.5),
        "half": torch.randn(3, 4).half(),
        "brain": torch.randn(2, 3, 1).bfloat16(),
        "whole": torch.arange(5),
        "none": torch.zeros(0, 4),
        "turned": torch.randn(4, 6).T,
        "is_set": torch.tensor([True, False]),
    }
    path = tmp_path / "weights.safetensors"
    write_streamed(tensors, path)
    read = load_file(path)
    assert read.keys() == tensors.keys()
    for name, value in tensors.items():
        assert read[name].dtype == value.dtype and torch.equal(read[name], value)


def test_blocks_are_counted_and_a_cancel_ends_between_two(tmp_path: Path) -> None:
    tensors = {"one": torch.randn(40), "two": torch.randn(8)}
    counted: list[int] = []
    write_streamed(tensors, tmp_path / "a", counted.append, block_bytes=64)
    assert counted == [64, 64, 32, 32]
    counted.clear()
    with pytest.raises(CancelledError):
        write_streamed(
            tensors, tmp_path / "b", counted.append, lambda: len(counted) == 2, block_bytes=64
        )
    assert counted == [64, 64]


def test_a_type_that_the_format_lacks_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="complex64"):
        write_streamed({"c": torch.zeros(1, dtype=torch.complex64)}, tmp_path / "c")
