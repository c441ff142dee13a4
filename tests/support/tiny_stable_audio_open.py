"""A tiny Stable Audio Open with random weights, saved by the official classes."""

from __future__ import annotations

import json
import warnings
from pathlib import Path
from typing import Any

import torch
from tiny_stable_audio_3 import wake

from qvim_studio.networks.quiet import quiet_libraries
from qvim_studio.networks.torch_audio import torchaudio  # noqa: F401  (before diffusers)

from diffusers import (  # isort: skip
    AutoencoderOobleck,
    StableAudioDiTModel,
    StableAudioProjectionModel,
)
from transformers import T5Config, T5EncoderModel, T5Tokenizer  # isort: skip

RATE, RATIO, CANVAS = 44_100, 512, 64
CHANNELS, WIDTH, TOKENS = 16, 24, 12
RATIOS = [4, 8, 16]


def build_tiny_open(folder: Path) -> Path:
    quiet_libraries()
    torch.manual_seed(11)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", FutureWarning)  # of torch, on how Oobleck norms weights
        vae = AutoencoderOobleck(
            encoder_hidden_size=CHANNELS * 2,
            downsampling_ratios=RATIOS,
            channel_multiples=[1, 1, 1],
            decoder_channels=8,
            decoder_input_channels=CHANNELS,
            audio_channels=2,
            sampling_rate=RATE,
        )
    parts: dict[str, Any] = {
        "vae": vae,
        "transformer": StableAudioDiTModel(
            sample_size=CANVAS,
            in_channels=CHANNELS,
            num_layers=2,
            attention_head_dim=8,
            num_attention_heads=3,
            num_key_value_attention_heads=3,
            out_channels=CHANNELS,
            cross_attention_dim=WIDTH,
            time_proj_dim=16,
            global_states_input_dim=2 * WIDTH,
            cross_attention_input_dim=WIDTH,
        ),
        "projection_model": StableAudioProjectionModel(WIDTH, WIDTH, 0, 512),
        "text_encoder": T5EncoderModel(
            T5Config(vocab_size=64, d_model=WIDTH, d_kv=8, d_ff=16, num_layers=1, num_heads=2)
        ),
    }
    for name, part in parts.items():
        wake(part).eval().save_pretrained(folder / name)
    words = [("<pad>", 0.0), ("</s>", 0.0), ("<unk>", 0.0), ("▁", -2.0)]
    words += [(letter, -3.0) for letter in "abcdefghijklmnopqrstuvwxyz"]
    tokenizer = T5Tokenizer(vocab=words, extra_ids=0, model_max_length=TOKENS)
    tokenizer.save_pretrained(folder / "tokenizer")
    scheduler = {
        "_class_name": "CosineDPMSolverMultistepScheduler",
        "sigma_min": 0.3,
        "sigma_max": 500,
        "sigma_data": 1.0,
        "sigma_schedule": "exponential",
        "solver_order": 2,
        "prediction_type": "v_prediction",
    }
    (folder / "scheduler").mkdir()
    (folder / "scheduler" / "scheduler_config.json").write_text(json.dumps(scheduler))
    (folder / "model_index.json").write_text(json.dumps({"_class_name": "StableAudioPipeline"}))
    return folder
