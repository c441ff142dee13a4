"""Texts are UTF-8 wherever the program runs: what is read or written names its encoding."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

PACKAGE = Path(__file__).parent.parent / "qvim_studio"
TEXT_MODES = {"r", "w", "a", "x", "rt", "wt", "at", "xt", "r+", "w+", "a+"}


def calls_without_encoding(source: str) -> list[int]:
    """Lines of calls that leave the encoding to the system's locale."""
    if "open(" not in source and "_text(" not in source:
        return []
    found = []
    for node in ast.walk(ast.parse(source)):
        if not isinstance(node, ast.Call) or any(k.arg == "encoding" for k in node.keywords):
            continue
        function = node.func
        name = function.attr if isinstance(function, ast.Attribute) else getattr(function, "id", "")
        if name in ("read_text", "write_text") or (name == "open" and opens_text(node)):
            found.append(node.lineno)
    return found


def opens_text(call: ast.Call) -> bool:
    """Of ``open(path)`` or ``path.open("w")``; ``dialog.open()`` opens no file."""
    is_builtin = isinstance(call.func, ast.Name)
    modes = [a.value for a in call.args[is_builtin:] if isinstance(a, ast.Constant)]
    modes += [k.value.value for k in call.keywords if isinstance(k.value, ast.Constant)]
    owner = "" if is_builtin else ast.unparse(call.func).removesuffix(".open").lower()
    if not modes:
        return is_builtin or owner.endswith(("path", "file"))
    return any(mode in TEXT_MODES for mode in modes)


def test_texts_name_their_encoding() -> None:
    found = {
        str(path.relative_to(PACKAGE)): lines
        for path in PACKAGE.rglob("*.py")
        if (lines := calls_without_encoding(path.read_text(encoding="utf-8")))
    }
    assert found == {}


@pytest.mark.parametrize(
    ("line", "is_found"),
    [
        ("path.read_text()", True),
        ("path.write_text(text)", True),
        ("open(name)", True),
        ("open(name, 'w')", True),
        ("path.open('w')", True),
        ("log_file.open()", True),
        ("path.open('rb')", False),
        ("dialog.open()", False),
        ("path.open('w', encoding='utf-8')", False),
    ],
)
def test_what_counts_as_a_text_without_encoding(line: str, is_found: bool) -> None:
    assert bool(calls_without_encoding(line)) is is_found
