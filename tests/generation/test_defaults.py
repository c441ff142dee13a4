"""What a request leaves open is filled in from what the checkpoint declares."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from qvim_studio.core.capabilities import Capabilities, EditKind, VoiceRoute
from qvim_studio.core.clip import AudioClip
from qvim_studio.core.edit import Edit
from qvim_studio.core.errors import UsageError
from qvim_studio.core.options import Option, OptionValues, Role
from qvim_studio.core.request import GenerationRequest
from qvim_studio.generation.defaults import check_edit, filled_options, overhang_s

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


def test_parts_that_a_checkpoint_cannot_hear_at_once_are_refused() -> None:
    can = replace(capabilities(STEPS), edits=frozenset(EditKind), max_s=10.0)
    long = AudioClip(np.zeros((20_000, 1), np.float32), 1000)
    check_edit(Edit.of_parts(long, [(2.0, 3.0), (7.0, 8.0)]), can, "Tiny")
    with pytest.raises(UsageError, match=r"Tiny hears 10 s at once, .* last 17\.0 s"):
        check_edit(Edit.of_parts(long, [(2.0, 3.0), (14.0, 15.0)]), can, "Tiny")


def test_what_leads_to_the_beginning_of_a_loop_is_a_second_or_a_third_of_it() -> None:
    request = GenerationRequest(text="rain", loop=True)
    lengths = {
        natural_s: overhang_s(request.with_changes(duration_s=natural_s))
        for natural_s in (0.6, 3.0, 60.0)
    }
    assert lengths == {0.6: pytest.approx(0.2), 3.0: 1.0, 60.0: 1.0}
    assert overhang_s(request.with_changes(loop=False)) == 0.0
