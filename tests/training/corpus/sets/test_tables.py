"""Tables are read whatever program wrote them, and refused by name where they cannot be."""

from __future__ import annotations

from pathlib import Path

import pytest
from training_data import write_table

from qvim_studio.core.errors import StudioError, UsageError
from qvim_studio.training.corpus.sets.tables import (
    REST,
    listed_names,
    number_in,
    parse_rows,
    read_object,
    read_rows,
    table_columns,
)

PAIR = ("reference", "imitation")


def test_missing_column_is_named_with_those_that_are_there(tmp_path: Path) -> None:
    table = write_table(tmp_path / "p.csv", [{"sound": "a.wav", "imitation": "b.wav"}])
    with pytest.raises(UsageError, match=r"no column reference; it has sound, imitation"):
        read_rows(table, PAIR)


@pytest.mark.parametrize(
    "content",
    [b"reference,imitation\n", b"", b"\xff\xfe\x00", b"reference,imitation\na\0b.wav,c.wav\n"],
)
def test_table_without_rows_or_no_text_is_refused(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "p.csv").write_bytes(content)
    with pytest.raises(StudioError, match=r"p\.csv"):
        read_rows(tmp_path / "p.csv", PAIR)


@pytest.mark.parametrize("where", ["header", "row"])
def test_a_quote_that_is_never_closed_is_refused_as_no_table(where: str) -> None:
    endless = '"' + "x\n" * 100_000
    text = endless if where == "header" else f"reference\n{endless}"
    with pytest.raises(StudioError, match=r"p\.csv is not a readable CSV"):
        parse_rows(text.splitlines(keepends=True), Path("p.csv"), ("reference",))


@pytest.mark.parametrize("delimiter", [";", "\t"])
def test_tables_of_spreadsheets_are_read_with_their_own_delimiter(
    tmp_path: Path, delimiter: str
) -> None:
    table = tmp_path / "p.csv"
    rows = ["reference,imitation,label", "a.wav,b.wav,dog"]
    table.write_text("\n".join(rows).replace(",", delimiter), encoding="utf-8-sig")
    assert read_rows(table, PAIR) == [{"reference": "a.wav", "imitation": "b.wav", "label": "dog"}]
    assert table_columns(table) == ["reference", "imitation", "label"]


def test_name_with_a_line_break_stays_one_name(tmp_path: Path) -> None:
    rows = [{"reference": "a\nb.wav", "imitation": "c, d.wav"}]
    assert read_rows(write_table(tmp_path / "p.csv", rows), PAIR) == rows


def test_cells_beyond_the_header_are_kept_and_absent_ones_are_empty() -> None:
    rows = parse_rows(["a, b\n", " 1 ,2,3 , 4\n", "5\n"], Path("p.csv"), ("a", "b"))
    assert rows == [{"a": "1", "b": "2", REST: "3 \t 4"}, {"a": "5", "b": ""}]


def test_a_file_that_is_no_table_has_no_columns(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_bytes(b"\xff\xfe\x00")
    assert table_columns(tmp_path / "a.csv") == table_columns(tmp_path / "gone.csv") == []


def test_a_list_of_names_may_have_a_header_and_quotes(tmp_path: Path) -> None:
    (tmp_path / "names.csv").write_text('file name\n"001_dog.wav"\n\n002_a, b.WAV\nnotes.txt\n')
    assert listed_names(tmp_path / "names.csv") == ["001_dog.wav", "002_a, b.WAV"]


@pytest.mark.parametrize(
    ("cell", "number"),
    [("0.5", 0.5), ("0,5", 0.5), ("", 0), (None, 0), ("many", 0), ("inf", 0), ("nan", 0)],
)
def test_numbers_have_a_point_or_a_comma_and_anything_else_is_zero(
    cell: str | None, number: float
) -> None:
    assert number_in(cell) == number


@pytest.mark.parametrize(
    ("content", "message"),
    [(b"[1]", "holds no JSON object"), (b"{", "cannot be read"), (b"\xff", "cannot be read")],
)
def test_only_a_json_object_is_read_as_facts(tmp_path: Path, content: bytes, message: str) -> None:
    path = tmp_path / "facts.json"
    path.write_bytes(content)
    with pytest.raises(StudioError, match=message):
        read_object(path)
    path.write_bytes(b'\xef\xbb\xbf{"a": 1}')  # as Windows writes it
    assert read_object(path) == {"a": 1}
