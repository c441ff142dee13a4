"""Errors are measured against what the pipeline computes."""

from __future__ import annotations

import pytest
import torch
from tiny_checkpoint import make_tiny_unet
from tqdm import tqdm
from transformers import (
    ClapTextConfig,
    ClapTextModelWithProjection,
    SpeechT5HifiGan,
    SpeechT5HifiGanConfig,
)

from qvim_studio.bench.accuracy import relative_error
from qvim_studio.core.request import SamplerName
from qvim_studio.diffusion.sampler import make_scheduler, sample_latents
from qvim_studio.families.audioldm.label_denoiser import LabelDenoiser, label_conditions
from qvim_studio.training.trainers.unet import make_training_scheduler as training_scheduler
from qvim_studio.training.trainers.vae import make_vae

from diffusers import AudioLDMPipeline  # isort: skip


def test_our_ddim_loop_is_the_pipelines() -> None:
    """The reference of the error table really is what the pipeline computes."""
    torch.manual_seed(0)
    unet, vae = make_tiny_unet(in_channels=8).eval(), make_vae((8, 8, 8)).eval()
    vocoder = SpeechT5HifiGan(
        SpeechT5HifiGanConfig(
            model_in_dim=64,
            upsample_initial_channel=64,
            upsample_rates=[5, 4, 2, 2, 2],
            upsample_kernel_sizes=[16, 16, 8, 4, 4],
        )
    )
    scheduler = training_scheduler()  # DDIM, as diffusers has it
    tower = ClapTextModelWithProjection(
        ClapTextConfig(vocab_size=8, hidden_size=8, num_hidden_layers=1, num_attention_heads=1)
    )
    tqdm.monitor_interval = 0  # its thread would outlive the test
    pipeline = AudioLDMPipeline(vae, tower, None, unet, scheduler, vocoder)
    pipeline.set_progress_bar_config(disable=True)
    wanted, unwanted = torch.nn.functional.normalize(torch.randn(2, 1, 512), dim=-1)
    noise = torch.randn(1, 8, 8, 16)
    seen: list[torch.Tensor] = []
    pipeline(
        prompt_embeds=wanted,
        negative_prompt_embeds=unwanted,
        audio_length_in_s=0.32,
        num_inference_steps=5,
        guidance_scale=2.5,
        latents=noise,
        callback=lambda step, timestep, latents: seen.append(latents),
    )
    ours = sample_latents(
        LabelDenoiser(unet),
        make_scheduler(SamplerName.DDIM, dict(training_scheduler().config)),
        noise,
        label_conditions(wanted, unwanted),
        steps=5,
        guidance=2.5,
        on_step=lambda step, steps: None,
        is_cancelled=lambda: False,
    )
    torch.testing.assert_close(ours, seen[-1], atol=1e-5, rtol=1e-4)


def test_an_error_is_the_mean_over_samples_of_each_ones_share() -> None:
    reference = torch.ones(2, 1, 2, 2) * torch.tensor([1.0, 100.0]).reshape(2, 1, 1, 1)
    made = reference + torch.tensor([0.5, 10.0]).reshape(2, 1, 1, 1)
    assert relative_error(made, reference) == pytest.approx((0.5 + 0.1) / 2)
    assert relative_error(reference, reference) == 0.0
