"""The starter's model card: sizes, data, commands and time, and figures where there are any."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest
from training_data import make_runs, write_pairs

from qvim_studio.checkpoints.verification import verify_checkpoint
from qvim_studio.commands import cli
from qvim_studio.commands.cli import main
from qvim_studio.families.catalog import find_checkpoint
from qvim_studio.training.corpus.build import build_corpus
from qvim_studio.training.starter.model_card import training_time
from qvim_studio.training.starter.starter import StarterCard, assemble, restore

LOG = "step,time,loss\n50,1000,2.0\n100,1060,1.5\n150,1120,1.2\n200,9000,1.1\n250,9060,1.0\n"


@pytest.fixture
def runs(tmp_path: Path) -> Path:
    make_runs(tmp_path / "runs")
    (tmp_path / "runs" / "unet" / "log.csv").write_text(LOG)
    build_corpus([write_pairs(tmp_path / "data", 3, 1)], tmp_path / "runs" / "corpus")
    return tmp_path / "runs"


def test_pauses_between_two_runs_are_no_training_time(tmp_path: Path) -> None:
    (tmp_path / "log.csv").write_text(LOG)
    assert training_time(tmp_path / "log.csv") == (250, 4.0)
    assert training_time(tmp_path / "none.csv") == (0, 0.0)


def test_card_says_sizes_data_commands_and_figures(runs: Path, tmp_path: Path) -> None:
    assemble(runs, tmp_path / "starter", StarterCard("space"), ["held-out: class MRR 0.5"])
    card = (tmp_path / "starter" / "README.md").read_text(encoding="utf-8")
    assert re.search(r"\| unet \| \d\.\d \| `train unet` \| 250 \| 4 \|", card)
    assert "| vae | 0.0 | `train vae`, `train decoder` | – + – | – + – |" in card
    assert "3 recordings" in card and "people's" in card
    assert "- held-out: class MRR 0.5" in card
    assert "| unknown | 3 |" in card and "unclear: 3 of 3" in card
    assert str(tmp_path) not in card


def test_parts_taken_over_keep_what_their_card_said(runs: Path, tmp_path: Path) -> None:
    (runs / "vae").mkdir(exist_ok=True)
    (runs / "vae" / "log.csv").write_text(LOG)
    assemble(runs, tmp_path / "first", StarterCard("space"))
    later = tmp_path / "later"
    restore(tmp_path / "first", later)
    (later / "vocoder" / "log.csv").write_text(LOG.replace("250,", "300,"))
    assemble(later, tmp_path / "second", StarterCard("space"))
    card = (tmp_path / "second" / "README.md").read_text(encoding="utf-8")
    assert re.search(r"\| unet \| \d\.\d \| `train unet` \| 250 \| 4 \|", card)
    assert "`train vae`, `train decoder` | 250 + – | 4 + – |" in card
    assert "`train vocoder`, `train decoder` | 300 + – | 4 + – |" in card
    assert "`train adapter` | – | – |" in card
    (tmp_path / "first" / "README.md").write_text("another card")
    restore(tmp_path / "first", later)
    assemble(later, tmp_path / "second", StarterCard("space"))
    assert (tmp_path / "second" / "README.md").read_text(encoding="utf-8") == card


def test_starter_of_recordings_without_a_permissive_licence_may_not_be_sold(
    runs: Path, tmp_path: Path
) -> None:
    assemble(runs, tmp_path / "starter", StarterCard("space"))
    assert find_checkpoint(str(tmp_path / "starter")).commercial == "no"
    index = runs / "corpus" / "index.json"
    index.write_text(index.read_text().replace('"unknown"', '"CC BY 4.0 (Somebody)"'))
    assemble(runs, tmp_path / "starter", StarterCard("space"))
    assert find_checkpoint(str(tmp_path / "starter")).commercial == "yes"


def test_card_changes_without_breaking_the_checkpoint(runs: Path, tmp_path: Path) -> None:
    for figures in ((), ("better",)):
        assemble(runs, tmp_path / "starter", StarterCard("space"), figures)
        assert verify_checkpoint(find_checkpoint(str(tmp_path / "starter"))) == []
    files = json.loads((tmp_path / "starter" / "studio.json").read_text())["files"]
    assert "README.md" not in files and "model_index.json" in files


def test_card_without_figures_says_how_to_get_them(runs: Path, tmp_path: Path) -> None:
    assemble(runs, tmp_path / "starter", StarterCard("space"))
    card = (tmp_path / "starter" / "README.md").read_text(encoding="utf-8")
    assert "qvim-studio evaluate --json" in card


def test_file_that_is_no_evaluation_is_refused_before_anything_is_written(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(cli, "set_up_logging", lambda path: True)
    (tmp_path / "figures.json").write_text("{}")
    arguments = ["train", "starter", "--runs", str(tmp_path), "--evaluation"]
    assert main([*arguments, str(tmp_path / "figures.json")]) == 2
    assert "holds no evaluation" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (None, "cannot be read: No such file or directory. Expected what"),
        (b"\xff\xfe", "holds no evaluation, it is not text."),
        (b"nothing", "holds no evaluation, it is not JSON."),
        (b"[]", "holds no evaluation, figures are missing."),
    ],
)
def test_evaluation_that_cannot_be_read_is_named(
    content: bytes | None,
    words: str,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(cli, "set_up_logging", lambda path: True)
    figures = tmp_path / "figures.json"
    if content is not None:
        figures.write_bytes(content)
    arguments = ["train", "starter", "--runs", str(tmp_path), "--evaluation", str(figures)]
    assert main(arguments) == 2
    assert words in capsys.readouterr().err
