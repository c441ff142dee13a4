"""A checkpoint's CLAP audio tower, which embeds sounds in the space of the checkpoint's
conditions."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import torch

from qvim_studio.core.errors import CheckpointError
from qvim_studio.networks.quiet import quiet_libraries

CLAP_SAMPLE_RATE = 48_000  # Hz
CLAP_WINDOW_SAMPLES = 10 * CLAP_SAMPLE_RATE
EXTRACTOR_FILE = "preprocessor_config.json"


class ClapAudioConditioner:
    """Embeds a sound as a unit vector (1, dims) in the space of a full ClapModel."""

    sample_rate = CLAP_SAMPLE_RATE

    def __init__(self, folder: Path) -> None:
        """folder: see families.catalog.find_clap. A ``preprocessor_config.json`` in it, or in
        ``feature_extractor/`` beside it, counts.

        Raises CheckpointError if weights are missing.
        """
        quiet_libraries()  # only the audio tower of the full model is read, on purpose
        from transformers import ClapAudioModelWithProjection, ClapFeatureExtractor

        tower, report = ClapAudioModelWithProjection.from_pretrained(
            folder, local_files_only=True, output_loading_info=True
        )
        if report["missing_keys"]:
            raise CheckpointError(
                f"The CLAP in {folder} lacks {len(report['missing_keys'])} weights of its audio "
                f"tower ({sorted(report['missing_keys'])[0]} for one). Download or copy it again."
            )
        self._tower = tower.float().eval()
        places = (folder, folder.parent / "feature_extractor")
        place = next((p for p in places if (p / EXTRACTOR_FILE).is_file()), None)
        self._extractor = (
            ClapFeatureExtractor(truncation="rand_trunc", padding="repeatpad")
            if place is None
            else ClapFeatureExtractor.from_pretrained(place, local_files_only=True)
        )

    @torch.inference_mode()
    def embed(self, samples: np.ndarray) -> torch.Tensor:
        """Mono (n,) at 48 kHz → float32 (1, dims). Sounds are cut at 10 s; short sounds are
        repeated."""
        features = self._extractor(
            samples[:CLAP_WINDOW_SAMPLES], sampling_rate=CLAP_SAMPLE_RATE, return_tensors="pt"
        )
        embedding = self._tower(**features).audio_embeds
        return torch.nn.functional.normalize(embedding.float(), dim=-1)
