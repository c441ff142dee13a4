"""The switches that libraries read; tests/test_privacy.py watches what they do."""

from __future__ import annotations

import os

import pytest

from qvim_studio.core.program.privacy import SWITCHES, switch_telemetry_off


def test_every_switch_is_off_for_this_process_and_its_children(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    for name in SWITCHES:
        monkeypatch.setenv(name, "as the user had it")
    switch_telemetry_off()
    assert {name: os.environ[name] for name in SWITCHES} == SWITCHES
