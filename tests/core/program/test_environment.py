"""Variables of the environment for a while."""

from __future__ import annotations

import os

import pytest

from qvim_studio.core.program.environment import environment_with


def test_variables_are_as_before_afterwards(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("QVIM_A", "1")
    monkeypatch.delenv("QVIM_B", raising=False)
    with environment_with({"QVIM_A": "2", "QVIM_B": "3"}):
        assert (os.environ["QVIM_A"], os.environ["QVIM_B"]) == ("2", "3")
    assert os.environ["QVIM_A"] == "1" and "QVIM_B" not in os.environ
