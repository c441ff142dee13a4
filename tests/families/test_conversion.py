"""A published form finds its family; unknown forms are answered with the known ones."""

from __future__ import annotations

from pathlib import Path

import pytest
import torch

from qvim_studio.checkpoints import laion_clap
from qvim_studio.core.errors import CheckpointError
from qvim_studio.families.conversion import convert, converters


def test_families_come_before_parts_and_each_says_what_it_converts() -> None:
    known = converters()
    names = [module.__name__.split(".")[-2] for module in known]
    assert names == ["audioldm", "audiosr", "semanticodec", "checkpoints"]
    assert known[-1] is laion_clap
    assert all(isinstance(module.SOURCE, str) and module.SOURCE for module in known)


def test_an_unknown_source_is_answered_with_every_form_that_can_be_given(tmp_path: Path) -> None:
    path = tmp_path / "other.ckpt"
    torch.save({"weight": torch.ones(1)}, path)
    with pytest.raises(CheckpointError, match="cannot be converted") as refused:
        convert(path)
    assert all(module.SOURCE in str(refused.value) for module in converters())
