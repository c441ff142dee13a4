"""Each column of a list is an option of every row, and only what is said becomes a cell."""

from __future__ import annotations

from qvim_studio.commands.grammar.parser import make_parser
from qvim_studio.commands.grammar.render_parser import given_cells
from qvim_studio.rendering.columns import COLUMNS


def test_only_what_is_said_is_a_cell() -> None:
    words = ["render", "list.csv", "--seed", "7", "--text", "dog", "--workers", "2"]
    assert given_cells(make_parser().parse_args(words)) == {"seed": "7", "text": "dog"}
    assert given_cells(make_parser().parse_args(["render", "list.csv"])) == {}


def test_every_column_can_be_said() -> None:
    said = [part for name in COLUMNS for part in (f"--{name.replace('_', '-')}", f"{name}!")]
    cells = given_cells(make_parser().parse_args(["render", "list.csv", *said]))
    assert cells == {name: f"{name}!" for name in COLUMNS}
