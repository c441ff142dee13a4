"""Checkpoints are listed and verified, those that belong to others as well."""

from __future__ import annotations

import json

import pytest
from command_line import run

from qvim_studio.commands import checkpoint_list, cli


@pytest.mark.usefixtures("quiet_logging")
def test_checkpoints_are_listed(capsys: pytest.CaptureFixture[str]) -> None:
    status, printed, _ = run(capsys, "checkpoints", "list", "--json")
    rows = json.loads(printed)["checkpoints"]
    assert status == 0 and rows[0]["id"] == "starter"
    assert {"id", "installed", "licence", "commercial"} <= rows[0].keys()


@pytest.mark.usefixtures("quiet_logging")
def test_a_part_is_verified_with_what_it_fits(capsys: pytest.CaptureFixture[str]) -> None:
    status, printed, _ = run(capsys, "checkpoints", "verify", "starter-adapter", "--json")
    assert (status, json.loads(printed)) == (0, {"checkpoint": "starter", "ok": True})
    status, _, errors = run(capsys, "checkpoints", "verify", "clap-htsat-unfused")
    assert status == 1 and "'clap-htsat-unfused' is not installed" in errors


@pytest.fixture
def quiet_logging(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cli, "set_up_logging", lambda path: True)


@pytest.mark.usefixtures("quiet_logging")
def test_a_name_that_is_no_utf_8_is_valid_json(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(
        checkpoint_list, "list_known_checkpoints", lambda options: {"path": "\udcff.wav"}
    )
    status, printed, _ = run(capsys, "checkpoints", "list", "--json")
    assert status == 0 and json.loads(printed) == {"path": "\udcff.wav"}
