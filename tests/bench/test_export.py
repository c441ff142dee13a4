"""A pack is timed against writing its audio alone, and both times are told."""

from __future__ import annotations

import json

import pytest

from qvim_studio.commands import cli


def test_the_bench_measures_both_sides(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(cli, "set_up_logging", lambda path: True)
    command = ["bench", "export", "--clips", "5", "--seconds", "0.2", "--json"]
    assert cli.main(command) == 0
    report = json.loads(capsys.readouterr().out)
    assert report["clips"] == 5 and report["speed_ratio"] > 0
    assert report["plain_s"] > 0 and report["pack_s"] > 0
    assert cli.main(["bench", "export", "--clips", "0"]) == 2
