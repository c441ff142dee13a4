"""Runs tiny MusicGens, and copies their folders to change them."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import torch
from tiny_musicgen import OfficialMusicgen, tiny_tokenizer

from qvim_studio.checkpoints.checkpoint import Checkpoint
from qvim_studio.core.clip import AudioClip
from qvim_studio.core.options import OptionValues
from qvim_studio.core.request import VramMode
from qvim_studio.families.musicgen.generator import MusicgenGenerator
from qvim_studio.families.protocol import Asked, Made, Report, Voice
from qvim_studio.memory.compute_plan import ComputePlan
from qvim_studio.memory.modes import TRAITS

Load = Callable[..., MusicgenGenerator]
Twins = Callable[..., tuple[OfficialMusicgen, MusicgenGenerator]]
LIKELIEST = OptionValues({"top_k": 1})
FRAMES, SECONDS = 30, 0.6
LATE = 3  # columns behind the last frame
WORDS = "rain on tin"
NO_EMBEDDING = np.zeros(960, np.float32)


def silent_report() -> Report:
    return Report(lambda *_: None, lambda: False)


def make(generator: MusicgenGenerator, asked: Asked, *seeds: int) -> list[Made]:
    return list(generator.make(generator.condition(asked), asked, seeds or (0,), silent_report()))


def voice_of(clip: AudioClip) -> Voice:
    return Voice(clip, NO_EMBEDDING)


def relative_error(made: np.ndarray, expected: np.ndarray) -> float:
    return float(np.abs(made - expected).max() / np.abs(expected).max())


def official_sound(model: OfficialMusicgen, frames: int = FRAMES, **given: Any) -> np.ndarray:
    """(samples, channels) of the likeliest codes."""
    text = tiny_tokenizer()([WORDS], return_tensors="pt")
    sound = model.generate(**text, max_new_tokens=frames + LATE, do_sample=False, **given)
    return sound[0].T.numpy()


CPU = ComputePlan(VramMode.CPU, "cpu", torch.float32, TRAITS[VramMode.CPU])


def checkpoint_in(folder: Path | None, *capabilities: str) -> Checkpoint:
    return Checkpoint("tiny", "Tiny", folder, capabilities=capabilities)


def copied(folder: Path, to: Path, **changes: Any) -> Path:
    """The folder with another configuration."""
    shutil.copytree(folder, to)
    config = json.loads((to / "config.json").read_text(encoding="utf-8"))
    for path, value in changes.items():
        *parts, name = path.split("__")
        inner = config
        for part in parts:
            inner = inner[part]
        inner[name] = value
    (to / "config.json").write_text(json.dumps(config), encoding="utf-8")
    return to
