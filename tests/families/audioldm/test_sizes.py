"""Sizes are those of the files, and footprints hold what is counted."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
import torch
from live_elements import LiveElements
from tiny_checkpoint import build_tiny_checkpoint, make_tiny_unet

from qvim_studio.bench.shapes import unet_of_size
from qvim_studio.checkpoints.checkpoint import CONTROL_FOLDER
from qvim_studio.core.control_kind import ControlKind
from qvim_studio.core.errors import CheckpointError
from qvim_studio.core.request import VramMode
from qvim_studio.families.audioldm.control import add_control, save_control
from qvim_studio.families.audioldm.control_channels import CONTROL_NAMES
from qvim_studio.families.audioldm.family import FAMILY
from qvim_studio.families.audioldm.parts import load_audioldm
from qvim_studio.families.audioldm.sizes import (
    CONTROLNET_ELEMENTS,
    UNET_ELEMENTS,
    folder_footprint,
    part_sizes,
)
from qvim_studio.families.catalog import find_checkpoint, list_checkpoints
from qvim_studio.memory.compute_plan import ComputePlan
from qvim_studio.memory.modes import TRAITS
from qvim_studio.networks.files.meta_device import without_values


def test_sizes_come_from_the_files(tmp_path: Path) -> None:
    folder = build_tiny_checkpoint(tmp_path)
    sizes = part_sizes(folder)
    plan = ComputePlan(VramMode.CPU, "cpu", torch.float32, TRAITS[VramMode.CPU])
    parts = load_audioldm(find_checkpoint(str(folder)), plan)
    assert sizes.unet == sum(p.numel() for p in parts.unet.parameters())
    assert sizes.vae == sum(p.numel() for p in parts.vae.parameters())


def test_layers_that_take_curves_count_with_the_unet(tmp_path: Path) -> None:
    folder = build_tiny_checkpoint(tmp_path / "tiny", has_controls=False)
    before = part_sizes(folder)
    copy = add_control(make_tiny_unet(8), len(CONTROL_NAMES), ControlKind.CONTROLNET)
    save_control(copy, "tiny", CONTROL_NAMES, folder / CONTROL_FOLDER, ControlKind.CONTROLNET)
    added = sum(parameter.numel() for parameter in copy.parameters())
    assert added > 0.3 * before.unet
    assert part_sizes(folder) == replace(before, unet=before.unet + added)


def test_a_controlnet_takes_what_is_estimated_for_it(tmp_path: Path) -> None:
    frames = 32
    with without_values(), torch.inference_mode():
        unet = unet_of_size("s").eval()
        copy = add_control(unet, len(CONTROL_NAMES), ControlKind.CONTROLNET)
        with LiveElements() as live:
            unet(
                torch.zeros(2, 8 + len(CONTROL_NAMES), frames, 16),
                torch.zeros((), dtype=torch.long),
                None,
                class_labels=torch.zeros(2, 512),
            )
    assert sum(value.numel() for value in copy.parameters()) > 0
    elements = 2 * frames * 16 * 128 * CONTROLNET_ELEMENTS
    assert live.peak == pytest.approx(elements, rel=0.05)
    folder = build_tiny_checkpoint(tmp_path / "tiny", has_controls=False)
    small = add_control(make_tiny_unet(8), len(CONTROL_NAMES), ControlKind.CONTROLNET)
    before = folder_footprint(folder).stages[0]
    save_control(small, "tiny", CONTROL_NAMES, folder / CONTROL_FOLDER, ControlKind.CONTROLNET)
    after = folder_footprint(folder).stages[0]
    share = CONTROLNET_ELEMENTS / UNET_ELEMENTS
    assert after.row_bytes_per_s == pytest.approx(share * before.row_bytes_per_s)


def test_sizes_that_the_registry_has_wrong_are_named() -> None:
    known = next(each for each in list_checkpoints() if each.id == "audioldm-m-full")
    with pytest.raises(CheckpointError, match=r"registry's sizes .* cannot be used"):
        FAMILY.footprint(replace(known, sizes={"unet": 1}))
