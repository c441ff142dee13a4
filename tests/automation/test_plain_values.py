from __future__ import annotations

from types import NoneType

import pytest

from qvim_studio.automation.plain_values import check_values
from qvim_studio.core.errors import UsageError

KINDS = {"text": (str,), "seed": (int,), "follow": (float, NoneType), "loop": (bool,)}


def test_values_of_the_expected_types_pass() -> None:
    check_values("a request", {"text": "rain", "seed": 3, "follow": 0.5, "loop": True}, KINDS)
    check_values("a request", {"follow": None}, KINDS)
    check_values("a request", {"follow": 1}, KINDS)  # a whole number is a number, too


@pytest.mark.parametrize(
    ("name", "value", "expected"),
    [
        ("seed", True, "seed takes a whole number, got True"),
        ("seed", 3.0, "seed takes a whole number, got 3.0"),
        ("follow", False, "follow takes a number or null, got False"),
        ("loop", 1, "loop takes true or false, got 1"),
        ("text", ["rain"], "text takes a text, got ['rain']"),
    ],
)
def test_another_type_is_refused_with_what_was_expected(
    name: str, value: object, expected: str
) -> None:
    with pytest.raises(UsageError) as refused:
        check_values("a request", {name: value}, KINDS)
    assert str(refused.value) == f"{expected}. Give another value."


def test_an_unknown_name_is_refused_with_the_known_ones() -> None:
    with pytest.raises(UsageError, match=r"^A request has no field 'sead'; it has text, se"):
        check_values("a request", {"sead": 1}, KINDS)
