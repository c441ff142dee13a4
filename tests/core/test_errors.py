from __future__ import annotations

import pytest

from qvim_studio.core.errors import CancelledError, CheckpointError, StudioError, error_for_user


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
