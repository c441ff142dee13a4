"""Assembles the starter checkpoint from the run folders of its parts."""

from __future__ import annotations

import json
import logging
import shutil
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from safetensors.torch import load_file

from qvim_studio.checkpoints.card import write_card
from qvim_studio.checkpoints.checkpoint import TOWER_FOLDER
from qvim_studio.core.errors import StudioError
from qvim_studio.families.audioldm.control_channels import CONTROL_NAMES
from qvim_studio.families.audioldm.listener import LISTENER_FOLDER
from qvim_studio.families.audioldm.student import STUDENT_FOLDER, fingerprint, read_student_card
from qvim_studio.networks.bandwidth import BANDWIDTH_FOLDER
from qvim_studio.networks.files.weight_names import weight_file
from qvim_studio.training.corpus.corpus import INDEX_FILE, load_corpus
from qvim_studio.training.loop.loop import whole_folder
from qvim_studio.training.sound_library.credits import is_permissive
from qvim_studio.training.starter.model_card import CARD_NAME, RESTORED_CARD, write_model_card

log = logging.getLogger(__name__)

# Where each trainer leaves its part: run folder / part.
PARTS = {
    "vae": "decoder",
    "vocoder": "decoder",
    BANDWIDTH_FOLDER: "bandwidth",
    "unet": "unet",
    "scheduler": "unet",
    "text_encoder": "clap",
    "tokenizer": "clap",
    "qvim": "qvim/finish",
    "adapter": "adapter",
    TOWER_FOLDER: "corpus",
    LISTENER_FOLDER: "listener",
    STUDENT_FOLDER: "student",
}
# Parts whose trainers begin with the same weights unless the run folder has others.
FOUNDATIONS = {"vae": "vae", "vocoder": "vocoder", "qvim": "qvim"}
MODEL_INDEX = {
    "_class_name": "AudioLDMPipeline",
    "unet": ["diffusers", "UNet2DConditionModel"],
    "vae": ["diffusers", "AutoencoderKL"],
    "scheduler": ["diffusers", "DDIMScheduler"],
    "vocoder": ["qvim_studio.networks.coders.vocos", "VocosVocoder"],
    "text_encoder": ["transformers", "ClapTextModelWithProjection"],
    "tokenizer": ["transformers", "PreTrainedTokenizerFast"],
}
MAX_TOTAL_BYTES = 60 * 2**20
MAX_FILE_BYTES = 25 * 2**20


@dataclass(frozen=True)
class StarterCard:
    """The content of the checkpoint's ``studio.json``.

    defaults: the model is small, so by default it starts from near real sounds and replaces most of
    each. strength and guidance were chosen by the class rank and the Fréchet distance of clips of
    half of the held-out imitations (0.5 and 2 are worse in both). steps: 12, of which the strength
    leaves 10, are as good there as 20. steering: 30 had less effect; higher values moved the
    bundled examples away from the encoder's embeddings of them. found_share, likely_nearer: more
    is kept of a found sound that is likely of the target's kind, and that sound takes the place of
    the voice; resources/guide/starter.md has the table.
    """

    clap_id: str
    title: str = "QVIM Studio Starter"
    licence: str = "Apache-2.0, audio tower CC-BY-4.0 (trained on permissive recordings)"
    commercial: str = "yes"
    revision: str = "12"
    steps: int = 12
    guidance: float = 4.0
    start: str = "nearest"
    strength: float = 0.85
    guided_share: float = 1.0  # its steps cost little
    steering: float = 60.0
    found_share: float = 1.0
    likely_nearer: float = 0.7

    def as_json(self) -> dict[str, object]:
        return {
            "id": "starter",
            "title": self.title,
            "revision": self.revision,
            "licence": self.licence,
            "commercial": self.commercial,
            "clap_id": self.clap_id,
            "controls": list(CONTROL_NAMES),
            "defaults": {
                "steps": self.steps,
                "guidance": self.guidance,
                "start": self.start,
                "strength": self.strength,
                "guided_share": self.guided_share,
                "steering": self.steering,
                "found_share": self.found_share,
                "likely_nearer": self.likely_nearer,
            },
        }


def assemble(
    run_root: Path,
    out_folder: Path,
    card: StarterCard,
    evaluation: Sequence[str] = (),
    *,
    with_student: bool = True,
    max_file_bytes: int = MAX_FILE_BYTES,
) -> None:
    """Copy every part from ``run_root/<run>/<part>``, write the two index files and a model card.

    evaluation: lines for the model card, which is text for people and has no hash in studio.json.
    with_student: False makes the starter from which its student is distilled.
    Raises StudioError if a part has not been trained yet, if the student belongs to another UNet,
    or if the checkpoint is too large.
    """
    parts = {name: run for name, run in PARTS.items() if with_student or name != STUDENT_FOLDER}
    missing = [name for name, run in parts.items() if not (run_root / run / name).is_dir()]
    if missing:
        raise StudioError(
            f"The starter cannot be assembled: {', '.join(missing)} not found in {run_root}. "
            "Train these parts first (see README, Training)."
        )
    if with_student:
        _check_student(run_root)
    card = _with_honest_licence(card, run_root / "corpus")
    out_folder.parent.mkdir(parents=True, exist_ok=True)
    with whole_folder(out_folder) as new:
        for name in _others(out_folder, parts):
            shutil.copytree(out_folder / name, new / name)
        for name, run in parts.items():
            shutil.copytree(run_root / run / name, new / name)
        _write_json(new / "model_index.json", MODEL_INDEX)
        write_card(new, card.as_json())
        write_model_card(new, run_root, card.title, card.licence, evaluation)
        _check_size(new, max_file_bytes)


def _others(folder: Path, parts: Mapping[str, str]) -> list[str]:
    """Sub-folders of an earlier checkpoint that are not trained parts (its tokenizer)."""
    there = [path.name for path in folder.iterdir() if path.is_dir()] if folder.is_dir() else []
    return [name for name in there if name not in parts and name not in PARTS]


def _check_student(run_root: Path) -> None:
    folders = {name: run_root / PARTS[name] / name for name in (STUDENT_FOLDER, "unet")}
    card = read_student_card(folders[STUDENT_FOLDER])
    if card.teacher != fingerprint(load_file(weight_file(folders["unet"]))):
        raise StudioError(
            f"The student in {folders[STUDENT_FOLDER]} was distilled from another UNet than that "
            f"in {folders['unet']}. Distil it again: qvim-studio train student"
        )


def _with_honest_licence(card: StarterCard, corpus_folder: Path) -> StarterCard:
    """The card, with commercial use excluded if a recording of the corpus does not allow it."""
    if not (corpus_folder / INDEX_FILE).is_file():
        return card
    items = load_corpus(corpus_folder).items
    doubtful = sum(not is_permissive(item.licence) for item in items)
    if not doubtful:
        return card
    log.warning("%d of %d recordings have no permissive licence", doubtful, len(items))
    return replace(
        card,
        licence=f"unclear: {doubtful} of {len(items)} training recordings have no known "
        "permissive licence",
        commercial="no",
    )


def restore(checkpoint_folder: Path, run_root: Path) -> None:
    """Put the parts of a finished checkpoint into the runs' folder, where their trainers continue
    them.

    Parts and a card that the run folder already has stay unchanged.
    """
    for name, run in [*PARTS.items(), *FOUNDATIONS.items()]:
        target = run_root / run / name
        if not target.is_dir():
            with whole_folder(target) as new:
                shutil.copytree(checkpoint_folder / name, new, dirs_exist_ok=True)
            log.info("%s from %s", target, checkpoint_folder)
    card, kept = checkpoint_folder / CARD_NAME, run_root / RESTORED_CARD
    if card.is_file() and not kept.is_file():
        shutil.copyfile(card, kept)


def _check_size(folder: Path, max_file_bytes: int) -> None:
    sizes = {path: path.stat().st_size for path in folder.rglob("*") if path.is_file()}
    largest = max(sizes, key=sizes.__getitem__)
    if sizes[largest] > max_file_bytes or sum(sizes.values()) > MAX_TOTAL_BYTES:
        raise StudioError(
            f"The starter is too large to ship: {sum(sizes.values()) / 2**20:.1f} MiB in all "
            f"(at most {MAX_TOTAL_BYTES >> 20}), {largest.name} {sizes[largest] / 2**20:.1f} MiB "
            f"(at most {max_file_bytes >> 20}). Train smaller networks."
        )
    log.info("starter of %.1f MiB in %s", sum(sizes.values()) / 2**20, folder)


def _write_json(path: Path, value: object) -> None:
    path.write_text(json.dumps(value, indent=2) + "\n", encoding="utf-8")
