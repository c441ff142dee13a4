"""The listener predicts from noised latents where their sound will lie in the conditions' space.

The output of a small denoiser lies far from its condition. The gradient of a second network,
trained on noised latents, leads it there: classifier guidance (Dhariwal & Nichol, "Diffusion models
beat GANs on image synthesis", 2021, section 4), beside the classifier-free one. It compares only
the directions in which sounds differ most. In other directions the conditions of a voice are
guesses, and the latents can change without a change of the sound.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from pathlib import Path

import torch
from torch import nn

from qvim_studio.networks.files.network_file import load_network, save_network

LISTENER_FOLDER = "listener"
TIME_FEATURES = 32
GROUPS = 8
SHARPNESS = 4.0  # share of the maximum over time, so that an attack counts as much as its decay


@dataclass(frozen=True)
class ListenerConfig:
    """Sizes of the network; stored as ``listener/config.json``. directions: the number of compared
    directions."""

    latent_values: int = 128  # channels times bins of one latent frame
    channels: int = 192
    blocks: int = 4
    directions: int = 32
    condition_dim: int = 512
    dropout: float = 0.1
    model_type: str = "listener"


class LatentListener(nn.Module):
    """Noised latents (batch, channels, frames, bins) and steps (batch,) → (batch, directions)."""

    mean: torch.Tensor
    basis: torch.Tensor

    def __init__(self, config: ListenerConfig | None = None) -> None:
        super().__init__()
        self.config = config or ListenerConfig()
        width, blocks = self.config.channels, self.config.blocks
        self.embed = nn.Conv1d(self.config.latent_values, width, 3, padding=1)
        self.embed_time = nn.Sequential(
            nn.Linear(2 * TIME_FEATURES, width), nn.SiLU(), nn.Linear(width, 2 * width * blocks)
        )
        self.mix = nn.ModuleList(nn.Conv1d(width, width, 3, padding=1) for _ in range(blocks))
        self.shrink = nn.ModuleList(nn.Conv1d(width, width, 1) for _ in range(blocks))
        self.dropout = nn.Dropout(self.config.dropout)
        self.head = nn.Linear(2 * width, self.config.directions)
        self.register_buffer("mean", torch.zeros(self.config.condition_dim))
        self.register_buffer(
            "basis", torch.zeros(self.config.condition_dim, self.config.directions)
        )

    def forward(self, latents: torch.Tensor, timesteps: torch.Tensor) -> torch.Tensor:
        hidden = self.embed(latents.transpose(2, 3).flatten(1, 2))
        modulations = self.embed_time(_time_features(timesteps))
        modulations = modulations.view(len(latents), self.config.blocks, 2, -1, 1)
        for number, (mix, shrink) in enumerate(zip(self.mix, self.shrink, strict=True)):
            scale, shift = modulations[:, number].unbind(dim=1)
            normed = nn.functional.group_norm(hidden, GROUPS) * (1.0 + scale) + shift
            hidden = hidden + shrink(nn.functional.silu(mix(nn.functional.silu(normed))))
            if number == 1:
                hidden = nn.functional.avg_pool1d(hidden, 2)
        loudest = torch.logsumexp(SHARPNESS * hidden, dim=-1) - math.log(hidden.shape[-1])
        pooled = torch.cat([hidden.mean(dim=-1), loudest / SHARPNESS], dim=-1)
        return self.head(self.dropout(pooled))

    def know(self, conditions: torch.Tensor) -> None:
        """Find the directions in which many conditions (sounds, 512) differ most."""
        mean = conditions.mean(dim=0)
        _, spread, directions = torch.linalg.svd(conditions - mean, full_matrices=False)
        kept = self.config.directions
        self.mean.copy_(mean)
        self.basis.copy_((directions[:kept] / spread[:kept, None]).T * len(conditions) ** 0.5)

    def project(self, conditions: torch.Tensor) -> torch.Tensor:
        """Conditions (batch, 512) → the wanted prediction (batch, directions), unit norm."""
        return nn.functional.normalize((conditions - self.mean) @ self.basis, dim=-1)

    def likeness(
        self, latents: torch.Tensor, timesteps: torch.Tensor, conditions: torch.Tensor
    ) -> torch.Tensor:
        """Cosine (batch,) of what is heard with what the conditions ask for."""
        return nn.functional.cosine_similarity(
            self(latents, timesteps), self.project(conditions), dim=-1
        )

    def gradient(
        self, latents: torch.Tensor, timestep: torch.Tensor, conditions: torch.Tensor
    ) -> torch.Tensor:
        """Of the likeness with regard to each row of latents; float32, of their shape."""
        # Inference mode has no gradients, so its tensors are copied.
        with torch.inference_mode(False), torch.enable_grad():
            given = latents.detach().float().clone().requires_grad_(True)
            steps = timestep.clone().reshape(1).expand(len(given))
            likeness = self.likeness(given, steps, conditions.float().clone())
            (gradient,) = torch.autograd.grad(likeness.sum(), given)
        return gradient

    def save_pretrained(self, folder: str | Path) -> None:
        """Write config.json and model.safetensors (in the weights' own dtype)."""
        save_network(self, self.config, folder)

    @classmethod
    def from_pretrained(cls, folder: str | Path) -> LatentListener:
        """Load strictly, as float32. Raises CheckpointError if files are absent or misfit."""
        return load_network(
            folder,
            lambda config: cls(ListenerConfig(**config)),
            "listener",
            "Delete the folder, or train it again with: qvim-studio train listener",
        ).requires_grad_(False)


@torch.inference_mode(False)
def load_listener(checkpoint_folder: Path, device: str) -> LatentListener | None:
    """The network in the checkpoint's ``listener/``; None without that folder.

    Call it outside of inference mode, because its weights must let a gradient through.
    """
    folder = checkpoint_folder / LISTENER_FOLDER
    return LatentListener.from_pretrained(folder).to(device) if folder.is_dir() else None


def _time_features(timesteps: torch.Tensor) -> torch.Tensor:
    rates = torch.exp(-math.log(1000.0) * torch.arange(TIME_FEATURES) / TIME_FEATURES)
    angles = timesteps.float()[:, None] * rates.to(timesteps.device)
    return torch.cat([angles.cos(), angles.sin()], dim=-1)
