"""The adapter: from a QVIM embedding (960) to a generator's conditioning.

An adapter belongs to one encoder, one CLAP space and one generator; its file names them, and a
mismatch is refused because the vectors would have the right size and no meaning.

An adapter may also use the embedding of the voice by the audio tower of the generator's own space,
its second ear. The encoder knows what imitations stand for, but learned from a small corpus; a
tower knows few imitations but very many sounds, including people's screams and hisses. Each ear has
its own network and both count the same, because one network for both relied too much on rendered
imitations.

Beside the networks there is a memory of real sounds: the conditions of the sounds nearest to a
voice in the generator's space. The two are mixed after Khandelwal et al., "Generalization through
memorization: nearest neighbor language models" (2020), eq. 3.
"""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from pathlib import Path

import torch
from safetensors import SafetensorError
from safetensors.torch import load_file, save_file
from torch import nn

from qvim_studio.core.errors import CheckpointError, reason_of
from qvim_studio.core.text.json_text import as_object, read_json
from qvim_studio.networks.qvim.mobilenet import EMBEDDING_DIM

CONDITIONING_DIM = 512
HIDDEN_DIM = 1024
CONFIG_FILE = "config.json"
WEIGHTS_FILE = "model.safetensors"
ADAPTER_TYPE = "qvim-adapter"  # the model_type of its config
MEMORY = ("memory_embeddings", "memory_conditions")  # buffers that a file may lack
MEMORY_SHARE = 0.3  # of the condition; 0.3 to 0.7 do equally well on people's imitations
MEMORY_TEMPERATURE = 0.05  # temperature of the cosines: a handful of sounds counts


@dataclass(frozen=True)
class AdapterBinding:
    """The spaces that an adapter translates between. hears: whether it also uses the generator's
    audio tower."""

    encoder_id: str
    clap_id: str
    generator_id: str
    source_dim: int = EMBEDDING_DIM
    target_dim: int = CONDITIONING_DIM
    hears: bool = False


class Adapter(nn.Module):
    """Embedding (batch, 960) → conditioning (batch, dims), unit norm.

    hears: whether it also takes the audio tower's embedding of the voice (batch, dims), unit norm.
    """

    memory_embeddings: torch.Tensor
    memory_conditions: torch.Tensor

    def __init__(
        self,
        source_dim: int = EMBEDDING_DIM,
        target_dim: int = CONDITIONING_DIM,
        *,
        hears: bool = False,
    ) -> None:
        super().__init__()
        self.layers = _translator(source_dim, target_dim)
        self.heard_layers = _translator(target_dim, target_dim) if hears else None
        self.remember(torch.zeros(0, source_dim), torch.zeros(0, target_dim))

    def remember(self, embeddings: torch.Tensor, conditions: torch.Tensor) -> None:
        """Fill the memory with embeddings of real sounds (sounds, 960) and their conditions
        (sounds, dims), all of unit norm. Without sounds only the networks count."""
        for name, values in zip(MEMORY, (embeddings, conditions), strict=True):
            self.register_buffer(name, values.detach().clone(), persistent=False)

    @property
    def hears(self) -> bool:
        """Whether the adapter has the second ear."""
        return self.heard_layers is not None

    def forward(
        self,
        embedding: torch.Tensor,
        tower_embedding: torch.Tensor | None = None,
        is_own: torch.Tensor | None = None,
    ) -> torch.Tensor:
        """tower_embedding: see the class. is_own: bool (batch, sounds), the remembered sounds that
        a row may not use, so that training matches unknown voices; None hides nothing."""
        made = self.translate(embedding, tower_embedding)
        if not len(self.memory_embeddings):
            return made
        nearness = nn.functional.normalize(embedding, dim=-1) @ self.memory_embeddings.T
        if tower_embedding is not None:
            nearness = nearness + tower_embedding @ self.memory_conditions.T
        if is_own is not None:
            nearness = nearness.masked_fill(is_own, -1.0)
        shares = torch.softmax(nearness / MEMORY_TEMPERATURE, dim=-1)
        recalled = nn.functional.normalize(shares @ self.memory_conditions, dim=-1)
        mixed = (1.0 - MEMORY_SHARE) * made + MEMORY_SHARE * recalled
        return nn.functional.normalize(mixed, dim=-1)

    def imagine(self, condition: torch.Tensor) -> torch.Tensor | None:
        """The encoder embedding that sounds of a ``condition`` (batch, dims) would have, from the
        remembered sounds: (batch, 960), unit norm; None without remembered sounds."""
        if not len(self.memory_embeddings):
            return None
        shares = torch.softmax(condition @ self.memory_conditions.T / MEMORY_TEMPERATURE, dim=-1)
        return nn.functional.normalize(shares @ self.memory_embeddings, dim=-1)

    def translate(
        self, embedding: torch.Tensor, tower_embedding: torch.Tensor | None = None
    ) -> torch.Tensor:
        """The conditioning of the networks, without the memory."""
        return nn.functional.normalize(
            torch.stack(self.views(embedding, tower_embedding)).sum(dim=0), dim=-1
        )

    def views(
        self, embedding: torch.Tensor, tower_embedding: torch.Tensor | None = None
    ) -> tuple[torch.Tensor, ...]:
        """The conditioning by each ear's network, (batch, dims), unit norm.

        Raises ValueError if the adapter has a second ear and ``tower_embedding`` is missing, or the
        other way round.
        """
        if (tower_embedding is not None) != self.hears:
            raise ValueError("An adapter with an audio tower takes two vectors of each voice.")
        translated = [self.layers(embedding)]
        if self.heard_layers is not None:
            translated.append(self.heard_layers(tower_embedding))
        return tuple(nn.functional.normalize(vectors, dim=-1) for vectors in translated)


def _translator(source_dim: int, target_dim: int) -> nn.Sequential:
    return nn.Sequential(
        nn.Linear(source_dim, HIDDEN_DIM),
        nn.LayerNorm(HIDDEN_DIM),
        nn.GELU(),
        nn.Linear(HIDDEN_DIM, target_dim),
        nn.LayerNorm(target_dim),
    )


def save_adapter(adapter: Adapter, binding: AdapterBinding, folder: str | Path) -> None:
    """Write ``config.json`` (the binding) and ``model.safetensors`` (float16)."""
    folder = Path(folder)
    folder.mkdir(parents=True, exist_ok=True)
    state = adapter.state_dict()
    if len(adapter.memory_embeddings):
        state |= {name: adapter.get_buffer(name) for name in MEMORY}
    weights = {name: value.half().contiguous() for name, value in state.items()}
    save_file(weights, folder / WEIGHTS_FILE)
    config = {"model_type": ADAPTER_TYPE, **asdict(binding)}
    (folder / CONFIG_FILE).write_text(json.dumps(config, indent=2) + "\n", encoding="utf-8")


def load_adapter(folder: str | Path) -> tuple[Adapter, AdapterBinding]:
    """Load strictly, as float32. Raises CheckpointError if files are absent or misfit."""
    folder = Path(folder)
    try:
        config = as_object(read_json(folder / CONFIG_FILE))
        config.pop("model_type", None)
        binding = AdapterBinding(**config)
        adapter = Adapter(binding.source_dim, binding.target_dim, hears=binding.hears)
        weights = {name: value.float() for name, value in load_file(folder / WEIGHTS_FILE).items()}
        if MEMORY[0] in weights:
            adapter.remember(*(weights.pop(name) for name in MEMORY))
        adapter.load_state_dict(weights)
    except (OSError, TypeError, ValueError, KeyError, RuntimeError, SafetensorError) as error:
        raise CheckpointError(
            f"The adapter in {folder} cannot be loaded: expected {CONFIG_FILE} and a fitting "
            f"{WEIGHTS_FILE} ({reason_of(error)}). Copy or train it again."
        ) from error
    return adapter.eval(), binding


def check_binding(
    binding: AdapterBinding, *, encoder_id: str, clap_id: str, generator_id: str
) -> None:
    """Raise CheckpointError if the adapter was made for another encoder, space or generator."""
    wanted = {"encoder_id": encoder_id, "clap_id": clap_id, "generator_id": generator_id}
    for name, value in wanted.items():
        made_for = getattr(binding, name)
        if made_for != value:
            what = name.removesuffix("_id")
            if name == "encoder_id":
                raise CheckpointError(
                    f"The adapter was trained with the encoder {made_for!r}, and only {value!r} is "
                    "here. Import that encoder with: qvim-studio encoders import FILE, or train an "
                    "adapter for the one that is here."
                )
            raise CheckpointError(
                f"The adapter was made for the {what} {made_for!r}, but this checkpoint has the "
                f"{what} {value!r}. Use the adapter that belongs to it, or train one."
            )
