from __future__ import annotations

import logging
import os
from pathlib import Path

import pytest

from qvim_studio.core.program.logging_setup import HANDLER_NAME, set_up_logging


def test_records_reach_the_file(tmp_path: Path) -> None:
    assert set_up_logging(tmp_path / "logs" / "studio.log")
    logging.getLogger("qvim_studio.test").info("hello %s", "file")
    assert "INFO    qvim_studio.test: hello file" in (tmp_path / "logs" / "studio.log").read_text()


def test_native_crashes_are_kept_beside_the_log(tmp_path: Path, crash_files: list[int]) -> None:
    set_up_logging(tmp_path / "studio.log")
    os.write(crash_files[0], b"Fatal Python error")
    assert (tmp_path / "crash.log").read_text() == "Fatal Python error"


@pytest.mark.skipif(os.name != "posix", reason="Windows has no such modes")
def test_crash_log_is_its_users_alone_even_if_an_earlier_version_made_it(tmp_path: Path) -> None:
    (tmp_path / "crash.log").touch(0o755)
    set_up_logging(tmp_path / "studio.log")
    assert (tmp_path / "crash.log").stat().st_mode & 0o777 == 0o600


def test_a_second_call_replaces_the_first(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    set_up_logging(tmp_path / "command.log")
    set_up_logging(tmp_path / "studio.log")
    logging.getLogger("qvim_studio.test").warning("once")
    assert capsys.readouterr().err.count("once") == 1
    assert (tmp_path / "command.log").read_text() == ""


def test_a_folder_that_cannot_be_written_is_no_reason_to_stop(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    (tmp_path / "file").touch()
    assert set_up_logging(tmp_path / "file" / "studio.log") is False
    assert "No log file can be written" in caplog.text


def test_a_traceback_goes_to_the_file_and_not_to_the_terminal(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    set_up_logging(tmp_path / "studio.log")
    try:
        raise ZeroDivisionError("secret")
    except ZeroDivisionError:
        logging.getLogger("qvim_studio.test").exception("unexpected error")
    terminal = capsys.readouterr().err
    assert "unexpected error" in terminal and "secret" not in terminal
    assert "ZeroDivisionError: secret" in (tmp_path / "studio.log").read_text()


@pytest.mark.parametrize("test", ["one", "the next"])
def test_no_test_leaves_its_handlers_to_the_next(test: str, tmp_path: Path) -> None:
    root = logging.getLogger()
    assert HANDLER_NAME not in [handler.name for handler in root.handlers], test
    set_up_logging(tmp_path / "studio.log")


def test_the_terminal_gets_warnings_only(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert set_up_logging(tmp_path / "studio.log") is True
    logging.getLogger("qvim_studio.test").info("for the file alone")
    assert capsys.readouterr().err == ""


def test_a_program_without_a_terminal_logs_to_its_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sys.stderr", None)
    assert set_up_logging(tmp_path / "studio.log") is True
    logging.getLogger("qvim_studio.test").warning("kept")
    assert "kept" in (tmp_path / "studio.log").read_text()
