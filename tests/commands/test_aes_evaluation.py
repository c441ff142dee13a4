"""The file of the challenge is written, and figures are printed where the answers are known."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from quick_ears import quick_ears  # noqa: F401
from training_data import write_aes

from qvim_studio.commands import cli
from qvim_studio.commands.cli import main

CLASSES = ("Dog", "Dog", "Door", "Bell")


@pytest.mark.usefixtures("quick_ears")
@pytest.mark.parametrize("score", ["ears", "encoder"])
def test_command_writes_the_file_and_prints_the_figures(
    score: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(cli, "set_up_logging", lambda path: True)
    folder = write_aes(tmp_path / "set", CLASSES, queries=1)
    arguments = ["evaluate", "--aes", str(folder), "--score", score, "-o", str(tmp_path / "out")]
    assert main(arguments) == 0
    printed = capsys.readouterr().out
    assert f"{score} scores" in printed and "4 queries among 4 items" in printed
    assert "\nMRR " in printed and "\nNDCG " in printed
    content = json.loads((tmp_path / "out" / "similarities.json").read_text())
    assert {len(row) for row in content.values()} == {4} and len(content) == 4
    (folder / "DEV Dataset.csv").unlink()
    assert main([*arguments, "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["scores"] is None
