"""The adapter: unit vectors, exact storage, and refusal of what it was not made for."""

from __future__ import annotations

from pathlib import Path

import pytest
import torch

from qvim_studio.core.errors import CheckpointError
from qvim_studio.models.adapter import (
    Adapter,
    AdapterBinding,
    check_binding,
    load_adapter,
    save_adapter,
)

BINDING = AdapterBinding("enc-a", "clap-a", "gen-a")


def test_conditioning_has_unit_norm_and_the_published_size() -> None:
    adapter = Adapter()
    assert sum(p.numel() for p in adapter.parameters()) == 1_511_936
    torch.testing.assert_close(adapter(torch.randn(3, 960)).norm(dim=1), torch.ones(3))


def test_saved_adapter_comes_back_with_its_binding(tmp_path: Path) -> None:
    torch.manual_seed(0)
    adapter = Adapter().half().float()
    save_adapter(adapter, BINDING, tmp_path)
    loaded, binding = load_adapter(tmp_path)
    assert binding == BINDING
    embedding = torch.randn(2, 960)
    assert torch.equal(loaded(embedding), adapter(embedding))


@pytest.mark.parametrize("name", ["encoder_id", "clap_id", "generator_id"])
def test_mismatch_names_both_sides(name: str) -> None:
    wanted = {"encoder_id": "enc-a", "clap_id": "clap-a", "generator_id": "gen-a"}
    check_binding(BINDING, **wanted)
    with pytest.raises(CheckpointError, match=rf"{wanted[name]}.*other"):
        check_binding(BINDING, **(wanted | {name: "other"}))


def test_folder_without_an_adapter_gives_a_sentence(tmp_path: Path) -> None:
    with pytest.raises(CheckpointError, match="cannot be loaded"):
        load_adapter(tmp_path)
