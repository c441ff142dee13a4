"""Options of a family: types, ranges, defaults and what is refused."""

from __future__ import annotations

import pickle

import pytest

from qvim_studio.core.errors import UsageError
from qvim_studio.core.options import Option, OptionValues, Role

STEPS = Option("steps", "Steps", 20, Role.QUALITY, 1, 1000)
GUIDANCE = Option("guidance", "Guidance", 3.5, Role.ADHERENCE, 0.0, 30.0)
SOLVER = Option("solver", "Solver", "ddim", Role.EXPERT, choices=("ddim", "dpm"))
LOOPS = Option("loops", "Loops", False, Role.EXPERT)
ALL = (STEPS, GUIDANCE, SOLVER, LOOPS)


def test_absent_values_are_the_defaults() -> None:
    assert dict(OptionValues({"steps": 3}).filled(ALL)) == {
        "steps": 3,
        "guidance": 3.5,
        "solver": "ddim",
        "loops": False,
    }


def test_a_whole_number_serves_as_a_number_with_a_fraction() -> None:
    assert type(OptionValues({"guidance": 4}).filled(ALL)["guidance"]) is float


@pytest.mark.parametrize(
    ("option", "value"),
    [
        (STEPS, 0),
        (STEPS, 1001),
        (STEPS, 2.0),
        (STEPS, True),
        (GUIDANCE, float("nan")),
        (GUIDANCE, 30.1),
        (SOLVER, "euler"),
        (LOOPS, 1),
        (STEPS, None),
    ],
)
def test_values_of_another_type_or_out_of_range_are_refused(option: Option, value: object) -> None:
    with pytest.raises(UsageError, match=option.title):
        option.checked(value)


@pytest.mark.parametrize(
    ("option", "value"),
    [(STEPS, 1), (STEPS, 1000), (GUIDANCE, 0.0), (GUIDANCE, 30.0), (SOLVER, "dpm"), (LOOPS, True)],
)
def test_the_ends_of_a_range_and_every_choice_are_values(option: Option, value: object) -> None:
    assert option.checked(value) == value


def test_a_default_that_the_option_itself_refuses_is_refused_at_birth() -> None:
    with pytest.raises(UsageError, match="Steps"):
        Option("steps", "Steps", 0, Role.QUALITY, 1, 1000)


def test_an_option_that_the_checkpoint_lacks_is_named_with_those_it_has() -> None:
    with pytest.raises(UsageError, match="no option 'warmth'; it has steps, guidance"):
        OptionValues({"warmth": 1}).filled(ALL)


@pytest.mark.parametrize(
    ("option", "text", "value"),
    [(STEPS, "7", 7), (GUIDANCE, "7", 7.0), (SOLVER, "dpm", "dpm"), (LOOPS, "On", True)],
)
def test_texts_of_the_command_line_become_values(option: Option, text: str, value: object) -> None:
    parsed = option.parsed(text)
    assert parsed == value and type(parsed) is type(value)


@pytest.mark.parametrize(("option", "text"), [(STEPS, "many"), (LOOPS, "maybe")])
def test_texts_that_stand_for_no_value_are_refused(option: Option, text: str) -> None:
    with pytest.raises(UsageError, match=f"got '{text}'"):
        option.parsed(text)


def test_values_reach_another_process_and_stay_immutable() -> None:
    values = OptionValues({"steps": 3})
    assert pickle.loads(pickle.dumps(values)) == values
    with pytest.raises(TypeError):
        values.values_by_name["steps"] = 4  # type: ignore[index]


def test_a_value_that_was_not_filled_in_is_a_bug() -> None:
    with pytest.raises(TypeError, match="steps"):
        OptionValues().whole("steps")
    assert OptionValues({"steps": 3}).whole("steps") == 3


def test_filled_values_are_read_by_their_type_and_by_no_other() -> None:
    values = OptionValues().filled(ALL)
    assert len(values) == 4
    assert values.number("guidance") == 3.5
    assert values.text("solver") == "ddim"
    assert values.is_on("loops") is False
    for read in (values.whole, values.number, values.text):
        with pytest.raises(TypeError, match="loops"):
            read("loops")


def test_equal_values_are_one_key_whatever_their_order() -> None:
    one, other = (
        OptionValues({"steps": 4, "light": True}),
        OptionValues({"light": True, "steps": 4}),
    )
    assert len({one, other, OptionValues({"steps": 5})}) == 2


def test_an_option_without_a_range_takes_every_finite_number() -> None:
    offset = Option("offset", "Offset", 0.0, Role.EXPERT)
    assert offset.checked(-1e300) == -1e300
    for value in (float("inf"), float("-inf"), float("nan"), 10**400):
        with pytest.raises(UsageError, match="Offset"):
            offset.checked(value)
    whole = Option("count", "Count", 0, Role.EXPERT, low=0)
    assert whole.checked(10**400) == 10**400


def test_an_option_out_of_range_says_the_range_with_its_unit() -> None:
    warmth = Option("warmth", "Warmth", 0.5, Role.EXPERT, 0.0, 2.0, unit=" dB")
    with pytest.raises(UsageError, match=r"between 0 and 2 dB, got 2\.5 dB\. Choose"):
        warmth.checked(2.5)
    with pytest.raises(UsageError, match=r"between 1 and 1000, got 0\. Choose"):
        STEPS.checked(0)


def test_a_checkpoint_without_options_says_that_it_has_none() -> None:
    with pytest.raises(UsageError, match="it has none"):
        OptionValues({"warmth": 1}).filled(())


def test_true_is_no_whole_number() -> None:
    with pytest.raises(TypeError, match="filled in as int, got True"):
        OptionValues({"steps": True}).whole("steps")
