"""AudioLDM sounds as it did before there were other families.

The numbers are every 2000th sample of two sounds of the tiny checkpoint, made by the last commit
before families had a protocol (7dffa9f). On the machine where they were taken every bit of all
samples is still the same; other processors round otherwise.
"""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
import torch
from tiny_checkpoint import build_tiny_checkpoint

from qvim_studio.core.clip import AudioClip
from qvim_studio.core.options import OptionValues
from qvim_studio.core.request import VramMode
from qvim_studio.families.audioldm.family import FAMILY
from qvim_studio.families.catalog import find_checkpoint
from qvim_studio.families.protocol import Asked, Generator, Report, Voice
from qvim_studio.memory.compute_plan import ComputePlan
from qvim_studio.memory.modes import TRAITS

GOLDEN = json.loads((Path(__file__).parent / "golden_sounds.json").read_text(encoding="utf-8"))
RATE_HZ, FIRST, EVERY = 16_000, 500, 2000


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return build_tiny_checkpoint(tmp_path_factory.mktemp("golden") / "tiny")


@pytest.fixture(scope="module")
def generator(folder: Path) -> Generator:
    plan = ComputePlan(VramMode.CPU, "cpu", torch.float32, TRAITS[VramMode.CPU])
    return FAMILY.load(find_checkpoint(str(folder)), plan)


@pytest.mark.parametrize("case", GOLDEN)
def test_sounds_are_what_they_were(folder: Path, generator: Generator, case: str) -> None:
    sampler, _, follow = case.rpartition("-")
    time_s = np.arange(round(1.5 * RATE_HZ)) / RATE_HZ
    swell = 0.5 * np.sin(2 * np.pi * 330 * time_s) * np.minimum(1, time_s)
    voice = AudioClip.from_mono(swell.astype(np.float32), RATE_HZ)
    options = OptionValues({"steps": 4, "guidance": 2.5, "sampler": sampler})
    asked = Asked(
        1.5,
        voice=Voice(voice, np.full(960, 960**-0.5, np.float32)),
        followed=voice,
        follow=float(follow),
        options=FAMILY.describe(find_checkpoint(str(folder))).filled(options),
    )
    report = Report(lambda done, steps, picture: None, lambda: False)
    made = generator.make(generator.condition(asked), asked, [3, 4], report)
    for sound, golden in zip(made, GOLDEN[case], strict=True):
        off = np.abs(sound.samples[FIRST::EVERY, 0] - np.array(golden))
        assert off.max() < 1e-4 * np.abs(sound.samples).max()
