"""The adapter: from a QVIM embedding (960) to a generator's conditioning (512).

An adapter belongs to one encoder, one CLAP space and one generator; its file says which, and a
mismatch is refused: the vectors would have the right size and no meaning.
"""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from pathlib import Path

import torch
from safetensors import SafetensorError
from safetensors.torch import load_file, save_file
from torch import nn

from qvim_studio.core.errors import CheckpointError
from qvim_studio.models.mobilenet import EMBEDDING_DIM

CONDITIONING_DIM = 512
HIDDEN_DIM = 1024
CONFIG_FILE = "config.json"
WEIGHTS_FILE = "model.safetensors"


@dataclass(frozen=True)
class AdapterBinding:
    """What an adapter translates between."""

    encoder_id: str
    clap_id: str
    generator_id: str
    source_dim: int = EMBEDDING_DIM
    target_dim: int = CONDITIONING_DIM


class Adapter(nn.Module):
    """Embedding (batch, 960) → conditioning (batch, 512), unit norm."""

    def __init__(self, source_dim: int = EMBEDDING_DIM, target_dim: int = CONDITIONING_DIM) -> None:
        super().__init__()
        self.layers = nn.Sequential(
            nn.Linear(source_dim, HIDDEN_DIM),
            nn.LayerNorm(HIDDEN_DIM),
            nn.GELU(),
            nn.Linear(HIDDEN_DIM, target_dim),
            nn.LayerNorm(target_dim),
        )

    def forward(self, embedding: torch.Tensor) -> torch.Tensor:
        return nn.functional.normalize(self.layers(embedding), dim=-1)


def save_adapter(adapter: Adapter, binding: AdapterBinding, folder: str | Path) -> None:
    """Write ``config.json`` (the binding) and ``model.safetensors`` (float16)."""
    folder = Path(folder)
    folder.mkdir(parents=True, exist_ok=True)
    weights = {name: value.half().contiguous() for name, value in adapter.state_dict().items()}
    save_file(weights, folder / WEIGHTS_FILE)
    config = {"model_type": "qvim-adapter", **asdict(binding)}
    (folder / CONFIG_FILE).write_text(json.dumps(config, indent=2) + "\n")


def load_adapter(folder: str | Path) -> tuple[Adapter, AdapterBinding]:
    """Load strictly, as float32. Raises CheckpointError where files are absent or misfit."""
    folder = Path(folder)
    try:
        config = json.loads((folder / CONFIG_FILE).read_text())
        config.pop("model_type", None)
        binding = AdapterBinding(**config)
        adapter = Adapter(binding.source_dim, binding.target_dim)
        weights = load_file(folder / WEIGHTS_FILE)
        adapter.load_state_dict({name: value.float() for name, value in weights.items()})
    except (OSError, TypeError, ValueError, RuntimeError, SafetensorError) as error:
        raise CheckpointError(
            f"The adapter in {folder} cannot be loaded: expected {CONFIG_FILE} and a fitting "
            f"{WEIGHTS_FILE} ({error}). Copy or train it again."
        ) from error
    return adapter.eval(), binding


def check_binding(
    binding: AdapterBinding, *, encoder_id: str, clap_id: str, generator_id: str
) -> None:
    """Raise CheckpointError where the adapter was made for another encoder, space or generator."""
    wanted = {"encoder_id": encoder_id, "clap_id": clap_id, "generator_id": generator_id}
    for name, value in wanted.items():
        made_for = getattr(binding, name)
        if made_for != value:
            what = name.removesuffix("_id")
            raise CheckpointError(
                f"The adapter was made for the {what} {made_for!r}, but this checkpoint has the "
                f"{what} {value!r}. Use the adapter that belongs to it, or train one."
            )
