"""What a training says that is refused."""

from __future__ import annotations

from pathlib import Path

import pytest

from qvim_studio.commands.cli import main


def output_of(runs: Path, capsys: pytest.CaptureFixture[str], *arguments: str) -> str:
    """What a training that is refused says, in one line."""
    assert main(["train", *arguments, "--runs", str(runs), "--minutes", "0.001"]) == 1
    text = capsys.readouterr().err
    assert text.startswith("qvim-studio: ") and text.count("\n") == 1
    return text
