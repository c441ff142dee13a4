"""The layers of UNets of every family are found in the order of their calls, with their widths."""

from __future__ import annotations

import re
from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

import pytest
import torch
from tiny_audioldm2 import tiny_pipeline
from tiny_checkpoint import make_tiny_unet
from torch import nn

from qvim_studio.diffusion.unet_sites import (
    all_resnets,
    attentions_of,
    decoder_resnets,
    encoder_sites,
    hidden_of,
    level_ends,
    with_hidden,
)

ENCODER = re.compile(
    r"conv_in|(down_blocks\.\d+|mid_block)\.(resnets|attentions|downsamplers)\.\d+"
)


def audioldm() -> tuple[nn.Module, dict[str, Any]]:
    return make_tiny_unet(8), {"encoder_hidden_states": None, "class_labels": torch.ones(1, 512)}


def audioldm2() -> tuple[nn.Module, dict[str, Any]]:
    words = {
        "encoder_hidden_states": torch.ones(1, 4, 768),
        "encoder_hidden_states_1": torch.ones(1, 5, 1024),
    }
    return tiny_pipeline().unet, words


@pytest.fixture(params=[audioldm, audioldm2], ids=["audioldm", "audioldm2"])
def calls(request: pytest.FixtureRequest) -> tuple[nn.Module, list[tuple[nn.Module, torch.Tensor]]]:
    """A UNet, and its layers with their outputs in the order of the calls."""
    make: Callable[[], tuple[nn.Module, dict[str, Any]]] = request.param
    unet, condition = make()
    seen: list[tuple[nn.Module, torch.Tensor]] = []
    hooks = [
        layer.register_forward_hook(lambda layer, _, made: seen.append((layer, hidden_of(made))))
        for layer in unet.modules()
    ]
    with torch.inference_mode():
        unet(torch.zeros(1, 8, 8, 16), torch.tensor(1), return_dict=False, **condition)
    for hook in hooks:
        hook.remove()
    return unet, seen


def test_sites_are_called_in_their_order_and_as_wide_as_told(calls: Any) -> None:
    unet, seen = calls
    order = [layer for layer, _ in seen]
    widths = {layer: made.shape[1] for layer, made in seen}
    sites = encoder_sites(unet)
    wanted = {layer for name, layer in unet.named_modules() if ENCODER.fullmatch(name)}
    assert [site.layer for site in sites] == [layer for layer in order if layer in wanted]
    assert [site.width for site in sites] == [widths[site.layer] for site in sites]


def test_the_way_up_takes_every_kept_output_once(calls: Any) -> None:
    unet, _ = calls
    kept = [site for site in encoder_sites(unet) if site.is_kept]
    ups = decoder_resnets(unet)
    assert len(kept) == len(ups)
    entering = {layer: layer.conv1.in_channels for layer in ups}
    before = encoder_sites(unet)[-1].width
    for up, site in zip(ups, reversed(kept), strict=True):
        assert entering[up] == before + site.width
        before = up.conv2.out_channels


def test_the_output_of_the_middle_is_the_last_site_alone(calls: Any) -> None:
    unet, seen = calls
    sites = encoder_sites(unet)
    assert [site.is_last for site in sites] == [False] * (len(sites) - 1) + [True]
    outputs = dict(seen)
    assert torch.equal(outputs[sites[-1].layer], outputs[unet.mid_block])


def test_residual_blocks_come_in_the_order_of_their_calls(calls: Any) -> None:
    unet, seen = calls
    order = [layer for layer, _ in seen]
    resnets = list(all_resnets(unet))
    places = [order.index(resnet) for resnet in resnets]
    assert places == sorted(places)
    kinds = {type(resnet) for resnet in resnets}
    assert sum(type(layer) in kinds for layer in unet.modules()) == len(resnets)
    levels = len(unet.down_blocks) + 1 + len(unet.up_blocks)
    assert len(list(level_ends(unet))) == levels and set(level_ends(unet)) <= set(resnets)


def test_another_kind_of_network_is_refused_by_its_name() -> None:
    with pytest.raises(ValueError, match="got Linear"):
        encoder_sites(nn.Linear(2, 2))
    with pytest.raises(ValueError, match="got ModuleDict"):
        encoder_sites(nn.ModuleDict({"conv_in": nn.Linear(2, 2)}))


def test_places_without_an_attention_have_none() -> None:
    layer = nn.Linear(2, 2)
    assert attentions_of(SimpleNamespace(attentions=[None, layer])) == [layer]
    assert attentions_of(SimpleNamespace()) == attentions_of(SimpleNamespace(attentions=None)) == []


def test_only_the_first_tensor_of_an_output_is_exchanged() -> None:
    one, other = torch.zeros(1), torch.ones(1)
    assert hidden_of((one, "rest")) is one and hidden_of(one) is one
    assert with_hidden((one, "rest"), other) == (other, "rest")
    assert with_hidden(one, other) is other
