"""Stable Audio Open takes its presets, and makes long sounds in windows."""

from __future__ import annotations

from qvim_studio.core.capabilities import Input
from qvim_studio.families.stable_audio_open.options import capabilities_of


def test_presets_are_steps_that_it_takes_with_the_standard_as_the_default() -> None:
    found = capabilities_of(44_100, 2, 47.5)
    steps = [found.filled(preset.values)["steps"] for preset in found.presets]
    (option,) = (each for each in found.options if each.name == "steps")
    assert steps == [30, option.default, 200]


def test_freedom_from_the_voice_is_offered_where_a_voice_is_taken() -> None:
    found = capabilities_of(44_100, 2, 47.5)
    (option,) = (each for each in found.options if each.name == "voice_change")
    assert option.needs == Input.VOICE.value and found.takes(Input.VOICE)


def test_windows_are_no_longer_than_the_longest_piece() -> None:
    short, long = capabilities_of(44_100, 2, 30.0), capabilities_of(44_100, 2, 47.5)
    assert short.windows is not None and short.windows.length_s == short.max_s == 30.0
    assert long.windows is not None and long.windows.length_s == 45.0
