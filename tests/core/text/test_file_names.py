from __future__ import annotations

from pathlib import Path

import pytest

from qvim_studio.core.text.file_names import (
    is_file,
    is_folder,
    pasted_name,
    pasted_path,
    readable_name,
    sound_name,
)


@pytest.mark.parametrize(
    ("stem", "name"),
    [
        ("animal_03_dog", "animal 03 dog"),
        ("bell_01_sleigh-bells", "bell 01 sleigh bells"),
        ("take_2026-11-24", "take 2026-11-24"),
        ("_rain__soft_", "rain soft"),
        ("dog bark", "dog bark"),
        ("", ""),
    ],
)
def test_joints_of_a_file_name_become_spaces(stem: str, name: str) -> None:
    assert readable_name(stem) == name


@pytest.mark.parametrize(
    ("stem", "name"),
    [
        ("bell_01_sleigh-bells", "sleigh bells"),
        ("electronic-drum_20_beats", "beats"),
        ("boom_2", "boom 2"),
        ("REC_0042", "REC 0042"),
        ("take_2026-11-30_20-26-34", "take 2026-11-30 20-26-34"),
    ],
)
def test_bundled_sounds_are_named_without_class_and_number(stem: str, name: str) -> None:
    assert sound_name(stem) == name


@pytest.mark.parametrize(
    "pasted",
    ["\u202a{}\u202c", " {}\n", '"{}"', "'{}'", "\ufeff{}", "\u00a0{}\u200b", '\u202a"{}"\u202c '],
)
def test_what_pasting_adds_around_a_path_is_taken_off(pasted: str, tmp_path: Path) -> None:
    path = tmp_path / "a b.wav"
    path.touch()
    assert pasted_path(pasted.format(path)) == path


def test_a_file_that_has_that_very_name_is_meant(tmp_path: Path) -> None:
    path = tmp_path / "take.wav "
    path.touch()
    assert pasted_path(f"{tmp_path}/take.wav ") == path


@pytest.mark.parametrize(("odd", "name"), [("", ""), ("\0", ""), ("x" * 5000, "x" * 5000)])
def test_a_text_that_can_be_no_path_stays_a_text(odd: str, name: str) -> None:
    assert pasted_name(odd) == name


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        ("Tu\u0308r_zu", "Tür zu"),
        ("T\udcfcr", "Tür"),
        ("a\n\tb\x00c", "a b c"),
        ("\u202aC: take\u202c", "C: take"),
        ("狗叫", "狗叫"),
        ("\ud83d", "\ufffd"),
    ],
)
def test_letters_survive_in_names(given: str, kept: str) -> None:
    assert readable_name(given) == kept


@pytest.mark.parametrize("name", ["x" * 5_000, "a\0b"])
def test_names_that_no_system_takes_are_not_there(name: str) -> None:
    assert not is_file(Path(name)) and not is_folder(Path(name))


def test_a_file_is_no_folder(tmp_path: Path) -> None:
    (tmp_path / "a.wav").touch()
    assert is_file(tmp_path / "a.wav") is True and is_file(tmp_path) is False
    assert is_folder(tmp_path) is True and is_folder(tmp_path / "a.wav") is False


@pytest.mark.parametrize(
    ("pasted", "name"),
    [('""', '""'), ('"a', '"a'), ("'a\"", "'a\""), ('"a"', "a"), (" \u200b", "")],
)
def test_only_a_pair_of_quotes_around_something_is_taken_off(pasted: str, name: str) -> None:
    assert pasted_name(pasted) == name
