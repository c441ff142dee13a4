"""Published tensors find their network and their name in it."""

from __future__ import annotations

import pytest

from qvim_studio.families.stable_audio_3.published_names import (
    attention_order,
    coder_name,
    denoiser_name,
    duration_name,
    is_fused_attention,
)

PROMPT = "conditioner.conditioners.prompt.padding_embedding"
SECONDS = "conditioner.conditioners.seconds_total.embedder.embedding.1.weight"


@pytest.mark.parametrize(
    ("published", "own"),
    [
        (
            "model.model.transformer.layers.3.ff.ff.0.proj.weight",
            "transformer_blocks.3.ff.proj_in.weight",
        ),
        ("model.model.transformer.layers.3.ff.ff.2.bias", "transformer_blocks.3.ff.proj_out.bias"),
        ("model.model.transformer.project_in.weight", "proj_in.weight"),
        ("model.model.transformer.project_out.weight", "proj_out.weight"),
        ("model.model.transformer.memory_tokens", "memory_tokens"),
        ("model.model.to_timestep_embed.0.weight", "to_timestep_embed.0.weight"),
        (PROMPT, "prompt_padding_embedding"),
        (SECONDS, None),
        ("pretransform.model.encoder.weight", None),
    ],
)
def test_tensors_of_the_denoiser_get_the_names_of_diffusers(
    published: str, own: str | None
) -> None:
    assert denoiser_name(published) == own


@pytest.mark.parametrize(
    ("published", "own"),
    [
        ("pretransform.model.encoder.weight", "encoder.weight"),
        ("pretransform.model.decoder.layers.0.rope.inv_freq", None),
        ("pretransform.model.bottleneck.noise_scaling_factor", None),
        ("model.model.transformer.memory_tokens", None),
    ],
)
def test_tensors_of_the_coder_keep_their_names_but_for_those_of_training(
    published: str, own: str | None
) -> None:
    assert coder_name(published) == own


def test_the_duration_s_tensors_are_told_from_those_of_the_words() -> None:
    assert duration_name(SECONDS) == "linear.weight" and duration_name(PROMPT) is None


def test_parts_of_a_differential_attention_are_put_in_the_order_of_diffusers() -> None:
    published = ["q", "k", "v", "q2", "k2"]
    assert [published[place] for place in attention_order()] == ["q", "q2", "k", "k2", "v"]
    assert is_fused_attention("transformer_blocks.0.self_attn.to_qkv.weight")
    assert not is_fused_attention("transformer_blocks.0.cross_attn.to_q.weight")
