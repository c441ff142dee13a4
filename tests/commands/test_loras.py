"""Where nothing was imported that is said, and what is not there is not removed."""

from __future__ import annotations

import json

import pytest
from command_line import run

from qvim_studio.commands import cli


@pytest.fixture(autouse=True)
def quiet_logging(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cli, "set_up_logging", lambda path: True)


def test_an_empty_list_is_told_to_people_and_is_a_list_for_programs(
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert run(capsys, "loras", "list") == (0, "No LoRA was imported.\n", "")
    status, printed, _ = run(capsys, "loras", "list", "--json")
    assert (status, json.loads(printed)) == (0, {"loras": []})


def test_what_was_not_imported_cannot_be_removed(capsys: pytest.CaptureFixture[str]) -> None:
    status, printed, errors = run(capsys, "loras", "remove", "nothing")
    assert (status, printed) == (1, "") and "nothing" in errors and errors.count("\n") == 1
