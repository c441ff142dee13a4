"""Training of the encoder names what it lacks and how to make it."""

from __future__ import annotations

from pathlib import Path

import pytest
from refused_training import output_of
from training_data import write_corpus

from qvim_studio.commands.cli import main


def test_encoder_without_targets_names_their_command(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    write_corpus(tmp_path / "corpus", "another-space")
    assert "qvim-studio train targets" in output_of(tmp_path, capsys, "qvim")


def test_distilling_without_the_taggers_weights_asks_for_them(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["train", "distill", "--runs", str(tmp_path), "--minutes", "0.001"]) == 2
    assert "Give its safetensors file with --weights" in capsys.readouterr().err
