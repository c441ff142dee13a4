"""Loads the networks of a published Stable Audio 3 folder, strictly and offline."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch
from torch import nn

from qvim_studio.families.loading import loaded_part
from qvim_studio.families.stable_audio_3.config import (
    TEXT_FOLDER,
    DenoiserConfig,
    StableAudio3Config,
    read_config,
)
from qvim_studio.families.stable_audio_3.prompt import PromptEncoder
from qvim_studio.families.stable_audio_3.published_names import (
    CODER,
    DENOISER,
    DURATION,
    PADDING,
    attention_order,
    coder_name,
    denoiser_name,
    duration_name,
    is_fused_attention,
)
from qvim_studio.memory.compute_plan import ComputePlan
from qvim_studio.memory.modes import FULL_BITS
from qvim_studio.memory.offload import stream, visiting
from qvim_studio.memory.stored_weights import store_weights
from qvim_studio.networks.coders.same_coder import SameCoder
from qvim_studio.networks.files.weights import filled_network, read_tensors
from qvim_studio.networks.quiet import quiet_libraries
from qvim_studio.networks.torch_audio import torchaudio  # noqa: F401  (before diffusers)

from diffusers import StableAudio3DiTModel  # isort: skip

# Of the features of a duration, see StableAudio3DurationEmbedder of diffusers.
DURATION_FEATURES, LOWEST_FREQUENCY, HIGHEST_FREQUENCY = 256, 0.5, 10_000.0


class DurationEmbedder(nn.Module):
    """Embeds a duration as projected Fourier features of rising frequency."""

    def __init__(self, channels: int, longest_s: float) -> None:
        super().__init__()
        self._longest_s = longest_s
        self.linear = nn.Linear(DURATION_FEATURES, channels)

    def forward(self, seconds: float) -> torch.Tensor:
        """The embedding of a duration, float32 (1, channels)."""
        share = min(max(seconds, 0.0), self._longest_s) / self._longest_s
        ends = torch.linspace(0.0, 1.0, DURATION_FEATURES // 2)
        ratio = math.log(HIGHEST_FREQUENCY) - math.log(LOWEST_FREQUENCY)
        waves = torch.exp(ends * ratio + math.log(LOWEST_FREQUENCY)) * share * 2.0 * math.pi
        return self.linear(torch.cat([waves.cos(), waves.sin()])[None])


@dataclass(eq=False)
class StableAudio3Parts:
    """The networks, on the plan's device or in ordinary memory.

    coder: in float32 under a float16 plan, because float16 rounds away the difference of its
    attentions.
    """

    config: StableAudio3Config
    denoiser: StableAudio3DiTModel
    coder: SameCoder
    duration: DurationEmbedder
    prompt: PromptEncoder
    plan: ComputePlan

    @contextmanager
    def denoising(self) -> Iterator[None]:
        """Inside, the denoiser is on the plan's device."""
        with self._visiting(self.denoiser) if not self.plan.streams else nullcontext():
            yield

    @contextmanager
    def coding(self) -> Iterator[None]:
        """Inside, the coder is on the plan's device."""
        with self._visiting(self.coder):
            yield

    def _visiting(self, network: nn.Module) -> Any:
        is_guest = self.plan.traits.swaps_parts
        return visiting(network, self.plan.device) if is_guest else nullcontext()


def wide_dtype(dtype: torch.dtype) -> torch.dtype:
    """The precision of networks that do not tolerate float16."""
    return torch.float32 if dtype == torch.float16 else dtype


def load_stable_audio_3(folder: Path, plan: ComputePlan) -> StableAudio3Parts:
    """Load all networks. Raises CheckpointError naming missing or damaged files."""
    quiet_libraries()
    config = read_config(folder)
    home = "cpu" if plan.traits.swaps_parts else plan.device
    denoiser = loaded_part(
        folder, "denoiser", lambda: load_denoiser(folder, config, home, plan.dtype)
    )
    if plan.traits.stored_bits < FULL_BITS:
        store_weights(denoiser, plan.traits.stored_bits)
    if plan.streams:
        denoiser.memory_tokens.data = denoiser.memory_tokens.data.to(plan.device)
        stream(denoiser, plan.device)
    coder = loaded_part(folder, "coder", lambda: load_coder(folder, config, home, plan.dtype))
    duration = loaded_part(folder, "duration embedder", lambda: _load_duration(folder, config))
    prompt = loaded_part(
        folder,
        f"text encoder in {TEXT_FOLDER}/",
        lambda: PromptEncoder.load(
            folder / TEXT_FOLDER, config.text_tokens, plan, wide_dtype(plan.dtype)
        ),
    )
    return StableAudio3Parts(config, denoiser, coder, duration, prompt, plan)


def make_denoiser(config: DenoiserConfig, latent_channels: int) -> StableAudio3DiTModel:
    """An untrained denoiser of these sizes."""
    denoiser = StableAudio3DiTModel(
        io_channels=latent_channels,
        embed_dim=config.width,
        depth=config.depth,
        num_heads=config.heads,
        cond_token_dim=config.text_channels,
        global_cond_dim=config.text_channels,
        local_add_cond_dim=config.local_channels,
        ff_mult=config.feed_forward,
        num_memory_tokens=config.memory_tokens,
        use_differential_attention=config.has_difference,
    )
    for block in denoiser.transformer_blocks:
        for norm in (block.pre_norm, block.cross_attend_norm, block.ff_norm):
            norm.eps = config.norm_eps
    return denoiser


def load_denoiser(folder: Path, config: StableAudio3Config, device: str, dtype: torch.dtype) -> Any:
    """The denoiser of a folder. Raises ValueError naming missing, surplus or misshapen tensors, as
    ``load_coder`` does."""
    weights = _read_named(folder, device, dtype, DENOISER, denoiser_name)
    weights |= _read_named(folder, device, dtype, PADDING, denoiser_name)
    if config.denoiser.has_difference:
        for name in filter(is_fused_attention, weights):
            parts = weights[name].chunk(len(attention_order()))
            weights[name] = torch.cat([parts[place] for place in attention_order()])
    return filled_network(
        lambda: make_denoiser(config.denoiser, config.coder.latent_channels), weights
    )


def load_coder(folder: Path, config: StableAudio3Config, device: str, dtype: torch.dtype) -> Any:
    weights = _read_named(folder, device, wide_dtype(dtype), CODER, coder_name)
    return filled_network(lambda: SameCoder(config.coder), weights)


def _load_duration(folder: Path, config: StableAudio3Config) -> Any:
    weights = _read_named(folder, "cpu", torch.float32, DURATION, duration_name)
    channels, longest_s = config.denoiser.text_channels, config.longest_conditioned_s
    return filled_network(lambda: DurationEmbedder(channels, longest_s), weights)


def _read_named(
    folder: Path,
    device: str,
    dtype: torch.dtype,
    prefix: str,
    own_name: Callable[[str], str | None],
) -> dict[str, torch.Tensor]:
    """The tensors whose published names begin with ``prefix``, by their names in our networks."""
    stored = read_tensors(folder, device, dtype, prefix)
    named = {own_name(prefix + name): tensor for name, tensor in stored.items()}
    return {name: tensor for name, tensor in named.items() if name is not None}
