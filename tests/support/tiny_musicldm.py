"""A MusicLDM with random weights, as the official pipeline saves it."""

from __future__ import annotations

from typing import Any

import torch
from tiny_audioldm2 import (
    clap_extractor,
    clap_tokenizer,
    published_scheduler,
    quiet,
    tiny_clap,
    tiny_hifigan,
    tiny_vae,
)
from tiny_checkpoint import make_tiny_unet

from diffusers import MusicLDMPipeline  # isort: skip


def tiny_musicldm(seed: int = 0) -> Any:
    torch.manual_seed(seed)
    # transformers' own eps, with which our text tower computes, too.
    parts = {
        "vae": tiny_vae(),
        "text_encoder": tiny_clap(layer_norm_eps=1e-12),
        "tokenizer": clap_tokenizer(),
        "feature_extractor": clap_extractor(),
        "unet": make_tiny_unet(8),
        "scheduler": published_scheduler(),
        "vocoder": tiny_hifigan(),
    }
    return quiet(MusicLDMPipeline(**parts))


def text_vector(pipeline: Any, text: str) -> torch.Tensor:
    """(1, 512); with transformers 5 the pipeline itself takes no text any more."""
    tokens = pipeline.tokenizer([text], return_tensors="pt")
    with torch.no_grad():
        features = pipeline.text_encoder.get_text_features(
            tokens.input_ids, attention_mask=tokens.attention_mask
        )
    return features.pooler_output
