"""The whole evaluation of a tiny random checkpoint on the user's own pairs, and its page."""

from __future__ import annotations

import argparse
import json
from dataclasses import replace
from html.parser import HTMLParser
from pathlib import Path

import numpy as np
import pytest
import soundfile
from PIL import Image
from quick_ears import quick_ears  # noqa: F401
from ranking_engine import noise
from tiny_checkpoint import build_tiny_checkpoint
from tiny_clap import add_tiny_clap
from training_data import write_pairs

from qvim_studio.commands import cli
from qvim_studio.evaluation import command, sets
from qvim_studio.evaluation.sets import Query, QuerySet, References
from qvim_studio.training.corpus.build import build_corpus

RATE = 16_000


def write_sound(path: Path, seed: int) -> None:
    rng = np.random.default_rng(seed)
    noise = rng.uniform(-0.4, 0.4, RATE // 2) * np.exp(-np.linspace(0, 5, RATE // 2))
    soundfile.write(path, noise, RATE)


@pytest.fixture(scope="module")
def pairs(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("pairs")
    rows = ["reference,imitation,label"]
    for number, label in enumerate(("animal", "gun")):
        write_sound(folder / f"r{number}.wav", number)
        write_sound(folder / f"i{number}.wav", 10 + number)
        rows.append(f"r{number}.wav,i{number}.wav,{label}")
    (folder / "pairs.csv").write_text("\n".join(rows))
    return folder / "pairs.csv"


@pytest.fixture(autouse=True)
def no_log_files(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cli, "set_up_logging", lambda path: True)


class Sources(HTMLParser):
    """Collects what a page points to."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        self.found += [value for name, value in attributes if name == "src" and value]


@pytest.mark.usefixtures("quick_ears")
def test_report_holds_figures_players_and_pictures(
    pairs: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    checkpoint = build_tiny_checkpoint(tmp_path / "tiny")
    add_tiny_clap(checkpoint)
    report = tmp_path / "report"
    arguments = ["evaluate", "--pairs", str(pairs), "--checkpoint", str(checkpoint)]
    arguments += ["--runs", str(tmp_path / "none"), "--clips", "2", "--report", str(report)]
    arguments += ["--variations", "2", "--steps", "1"]
    assert cli.main([*arguments, "--json"]) == 0
    figures = json.loads(capsys.readouterr().out)
    assert figures == json.loads((report / "figures.json").read_text()) | {
        "report": str(report / "index.html")
    }
    one = figures["sets"]["pairs"]
    assert (one["queries"], one["references"]) == (2, 2)
    assert set(one["retrieval"]) == {
        *("ears", "ears_in_room", "qvim", "qvim_in_room", "2dft", "mean_spectrum")
    }
    assert 0 < one["retrieval"]["qvim"]["item_mrr"]["mean"] <= 1
    assert one["clips"]["clips"] == 2 * (2 + 2 + 2)
    assert one["clips"]["variations"] == 2
    assert 0 < one["clips"]["class_mrr_first"]["mean"] <= 1
    assert one["clips"]["class_mrr_starts"] is None  # this checkpoint starts from noise
    assert one["clips"]["second_judge"] == "2DFT"
    assert one["clips"]["class_mrr_second"]["queries"] == one["clips"]["class_mrr"]["queries"]
    assert 0 < one["clips"]["class_mrr_second_shuffled"]["mean"] <= 1
    assert one["clips"]["class_mrr_worded"]["queries"] == 2
    words = figures["words"]
    assert words["references"] == 2
    assert words["retrieval"]["phrases"] == words["retrieval"]["class_mrr"]["queries"] == 6
    assert (words["clips"]["phrases"], words["clips"]["clips"]) == (2, 2 * 2)
    text = (report / "index.html").read_text()
    for shown in ("first of 2 shown", "class MRR, 2DFT", "with words beside", "words alone"):
        assert shown in text
    assert one["clips"]["identical_seeds"] == 0
    page = Sources()
    page.feed((report / "index.html").read_text())
    assert len(page.found) >= 2 * 2 * 2 + 2 * 2
    for source in page.found:
        if source.endswith(".png"):
            with Image.open(report / source) as picture:
                assert picture.size == (320, 160)
        else:
            assert soundfile.info(report / source).duration > 0.1


@pytest.mark.usefixtures("quick_ears")
def test_checkpoint_without_a_text_tower_is_asked_for_no_words(
    pairs: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    checkpoint = build_tiny_checkpoint(tmp_path / "tiny")
    arguments = ["evaluate", "--pairs", str(pairs), "--checkpoint", str(checkpoint), "--json"]
    arguments += ["--runs", str(tmp_path / "none"), "--clips", "2", "--variations", "1"]
    arguments += ["--steps", "1"]
    assert cli.main(arguments) == 0
    figures = json.loads(capsys.readouterr().out)
    assert "words" not in figures
    assert figures["sets"]["pairs"]["clips"]["class_mrr_worded"] is None


@pytest.mark.usefixtures("quick_ears")
def test_pairs_of_one_kind_make_no_clips(
    pairs: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    rows = pairs.read_text().replace("gun", "animal")
    alike = pairs.with_name("alike.csv")
    alike.write_text(rows)
    checkpoint = build_tiny_checkpoint(tmp_path / "tiny")
    arguments = ["evaluate", "--pairs", str(alike), "--checkpoint", str(checkpoint)]
    arguments += ["--runs", str(tmp_path / "none"), "--variations", "1", "--clips"]
    assert cli.main([*arguments, "2"]) == 2
    assert "All imitations are of one kind (animal)" in capsys.readouterr().err
    assert cli.main([*arguments, "0"]) == 0


def test_number_of_variations_must_be_possible(
    pairs: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert cli.main(["evaluate", "--pairs", str(pairs), "--variations", "0"]) == 2
    assert "--variations must be 1 to 64, got 0" in capsys.readouterr().err


def test_pairs_without_the_columns_are_refused(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "pairs.csv").write_text("a,b\n1,2\n")
    assert cli.main(["evaluate", "--pairs", str(tmp_path / "pairs.csv")]) == 2
    assert "it has a, b" in capsys.readouterr().err


def test_a_pair_that_is_none_is_refused(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "pairs.csv").write_text("reference,imitation\na.wav,b.wav\na.wav\n")
    assert cli.main(["evaluate", "--pairs", str(tmp_path / "pairs.csv")]) == 2
    assert "Pair 2 of" in capsys.readouterr().err


def test_report_folder_that_takes_nothing_is_refused_before_anything_is_measured(
    pairs: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "file").write_text("")
    monkeypatch.setattr(command, "load_checkpoint", None)
    arguments = ["evaluate", "--pairs", str(pairs), "--report", str(tmp_path / "file" / "report")]
    assert cli.main(arguments) == 1
    assert "Nothing can be written to" in capsys.readouterr().err


def test_real_imitations_without_a_corpus_are_not_passed_over_in_silence(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    arguments = ["evaluate", "--data", str(tmp_path), "--runs", str(tmp_path / "none")]
    assert cli.main(arguments) == 1
    assert "holds no training corpus" in capsys.readouterr().err


def test_sets_without_imitations_are_left_out(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    table = write_pairs(tmp_path, references=3, takes=1)
    build_corpus([table], tmp_path / "runs" / "corpus")
    none = QuerySet("spoken", "nobody", (), References((), ()))
    one = replace(none, name="bundled", queries=(Query("q", noise(0), ("animal",), 0),))
    monkeypatch.setattr(sets, "spoken_set", lambda corpus: none)
    monkeypatch.setattr(sets, "bundled_set", lambda: one)
    options = argparse.Namespace(pairs=None, data=None, runs=tmp_path / "runs")
    assert [one.name for one in command.find_sets(options)] == ["held-out, people", "bundled"]
