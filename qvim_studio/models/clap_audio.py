"""A checkpoint's CLAP audio tower: conditions on a sound where no adapter fits."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import torch

from qvim_studio.models.torch_audio import torchaudio  # noqa: F401  (before transformers)

from transformers import ClapFeatureExtractor, ClapModel  # isort: skip

CLAP_SAMPLE_RATE = 48_000  # Hz
CLAP_WINDOW_SAMPLES = 10 * CLAP_SAMPLE_RATE
FOLDERS = ("clap", "text_encoder")  # where a full ClapModel may lie


class ClapAudioConditioner:
    """Embeds a sound as a unit vector (1, 512) in the checkpoint's own space."""

    def __init__(self, checkpoint_folder: Path) -> None:
        folder = find_clap(checkpoint_folder)
        if folder is None:
            raise ValueError(f"no CLAP audio tower in {checkpoint_folder}")
        self._model = ClapModel.from_pretrained(folder, local_files_only=True).float().eval()
        extractor = checkpoint_folder / "feature_extractor"
        self._extractor = (
            ClapFeatureExtractor.from_pretrained(extractor, local_files_only=True)
            if extractor.is_dir()
            else ClapFeatureExtractor(truncation="rand_trunc", padding="repeatpad")
        )

    @torch.inference_mode()
    def embed(self, samples: np.ndarray) -> torch.Tensor:
        """Mono (n,) at 48 kHz → float32 (1, 512); cut at 10 s, short sounds are repeated."""
        features = self._extractor(
            samples[:CLAP_WINDOW_SAMPLES], sampling_rate=CLAP_SAMPLE_RATE, return_tensors="pt"
        )
        embedding = self._model.get_audio_features(**features).pooler_output
        return torch.nn.functional.normalize(embedding.float(), dim=-1)


def find_clap(checkpoint_folder: Path) -> Path | None:
    """The folder of a full ClapModel inside a checkpoint, if it has one."""
    for name in FOLDERS:
        config = checkpoint_folder / name / "config.json"
        if config.is_file() and "ClapModel" in json.loads(config.read_text())["architectures"]:
            return config.parent
    return None
