"""A part that cannot be loaded is named once; lack of memory blames no file."""

from __future__ import annotations

from pathlib import Path

import pytest
import torch

from qvim_studio.core.errors import CheckpointError
from qvim_studio.families.loading import loaded_part

FOLDER = Path("some", "model")


def load_failing(error: Exception) -> None:
    def load() -> None:
        raise error

    loaded_part(FOLDER, "denoiser", load)


def test_a_value_that_loads_is_handed_over() -> None:
    assert loaded_part(FOLDER, "denoiser", lambda: 3) == 3


@pytest.mark.parametrize(
    ("error", "reason"),
    [
        (KeyError("width"), "'width'"),
        (ValueError(), r"ValueError\(\)"),
        (RuntimeError("first line\nsecond line"), "first line"),
        (RuntimeError("x" * 500), "x{160}"),
    ],
)
def test_every_other_error_becomes_one_short_sentence(error: Exception, reason: str) -> None:
    with pytest.raises(CheckpointError, match=rf"^The denoiser of .* loaded: {reason}\. Copy or"):
        load_failing(error)


@pytest.mark.parametrize(
    "error", [CheckpointError("own sentence"), MemoryError(), torch.OutOfMemoryError("cuda")]
)
def test_own_sentences_and_lack_of_memory_pass_through(error: Exception) -> None:
    with pytest.raises(type(error)) as caught:
        load_failing(error)
    assert caught.value is error
