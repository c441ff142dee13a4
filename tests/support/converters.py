"""Loads the converters of packaging/, and writes the protocol buffers that they read."""

from __future__ import annotations

import importlib.util
import types
from pathlib import Path

import pytest

PACKAGING = Path(__file__).parent.parent.parent / "packaging"


def load_converter(name: str, monkeypatch: pytest.MonkeyPatch) -> types.ModuleType:
    """The module ``packaging/NAME.py``, which finds its neighbors as when it is run."""
    monkeypatch.syspath_prepend(PACKAGING)
    spec = importlib.util.spec_from_file_location(name, PACKAGING / f"{name}.py")
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def varint(value: int) -> bytes:
    parts = [value & 127]
    while value := value >> 7:
        parts.append(value & 127)
    return bytes([part | 128 for part in parts[:-1]] + parts[-1:])


def field(number: int, value: int | bytes) -> bytes:
    if isinstance(value, int):
        return varint(number << 3) + varint(value)
    return varint(number << 3 | 2) + varint(len(value)) + value
