"""``serve`` and ``mcp``: what they print, allow and refuse."""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from command_line import run
from mcp.server import MCPServer

from qvim_studio.assembly import user_paths
from qvim_studio.automation.service import running
from qvim_studio.automation.service.running import ServicePlaces
from qvim_studio.automation.studio import Studio
from qvim_studio.commands import cli


@pytest.fixture(autouse=True)
def quiet_logging(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cli, "set_up_logging", lambda path: True)


def test_serve_says_where_it_is_and_where_its_token_lies_until_ctrl_c(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    asked: list[object] = []

    def serve(
        studio: Studio, port: int, places: ServicePlaces, on_ready: Callable[[int], None]
    ) -> None:
        asked.extend((port, places))
        on_ready(port)
        raise KeyboardInterrupt

    monkeypatch.setattr(running, "run_service", serve)
    out = tmp_path / "out"
    status, printed, _ = run(capsys, "serve", "--allow", tmp_path, "-o", out)
    assert status == 0
    token_file = user_paths().token_file
    assert asked == [8480, ServicePlaces(token_file, out, [tmp_path])]
    lines = printed.splitlines()
    assert lines[0].startswith("QVIM Studio serves on http://127.0.0.1:8480/v1")
    assert lines[1:] == [f"token: {token_file}", f"sounds: {out}", "The service has ended."]


def test_mcp_speaks_over_standard_input_and_output(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    ways: list[str] = []
    monkeypatch.setattr(MCPServer, "run", lambda server, way: ways.append(way))
    status, printed, _ = run(capsys, "mcp", "--allow", tmp_path, "-o", tmp_path / "out")
    assert (status, printed, ways) == (0, "", ["stdio"])


@pytest.mark.parametrize("command", ["serve", "mcp"])
def test_a_folder_that_is_not_there_cannot_be_allowed(
    command: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    status, _, errors = run(capsys, command, "--allow", tmp_path / "no")
    assert status == 1 and "There is no folder" in errors and errors.count("\n") == 1


def test_without_its_packages_serve_says_what_to_install(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.delitem(sys.modules, "qvim_studio.automation.service.running")
    monkeypatch.setitem(sys.modules, "uvicorn", None)
    status, _, errors = run(capsys, "serve")
    assert status == 1 and "pip install 'qvim-studio[serve]'" in errors


def test_serve_has_no_option_to_bind_elsewhere(capsys: pytest.CaptureFixture[str]) -> None:
    status, _, errors = run(capsys, "serve", "--host", "0.0.0.0")
    assert status == 2 and "nrecognized arguments: --host" in errors
