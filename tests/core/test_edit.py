"""Which part of a sound is made, and what is heard around it."""

from __future__ import annotations

import numpy as np
import pytest

from qvim_studio.core.clip import AudioClip
from qvim_studio.core.edit import (
    CONTEXT_S,
    MAX_PART_S,
    MIN_KEPT_S,
    MIN_PART_S,
    OVERLAP_S,
    Edit,
    edited_name,
    merged_parts,
    parts_text,
    stored_parts,
)
from qvim_studio.core.errors import UsageError
from qvim_studio.core.provenance import Provenance
from qvim_studio.core.request import GenerationRequest, Start, clip_hash

RATE = 1000
TEN_SECONDS = AudioClip.from_mono(np.arange(10 * RATE) / RATE, RATE)
SHORT = AudioClip.from_mono(np.ones(RATE // 5), RATE)


def test_the_window_holds_the_part_and_what_is_heard_around_it() -> None:
    edit = Edit(TEN_SECONDS, 4.0, 5.0)
    assert edit.window_s == (4.0 - CONTEXT_S, 5.0 + CONTEXT_S)
    around = edit.surroundings
    assert around.sample_rate == RATE and around.duration_s == 1.0 + 2 * CONTEXT_S
    assert around.samples[0, 0] == pytest.approx(4.0 - CONTEXT_S)


@pytest.mark.parametrize(
    ("begin_s", "end_s", "window_s"),
    [(0.5, 1.0, (0.0, 3.0)), (9.0, 10.0, (7.0, 10.0)), (9.5, 12.0, (7.5, 12.0))],
)
def test_the_window_ends_with_the_sound_or_its_part(
    begin_s: float, end_s: float, window_s: tuple[float, float]
) -> None:
    edit = Edit(TEN_SECONDS, begin_s, end_s)
    assert edit.window_s == window_s
    assert edit.surroundings.duration_s == pytest.approx(min(window_s[1], 10.0) - window_s[0])


def test_a_continuation_begins_in_the_fade_of_the_end() -> None:
    edit = Edit.continuing(TEN_SECONDS, 3.0)
    assert (edit.begin_s, edit.end_s) == (pytest.approx(10.0 - OVERLAP_S), 13.0)
    assert Edit.continuing(SHORT, 1.0).begin_s == pytest.approx(0.15)


@pytest.mark.parametrize("begin_s", [-0.1, 10.1, float("nan")])
def test_a_part_outside_the_sound_is_refused(begin_s: float) -> None:
    with pytest.raises(UsageError, match=r"within the sound, 0 to 10\.00 s, got"):
        Edit(TEN_SECONDS, begin_s, 12.0)


@pytest.mark.parametrize("end_s", [4.05, 4.0, 1.0, 604.1, float("inf"), float("nan")])
def test_a_part_that_is_too_short_or_too_long_is_refused(end_s: float) -> None:
    with pytest.raises(UsageError, match=r"0\.1 to 600 s long, got 4 to"):
        Edit(TEN_SECONDS, 4.0, end_s)


def test_an_edited_sound_is_enough_to_ask_with() -> None:
    request = GenerationRequest(edit=Edit(TEN_SECONDS, 4.0, 5.0), start=Start.IMITATION)
    assert request.target is not None and request.target.duration_s == 5.0
    assert request.given_target is None
    voiced = GenerationRequest(edit=request.edit, imitation=SHORT)
    assert voiced.target is voiced.given_target is SHORT
    timbred = GenerationRequest(edit=request.edit, timbre=SHORT)
    assert timbred.target is SHORT


def test_the_recipe_names_the_sound_by_its_hash_and_cannot_be_asked_again() -> None:
    recipe = GenerationRequest(edit=Edit(TEN_SECONDS, 4.0, 5.0)).recipe()
    sound = {"sound_sha256": clip_hash(TEN_SECONDS)}
    assert recipe["edit"] == {
        "begin_s": 4.0,
        "end_s": 5.0,
        "parts_s": [[4.0, 5.0]],
        "above_hz": None,
        **sound,
    }
    with pytest.raises(UsageError, match="an edit of another one"):
        GenerationRequest.from_recipe(recipe, None)
    assert "edit" not in GenerationRequest(text="rain").recipe()


def test_how_much_sound_is_made_is_known_before_it_is() -> None:
    edit = Edit(TEN_SECONDS, 4.0, 5.0)
    assert GenerationRequest(edit=edit, duration_s=9.0).natural_s == 5.0
    assert GenerationRequest(imitation=SHORT).natural_s == SHORT.duration_s
    assert GenerationRequest(imitation=SHORT, duration_s=9.0).natural_s == 9.0
    assert GenerationRequest(text="rain").natural_s == 3.0


@pytest.mark.parametrize(
    ("name", "edited"),
    [
        ("dog bark", "dog bark edited"),
        ("dog_bark_02", "dog_bark edited"),
        ("dog bark edited", "dog bark edited"),
        ("dog_bark_edited_03", "dog_bark_edited"),
    ],
)
def test_an_edit_is_named_after_its_sound(name: str, edited: str) -> None:
    assert edited_name(name) == edited


def test_parts_come_in_their_order_and_those_that_touch_are_one() -> None:
    edit = Edit.of_parts(TEN_SECONDS, [(6.0, 7.0), (3.0, 4.0), (3.5, 4.5), (7.01, 7.5)])
    assert edit.parts_s == ((3.0, 4.5), (6.0, 7.5))
    assert (edit.begin_s, edit.end_s, edit.kept_s) == (3.0, 7.5, ((4.5, 6.0),))
    assert edit.window_s == (3.0 - CONTEXT_S, 7.5 + CONTEXT_S)
    assert Edit.of_parts(TEN_SECONDS, [(3.0, 4.0)]).parts_s == Edit(TEN_SECONDS, 3.0, 4.0).parts_s
    assert parts_text(edit.parts_s) == "3.00 to 4.50 s and 6.00 to 7.50 s"
    assert (
        parts_text(((0, 1), (2, 3), (4, 5))) == "0.00 to 1.00 s, 2.00 to 3.00 s and 4.00 to 5.00 s"
    )


@pytest.mark.parametrize(
    ("parts_s", "sentence"),
    [
        ([], "got none"),
        (
            [(1.0, 2.0), (3.0, 3.05)],
            r"at least 0\.1 s long and 0\.04 s apart, got 1\.00 to 2\.00 s",
        ),
        ([(1.0, 2.0), (4.0, 3.0)], "at least"),
        ([(1.0, 2.0), (4.0, float("nan"))], "must be"),
        ([(1.0, 2.0), (9.0, 11.0)], "must end within the sound"),
        ([(-1.0, 2.0), (9.0, 10.0)], "within the sound, 0 to"),
    ],
)
def test_parts_that_cannot_be_made_are_refused(
    parts_s: list[tuple[float, float]], sentence: str
) -> None:
    with pytest.raises(UsageError, match=sentence):
        Edit.of_parts(TEN_SECONDS, parts_s)


def test_the_recipe_lists_several_parts() -> None:
    edit = Edit.of_parts(TEN_SECONDS, [(1.0, 2.0), (4.0, 5.0)])
    parts = GenerationRequest(edit=edit).recipe()["edit"]["parts_s"]
    assert Edit.of_parts(TEN_SECONDS, stored_parts(parts)).parts_s == edit.parts_s


def test_the_shortest_and_the_longest_part_are_made() -> None:
    sound = AudioClip.from_mono(np.ones(round(MAX_PART_S) * 10), 10)
    assert Edit(sound, 0.0, MAX_PART_S).end_s == MAX_PART_S
    assert Edit(sound, 1.0, 1.0 + MIN_PART_S).begin_s == 1.0


def test_parts_that_keep_the_least_between_them_stay_two() -> None:
    parts = ((-1.0, 0.0), (MIN_KEPT_S, 1.0))
    assert merged_parts(parts) == parts
    assert parts_text(((1.0, 2.0),)) == "1.00 to 2.00 s"


def test_a_continuation_may_begin_at_the_very_end() -> None:
    assert Edit(TEN_SECONDS, 10.0, 11.0).is_continuation is True


def test_only_a_sound_that_gets_longer_is_continued() -> None:
    assert Edit(TEN_SECONDS, 9.0, 10.5).is_continuation is True
    assert Edit(TEN_SECONDS, 9.0, 10.0).is_continuation is False


def test_an_edit_that_shall_be_a_loop_is_refused() -> None:
    with pytest.raises(UsageError, match="makes no loop"):
        GenerationRequest(edit=Edit(TEN_SECONDS, 4.0, 5.0), loop=True)


@pytest.mark.parametrize("above_hz", [100.0, 500.1, float("nan")])
def test_highs_that_begin_where_none_can_are_refused(above_hz: float) -> None:
    with pytest.raises(UsageError, match="between 500 Hz and 500 Hz, half the sound's rate"):
        Edit(TEN_SECONDS, 0.0, 10.0, above_hz=above_hz)


def test_highs_begin_from_the_lowest_frequency_on_and_below_half_the_rate() -> None:
    sound = AudioClip.from_mono(np.ones(4_000), 4_000)
    assert Edit(sound, 0.0, 1.0, above_hz=500.0).above_hz == 500.0
    for above_hz in (499.0, 2_000.0):
        with pytest.raises(UsageError, match="between 500 Hz and 2000 Hz"):
            Edit(sound, 0.0, 1.0, above_hz=above_hz)


def test_the_shortest_parts_may_keep_the_least_between_them() -> None:
    first, second = (1.0, 1.0 + MIN_PART_S), (1.0 + MIN_PART_S + MIN_KEPT_S, 2.0)
    assert Edit(TEN_SECONDS, 1.0, 2.0, kept_s=((first[1], second[0]),)).parts_s == (first, second)
    for kept in ((1.05, 1.5), (1.5, 1.53), (1.5, 1.95)):
        with pytest.raises(UsageError, match="at least"):
            Edit(TEN_SECONDS, 1.0, 2.0, kept_s=(kept,))


def test_an_edit_of_parts_keeps_what_is_known_of_its_sound() -> None:
    origin = Provenance("starter", "Starter", "1", "CC0", "yes")
    edit = Edit.of_parts(TEN_SECONDS, [(1.0, 2.0)], origin, 32)
    assert (edit.provenance, edit.bit_depth) == (origin, 32)
    assert Edit.of_parts(TEN_SECONDS, [(1.0, 2.0)]).bit_depth == 24
    assert Edit.continuing(TEN_SECONDS, 1.0, origin).provenance is origin


def test_stored_parts_are_numbers_whatever_they_were_stored_as() -> None:
    assert stored_parts([[1, 2], [3.5, 4]]) == ((1.0, 2.0), (3.5, 4.0))
    with pytest.raises(ValueError, match="unpack"):
        stored_parts([[1, 2, 3]])
