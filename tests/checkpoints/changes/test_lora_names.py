"""The layer that a change is for is found by the names of every trainer."""

from __future__ import annotations

import pytest
from original_layout import unet_layers

from qvim_studio.checkpoints.changes.lora_names import LayerNames


def test_layers_are_found_by_the_names_of_the_original_code() -> None:
    """kohya's scripts write them with underscores, others with dots."""
    for transformers in (1, 2):
        inside = {"attentions": "transformer_blocks.0.attn1.to_q"}
        pairs = [
            (f"{old}.{inside['attentions']}", f"{new}.{inside['attentions']}")
            if "attentions" in new
            else (old, new)
            for old, new in (*unet_layers(3, 2, transformers), ("film_emb", "class_embedding"))
        ]
        names = LayerNames(new for _, new in pairs)
        for old, new in pairs:
            assert names.find(f"lora_unet_{old.replace('.', '_')}") == new
            assert names.find(f"model.diffusion_model.{old}") == new
            assert names.find(f"lora_unet_{new.replace('.', '_')}") == new
    for wrong in ("lora_unet_input_blocks_99_0_in_layers_2", "lora_unet_input_blocks_x", "nothing"):
        with pytest.raises(ValueError, match="the base has no layer"):
            names.find(wrong)


def test_every_trainer_s_prefix_is_passed_over() -> None:
    names = LayerNames(("mid.attn.to_out.0", "mid.attn.to_q"))
    for prefix in ("", "unet.", "base_model.model.", "base_model.model.unet.", "module."):
        assert names.find(f"{prefix}mid.attn.to_q") == "mid.attn.to_q"


def test_what_an_attention_processor_projects_is_a_layer_beside_it() -> None:
    names = LayerNames(("mid.attn.to_out.0", "mid.attn.to_q"))
    assert names.find("unet.mid.attn", "to_q") == "mid.attn.to_q"
    assert names.find("unet.mid.attn", "to_out") == "mid.attn.to_out.0"
    with pytest.raises(ValueError, match=r"no layer mid\.attn\.to_k"):
        names.find("mid.attn", "to_k")
