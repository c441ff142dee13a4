"""Services for other programs listen where they are told and may name only what is allowed."""

from __future__ import annotations

from pathlib import Path

import pytest

from qvim_studio.commands.grammar.parser import make_parser


@pytest.mark.parametrize("command", ["serve", "mcp"])
def test_folders_are_allowed_one_by_one_and_none_by_default(command: str) -> None:
    parse = make_parser().parse_args
    assert (parse([command]).allow, parse([command]).output) == ([], None)
    given = parse([command, "--allow", "a", "--allow", "b c", "-o", "made"])
    assert (given.allow, given.output) == ([Path("a"), Path("b c")], Path("made"))
    assert parse([command]).allow == []  # the next call begins anew
