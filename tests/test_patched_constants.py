"""What tests need otherwise is an argument: they replace no constant of the package."""

from __future__ import annotations

import ast
from pathlib import Path

TESTS = Path(__file__).parent
OTHERS = ("huggingface_hub",)  # whose settings are constants of a module
SCRIPTS = {"packaging/test_bootstrap.py"}  # of packaging/, loaded again for every test


def replaced_constants(code: str) -> list[str]:
    """Upper-case names that get another value by ``setattr``, with their lines."""
    found = []
    for node in ast.walk(ast.parse(code)):
        is_call = isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute)
        if not is_call or node.func.attr != "setattr" or len(node.args) < 2:
            continue
        target, name = (ast.unparse(argument).strip("'\"") for argument in node.args[:2])
        if isinstance(node.args[0], ast.Constant):
            name = target.rpartition(".")[2]
        if name.strip("_").isupper() and not target.startswith(OTHERS):
            found.append(f"{node.lineno}: {target} {name}")
    return found


def test_no_test_replaces_a_constant() -> None:
    found = {}
    for path in TESTS.rglob("*.py"):
        name = path.relative_to(TESTS).as_posix()
        code = path.read_text(encoding="utf-8")
        if "setattr" in code and name not in SCRIPTS:
            found[name] = replaced_constants(code)
    assert len(found) > 50
    assert {name: lines for name, lines in found.items() if lines} == {}


def test_constants_by_object_and_by_path_are_found_and_those_of_others_are_not() -> None:
    code = """
m.setattr(player, "STALL_S", 1)
m.setattr("package.module.LIMIT", 2)
m.setattr(player, "open", 3)
m.setattr("huggingface_hub.constants.ENDPOINT", 4)
"""
    assert replaced_constants(code) == [
        "2: player STALL_S",
        "3: package.module.LIMIT LIMIT",
    ]
