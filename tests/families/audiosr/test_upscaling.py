"""AudioSR is declared without its weights, and loaded with them."""

from __future__ import annotations

from pathlib import Path

from qvim_studio.checkpoints.checkpoint import Checkpoint
from qvim_studio.core.options import OptionValues
from qvim_studio.families.audiosr.sizes import PUBLISHED_FOOTPRINT, footprint_of
from qvim_studio.families.audiosr.upscaling import UPSCALER
from qvim_studio.families.protocol import Report
from qvim_studio.memory.compute_plan import ComputePlan


def test_the_footprint_is_that_of_the_folder_or_else_of_the_published_weights(folder: Path) -> None:
    assert UPSCALER.footprint(Checkpoint("sr", "SR", None)) == PUBLISHED_FOOTPRINT
    own = UPSCALER.footprint(Checkpoint("sr", "SR", folder))
    assert own == footprint_of(folder) and own.weights < PUBLISHED_FOOTPRINT.weights


def test_what_is_loaded_extends_at_the_declared_rate_and_reach(
    folder: Path, cpu: ComputePlan
) -> None:
    loaded = UPSCALER.load(Checkpoint("sr", "SR", folder), cpu)
    values = OptionValues({"steps": 5, "guidance": 1.0, "known_hz": 0.0})
    upscaler = loaded.prepared(values, 3, Report(lambda *step: None, lambda: False))
    assert upscaler.output_rate_hz == UPSCALER.output_rate_hz == 48_000
    assert upscaler.reach_hz == UPSCALER.reach_hz
