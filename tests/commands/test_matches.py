"""The column of a match shows dots, says where the ears are unsure, and keeps its width."""

from __future__ import annotations

import pytest

from qvim_studio.automation.facts import match_facts
from qvim_studio.commands.matches import match_column
from qvim_studio.core.match import Match


@pytest.mark.parametrize(
    ("match", "column"),
    [
        (None, ""),
        (Match(1, 0.0, 0.5), "kind ●○○○○   movement 0.00  "),
        (Match(5, 0.994, 0.5), "kind ●●●●●   movement 0.99  "),
        (Match(None, 0.5, 0.5), "kind unsure  movement 0.50  "),
    ],
)
def test_dots_are_kind_and_a_number_is_movement(match: Match | None, column: str) -> None:
    assert match_column(match_facts(match)) == column
