"""Loads the networks of a Stable Audio Open in the diffusers layout, strictly and offline."""

from __future__ import annotations

import math
import warnings
from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch
from torch import nn

from qvim_studio.families.loading import loaded_part
from qvim_studio.families.stable_audio_open.family import (
    PIECE_LATENTS,
    StableAudioOpenConfig,
    read_config,
)
from qvim_studio.memory.compute_plan import ComputePlan
from qvim_studio.memory.modes import FULL_BITS
from qvim_studio.memory.offload import stream, visiting
from qvim_studio.memory.stored_weights import store_weights
from qvim_studio.networks.pieces import decoded_in_pieces, encoded_in_pieces, pieces_of
from qvim_studio.networks.quiet import quiet_libraries
from qvim_studio.networks.torch_audio import torchaudio  # noqa: F401  (before diffusers)
from qvim_studio.networks.weights import load_mapped_network

from diffusers import (  # isort: skip
    AutoencoderOobleck,
    StableAudioDiTModel,
    StableAudioProjectionModel,
)
from transformers import AutoTokenizer, T5EncoderModel  # isort: skip

# How far the layers of one level of the coder look, in its own samples: three residual units whose
# convolutions of 7 are dilated by 1, 3 and 9, and the layers at its ends (AutoencoderOobleck).
UNIT_REACH, END_REACH = 3 * (1 + 3 + 9), 3


@dataclass(eq=False)
class StableAudioOpenParts:
    """The networks, on the plan's device or at home beside it. text_encoder: in float32 where the
    plan has float16, which T5 overflows."""

    config: StableAudioOpenConfig
    denoiser: Any
    coder: Any
    projection: Any
    text_encoder: Any
    tokenizer: Any
    plan: ComputePlan

    def reading(self) -> AbstractContextManager[None]:
        """Inside, the text encoder is where the plan computes."""
        return self._visiting(self.text_encoder)

    def denoising(self) -> AbstractContextManager[None]:
        """Inside, the denoiser is where the plan computes."""
        return nullcontext() if self.plan.streams else self._visiting(self.denoiser)

    def coding(self) -> AbstractContextManager[None]:
        """Inside, the coder is where the plan computes."""
        return self._visiting(self.coder)

    def encode(self, audio: torch.Tensor) -> torch.Tensor:
        """(batch, channels, samples) → (batch, channels, latents); inside ``coding()``. What is
        most likely is taken, so that no number is drawn for it."""
        ratio = self.config.samples_per_latent
        pieces = self._pieces(audio.shape[-1] // ratio)
        return encoded_in_pieces(
            lambda piece: self.coder.encode(piece).latent_dist.mode(),
            audio,
            ratio,
            pieces,
            lambda: None,
        )

    def decode(self, latents: torch.Tensor, before_piece: Callable[[], None]) -> torch.Tensor:
        """The other way round. before_piece: may raise to stop."""
        return decoded_in_pieces(
            lambda piece: self.coder.decode(piece).sample,
            latents,
            self.config.samples_per_latent,
            self._pieces(latents.shape[-1]),
            before_piece,
        )

    @property
    def margin(self) -> int:
        """Latents to either side that change what is decoded of one."""
        return coder_reach(self.coder.config.downsampling_ratios)

    def _pieces(self, latents: int) -> Any:
        return pieces_of(latents, PIECE_LATENTS + 2 * self.margin, self.margin)

    def _visiting(self, network: nn.Module) -> AbstractContextManager[None]:
        is_guest = self.plan.traits.swaps_parts
        return visiting(network, self.plan.device) if is_guest else nullcontext()


def coder_reach(ratios: list[int]) -> int:
    """Latents to either side that a latent's sound depends on, rounded up; and the other way round.

    ratios: from the samples to the latents.
    """
    reach, per_latent = float(END_REACH), 1
    for ratio in reversed(ratios):
        reach += 1.0 / per_latent  # the layer that resamples
        per_latent *= ratio
        reach += UNIT_REACH / per_latent
    return math.ceil(reach + END_REACH / per_latent)


def load_stable_audio_open(folder: Path, plan: ComputePlan) -> StableAudioOpenParts:
    """Everything in memory. Raises CheckpointError naming what is missing or damaged."""
    quiet_libraries()
    config = read_config(folder)
    home = "cpu" if plan.traits.swaps_parts else plan.device
    denoiser = _network(folder, "transformer", StableAudioDiTModel, home, plan.dtype)
    if plan.traits.stored_bits < FULL_BITS:
        store_weights(denoiser, plan.traits.stored_bits)
    if plan.streams:
        stream(denoiser, plan.device)
    return StableAudioOpenParts(
        config=config,
        denoiser=denoiser,
        coder=_network(folder, "vae", AutoencoderOobleck, home, plan.dtype),
        projection=_network(
            folder, "projection_model", StableAudioProjectionModel, "cpu", torch.float32
        ),
        text_encoder=loaded_part(
            folder, "part text_encoder/", lambda: _text_encoder(folder, home, plan.dtype)
        ),
        tokenizer=loaded_part(
            folder,
            "part tokenizer/",
            lambda: AutoTokenizer.from_pretrained(folder / "tokenizer", local_files_only=True),
        ),
        plan=plan,
    )


def _network(folder: Path, name: str, kind: Any, device: str, dtype: torch.dtype) -> Any:
    def load() -> Any:
        config = kind.load_config(folder / name, local_files_only=True)
        with warnings.catch_warnings():
            # Of torch, on how diffusers norms the weights of Oobleck.
            warnings.simplefilter("ignore", FutureWarning)
            return load_mapped_network(
                lambda: kind.from_config(config), folder / name, device, dtype
            )

    return loaded_part(folder, f"part {name}/", load)


def _text_encoder(folder: Path, device: str, dtype: torch.dtype) -> Any:
    network, told = T5EncoderModel.from_pretrained(
        folder / "text_encoder",
        dtype=torch.float32 if dtype == torch.float16 else dtype,
        local_files_only=True,
        use_safetensors=True,
        output_loading_info=True,
    )
    missing = sorted(map(str, {*told["missing_keys"], *told["mismatched_keys"]}))
    if missing:
        raise ValueError(f"{len(missing)} tensors are missing or misshapen ({missing[0]})")
    return network.eval().requires_grad_(False).to(device)
