"""Tuning to voices and music asks for what it lacks before anything is loaded."""

from __future__ import annotations

from pathlib import Path

import pytest
from refused_training import output_of

from qvim_studio.commands.cli import main


def test_music_without_a_table_of_pairs_asks_for_one(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["train", "music", "--runs", str(tmp_path)]) == 2
    assert "with --pairs" in capsys.readouterr().err


def test_music_is_learned_by_a_musicgen_alone(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    for name in ("voice.wav", "music.wav"):
        (tmp_path / name).write_bytes(b"")
    table = tmp_path / "pairs.csv"
    table.write_text("voice,music\nvoice.wav,music.wav\n", encoding="utf-8")
    text = output_of(tmp_path / "runs", capsys, "music", "--pairs", str(table))
    assert "does not describe a MusicGen" in text


def test_music_is_learned_on_weights_of_so_many_bits(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[int] = []
    monkeypatch.setattr(
        "qvim_studio.training.trainers.music.run",
        lambda table, folder, minutes, checkpoint, training: asked.append(training.stored_bits),
    )
    arguments = ["train", "music", "--pairs", str(tmp_path / "p.csv"), "--runs", str(tmp_path)]
    assert main(arguments) == main([*arguments, "--stored-bits", "8"]) == 0
    assert asked == [16, 8]


@pytest.mark.parametrize("part", ["film", "joint"])
def test_words_are_a_share(part: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["train", part, "--words", "1.5", "--runs", str(tmp_path)]) == 2
    assert "--words must be a share of 0 to 1" in capsys.readouterr().err
