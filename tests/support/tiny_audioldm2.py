"""An AudioLDM 2 with random weights: the official pipeline, and its folder as it is published."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import torch
from tiny_clap import AUDIO, TEXT
from tokenizers import ByteLevelBPETokenizer
from torch import nn

from qvim_studio.networks.torch_audio import torchaudio  # noqa: F401  (before transformers)

from diffusers import (  # isort: skip
    AudioLDM2Pipeline,
    AudioLDM2ProjectionModel,
    AudioLDM2UNet2DConditionModel,
    AutoencoderKL,
    DDIMScheduler,
)
from transformers import (  # isort: skip
    ClapConfig,
    ClapFeatureExtractor,
    ClapModel,
    GPT2Config,
    GPT2LMHeadModel,
    RobertaTokenizer,
    SpeechT5HifiGan,
    SpeechT5HifiGanConfig,
    T5Config,
    T5EncoderModel,
    T5Tokenizer,
)

LOUDER = 12.0  # random vocoders are so quiet that no difference would show
LIVELIER = 3.0  # so that the streams of a random UNet can be told apart


def tiny_pipeline(
    seed: int = 0, levels: tuple[int | None, ...] = (None, 768, 1024)
) -> AudioLDM2Pipeline:
    """levels: what each of the UNet's levels listens to."""
    torch.manual_seed(seed)
    unet = AudioLDM2UNet2DConditionModel(
        sample_size=32,
        in_channels=8,
        out_channels=8,
        layers_per_block=1,
        block_out_channels=(8, 16),
        down_block_types=("DownBlock2D", "CrossAttnDownBlock2D"),
        up_block_types=("CrossAttnUpBlock2D", "UpBlock2D"),
        norm_num_groups=8,
        attention_head_dim=(1, 2),
        cross_attention_dim=[list(levels)] * 2,
    )
    scaled(unet.mid_block, LIVELIER)
    language_model = GPT2LMHeadModel(
        GPT2Config(
            n_layer=1,
            n_head=2,
            n_embd=768,
            n_positions=256,
            vocab_size=16,
            n_inner=16,
            resid_pdrop=0,
            embd_pdrop=0,
            attn_pdrop=0,
            max_new_tokens=8,
        )
    )
    pipeline = AudioLDM2Pipeline(
        vae=tiny_vae(),
        text_encoder=tiny_clap(),
        text_encoder_2=T5EncoderModel(
            T5Config(
                vocab_size=64,
                d_model=1024,
                d_kv=8,
                d_ff=16,
                num_layers=1,
                num_heads=2,
                feed_forward_proj="gated-gelu",
            )
        ),
        projection_model=AudioLDM2ProjectionModel(512, 1024, 768),
        language_model=language_model,
        tokenizer=clap_tokenizer(),
        tokenizer_2=t5_tokenizer(),
        feature_extractor=clap_extractor(),
        unet=unet,
        scheduler=published_scheduler(),
        vocoder=tiny_hifigan(),
    )
    return quiet(pipeline)


def publish(pipeline: AudioLDM2Pipeline, folder: Path) -> Path:
    """Write the folder as ``cvssp`` published it: GPT-2 without its head, the CLAP in float64."""
    pipeline.save_pretrained(folder)
    pipeline.language_model.transformer.save_pretrained(folder / "language_model")
    pipeline.text_encoder.double().save_pretrained(folder / "text_encoder")
    pipeline.text_encoder.float()
    return folder


def quiet(pipeline: Any) -> Any:
    """Without progress bars and dropout."""
    pipeline.set_progress_bar_config(disable=True)
    for part in pipeline.components.values():
        if isinstance(part, nn.Module):
            part.eval()
    return pipeline


def tiny_vae() -> AutoencoderKL:
    return AutoencoderKL(
        in_channels=1,
        out_channels=1,
        latent_channels=8,
        block_out_channels=(8, 8, 8),
        norm_num_groups=8,
        down_block_types=("DownEncoderBlock2D",) * 3,
        up_block_types=("UpDecoderBlock2D",) * 3,
        layers_per_block=1,
        scaling_factor=0.7,
    )


def tiny_hifigan() -> nn.Module:
    config = SpeechT5HifiGanConfig(
        model_in_dim=64,
        sampling_rate=16_000,
        upsample_initial_channel=32,
        upsample_rates=[5, 4, 2, 2, 2],
        upsample_kernel_sizes=[16, 16, 8, 4, 4],
        resblock_kernel_sizes=[3],
        resblock_dilation_sizes=[[1, 3]],
        normalize_before=False,
    )
    return scaled(SpeechT5HifiGan(config), LOUDER)


def tiny_clap(**text: Any) -> ClapModel:
    """text: beside what its text tower is like."""
    words = {**TEXT, "layer_norm_eps": 1e-5, **text}
    return ClapModel(ClapConfig(text_config=words, audio_config=AUDIO, projection_dim=512))


def clap_extractor() -> ClapFeatureExtractor:
    return ClapFeatureExtractor(truncation="rand_trunc", padding="repeatpad")


def published_scheduler() -> DDIMScheduler:
    return DDIMScheduler(
        num_train_timesteps=1000,
        beta_start=0.0015,
        beta_end=0.0195,
        beta_schedule="scaled_linear",
        steps_offset=1,
        clip_sample=False,
        set_alpha_to_one=False,
    )


def scaled(network: nn.Module, factor: float) -> nn.Module:
    with torch.no_grad():
        for parameter in network.parameters():
            parameter.mul_(factor)
    return network


def clap_tokenizer() -> RobertaTokenizer:
    bpe = ByteLevelBPETokenizer()
    special = ["<s>", "<pad>", "</s>", "<unk>", "<mask>"]
    bpe.train_from_iterator(["rain"], 270, special_tokens=special)
    return RobertaTokenizer(vocab=bpe.get_vocab(), merges=[], model_max_length=77)


def t5_tokenizer() -> T5Tokenizer:
    words = [("<pad>", 0.0), ("</s>", 0.0), ("<unk>", 0.0), ("▁", -2.0)]
    words += [(letter, -3.0) for letter in "abcdefghijklmnopqrstuvwxyz"]
    return T5Tokenizer(vocab=words, extra_ids=0, model_max_length=128)
