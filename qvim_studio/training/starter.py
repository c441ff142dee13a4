"""Assembles the starter checkpoint from the run folders of its parts."""

from __future__ import annotations

import json
import logging
import shutil
from dataclasses import dataclass
from pathlib import Path

from qvim_studio.core.errors import StudioError
from qvim_studio.models.checkpoints import write_card
from qvim_studio.models.control_channels import CONTROL_NAMES

log = logging.getLogger(__name__)

# Where each trainer leaves its part: run folder / part.
PARTS = {
    "vae": "decoder",
    "vocoder": "decoder",
    "unet": "unet",
    "scheduler": "unet",
    "text_encoder": "clap",
    "tokenizer": "clap",
    "qvim": "qvim/finish",
    "adapter": "adapter",
}
# What their trainers begin with where nothing else is there: the same weights.
FOUNDATIONS = {"vae": "vae", "vocoder": "vocoder", "qvim": "qvim"}
MODEL_INDEX = {
    "_class_name": "AudioLDMPipeline",
    "unet": ["diffusers", "UNet2DConditionModel"],
    "vae": ["diffusers", "AutoencoderKL"],
    "scheduler": ["diffusers", "DDIMScheduler"],
    "vocoder": ["qvim_studio.models.vocos", "VocosVocoder"],
    "text_encoder": ["transformers", "ClapTextModelWithProjection"],
    "tokenizer": ["transformers", "RobertaTokenizer"],
}
MAX_TOTAL_BYTES = 60 * 2**20
MAX_FILE_BYTES = 25 * 2**20


@dataclass(frozen=True)
class StarterCard:
    """What ``studio.json`` says of the checkpoint.

    defaults: 20 steps of DPM-Solver++ drift as little from the exact solution as 200 of DDIM;
    the model is small, so it starts from the nearest real sound unless asked otherwise.
    """

    clap_id: str
    revision: str = "1"
    steps: int = 20
    guidance: float = 2.0
    start: str = "nearest"
    strength: float = 0.5

    def as_json(self) -> dict[str, object]:
        return {
            "id": "starter",
            "title": "QVIM Studio Starter",
            "revision": self.revision,
            "licence": "Apache-2.0 (trained on CC0, CC-BY and public-domain recordings)",
            "commercial": "yes",
            "clap_id": self.clap_id,
            "controls": list(CONTROL_NAMES),
            "defaults": {
                "steps": self.steps,
                "guidance": self.guidance,
                "start": self.start,
                "strength": self.strength,
            },
        }


def assemble(run_root: Path, out_folder: Path, card: StarterCard) -> None:
    """Copy every part from ``run_root/<run>/<part>`` and write the two index files.

    Raises StudioError where a part has not been trained yet or the whole grows too large.
    """
    missing = [name for name, run in PARTS.items() if not (run_root / run / name).is_dir()]
    if missing:
        raise StudioError(
            f"The starter cannot be assembled: {', '.join(missing)} not found in {run_root}. "
            "Train these parts first (see README, Training)."
        )
    out_folder.mkdir(parents=True, exist_ok=True)
    for name, run in PARTS.items():
        target = out_folder / name
        shutil.rmtree(target, ignore_errors=True)
        shutil.copytree(run_root / run / name, target)
    _write_json(out_folder / "model_index.json", MODEL_INDEX)
    write_card(out_folder, card.as_json())
    _check_size(out_folder)


def restore(checkpoint_folder: Path, run_root: Path) -> None:
    """Put the parts of a finished checkpoint where their trainers go on from them.

    A part that the run folder has already is left alone.
    """
    for name, run in [*PARTS.items(), *FOUNDATIONS.items()]:
        target = run_root / run / name
        if not target.is_dir():
            shutil.copytree(checkpoint_folder / name, target)
            log.info("%s from %s", target, checkpoint_folder)


def _check_size(folder: Path) -> None:
    sizes = {path: path.stat().st_size for path in folder.rglob("*") if path.is_file()}
    largest = max(sizes, key=sizes.__getitem__)
    if sizes[largest] > MAX_FILE_BYTES or sum(sizes.values()) > MAX_TOTAL_BYTES:
        raise StudioError(
            f"The starter is too large to ship: {sum(sizes.values()) / 2**20:.1f} MiB in all "
            f"(at most {MAX_TOTAL_BYTES >> 20}), {largest.name} {sizes[largest] / 2**20:.1f} MiB "
            f"(at most {MAX_FILE_BYTES >> 20}). Train smaller networks."
        )
    log.info("starter of %.1f MiB in %s", sum(sizes.values()) / 2**20, folder)


def _write_json(path: Path, value: object) -> None:
    path.write_text(json.dumps(value, indent=2) + "\n", encoding="utf-8")
