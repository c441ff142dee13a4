"""Unknown tables are read as --map says; without --map the command asks for it."""

from __future__ import annotations

from pathlib import Path

import pytest
from training_data import write_table, write_tone

from qvim_studio.core.errors import UsageError
from qvim_studio.training.corpus.sets.column_map import parse_column_map
from qvim_studio.training.corpus.sets.layouts import read_layout


@pytest.fixture
def unknown(tmp_path: Path) -> Path:
    """Two sounds, and a table that names them in its own way."""
    for number in range(2):
        write_tone(tmp_path / "wav" / f"s{number}.wav", 300 + number)
    rows = [{"file": f"s{n}", "class": "Dog_bark", "who": f"rec {n}", "cc": "CC0"} for n in (0, 1)]
    write_table(tmp_path / "index.csv", rows)
    return tmp_path


def test_folder_whose_table_names_its_sounds_asks_for_a_map(unknown: Path) -> None:
    with pytest.raises(UsageError, match=r"index\.csv names .* file, class, who, cc\..*--map"):
        read_layout(unknown)


@pytest.mark.parametrize("is_table_given", [True, False])
def test_map_says_which_column_means_what(unknown: Path, is_table_given: bool) -> None:
    columns = parse_column_map("audio=file, label=class,group=who,licence=cc")
    source = unknown / "index.csv" if is_table_given else unknown
    listing = read_layout(source, columns)
    assert listing.layout == "mapped" and listing.has_licences and not listing.has_captions
    first, second = listing.recordings
    assert (first.label, first.group, first.licence) == ("Dog_bark", "index/rec 0", "CC0-1.0")
    assert [one.path for one in (first, second)] == [
        unknown / "wav" / "s0.wav",
        unknown / "wav" / "s1.wav",
    ]


def test_name_that_several_sounds_share_is_missing_instead_of_guessed(unknown: Path) -> None:
    write_tone(unknown / "other" / "s0.wav", 500)
    first, second = read_layout(unknown, {"audio": "file"}).recordings
    assert not first.path.exists()
    assert second.path == unknown / "wav" / "s1.wav"


def test_map_of_folders_ignores_the_table(unknown: Path) -> None:
    listing = read_layout(unknown, parse_column_map("folders"))
    assert [one.label for one in listing.recordings] == ["wav", "wav"]


def test_unknown_table_that_is_given_itself_is_asked_about(unknown: Path) -> None:
    with pytest.raises(UsageError, match=r"no column reference.*--map audio=COLUMN"):
        read_layout(unknown / "index.csv")


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("sound=file", "whose first words are of audio"),
        ("audio", "expected pairs"),
        ("label=class", "names no column with the sounds"),
    ],
)
def test_map_that_says_nothing_is_refused(text: str, message: str) -> None:
    with pytest.raises(UsageError, match=message):
        parse_column_map(text)


def test_map_of_columns_that_no_table_has_is_refused(unknown: Path) -> None:
    with pytest.raises(UsageError, match="0 tables of"):
        read_layout(unknown, {"audio": "path"})
