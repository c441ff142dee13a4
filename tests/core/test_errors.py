from __future__ import annotations

import pytest

from qvim_studio.core.errors import (
    CancelledError,
    CheckpointError,
    OutputError,
    StoppedEarly,
    StudioError,
    cause_of,
    error_for_user,
    reason_of,
)


@pytest.mark.parametrize("kind", [CheckpointError, CancelledError, StudioError])
def test_faults_of_the_world_are_shown_as_they_are(
    kind: type[StudioError], caplog: pytest.LogCaptureFixture
) -> None:
    error = kind("The folder is gone. Choose another.")
    assert error_for_user(error, "Exporting") is error
    assert not caplog.records


def test_a_bug_is_one_neutral_sentence_and_a_traceback_in_the_log(
    caplog: pytest.LogCaptureFixture,
) -> None:
    try:
        raise ZeroDivisionError("a bug")
    except ZeroDivisionError as bug:
        shown = error_for_user(bug, "Generating", "Try other settings")
    assert str(shown).startswith("Generating failed because of an error inside QVIM Studio. Try o")
    assert "ZeroDivisionError: a bug" in caplog.text and "Traceback" in caplog.text


def test_why_something_stopped_is_its_cause() -> None:
    stopped = StoppedEarly({"files": 2})
    assert cause_of(stopped) is stopped and stopped.kept == {"files": 2}
    reason = OutputError("The disk is full.")
    stopped.__cause__ = reason
    assert cause_of(stopped) is reason
    stopped.__cause__ = KeyboardInterrupt()
    assert cause_of(stopped) is stopped


def test_a_reason_is_in_words_without_number_and_path() -> None:
    assert reason_of(OSError(28, "No space left on device", "a.wav")) == "No space left on device"
    assert reason_of(ValueError("its header is cut off")) == "its header is cut off"


def test_a_bug_without_a_task_is_logged_all_the_same(caplog: pytest.LogCaptureFixture) -> None:
    assert isinstance(error_for_user(KeyError("a bug")), StudioError)
    assert "A task failed" in caplog.text
