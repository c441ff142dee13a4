"""Columns are options: those of ``generate``, by the same names."""

from __future__ import annotations

from dataclasses import fields

import pytest

from qvim_studio.commands.grammar.parser import make_parser
from qvim_studio.core.errors import UsageError
from qvim_studio.core.program.resources import resource_path
from qvim_studio.core.request import GenerationRequest
from qvim_studio.rendering.columns import COLUMNS, cell_value, column_name


def test_every_column_is_an_option_of_generate_and_a_field_of_requests() -> None:
    known = vars(make_parser().parse_args(["generate"]))
    assert set(COLUMNS) <= known.keys()
    named = {field.name for field in fields(GenerationRequest)}
    assert {column.target for column in COLUMNS.values()} - named == {"trim"}


def test_the_guide_names_every_column() -> None:
    page = resource_path("guide", "many.md").read_text(encoding="utf-8")
    assert [name for name in COLUMNS if f"`{name}`" not in page] == []


@pytest.mark.parametrize(
    ("name", "text", "value"),
    [
        ("seed", "7", 7),
        ("balance", "0.25", 0.25),
        ("loop", "YES", True),
        ("keep_pauses", "yes", False),
        ("no_extension", "0", True),
        ("start", "noise", "noise"),
        ("text", "rain", "rain"),
    ],
)
def test_texts_become_the_values_of_a_request(name: str, text: str, value: object) -> None:
    assert cell_value(name, text) == value


def test_texts_that_are_no_value_are_told() -> None:
    with pytest.raises(UsageError, match=r"seed is '1\.5', expected a whole number"):
        cell_value("seed", "1.5")


def test_headings_are_read_as_people_write_them() -> None:
    assert [column_name(text) for text in (" Take", "Start-From", "vram mode")] == [
        "take",
        "start_from",
        "vram_mode",
    ]
