"""The answer of a child becomes a value or an error that the user can read."""

from __future__ import annotations

import pytest

from qvim_studio.core.errors import CheckpointError, EngineError
from qvim_studio.jobs.child.messages import Crashed, Failed, Finished, value_of


def test_a_finished_call_has_its_value() -> None:
    assert value_of(Finished(1, [2]), "Generating") == [2]


def test_an_error_for_the_user_is_raised_as_the_child_raised_it() -> None:
    error = CheckpointError("The checkpoint is gone.")
    with pytest.raises(CheckpointError) as raised:
        value_of(Failed(1, error), "Generating")
    assert raised.value is error


def test_a_bug_in_a_child_is_logged_whole_and_told_neutrally(
    caplog: pytest.LogCaptureFixture,
) -> None:
    with pytest.raises(EngineError) as raised:
        value_of(Crashed(1, "Traceback: ZeroDivisionError"), "Hearing a take", "Speak again")
    assert "Hearing a take" in str(raised.value) and "Speak again" in str(raised.value)
    assert "Traceback" not in str(raised.value) and "ZeroDivisionError" in caplog.text
