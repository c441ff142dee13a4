"""FiLM: what counts as it, that nothing else moves, and its file."""

from __future__ import annotations

from pathlib import Path

import pytest
import torch
from tiny_checkpoint import make_tiny_unet
from torch import nn

from qvim_studio.core.errors import CheckpointError
from qvim_studio.families.audioldm.film import (
    film_parameters,
    freeze_all_but_film,
    load_film,
    save_film,
)


@torch.no_grad()
def output(unet: nn.Module) -> torch.Tensor:
    generator = torch.Generator().manual_seed(3)
    latents = torch.randn(2, 12, 16, 16, generator=generator)
    condition = torch.nn.functional.normalize(torch.randn(2, 512, generator=generator), dim=1)
    return unet(latents, torch.tensor([10, 500]), None, class_labels=condition).sample


def train_a_little(unet: nn.Module) -> None:
    optimizer = torch.optim.AdamW(freeze_all_but_film(unet), lr=1e-2, weight_decay=0.0)
    for _ in range(3):
        condition = torch.nn.functional.normalize(torch.randn(2, 512), dim=1)
        sample = unet(torch.randn(2, 12, 16, 16), 5, None, class_labels=condition).sample
        optimizer.zero_grad()
        sample.square().mean().backward()
        optimizer.step()


def test_only_the_condition_s_half_moves() -> None:
    torch.manual_seed(0)
    unet = make_tiny_unet()
    before = {name: value.clone() for name, value in unet.state_dict().items()}
    train_a_little(unet)
    film = film_parameters(unet)
    for name, value in unet.state_dict().items():
        if name.endswith("time_emb_proj.weight"):
            half = value.shape[1] // 2
            assert torch.equal(value[:, :half], before[name][:, :half]), name
            assert not torch.equal(value[:, half:], before[name][:, half:]), name
        else:
            assert torch.equal(value, before[name]) != (name in film), name


def test_saved_and_loaded_weights_give_the_same_output(tmp_path: Path) -> None:
    torch.manual_seed(0)
    unet = make_tiny_unet()
    start = {name: value.clone() for name, value in unet.state_dict().items()}
    untuned = output(unet)
    train_a_little(unet)
    save_film(unet, "tiny", tmp_path)
    fresh = make_tiny_unet()
    fresh.load_state_dict(start)
    assert torch.equal(output(fresh), untuned)
    load_film(fresh, "tiny", tmp_path)
    assert torch.equal(output(fresh), output(unet))
    assert not torch.equal(output(fresh), untuned)


def test_weights_of_another_generator_are_refused_with_both_names(tmp_path: Path) -> None:
    unet = make_tiny_unet()
    save_film(unet, "one", tmp_path)
    with pytest.raises(CheckpointError, match=r"'one'.*'other'"):
        load_film(unet, "other", tmp_path)


def test_weights_of_another_shape_are_refused(tmp_path: Path) -> None:
    unet = make_tiny_unet()
    save_film(unet, "tiny", tmp_path)
    unet.class_embedding = nn.Linear(512, 64)
    with pytest.raises(CheckpointError, match=r"do not fit.*class_embedding\.weight"):
        load_film(unet, "tiny", tmp_path)


def test_damaged_file_is_refused(tmp_path: Path) -> None:
    (tmp_path / "film.safetensors").write_bytes(b"no tensors")
    with pytest.raises(CheckpointError, match="cannot be read"):
        load_film(make_tiny_unet(), "tiny", tmp_path)


def test_a_network_without_a_condition_has_no_film() -> None:
    with pytest.raises(CheckpointError, match="no FiLM to tune"):
        film_parameters(nn.Linear(3, 3))
