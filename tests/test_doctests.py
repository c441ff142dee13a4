"""The examples in docstrings give what they say."""

from __future__ import annotations

import doctest
import importlib

import pytest

MODULES = (
    "audio.trim",
    "core.edit",
    "core.options",
    "core.text.file_names",
    "core.text.wording",
    "export.ucs.ucs_name",
)


@pytest.mark.parametrize("name", MODULES)
def test_examples_give_what_they_say(name: str) -> None:
    found = doctest.testmod(importlib.import_module(f"qvim_studio.{name}"))
    assert found.attempted and not found.failed
