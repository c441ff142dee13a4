"""What a checkpoint declares: windows of long sounds, how high its sounds reach, what it takes."""

from __future__ import annotations

from dataclasses import replace

import pytest

from qvim_studio.core.capabilities import (
    ENOUGH_HZ,
    EXTENSION_REACH_HZ,
    Capabilities,
    EditKind,
    Input,
    VoiceRoute,
    Windows,
)
from qvim_studio.core.errors import UsageError
from qvim_studio.core.options import Option, OptionValues, Role
from qvim_studio.core.request import MAX_DURATION_S

STEPS = Option("steps", "Steps", 20, Role.QUALITY, 1, 1000)
DEAF = Capabilities(
    inputs=frozenset({Input.TEXT}),
    edits=frozenset({EditKind.CONTINUE}),
    voice_route=VoiceRoute.NONE,
    sample_rate_hz=16_000,
    channels=1,
    min_s=0.2,
    max_s=10.0,
    options=(STEPS,),
)


@pytest.mark.parametrize("overlap_s", [0.0, -0.5, 1.01])
def test_windows_that_do_not_overlap_or_by_more_than_half_are_refused(overlap_s: float) -> None:
    with pytest.raises(ValueError, match="half of their length"):
        Windows(2.0, overlap_s)


@pytest.mark.parametrize("overlap_s", [0.01, 1.0])
def test_windows_overlap_by_half_of_their_length_at_most(overlap_s: float) -> None:
    assert Windows(2.0, overlap_s).overlap_s == overlap_s


def test_windows_are_no_longer_than_what_is_made_at_once() -> None:
    assert Windows.within(45.0, 5.0, max_s=60.0) == Windows(45.0, 5.0)
    assert Windows.within(45.0, 5.0, max_s=9.0) == Windows(9.0, 3.0)


def test_sounds_are_as_long_as_one_piece_or_as_windows_reach() -> None:
    assert DEAF.longest_s == 10.0
    assert replace(DEAF, windows=Windows(5.0, 1.0)).longest_s == MAX_DURATION_S
    assert replace(DEAF, windows=Windows(5.0, 1.0), max_s=900.0).longest_s == 900.0


def test_sounds_reach_to_half_of_their_rate() -> None:
    assert DEAF.reach_hz == 8_000.0
    assert DEAF.lacks_highs is True and DEAF.is_extended is True
    enough = replace(DEAF, sample_rate_hz=round(2 * ENOUGH_HZ))
    assert enough.lacks_highs is False and enough.is_extended is False
    as_extended = replace(DEAF, sample_rate_hz=round(2 * EXTENSION_REACH_HZ))
    assert as_extended.lacks_highs is True and as_extended.is_extended is False


def test_a_checkpoint_takes_what_it_declares() -> None:
    assert DEAF.takes(Input.TEXT) is True and DEAF.takes(Input.VOICE) is False
    assert DEAF.denoises_sounds is False
    assert replace(DEAF, edits=frozenset({EditKind.INPAINT})).denoises_sounds is True


def test_its_options_are_filled_and_no_others() -> None:
    assert dict(DEAF.filled(OptionValues())) == {"steps": 20}
    with pytest.raises(UsageError, match="no option 'warmth'"):
        DEAF.filled(OptionValues({"warmth": 1}))
