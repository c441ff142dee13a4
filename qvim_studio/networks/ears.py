"""The ears: find the real sounds that an imitation means, by several embeddings with weights of its
own.

No single network understands all imitations. The tagger (networks.yamnet) knows screams, creatures
and whistles. A mouth's hiss or clop is nearest to its sound by the mean spectrum. Spoken
onomatopoeia are words, for which there is a learned projection. Voices like the encoder's own
training material are best left to the encoder; a linear rule on its embeddings separates them from
people's voices. What the encoder hears is moved a little, by a matrix of low rank, so that sounds
of one kind come together and not only one sound and its imitations. A sound is therefore embedded
as four unit vectors side by side, and an imitation decides how much each of them counts. All four
were measured; training.encoder.ears trains the learned part.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from pathlib import Path

import torch
from safetensors import SafetensorError
from safetensors.torch import load_file, save_file
from torch import nn
from torch.nn import functional

from qvim_studio.core.errors import CheckpointError, reason_of
from qvim_studio.networks.qvim.mobilenet import EMBEDDING_DIM
from qvim_studio.networks.qvim.qvim_front_end import N_MELS
from qvim_studio.networks.yamnet import CLASSES, WIDTH

MEANING_DIM = 128  # directions in which the tagger's embeddings and spectra differ in meaning
KIND_DIM = 96
REFINEMENT_RANK = 64  # of the matrix that moves the encoder's embeddings
EARS_DIM = EMBEDDING_DIM + KIND_DIM + MEANING_DIM + N_MELS
CONFIG_FILE = "config.json"
WEIGHTS_FILE = "model.safetensors"
FEATURES_DIM = WIDTH + N_MELS
# The rest goes to the other three ways, which tell apart what the encoder places side by side. All
# of the weight would bring unseen renders from .811 to .814, and a rendered "woof" to a laugh.
MOST_FAMILIAR = 0.985


@dataclass(frozen=True)
class Weighing:
    """The weights of the parts for an imitation.

    meaning: share of the meanings beside the kinds, for voices. voice, speech: shares of
    the tagger's scores, of human and animal voices and of speech, from which on an imitation counts
    as one. width: of the gradual change.
    """

    meaning: float = 0.9
    voice: float = 0.42
    speech: float = 0.85
    width: float = 0.02


@dataclass(frozen=True, eq=False)
class Features:
    """The features of sounds, a row each.

    embedding: (batch, 960), the encoder's, unit norm. tagged: (batch, 1024), the tagger's mean
    embedding. scores: (batch, 521), its mean scores. spectrum: (batch, 128), mean log-mel of the
    active frames.
    """

    embedding: torch.Tensor
    tagged: torch.Tensor
    scores: torch.Tensor
    spectrum: torch.Tensor


class Ears(nn.Module):
    """The learned part: standardization, projections into the space of kinds, and the rule for
    familiar voices.

    kinds: names of the rows of ``centers``.
    """

    def __init__(self, kinds: tuple[str, ...], weighing: Weighing | None = None) -> None:
        super().__init__()
        self.kinds = kinds
        self.weighing = weighing or Weighing()
        self.tagged_mean: torch.Tensor
        self.tagged_spread: torch.Tensor
        self.meaning_basis: torch.Tensor
        self.spectrum_mean: torch.Tensor
        self.is_voice: torch.Tensor
        self.is_speech: torch.Tensor
        self.register_buffer("tagged_mean", torch.zeros(WIDTH))
        self.register_buffer("tagged_spread", torch.ones(WIDTH))
        self.register_buffer("meaning_basis", torch.zeros(FEATURES_DIM, MEANING_DIM))
        self.register_buffer("spectrum_mean", torch.zeros(N_MELS))
        self.register_buffer("is_voice", torch.zeros(CLASSES))
        self.register_buffer("is_speech", torch.zeros(CLASSES))
        self.to_kinds = nn.Linear(FEATURES_DIM, KIND_DIM, bias=False)
        self.voice_shift = nn.Parameter(torch.zeros(KIND_DIM))
        self.words = nn.Linear(FEATURES_DIM, KIND_DIM)
        self.centers = nn.Parameter(torch.zeros(len(kinds), KIND_DIM))
        self.to_refinement = nn.Linear(EMBEDDING_DIM, REFINEMENT_RANK, bias=False)
        self.from_refinement = nn.Linear(REFINEMENT_RANK, EMBEDDING_DIM, bias=False)
        nn.init.zeros_(self.from_refinement.weight)  # at first nothing is moved
        self.common: torch.Tensor
        self.spread: torch.Tensor
        self.register_buffer("common", torch.zeros(EMBEDDING_DIM))
        self.register_buffer("spread", torch.ones(1))
        self.familiar_weight = nn.Parameter(torch.zeros(EMBEDDING_DIM))
        self.familiar_offset = nn.Parameter(torch.full((1,), -20.0))  # at first nothing is

    @property
    def id(self) -> str:
        """16 hex digits of the SHA-256 over all weights in float16."""
        digest = hashlib.sha256(repr((self.kinds, self.weighing)).encode())
        for name, value in sorted(self.state_dict().items()):
            digest.update(name.encode())
            digest.update(value.half().contiguous().numpy().tobytes())
        return digest.hexdigest()[:16]

    def standardized(self, features: Features) -> torch.Tensor:
        """(batch, 1152): the tagger's embedding and the spectrum, each of unit norm."""
        tagged = (features.tagged - self.tagged_mean) / self.tagged_spread
        spectrum = features.spectrum - features.spectrum.mean(dim=1, keepdim=True)
        parts = (tagged, spectrum - self.spectrum_mean)
        return torch.cat([functional.normalize(part, dim=1) for part in parts], dim=1)

    def kinds_of_sounds(self, standardized: torch.Tensor) -> torch.Tensor:
        """Unit vectors (batch, 96) of real sounds in the space of kinds."""
        return functional.normalize(self.to_kinds(standardized), dim=1)

    def kinds_of_voices(self, standardized: torch.Tensor) -> torch.Tensor:
        """The same for imitations that are not words."""
        return functional.normalize(self.to_kinds(standardized) + self.voice_shift, dim=1)

    def kinds_of_words(self, standardized: torch.Tensor) -> torch.Tensor:
        """The same for spoken onomatopoeia such as "woof"."""
        moved = self.to_kinds(standardized) + self.words(standardized)
        return functional.normalize(moved, dim=1)

    def refined(self, embedding: torch.Tensor) -> torch.Tensor:
        """The encoder's embeddings (batch, 960) of sounds or imitations, nearer to their kinds;
        unit norm. Their cosines spread as the encoder's own do: what they have in common stays."""
        return (1 - self.spread).sqrt() * self.common + self.spread.sqrt() * self.moved(embedding)

    def moved(self, embedding: torch.Tensor, seen: torch.Tensor | None = None) -> torch.Tensor:
        """``refined`` without what all have in common; unit norm. seen: what the matrix gets of the
        embedding, in training only a part."""
        seen = embedding if seen is None else seen
        moved = embedding + self.from_refinement(self.to_refinement(seen))
        return functional.normalize(moved - (moved @ self.common)[:, None] * self.common, dim=1)

    @torch.no_grad()
    def hear_sounds(self, features: Features) -> torch.Tensor:
        """Unit vectors (batch, EARS_DIM) of real sounds."""
        standardized = self.standardized(features)
        return 0.5 * torch.cat(
            [
                self.refined(features.embedding),
                self.kinds_of_sounds(standardized),
                self._meaning(standardized),
                standardized[:, WIDTH:],
            ],
            dim=1,
        )

    @torch.no_grad()
    def hear_voices(self, features: Features) -> torch.Tensor:
        """Vectors (batch, EARS_DIM) of imitations: their dot products with sounds are weighed means
        of four cosines, -1..1."""
        standardized = self.standardized(features)
        familiar, words, voice, noise = self.shares(features)
        meaning = self.weighing.meaning
        kinds = words * self.kinds_of_words(standardized)
        kinds = kinds + voice * (1 - meaning) * self.kinds_of_voices(standardized)
        return 2.0 * torch.cat(
            [
                familiar * self.refined(features.embedding),
                kinds,
                voice * meaning * self._meaning(standardized),
                noise * standardized[:, WIDTH:],
            ],
            dim=1,
        )

    def shares(self, features: Features) -> tuple[torch.Tensor, ...]:
        """How much an imitation resembles the encoder's own, a word, a voice and a noise: four
        tensors (batch, 1), together 1."""
        weighing = self.weighing
        whole = features.scores.sum(dim=1, keepdim=True).clamp_min(1e-6)
        voiced = features.scores @ self.is_voice[:, None] / whole
        spoken = features.scores @ self.is_speech[:, None] / whole
        familiar = features.embedding @ self.familiar_weight[:, None] + self.familiar_offset
        familiar = MOST_FAMILIAR * familiar.sigmoid()
        rest = 1 - familiar
        words = rest * ((spoken - weighing.speech) / weighing.width).sigmoid()
        voice = (rest - words) * ((voiced - weighing.voice) / weighing.width).sigmoid()
        return familiar, words, voice, rest - words - voice

    def _meaning(self, standardized: torch.Tensor) -> torch.Tensor:
        return functional.normalize(standardized @ self.meaning_basis, dim=1)

    def save(self, folder: Path) -> None:
        """Write ``config.json`` and ``model.safetensors`` (float16)."""
        folder.mkdir(parents=True, exist_ok=True)
        weights = {name: value.half() for name, value in self.state_dict().items()}
        save_file(weights, folder / WEIGHTS_FILE)
        config = {"kinds": list(self.kinds), "weighing": vars(self.weighing)}
        (folder / CONFIG_FILE).write_text(json.dumps(config, indent=1) + "\n", encoding="utf-8")

    @classmethod
    def load(cls, folder: Path) -> Ears:
        """Raises CheckpointError if the files are absent or misfit."""
        try:
            config = json.loads((folder / CONFIG_FILE).read_text(encoding="utf-8"))
            ears = cls(tuple(config["kinds"]), Weighing(**config["weighing"]))
            stored = load_file(folder / WEIGHTS_FILE)
            ears.load_state_dict({name: value.float() for name, value in stored.items()})
        except (OSError, ValueError, KeyError, TypeError, RuntimeError, SafetensorError) as error:
            raise CheckpointError(
                f"The ears in {folder} cannot be loaded ({reason_of(error)}). Install the program "
                "again."
            ) from error
        return ears.eval().requires_grad_(False)
