"""Reads the YAML that AudioLDM's trainer writes beside ``checkpoints/``."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from qvim_studio.checkpoints.imports import TRAINERS_FOLDER
from qvim_studio.core.errors import CheckpointError, reason_of
from qvim_studio.core.text.json_text import as_object, number_of, text_of

PREDICTIONS = {"eps": "epsilon", "x0": "sample", "v": "v_prediction"}
MOST_TIMESTEPS = 100_000
MOST_CHANNELS = 4096


@dataclass(frozen=True)
class TrainingConfig:
    """Facts about a network that its weights do not show. head_channels: 0 if unknown.
    reads_by_attention: whether the denoiser has cross-attention. The defaults are those of every
    published AudioLDM."""

    prediction: str = "epsilon"
    beta_start: float = 0.0015
    beta_end: float = 0.0195
    timesteps: int = 1000
    head_channels: int = 0
    reads_by_attention: bool = False

    @property
    def scheduler(self) -> dict[str, Any]:
        """The content of scheduler_config.json."""
        return {
            "_class_name": "DDIMScheduler",
            "beta_start": self.beta_start,
            "beta_end": self.beta_end,
            "beta_schedule": "scaled_linear",
            "num_train_timesteps": self.timesteps,
            "prediction_type": self.prediction,
            "steps_offset": 1,
            "clip_sample": False,
            "set_alpha_to_one": False,
        }


def read_training_config(source: Path) -> TrainingConfig:
    """The YAML beside a checkpoint, or beside the folder ``checkpoints`` that holds it; the usual
    values without a YAML. Raises CheckpointError for a damaged YAML."""
    for path in _candidates(source):
        try:
            config = yaml.safe_load(path.read_text(encoding="utf-8"))
            model = config.get("model") if isinstance(config, dict) else None
            if not isinstance(model, dict):
                continue  # of another program
            return _config_of(as_object(model.get("params")))
        except (OSError, ValueError, yaml.YAMLError, RecursionError) as error:
            raise CheckpointError(
                f"{path}, the configuration beside {source.name}, cannot be understood "
                f"({reason_of(error)}). Correct it, or move it away: the usual values count then."
            ) from error
    return TrainingConfig()


def _candidates(source: Path) -> Iterator[Path]:
    folders = [source.parent]
    if source.parent.name == TRAINERS_FOLDER:
        folders.append(source.parent.parent)
    for folder in folders:
        yield from sorted((*folder.glob("*.yaml"), *folder.glob("*.yml")))


def _config_of(params: dict[str, Any]) -> TrainingConfig:
    unet_config = as_object(params.get("unet_config") or {})
    unet = as_object(unet_config.get("params") or {})
    kind = text_of(params, "parameterization", "eps")
    if kind not in PREDICTIONS:
        raise ValueError(f"parameterization is {kind!r}, expected {', '.join(PREDICTIONS)}")
    usual = TrainingConfig()
    return TrainingConfig(
        prediction=PREDICTIONS[kind],
        beta_start=number_of(params, "linear_start", usual.beta_start, 0.0, 1.0),
        beta_end=number_of(params, "linear_end", usual.beta_end, 0.0, 1.0),
        timesteps=int(number_of(params, "timesteps", usual.timesteps, 1, MOST_TIMESTEPS)),
        head_channels=int(number_of(unet, "num_head_channels", 0, 0, MOST_CHANNELS)),
        reads_by_attention=any(_entries(unet.get("context_dim"))),
    )


def _entries(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]
