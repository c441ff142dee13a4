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
from qvim_studio.networks.files.weights import load_mapped_network
from qvim_studio.networks.pieces import decoded_in_pieces, encoded_in_pieces, pieces_of
from qvim_studio.networks.quiet import quiet_libraries
from qvim_studio.networks.torch_audio import torchaudio  # noqa: F401  (before diffusers)

from diffusers import (  # isort: skip
    AutoencoderOobleck,
    StableAudioDiTModel,
    StableAudioProjectionModel,
)
from transformers import AutoTokenizer, T5EncoderModel  # isort: skip

# The reach of one level of the coder, in its own samples: three residual units whose convolutions
# of 7 are dilated by 1, 3 and 9, and the layers at both ends (AutoencoderOobleck).
UNIT_REACH, END_REACH = 3 * (1 + 3 + 9), 3


@dataclass(eq=False)
class StableAudioOpenParts:
    """The networks, on the plan's device or in ordinary memory. text_encoder: in float32 under a
    float16 plan, because T5 overflows float16."""

    config: StableAudioOpenConfig
    denoiser: Any
    coder: Any
    projection: Any
    text_encoder: Any
    tokenizer: Any
    plan: ComputePlan
    piece_latents: int = PIECE_LATENTS

    def reading(self) -> AbstractContextManager[None]:
        """Inside, the text encoder is on the plan's device."""
        return self._visiting(self.text_encoder)

    def denoising(self) -> AbstractContextManager[None]:
        """Inside, the denoiser is on the plan's device."""
        return nullcontext() if self.plan.streams else self._visiting(self.denoiser)

    def coding(self) -> AbstractContextManager[None]:
        """Inside, the coder is on the plan's device."""
        return self._visiting(self.coder)

    def encode(self, audio: torch.Tensor) -> torch.Tensor:
        """Sound (batch, channels, samples) → latents (batch, channels, latents), inside
        ``coding()``. The mode of the distribution is taken, so no random number is drawn."""
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
        """Latents (batch, channels, latents) → sound (batch, channels, samples), inside
        ``coding()``. before_piece: called before each piece; may raise to stop."""
        return decoded_in_pieces(
            lambda piece: self.coder.decode(piece).sample,
            latents,
            self.config.samples_per_latent,
            self._pieces(latents.shape[-1]),
            before_piece,
        )

    @property
    def margin(self) -> int:
        """The number of latents on either side that affect the sound of a latent."""
        return coder_reach(self.coder.config.downsampling_ratios)

    def _pieces(self, latents: int) -> Any:
        return pieces_of(latents, self.piece_latents + 2 * self.margin, self.margin)

    def _visiting(self, network: nn.Module) -> AbstractContextManager[None]:
        is_guest = self.plan.traits.swaps_parts
        return visiting(network, self.plan.device) if is_guest else nullcontext()


def coder_reach(ratios: list[int]) -> int:
    """The number of latents on either side that a latent's sound depends on, rounded up; the same
    holds for encoding.

    ratios: from the samples to the latents.
    """
    reach, per_latent = float(END_REACH), 1
    for ratio in reversed(ratios):
        reach += 1.0 / per_latent  # the resampling layer
        per_latent *= ratio
        reach += UNIT_REACH / per_latent
    return math.ceil(reach + END_REACH / per_latent)


def load_stable_audio_open(folder: Path, plan: ComputePlan) -> StableAudioOpenParts:
    """Load all networks. Raises CheckpointError naming missing or damaged files."""
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
            # torch warns of the way in which diffusers norms the weights of Oobleck.
            warnings.simplefilter("ignore", FutureWarning)
            return load_mapped_network(
                lambda: kind.from_config(config), folder / name, device, dtype
            )

    return loaded_part(folder, f"part {name}/", load)


def _text_encoder(folder: Path, device: str, dtype: torch.dtype) -> Any:
    network, report = T5EncoderModel.from_pretrained(
        folder / "text_encoder",
        dtype=torch.float32 if dtype == torch.float16 else dtype,
        local_files_only=True,
        use_safetensors=True,
        output_loading_info=True,
    )
    missing = sorted(map(str, {*report["missing_keys"], *report["mismatched_keys"]}))
    if missing:
        raise ValueError(f"{len(missing)} tensors are missing or misshapen ({missing[0]})")
    return network.eval().requires_grad_(False).to(device)
