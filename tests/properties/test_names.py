"""Names of files and tables of them: what is typed becomes a name, and names are read again."""

from __future__ import annotations

import csv
import re
import string
from pathlib import Path

from hypothesis import example, given
from hypothesis import strategies as st

from qvim_studio.core.errors import StudioError, UsageError
from qvim_studio.core.text.file_names import pasted_name, readable_name
from qvim_studio.core.text.plain_text import one_line
from qvim_studio.export.files.clip_writer import MAX_STEM, safe_stem, shown_title
from qvim_studio.export.packs.name_template import FIELDS, NameParts, NameTemplate
from qvim_studio.export.ucs.categories import categories
from qvim_studio.export.ucs.ucs_name import (
    MAX_BLOCK,
    MAX_FX_NAME,
    UcsName,
    clean_block,
    fx_name_of,
    parse_name,
)
from qvim_studio.training.corpus.sets.tables import read_rows

WORDS = st.text(string.ascii_letters + string.digits, min_size=1, max_size=6)
BLOCKS = st.lists(WORDS, min_size=1, max_size=3).map(" ".join)
MAYBE = st.just("") | BLOCKS
CATEGORIES = st.sampled_from(sorted(categories()))
UCS_NAMES = st.builds(UcsName, CATEGORIES, BLOCKS, BLOCKS, BLOCKS, MAYBE, MAYBE, MAYBE)
ANY_TEXT = st.text(st.characters(), max_size=50)
SAFE = set(string.ascii_letters + string.digits + "_-")
PARTS = st.builds(NameParts, CATEGORIES, ANY_TEXT, ANY_TEXT, ANY_TEXT, ANY_TEXT, st.integers(0, 9))
PATTERNS = st.lists(
    st.sampled_from([f"{{{name}}}" for name in FIELDS] + ["_", "-", "x", " 2"]),
    min_size=1,
    max_size=5,
).map("".join)
CELLS = st.text(st.characters(exclude_categories=["Cs", "Cc", "Zl", "Zp"]), max_size=8)


@given(UCS_NAMES)
def test_a_ucs_name_is_read_as_it_was_written(name: UcsName) -> None:
    assert parse_name(str(name)) == name


@given(ANY_TEXT)
def test_any_file_name_is_a_ucs_name_or_refused(stem: str) -> None:
    try:
        name = parse_name(stem)
    except UsageError:
        return
    assert str(name) == stem


@given(ANY_TEXT, st.integers(1, MAX_BLOCK))
def test_any_text_becomes_a_part_of_a_ucs_name(text: str, limit: int) -> None:
    block = clean_block(text, "Fallback", limit)
    assert re.fullmatch("[A-Za-z0-9]+( [A-Za-z0-9]+)*", block)
    assert block == "Fallback" or len(block) <= limit


@given(ANY_TEXT)
def test_any_description_becomes_an_fx_name(text: str) -> None:
    assert len(fx_name_of(text)) <= MAX_FX_NAME
    UcsName("AMBMisc", fx_name_of(text), "MK", "QVIM")


@given(ANY_TEXT)
def test_any_text_becomes_the_stem_of_a_file(text: str) -> None:
    stem = safe_stem(text)
    assert set(stem) <= SAFE
    assert 0 < len(stem) <= MAX_STEM
    assert safe_stem(stem) == stem
    assert 0 < len(shown_title(text)) <= MAX_STEM


@given(ANY_TEXT)
def test_text_on_one_line_stays_as_it_is(text: str) -> None:
    line = one_line(text)
    assert one_line(line) == line
    assert line.isprintable() or len(line.splitlines()) == 1
    assert readable_name(line) == readable_name(readable_name(line))


@given(BLOCKS, st.sampled_from(['"{}"', "'{}'", " {}\n", "\u202a{}", '\u202a"{}" ']))
def test_what_copying_adds_to_a_name_is_taken_off(name: str, frame: str) -> None:
    assert pasted_name(frame.format(name)) == name


@given(PATTERNS, st.lists(PARTS, max_size=5))
def test_a_template_names_every_clip_once(pattern: str, clips: list[NameParts]) -> None:
    try:
        template = NameTemplate(pattern)
    except UsageError:
        return
    names = template.names(clips)
    assert len({name.lower() for name in names}) == len(names) == len(clips)
    assert all(set(name) <= SAFE | {" "} for name in names)


@given(st.text(string.ascii_lowercase + "{}!:.>0d_", max_size=16))
@example("{catid:5d}")
@example("{catid!r}")
@example("{}{catid}")
@example("{seed:>99999}")
def test_any_template_names_clips_or_is_refused(pattern: str) -> None:
    try:
        template = NameTemplate(pattern)
    except UsageError:
        return
    [name] = template.names([NameParts("AMBMisc", "dog", "MK", "QVIM")])
    assert set(name) <= SAFE


@given(st.lists(st.tuples(CELLS, CELLS), min_size=1, max_size=4), st.sampled_from(",;\t"))
def test_a_table_is_read_as_it_was_written(
    tmp_path: Path, rows: list[tuple[str, str]], delimiter: str
) -> None:
    path = tmp_path / "pairs.csv"
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, delimiter=delimiter, quoting=csv.QUOTE_ALL)
        writer.writerows([("reference", "imitation"), *rows])
    read = read_rows(path, ("reference", "imitation"))
    assert [tuple(row.values()) for row in read] == [(a.strip(), b.strip()) for a, b in rows]


@given(st.binary(max_size=40) | ANY_TEXT.map(lambda text: text.encode("utf-8", "replace")))
@example(b'"reference')
@example(b"reference,imitation\n\0,\0")
@example(b"reference\r,imitation")
def test_any_table_is_read_or_refused(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "pairs.csv"
    path.write_bytes(content)
    try:
        rows = read_rows(path, ("reference",))
    except StudioError:
        return
    assert all("reference" in row for row in rows)
