"""A checkpoint's CLAP audio tower: conditions on a sound where no adapter fits."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import torch

from qvim_studio.models.torch_audio import torchaudio  # noqa: F401  (before transformers)

from transformers import ClapFeatureExtractor, ClapModel  # isort: skip

CLAP_SAMPLE_RATE = 48_000  # Hz
CLAP_WINDOW_SAMPLES = 10 * CLAP_SAMPLE_RATE
EXTRACTOR_FILE = "preprocessor_config.json"


class ClapAudioConditioner:
    """Embeds a sound as a unit vector (1, 512) in the space of a full ClapModel."""

    def __init__(self, folder: Path) -> None:
        """folder: see models.checkpoints.find_clap. Its ``preprocessor_config.json`` counts."""
        self._model = ClapModel.from_pretrained(folder, local_files_only=True).float().eval()
        self._extractor = (
            ClapFeatureExtractor.from_pretrained(folder, local_files_only=True)
            if (folder / EXTRACTOR_FILE).is_file()
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
