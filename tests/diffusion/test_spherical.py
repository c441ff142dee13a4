"""Mixing latents: both ends are the sounds themselves, and nothing between is shorter."""

from __future__ import annotations

import pytest
import torch

from qvim_studio.diffusion.spherical import share_over_time, spherical_mix

SHAPES = [(1, 4, 6, 8), (2, 16, 6)]


def pair(shape: tuple[int, ...]) -> tuple[torch.Tensor, torch.Tensor]:
    draw = torch.Generator().manual_seed(0)
    return torch.randn(shape, generator=draw), 2.0 * torch.randn(shape, generator=draw)


def norms(latents: torch.Tensor) -> torch.Tensor:
    return latents.transpose(1, 2).flatten(2).norm(dim=2)


@pytest.mark.parametrize("shape", SHAPES)
def test_the_ends_are_the_sounds(shape: tuple[int, ...]) -> None:
    first, second = pair(shape)
    for share, wanted in ((0.0, first), (1.0, second)):
        mixed = spherical_mix(first, second, torch.full((6,), share))
        torch.testing.assert_close(mixed, wanted, atol=1e-5, rtol=1e-5)


@pytest.mark.parametrize("shape", SHAPES)
def test_what_lies_between_is_as_long_and_nearer_to_the_second_with_every_step(
    shape: tuple[int, ...],
) -> None:
    first, second = pair(shape)
    near = []
    for share in (0.0, 0.25, 0.5, 0.75, 1.0):
        mixed = spherical_mix(first, second, torch.full((6,), share))
        torch.testing.assert_close(
            norms(mixed), norms(first) * (1 - share) + norms(second) * share, atol=1e-4, rtol=1e-4
        )
        near.append(float(torch.cosine_similarity(mixed.flatten(), second.flatten(), 0)))
    assert near == sorted(near) and near[0] < 0.5 < near[-1]


def test_one_sound_with_itself_or_with_silence_stays_finite() -> None:
    first, _ = pair(SHAPES[0])
    share = torch.full((6,), 0.5)
    torch.testing.assert_close(spherical_mix(first, first, share), first)
    assert torch.isfinite(spherical_mix(first, torch.zeros_like(first), share)).all()
    assert torch.isfinite(spherical_mix(first, -first, share)).all()


def test_over_time_the_first_becomes_the_second() -> None:
    share = share_over_time(60, 50)
    assert share[0] == 0.0 and share[4] == 0.0 and (share[46:] == 1.0).all()
    assert (share.diff() >= 0).all() and share[24:26].mean() == pytest.approx(0.5, abs=0.01)
    first, second = pair((1, 4, 60, 8))
    mixed = spherical_mix(first, second, share)
    torch.testing.assert_close(mixed[:, :, :4], first[:, :, :4])
    torch.testing.assert_close(mixed[:, :, 46:], second[:, :, 46:], atol=1e-5, rtol=1e-5)


def test_windows_of_a_morph_over_time_go_on_where_the_one_before_ended() -> None:
    whole = share_over_time(100, 100)
    parts = [share_over_time(60, 60, (0.0, 0.6)), share_over_time(60, 60, (0.4, 1.0))]
    torch.testing.assert_close(parts[0], whole[:60], atol=0.02, rtol=0.0)
    torch.testing.assert_close(parts[1], whole[40:], atol=0.02, rtol=0.0)
    torch.testing.assert_close(parts[0][40:], parts[1][:20], atol=0.02, rtol=0.0)
