"""One name, one thing: what is called by name in many places is defined in one."""

from __future__ import annotations

import ast
from collections import defaultdict
from functools import cache
from pathlib import Path

import pytest

PACKAGE = Path(__file__).parent.parent / "qvim_studio"


@cache
def public_names() -> dict[str, list[str]]:
    """Where each public function or class of a module is defined."""
    found: dict[str, list[str]] = defaultdict(list)
    for path in sorted(PACKAGE.rglob("*.py")):
        for node in ast.parse(path.read_text(encoding="utf-8")).body:
            is_definition = isinstance(node, ast.FunctionDef | ast.ClassDef)
            if is_definition and not node.name.startswith("_"):
                found[node.name].append(path.relative_to(PACKAGE).as_posix())
    return found


@pytest.mark.parametrize(
    "name",
    ["find_checkpoint", "load_network", "make_scheduler", "read_recipe", "picture_of", "bug_text"],
)
def test_a_name_means_one_function(name: str) -> None:
    assert len(public_names()[name]) == 1


def test_the_sentence_of_our_own_bugs_is_written_once() -> None:
    texts = (path.read_text(encoding="utf-8") for path in PACKAGE.rglob("*.py"))
    assert sum(text.count("inside QVIM Studio") for text in texts) == 1
