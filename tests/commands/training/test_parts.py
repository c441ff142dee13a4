"""``train`` by a stranger: parts in the wrong order, a full disk, a folder that takes nothing."""

from __future__ import annotations

import errno
import re
from pathlib import Path

import pytest
from refused_training import output_of
from training_data import write_corpus

from qvim_studio.commands.training import parts as command
from qvim_studio.training.trainers.targets import STARTER_CLAP_ID


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
