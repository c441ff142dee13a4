"""Each block of a grid computes its closed form: attention, gates, shortcuts and paddings."""

from __future__ import annotations

import math

import pytest
import torch
from torch import nn
from torch.nn import functional

from qvim_studio.networks.grid_blocks import (
    Doubling,
    GatedLinear,
    GridAttention,
    GridTransformer,
    Halving,
    ResidualBlock,
    SelfAttention,
)


@pytest.fixture(autouse=True)
def drawn() -> None:
    torch.manual_seed(0)


def silenced(network: nn.Module) -> None:
    for value in network.parameters():
        nn.init.zeros_(value)


@torch.no_grad()
def test_attention_is_a_softmax_over_all_places_in_each_head() -> None:
    attention, given = SelfAttention(6, heads=2, has_bias=True), torch.randn(1, 5, 6)
    query, key, value = (
        layer(given)[0] for layer in (attention.to_q, attention.to_k, attention.to_v)
    )
    heads = []
    for part in (slice(0, 3), slice(3, 6)):
        scores = query[:, part] @ key[:, part].T / math.sqrt(3)
        heads.append(scores.softmax(dim=1) @ value[:, part])
    expected = attention.to_out[0](torch.cat(heads, dim=1))
    torch.testing.assert_close(attention(given)[0], expected)


@torch.no_grad()
def test_attention_of_a_grid_follows_its_places_when_they_move() -> None:
    attention, given = GridAttention(4, groups=2, eps=1e-6), torch.randn(2, 4, 3, 5)
    made = attention(given)
    torch.testing.assert_close(attention(given.flip(2, 3)), made.flip(2, 3))
    silenced(attention.to_out)
    assert torch.equal(attention(given), given)


@torch.no_grad()
def test_a_transformer_adds_to_its_grid_and_keeps_every_place() -> None:
    transformer, given = GridTransformer(4, heads=2, groups=2), torch.randn(2, 4, 3, 5)
    made = transformer(given)
    torch.testing.assert_close(transformer(given.flip(2, 3)), made.flip(2, 3))
    silenced(transformer.transformer_blocks)
    without = transformer.proj_out(transformer.proj_in(transformer.norm(given))) + given
    torch.testing.assert_close(transformer(given), without)


@torch.no_grad()
def test_the_second_half_of_a_linear_layer_gates_the_first() -> None:
    layer, given = GatedLinear(3, 2), torch.randn(4, 3)
    value, gate = layer.proj(given)[:, :2], layer.proj(given)[:, 2:]
    normal = 0.5 * (1 + torch.erf(gate / math.sqrt(2)))
    torch.testing.assert_close(layer(given), value * gate * normal)


@torch.no_grad()
def test_a_condition_shifts_the_channels_between_the_convolutions() -> None:
    block, given, condition = (
        ResidualBlock(4, 6, 2, 1e-5, 3),
        torch.randn(1, 4, 5, 5),
        torch.randn(1, 3),
    )
    plain = ResidualBlock(4, 6, 2, 1e-5)
    plain.load_state_dict(block.state_dict(), strict=False)
    shift = block.time_emb_proj(functional.silu(condition))
    plain.conv1.bias += shift[0]
    torch.testing.assert_close(block(given, condition), plain(given))


@torch.no_grad()
@pytest.mark.parametrize("width", [4, 6])
def test_the_shortcut_is_a_projection_only_where_widths_differ(width: int) -> None:
    block, given = ResidualBlock(4, width, 2, 1e-5), torch.randn(1, 4, 5, 5)
    silenced(block.conv2)
    expected = given if block.conv_shortcut is None else block.conv_shortcut(given)
    assert torch.equal(block(given), expected)
    assert (block.conv_shortcut is None) == (width == 4)


@torch.no_grad()
@pytest.mark.parametrize(("padding", "first_and_last"), [(1, (4.0, 9.0)), (0, (9.0, 4.0))])
def test_halving_pads_around_the_grid_or_only_after_its_end(
    padding: int, first_and_last: tuple[float, float]
) -> None:
    layer = Halving(1, padding)
    nn.init.ones_(layer.conv.weight)
    nn.init.zeros_(layer.conv.bias)
    made = layer(torch.ones(1, 1, 6, 6))[0, 0]
    assert made.shape == (3, 3)
    assert (float(made[0, 0]), float(made[-1, -1])) == first_and_last


@torch.no_grad()
def test_doubling_repeats_every_value() -> None:
    layer = Doubling(1)
    silenced(layer)
    layer.conv.weight[0, 0, 1, 1] = 1.0
    made = layer(torch.tensor([[[[1.0, 2.0]]]]))
    assert made[0, 0].tolist() == [[1.0, 1.0, 2.0, 2.0]] * 2
