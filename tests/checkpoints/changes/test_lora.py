"""How large a change is, and which layer it is for, as each trainer says it."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
import torch
from safetensors.torch import save_file

from qvim_studio.checkpoints.changes.lora import is_lora, read_lora
from qvim_studio.core.errors import CheckpointError

LAYERS = ("down.0.attn.to_q", "down.0.attn.to_out.0", "mid.conv")
DOWN, UP = torch.ones(4, 3), torch.ones(5, 4)


def stored(layer: str, middle: str = "") -> dict[str, torch.Tensor]:
    name = f"base_model.model.{layer}.lora_"
    return {f"{name}A{middle}.weight": DOWN.clone(), f"{name}B{middle}.weight": UP.clone()}


@pytest.mark.parametrize(
    ("config", "scale"),
    [
        ({}, 1.0),
        ({"lora_alpha": 8}, 2.0),
        ({"lora_alpha": 8, "use_rslora": True}, 4.0),
        ({"lora_alpha": 8, "alpha_pattern": {"attn.to_q": 2}}, 0.5),
        ({"lora_alpha": 8, "alpha_pattern": {"conv": 2}}, 2.0),
    ],
)
@pytest.mark.parametrize("is_header", [True, False])
def test_alpha_comes_from_peft_s_file_or_from_the_header(
    tmp_path: Path, config: dict[str, Any], scale: float, is_header: bool
) -> None:
    path = tmp_path / "some.safetensors"
    header = {f"unet.{name}": value for name, value in config.items()}
    metadata = {"lora_adapter_metadata": json.dumps(header)} if is_header else None
    save_file(stored(LAYERS[0]), path, metadata)
    if not is_header:
        (tmp_path / "adapter_config.json").write_text(json.dumps(config))
    lora = read_lora(path, LAYERS)
    assert lora.pairs[LAYERS[0]].scale == scale
    changed = lora.pairs[LAYERS[0]].added_to(torch.zeros(5, 3), 0.5)
    assert torch.equal(changed, torch.full((5, 3), 0.5 * scale * 4))


def test_named_adapters_and_numbered_layers_are_found(tmp_path: Path) -> None:
    path = tmp_path / "some.safetensors"
    save_file({**stored(LAYERS[1], ".default"), **stored(LAYERS[2])}, path)
    assert set(read_lora(path, LAYERS).pairs) == {LAYERS[1], LAYERS[2]}


def test_other_weights_are_not_taken_for_a_lora() -> None:
    assert not is_lora(["unet.conv_in.weight", "model.diffusion_model.out.2.bias"])
    assert is_lora(["lora_unet_mid_conv.lora_up.weight"])
    assert is_lora(["mid.conv.hada_w1_a"])
    assert is_lora(["mid.conv.dora_scale"])  # and refused by its name


def test_an_original_lora_is_read_with_its_layer_and_alpha(tmp_path: Path) -> None:
    layer = "down_blocks.1.attentions.0.transformer_blocks.0.attn1.to_q"
    layers = [
        layer,
        *(f"down_blocks.{level}.resnets.{n}.conv1" for level in (0, 1) for n in (0, 1)),
    ]
    name = "lora_unet_input_blocks_4_1_transformer_blocks_0_attn1_to_q"
    stored = {f"{name}.lora_down.weight": DOWN, f"{name}.lora_up.weight": UP}
    save_file(stored | {f"{name}.alpha": torch.tensor(2.0)}, tmp_path / "old.safetensors")
    lora = read_lora(tmp_path / "old.safetensors", layers)
    assert lora.pairs[layer].scale == 0.5 and lora.trainer == "kohya's scripts"


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("base_model.model.mid.conv.lora_A.weight", torch.ones(())),
        ("base_model.model.mid.conv.lora_A.weight", torch.ones(0, 3)),
        ("base_model.model.mid.conv.alpha", torch.ones(2)),
    ],
)
def test_what_is_no_matrix_is_refused(tmp_path: Path, name: str, value: torch.Tensor) -> None:
    save_file(stored(LAYERS[2]) | {name: value}, tmp_path / "odd.safetensors")
    with pytest.raises(CheckpointError, match=r"no matrix|holds 2 numbers"):
        read_lora(tmp_path / "odd.safetensors", LAYERS)
