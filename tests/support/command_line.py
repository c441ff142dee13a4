"""One call of the command line inside a test."""

from __future__ import annotations

import pytest

from qvim_studio.commands import cli


def run(capsys: pytest.CaptureFixture[str], *arguments: object) -> tuple[int, str, str]:
    status = cli.main([str(argument) for argument in arguments])
    captured = capsys.readouterr()
    return status, captured.out, captured.err
