"""JSON from outside: types and ranges are checked, and sentences show the value in short."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from qvim_studio.core.text.json_text import (
    as_object,
    is_unicode,
    number_of,
    parse_json,
    read_json,
    shown,
    text_of,
    texts_of,
)

HALF = "\ud800"  # of a surrogate pair


def test_a_file_is_read_as_utf_8(tmp_path: Path) -> None:
    path = tmp_path / "a.json"
    path.write_bytes('{"name": "Tür"}'.encode())
    assert read_json(path) == {"name": "Tür"}
    path.write_bytes('{"name": "Tür"}'.encode("latin-1"))
    with pytest.raises(ValueError, match="utf-8"):
        read_json(path)


def test_brackets_without_end_are_a_value_error() -> None:
    with pytest.raises(ValueError, match="nested too deeply"):
        parse_json("[" * 200_000)


def test_only_an_object_has_names() -> None:
    assert as_object({"a": 1}) == {"a": 1}
    with pytest.raises(ValueError, match=r"^got \[1\], expected names with their values$"):
        as_object([1])


def test_a_text_that_is_absent_null_or_blank_is_the_default() -> None:
    for values in ({}, {"name": None}, {"name": " \n"}):
        assert text_of(values, "name", "rain") == "rain"
    assert text_of({"name": " wind "}, "name", "rain") == " wind "


@pytest.mark.parametrize("value", [7, ["a"], HALF])
def test_what_is_no_text_is_refused(value: Any) -> None:
    with pytest.raises(ValueError, match=r"^name "):
        text_of({"name": value}, "name", "")
    with pytest.raises(ValueError, match=r"^name "):
        texts_of({"name": [value]}, "name")


def test_a_list_of_texts_is_read_and_nothing_else() -> None:
    assert texts_of({}, "names") == texts_of({"names": None}, "names") == ()
    assert texts_of({"names": ["a", "b"]}, "names") == ("a", "b")
    with pytest.raises(ValueError, match=r'^names is "ab", expected a list of texts$'):
        texts_of({"names": "ab"}, "names")


def test_a_number_within_its_range_is_taken_and_its_absence_is_the_default() -> None:
    assert number_of({}, "rate", 3, 1, 9) == number_of({"rate": None}, "rate", 3, 1, 9) == 3
    assert [number_of({"rate": value}, "rate", 3, 1, 9) for value in (1, 9)] == [1, 9]
    assert number_of({"share": 0.5}, "share", 0.0, 0.0, 1.0) == 0.5
    assert number_of({"share": 1}, "share", 0.0, 0.0, 1.0) == 1


@pytest.mark.parametrize("value", [0, 10, 2.5, True, "3", float("nan")])
def test_a_number_of_another_kind_or_range_is_refused(value: Any) -> None:
    with pytest.raises(ValueError, match=r"^rate is .*, expected a whole number from 1 to 9$"):
        number_of({"rate": value}, "rate", 3, 1, 9)


@pytest.mark.parametrize("value", [-0.1, 1.1, True, "0.5"])
def test_a_share_of_another_kind_or_range_is_refused(value: Any) -> None:
    with pytest.raises(ValueError, match=r"^share is .*, expected a number from 0 to 1$"):
        number_of({"share": value}, "share", 0.0, 0.0, 1.0)


def test_half_a_character_is_no_unicode() -> None:
    assert is_unicode("a 狗")
    assert not is_unicode(HALF)


def test_a_value_is_shown_in_at_most_forty_characters() -> None:
    assert shown(None) == "null"
    assert shown("a" * 38) == f'"{"a" * 38}"'
    assert shown("a" * 39) == f'"{"a" * 38}…'
    assert shown(Path("x")) == '"x"'


def test_an_error_says_which_kind_of_number_was_expected() -> None:
    with pytest.raises(ValueError, match=r"^share is 2, expected a number from 0 to 1$"):
        number_of({"share": 2}, "share", 0.0, 0.0, 1.0)


def test_a_value_of_forty_characters_is_shown_whole_and_a_nested_one_in_words() -> None:
    assert len(shown("a" * 38)) == len(shown("a" * 99)) == 40
    deep: list[Any] = []
    for _ in range(60_000):
        deep = [deep]
    assert shown(deep) == "nested values"
