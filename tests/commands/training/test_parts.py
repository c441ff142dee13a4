"""``train`` by a stranger: parts in the wrong order, a full disk, a folder that takes nothing."""

from __future__ import annotations

import errno
import re
from pathlib import Path

import pytest
from training_data import write_corpus

from qvim_studio.commands import cli
from qvim_studio.commands.cli import main
from qvim_studio.commands.training import parts as command
from qvim_studio.training.trainers.targets import STARTER_CLAP_ID


@pytest.fixture(autouse=True)
def quiet_logging(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cli, "set_up_logging", lambda path: True)


def output_of(runs: Path, capsys: pytest.CaptureFixture[str], *arguments: str) -> str:
    """What a training that is refused says, in one line."""
    assert main(["train", *arguments, "--runs", str(runs), "--minutes", "0.001"]) == 1
    text = capsys.readouterr().err
    assert text.startswith("qvim-studio: ") and text.count("\n") == 1
    return text


@pytest.mark.parametrize(
    ("part", "missing", "first"),
    [
        ("decoder", "vae/vae", "vae"),
        ("bandwidth", "decoder/vae", "decoder"),
        ("unet", "vae/vae", "vae"),
        ("listener", "vae/vae", "vae"),
        ("adapter", "qvim/embeddings.npz", "qvim"),
        ("film", "qvim/embeddings.npz", "qvim"),
        ("joint", "qvim/embeddings.npz", "qvim"),
    ],
)
def test_part_out_of_order_names_the_one_before(
    part: str, missing: str, first: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    write_corpus(tmp_path / "corpus", STARTER_CLAP_ID)
    text = output_of(tmp_path, capsys, part)
    assert str(tmp_path / missing) in text and f"qvim-studio train {first}." in text


def test_encoder_without_targets_names_their_command(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    write_corpus(tmp_path / "corpus", "another-space")
    assert "qvim-studio train targets" in output_of(tmp_path, capsys, "qvim")


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


@pytest.mark.parametrize("part", ["imitations", "restore", "decoder", "unet"])
def test_without_a_training_set_that_is_told_first(
    part: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    text = output_of(tmp_path, capsys, part)
    assert "corpus holds no training corpus (No such file or directory)" in text
    assert "qvim-studio data build DIR" in text and not list(tmp_path.iterdir())


def test_full_disk_is_told_as_what_it_is(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def fill(options: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setitem(command.PARTS, "vae", fill)
    text = output_of(tmp_path, capsys, "vae")
    assert re.search(rf"written to {re.escape(str(tmp_path))}: the disk is full", text)


def test_runs_that_take_no_folder_are_told(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    runs = tmp_path / "runs"
    runs.write_text("a file where the folder should be")
    monkeypatch.setitem(command.PARTS, "vae", lambda options: (runs / "vae").mkdir())
    assert f"Nothing can be written to {runs}" in output_of(runs, capsys, "vae")


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
