"""What the menu of checkpoints says of one: what it is, and which memory mode fits a machine."""

from __future__ import annotations

from dataclasses import replace

import pytest

from qvim_studio.core.checkpoint_entry import RESERVE_BYTES, CheckpointEntry
from qvim_studio.core.request import VramMode

GIB = 2**30
MEMORY = {
    VramMode.HIGH: 8 * GIB,
    VramMode.BALANCED: 6 * GIB,
    VramMode.LOW: 4 * GIB,
    VramMode.MINIMAL: 2 * GIB,
    VramMode.CPU: 3 * GIB,
}
ENTRY = CheckpointEntry("a", "A", "MIT", "yes", True, 20, 3.0, MEMORY)


@pytest.mark.parametrize(
    ("gpu_bytes", "ram_bytes", "mode"),
    [
        (8 * GIB + RESERVE_BYTES, 0, VramMode.HIGH),
        (8 * GIB + RESERVE_BYTES - 1, 0, VramMode.BALANCED),
        (4 * GIB + RESERVE_BYTES, 0, VramMode.LOW),
        (2 * GIB + RESERVE_BYTES, 0, VramMode.MINIMAL),
        (0, 3 * GIB + RESERVE_BYTES, VramMode.CPU),
        (0, 3 * GIB + RESERVE_BYTES - 1, None),
    ],
)
def test_the_highest_mode_that_fits_leaves_a_reserve(
    gpu_bytes: int, ram_bytes: int, mode: VramMode | None
) -> None:
    assert pytest.approx(0.7 * GIB, abs=1) == RESERVE_BYTES
    assert ENTRY.best_mode(gpu_bytes, ram_bytes) is mode


def test_nothing_is_said_of_a_checkpoint_whose_memory_is_unknown() -> None:
    assert replace(ENTRY, memory={}).best_mode(64 * GIB, 64 * GIB) is None


def test_what_reaches_for_highs_is_an_upscaler() -> None:
    assert replace(ENTRY, reach_hz=1.0).is_upscaler
    assert not ENTRY.is_upscaler


def test_ears_are_offered_to_what_is_installed_deaf_and_has_some_to_download() -> None:
    deaf = replace(ENTRY, hears_voice=False, voice_part="ears")
    assert deaf.can_learn_to_hear
    assert not replace(deaf, hears_voice=True).can_learn_to_hear
    assert not replace(deaf, is_installed=False).can_learn_to_hear
    assert not replace(deaf, voice_part="").can_learn_to_hear


def test_no_mode_fits_a_machine_without_memory() -> None:
    assert ENTRY.best_mode(0, 0) is None


def test_a_generator_is_no_upscaler() -> None:
    assert ENTRY.is_upscaler is False
