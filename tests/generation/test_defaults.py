"""What a request leaves open is filled in from what the checkpoint declares."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from qvim_studio.core.capabilities import Capabilities, EditKind, VoiceRoute, Windows
from qvim_studio.core.clip import AudioClip
from qvim_studio.core.edit import Edit
from qvim_studio.core.errors import UsageError
from qvim_studio.core.options import Option, OptionValues, Role
from qvim_studio.core.request import GenerationRequest, Start
from qvim_studio.generation.defaults import (
    can_be_windowed,
    check_edit,
    filled_options,
    is_windowed,
)

STEPS = Option("steps", "Steps", 8, Role.QUALITY, 1, 100)
TOP_K = Option("top_k", "Top k", 250, Role.VARIETY, 1, 2048)
VOICE = AudioClip(np.zeros((4_800, 1), np.float32), 48_000)


def capabilities(*options: Option) -> Capabilities:
    return Capabilities(
        frozenset(), frozenset(), VoiceRoute.START, 44_100, 2, 0.5, 120.0, options=options
    )


def test_fields_of_the_request_fill_the_options_of_their_names() -> None:
    request = GenerationRequest(VOICE, steps=3, options=OptionValues({"top_k": 7}))
    assert dict(filled_options(request, capabilities(STEPS, TOP_K))) == {"steps": 3, "top_k": 7}


def test_a_family_without_steps_ignores_them() -> None:
    request = GenerationRequest(VOICE, steps=3, guidance=2.0)
    assert dict(filled_options(request, capabilities(TOP_K))) == {"top_k": 250}


def test_options_of_another_family_are_refused() -> None:
    request = GenerationRequest(VOICE, options=OptionValues({"top_k": 7}))
    with pytest.raises(UsageError, match="no option 'top_k'; it has steps"):
        filled_options(request, capabilities(STEPS))


def test_the_option_s_own_value_wins_over_the_field() -> None:
    request = GenerationRequest(VOICE, steps=3, options=OptionValues({"steps": 5}))
    assert filled_options(request, capabilities(STEPS))["steps"] == 5


@pytest.mark.parametrize(
    ("edits", "edit", "words"),
    [
        ((), Edit(VOICE, 0.0, 0.1), "Tiny cannot regenerate parts of sounds. Choose another"),
        ((EditKind.CONTINUE,), Edit(VOICE, 0.0, 0.1), "sounds. It can continue them. Choose"),
        ((EditKind.INPAINT,), Edit.continuing(VOICE, 1.0), "Tiny continues no sounds"),
    ],
)
def test_edits_that_a_checkpoint_cannot_do_are_refused(
    edits: tuple[EditKind, ...], edit: Edit, words: str
) -> None:
    can = replace(capabilities(STEPS), edits=frozenset(edits))
    with pytest.raises(UsageError, match=words):
        check_edit(edit, can, "Tiny")
    check_edit(edit, replace(can, edits=frozenset(EditKind)), "Tiny")


def test_a_checkpoint_without_windows_makes_no_more_than_it_makes_at_once() -> None:
    plain = capabilities(STEPS)
    windowed = replace(plain, windows=Windows(15.0, 2.0))
    assert (plain.longest_s, windowed.longest_s) == (120.0, 600.0)
    request = GenerationRequest(text="rain", duration_s=300.0)
    assert not can_be_windowed(request, plain) and can_be_windowed(request, windowed)
    assert is_windowed(request.with_changes(in_windows=False), windowed)
    for seconds, in_windows in ((30.0, True), (120.0, False)):
        short = request.with_changes(duration_s=seconds, in_windows=in_windows)
        assert not is_windowed(short, windowed)


def test_a_take_of_two_channels_that_is_regenerated_is_made_in_windows_like_any_other() -> None:
    take = AudioClip(np.zeros((40_000, 2), np.float32), 1000)
    windowed = replace(capabilities(STEPS), windows=Windows(15.0, 2.0))
    assert is_windowed(GenerationRequest(take, start=Start.IMITATION), windowed)
