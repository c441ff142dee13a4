"""Doubts about a data set are named before anything is built of it."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from training_data import write_table, write_tone

from qvim_studio.commands import cli
from qvim_studio.commands.cli import main
from qvim_studio.training.corpus.sets.layouts import read_layout
from qvim_studio.training.corpus.sets.listing import Listing, Recording
from qvim_studio.training.corpus.sets.survey import survey_listing


def row(name: str, group: str = "g", split: str = "", licence: str = "unknown") -> Recording:
    return Recording(Path(name), name, "l", "s", group, split=split, licence=licence)


def test_missing_files_empty_captions_and_unreadable_licences_are_counted(tmp_path: Path) -> None:
    write_tone(tmp_path / "a.wav", 300)
    rows = [
        {"audio": "a.wav", "caption": "a tone", "licence": "CC BY 4.0"},
        {"audio": "gone.wav", "caption": "", "licence": "ask me"},
    ]
    survey = survey_listing(read_layout(write_table(tmp_path / "t.csv", rows)))
    assert (survey.recordings, survey.captions, survey.groups) == (2, 1, 2)
    assert survey.missing == (str(tmp_path / "gone.wav"),)
    assert survey.uncaptioned == survey.unlicensed == ("gone.wav",)
    assert survey.licences == {"CC-BY-4.0": 1, "unknown": 1}
    text = "\n".join(survey.sentences())
    assert "1 files are named, but are not there" in text
    assert "licences: 1 CC-BY-4.0, 1 unknown" in text
    assert "no caption" in text and "no licence that can be read" in text


def test_repeated_names_and_torn_groups_are_named() -> None:
    rows = (row("a", "x", "train"), row("a", "x", "test"), row("b", "y", "test"))
    survey = survey_listing(Listing("set", rows))
    assert survey.repeated == ("a",)
    assert survey.torn == ("x",)
    assert survey.splits == {"test": 2, "train": 1}


def test_licences_are_counted_by_kind_whoever_they_name() -> None:
    names = (f"CC BY 3.0 (author {number})" for number in range(30))
    others = ("house licence", *(f"terms {number}" for number in range(20)))
    rows = [row(str(n), licence=text) for n, text in enumerate((*names, "CC0", *others))]
    survey = survey_listing(Listing("set", tuple(rows)))
    assert (survey.licences["CC-BY-3.0"], survey.licences["CC0-1.0"]) == (30, 1)
    assert survey.licences["house licence"] == 1  # what cannot be read is named as it stands
    (line,) = [line for line in survey.sentences() if "licences" in line]
    assert line.endswith("and 15 more kinds") and len(line) < 200


def test_sets_without_promised_captions_lack_none() -> None:
    survey = survey_listing(Listing("set", (row("a"),)))
    assert survey.uncaptioned == survey.unlicensed == ()


def test_check_counts_and_builds_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(cli, "set_up_logging", lambda path: True)
    table = write_table(tmp_path / "t.csv", [{"audio": "a.wav", "caption": "a tone"}])
    runs = tmp_path / "runs"
    arguments = ["data", "build", str(table), "--check", "--runs", str(runs)]
    assert main(arguments) == 0
    assert "captions: 1 recordings of 1 labels in 1 groups, 1 captions" in capsys.readouterr().out
    assert main([*arguments, "--json"]) == 0
    (survey,) = json.loads(capsys.readouterr().out)["inputs"]
    assert survey["missing"] == [str(tmp_path / "a.wav")]
    assert not runs.exists()


def test_counts_come_before_the_build(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(cli, "set_up_logging", lambda path: True)
    rows = [{"audio": f"{n}.wav", "caption": "a tone", "license": ""} for n in range(2)]
    for number in range(2):
        write_tone(tmp_path / f"{number}.wav", 300 + 50 * number)
    table = write_table(tmp_path / "t.csv", rows)
    arguments = ["--map", "audio=audio,caption=caption", "--runs", str(tmp_path / "runs")]
    assert main(["data", "build", str(table), *arguments]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert lines[0].startswith("mapped: 2 recordings") and "1 references to train" in lines[1]
