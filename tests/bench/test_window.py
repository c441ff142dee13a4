"""The window is timed as its user waits for it."""

from __future__ import annotations

import json

import pytest

from qvim_studio.commands import cli


@pytest.fixture(autouse=True)
def no_log_file(monkeypatch: pytest.MonkeyPatch) -> None:
    """The log of the whole test process stays as it is."""
    monkeypatch.setattr(cli, "set_up_logging", lambda path: True)


@pytest.mark.slow  # opens a window with 200 clips: 2 s
@pytest.mark.qt_log_ignore("does not support propagateSizeHints", extend=True)
def test_the_window_is_measured_on_the_command_line(
    capsys: pytest.CaptureFixture[str], qapp: object
) -> None:
    assert cli.main(["bench", "ui", "--quick", "--clips", "200", "--json"]) == 0
    result = json.loads(capsys.readouterr().out)
    assert set(result) >= {"window_visible_s", "history_open_s", "history_search_ms"}
    assert 0 < result["window_visible_s"] < 60
