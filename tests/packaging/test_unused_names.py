"""Dead code: every name of the package is used, or listed with a reason."""

from __future__ import annotations

from fnmatch import fnmatchcase
from pathlib import Path

import pytest
from vulture import Vulture

ROOT = Path(__file__).parent.parent.parent
LISTED = ROOT / "packaging" / "unused_names.txt"


@pytest.fixture(scope="module")
def unused() -> dict[str, str]:
    """Where each unused name stands."""
    vulture = Vulture()
    vulture.scavenge([ROOT / "qvim_studio", *(ROOT / "packaging").glob("*.py")])
    return {item.name: f"{item.filename}:{item.first_lineno}" for item in vulture.get_unused_code()}


def listed() -> list[str]:
    lines = LISTED.read_text(encoding="utf-8").splitlines()
    return [line for line in lines if line and not line.startswith("#")]


def test_every_name_is_used_or_listed_with_a_reason(unused: dict[str, str]) -> None:
    patterns = listed()
    dead = {
        name: place
        for name, place in unused.items()
        if not any(fnmatchcase(name, pattern) for pattern in patterns)
    }
    assert not dead, "remove them, or say in packaging/unused_names.txt who uses them"


def test_what_is_listed_is_unused(unused: dict[str, str]) -> None:
    stale = [p for p in listed() if not any(fnmatchcase(name, p) for name in unused)]
    assert not stale, "take them out of packaging/unused_names.txt"
    assert len(set(listed())) == len(listed())
