"""An evaluation of music is refused before anything is loaded where it cannot be."""

from __future__ import annotations

from pathlib import Path

import pytest
from command_line import run

from qvim_studio.commands import cli


@pytest.mark.parametrize(
    ("arguments", "status", "words"),
    [
        ([], 2, "Give the table of train music with --pairs"),
        (["--pairs", "none.csv", "--clips", "0"], 2, "--clips must be positive, got 0"),
        (["--pairs", "none.csv", "--report", "file"], 1, "Nothing can be written to"),
        (["--pairs", "none.csv", "--checkpoint", "nope"], 1, "There is no checkpoint 'nope'"),
    ],
)
def test_what_cannot_be_evaluated_is_one_sentence(
    arguments: list[str],
    status: int,
    words: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setattr(cli, "set_up_logging", lambda path: True)
    monkeypatch.chdir(tmp_path)
    (tmp_path / "file").touch()
    ended, printed, errors = run(capsys, "evaluate", "music", *arguments)
    assert (ended, printed) == (status, "") and words in errors and errors.count("\n") == 1
