"""The listener: what it compares, where its gradient leads, how it is stored."""

from __future__ import annotations

from pathlib import Path

import pytest
import torch

from qvim_studio.core.errors import CheckpointError
from qvim_studio.families.audioldm.listener import LatentListener, ListenerConfig

TINY = ListenerConfig(channels=16, blocks=2, directions=3, condition_dim=20)


def tiny_listener() -> LatentListener:
    torch.manual_seed(0)
    listener = LatentListener(TINY)
    listener.know(torch.randn(40, 20))
    return listener.eval().requires_grad_(False)


@pytest.mark.parametrize("frames", [8, 33, 96])
def test_any_length_becomes_one_place(frames: int) -> None:
    found = tiny_listener()(torch.randn(2, 8, frames, 16), torch.tensor([0, 900]))
    assert found.shape == (2, 3) and found.isfinite().all()


def test_only_directions_in_which_sounds_differ_count() -> None:
    torch.manual_seed(0)
    kinds = torch.randn(200, 3) * torch.tensor([4.0, 1.0, 0.5])
    details = 0.01 * torch.randn(200, 20)
    axes = torch.linalg.qr(torch.randn(20, 20)).Q
    listener = LatentListener(TINY)
    listener.know(kinds @ axes[:3] + details)
    same_kind = listener.project(kinds[:1] @ axes[:3] + 0.3 * axes[3:5])
    assert torch.allclose(same_kind[0], same_kind[1], atol=0.02)
    spread = listener.project(kinds @ axes[:3]).std(dim=0)
    assert spread.max() < 1.5 * spread.min()  # each as much as the others


def test_its_gradient_leads_every_row_to_its_own_condition() -> None:
    listener, timestep = tiny_listener(), torch.tensor(500)
    with torch.inference_mode():
        latents, wanted = torch.randn(3, 8, 32, 16), torch.randn(3, 20)
        steps = timestep.expand(3)
        gradient = listener.gradient(latents, timestep, wanted)
        before = listener.likeness(latents, steps, wanted)
        after = listener.likeness(latents + 0.5 * gradient / gradient.std(), steps, wanted)
        alone = listener.gradient(latents[1:2], timestep, wanted[1:2])
    assert (after > before).all()
    assert torch.allclose(alone[0], gradient[1], atol=1e-6)


def test_saved_weights_hear_the_same_and_broken_ones_are_refused(tmp_path: Path) -> None:
    listener = tiny_listener()
    listener.save_pretrained(tmp_path)
    latents, steps, wanted = torch.randn(2, 8, 16, 16), torch.tensor([3, 7]), torch.randn(2, 20)
    again = LatentListener.from_pretrained(tmp_path)
    assert torch.equal(
        again.likeness(latents, steps, wanted), listener.likeness(latents, steps, wanted)
    )
    (tmp_path / "config.json").write_text("{}")
    with pytest.raises(CheckpointError, match="train listener"):
        LatentListener.from_pretrained(tmp_path)
