"""The family of AudioLDM 2 as tests ask it: its plans and its shortest requests."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import torch

from qvim_studio.checkpoints.checkpoint import Checkpoint
from qvim_studio.core.options import OptionValues
from qvim_studio.core.request import VramMode
from qvim_studio.families.audioldm2.family import FAMILY
from qvim_studio.families.protocol import Asked
from qvim_studio.memory.compute_plan import ComputePlan
from qvim_studio.memory.modes import TRAITS


def plan_of(mode: VramMode) -> ComputePlan:
    """What a mode does, on the processor in float32."""
    return ComputePlan(mode, "cpu", torch.float32, TRAITS[mode])


def asked_for(checkpoint: Checkpoint, text: str = "rain on tin", **changes: Any) -> Asked:
    """1.28 s in two steps of DDIM. options: in the place of the defaults."""
    given = {"steps": 2, "sampler": "ddim", **changes.pop("options", {})}
    options = FAMILY.describe(checkpoint).filled(OptionValues(given))
    return replace(Asked(1.28, text, options=options), **changes)


def change(folder: Path, part: str, **changes: Any) -> None:
    """Give the configuration of a part other values."""
    path = folder / part / "config.json"
    path.write_text(json.dumps({**json.loads(path.read_text()), **changes}))
