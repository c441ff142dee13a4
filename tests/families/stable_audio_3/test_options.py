"""Distilled and base checkpoints declare their own steps, and guidance where it does something."""

from __future__ import annotations

import pytest

from qvim_studio.core.capabilities import Input
from qvim_studio.families.stable_audio_3.options import capabilities_of


@pytest.mark.parametrize(
    ("is_distilled", "steps", "most"), [(True, (4, 8, 12), 32), (False, (25, 50, 100), 250)]
)
def test_presets_are_steps_that_the_checkpoint_takes(
    is_distilled: bool, steps: tuple[int, ...], most: int
) -> None:
    found = capabilities_of(44_100, 2, 100.0, is_distilled=is_distilled)
    filled = [found.filled(preset.values) for preset in found.presets]
    assert tuple(values["steps"] for values in filled) == steps
    (option,) = (each for each in found.options if each.name == "steps")
    assert (option.default, option.high) == (steps[1], most)


def test_only_base_checkpoints_are_guided_away_from_words() -> None:
    distilled, base = (
        capabilities_of(44_100, 2, 100.0, is_distilled=each) for each in (True, False)
    )
    assert base.inputs - distilled.inputs == {Input.NEGATIVE_TEXT}
    names = [{option.name for option in each.options} for each in (distilled, base)]
    assert names[1] - names[0] == {"guidance", "projection"} and names[0] <= names[1]


def test_windows_are_no_longer_than_the_longest_piece() -> None:
    short, long = (capabilities_of(44_100, 2, max_s, is_distilled=True) for max_s in (30.0, 380.0))
    assert (short.max_s, long.max_s) == (30.0, 380.0)
    assert long.windows is not None and long.windows.length_s == 45.0
    assert short.windows is not None and short.windows.length_s == 30.0
