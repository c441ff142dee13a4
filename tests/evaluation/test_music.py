"""A tiny MusicGen-Melody, tuned and untuned, makes music of held-out voices, and the page says how
near it is."""

from __future__ import annotations

import csv
import itertools
import json
import shutil
from pathlib import Path

import numpy as np
import pytest
import torch
from songs import played, sung, write_song
from tiny_checkpoint import CARD, build_tiny_checkpoint, make_tiny_unet
from tiny_clap import add_tiny_clap
from tiny_musicgen import build_tiny_musicgen

from qvim_studio.checkpoints.card import write_card
from qvim_studio.checkpoints.checkpoint import Checkpoint
from qvim_studio.commands import cli
from qvim_studio.commands.cli import main
from qvim_studio.core.errors import StudioError
from qvim_studio.core.request import VramMode
from qvim_studio.evaluation import music_figures
from qvim_studio.evaluation.music import FOREIGN, TUNED, UNTUNED, choose_cases, evaluate_music
from qvim_studio.families.catalog import find_checkpoint
from qvim_studio.families.musicgen.low_rank import LowRankOptions, add_changes, save_changes
from qvim_studio.families.musicgen.parts import load_musicgen
from qvim_studio.memory.compute_plan import ComputePlan
from qvim_studio.memory.modes import ModeTraits
from qvim_studio.training.corpus.music.music_pairs import is_held_out, read_pairs

PLAN = ComputePlan(VramMode.CPU, "cpu", torch.float32, ModeTraits(1))
HELD_OUT = [f"singer {number}" for number in range(60) if is_held_out(f"singer {number}")][:2]


@pytest.fixture(scope="module")
def checkpoint(tmp_path_factory: pytest.TempPathFactory) -> Checkpoint:
    folder = build_tiny_musicgen(tmp_path_factory.mktemp("music") / "tiny")
    return Checkpoint("tiny", "Tiny", folder, family="musicgen")


@pytest.fixture(scope="module")
def lora(checkpoint: Checkpoint, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Changes by chance, large enough to make other music."""
    parts = load_musicgen(checkpoint.installed_folder(), PLAN)
    options = LowRankOptions(4, 4.0, 0.0)
    changes = add_changes(parts.transformer, options)
    torch.manual_seed(0)
    for parameter in changes.parameters():
        torch.nn.init.normal_(parameter, std=0.5)
    folder = tmp_path_factory.mktemp("lora")
    save_changes(changes, options, "tiny", folder)
    return folder


@pytest.fixture(scope="module")
def table(tmp_path_factory: pytest.TempPathFactory) -> Path:
    place = tmp_path_factory.mktemp("pairs")
    rows = []
    for number, group in enumerate((*HELD_OUT, "singer learned")):
        write_song(place / f"v{number}.wav", sung(0.8, 220.0 * (1 + number)))
        write_song(place / f"m{number}.wav", played(0.8, chord=(3 * number, 3 * number + 1)))
        rows.append((f"v{number}.wav", f"m{number}.wav", "a lute", group))
    with (place / "pairs.csv").open("w", newline="", encoding="utf-8") as file:
        csv.writer(file).writerows([("voice", "music", "words", "group"), *rows])
    return place / "pairs.csv"


def test_only_held_out_groups_are_evaluated_where_there_are_any(table: Path) -> None:
    cases, are_held_out = choose_cases(read_pairs(table), 5, seconds=0.5)
    assert are_held_out and len(cases) == 2
    assert {case.name.partition(":")[0] for case in cases} == set(HELD_OUT)
    assert all(case.voice.duration_s == case.music.duration_s == 0.5 for case in cases)
    learned = [pair for pair in read_pairs(table) if not is_held_out(pair.group)]
    assert not choose_cases(learned, 5)[1]
    alone = [pair for pair in read_pairs(table) if pair.group == HELD_OUT[0]]
    assert not choose_cases(alone, 5)[1]  # train music has nothing else to learn from


def test_tuned_and_untuned_make_other_music_and_both_are_scored(
    checkpoint: Checkpoint, lora: Path, table: Path
) -> None:
    cases, _ = choose_cases(read_pairs(table), 5, seconds=0.4)
    rng = np.random.default_rng(0)
    evaluation = evaluate_music(
        checkpoint, PLAN, lora, cases, lambda clip: rng.standard_normal((2, 4)), rounds=2
    )
    assert set(evaluation.figures["conditions"]) == {"voice", "voice and words"}
    for scores in evaluation.figures["conditions"].values():
        assert set(scores) == {TUNED, UNTUNED, "difference"}
        assert scores[TUNED]["chroma_cosine"]["takes"] == 2
        assert scores[TUNED]["frechet"]["low"] <= scores[TUNED]["frechet"]["high"]
    assert evaluation.figures[FOREIGN]["chroma_cosine"]["mean"] < 0.5  # two songs in other notes
    tuned, untuned = (evaluation.made[model, "voice"][0] for model in (TUNED, UNTUNED))
    assert tuned.duration_s == untuned.duration_s == 0.4
    assert not np.array_equal(tuned.samples, untuned.samples)
    worded = evaluation.made[TUNED, "voice and words"][0]
    assert not np.array_equal(tuned.samples, worded.samples)


def test_command_writes_the_page_and_prints_a_summary(
    checkpoint: Checkpoint,
    lora: Path,
    table: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setattr(cli, "set_up_logging", lambda path: True)
    monkeypatch.setattr(
        music_figures, "embed_by_tagger", lambda tagger: lambda clip: clip.samples[:8].reshape(4, 2)
    )
    report = tmp_path / "report"
    arguments = ["evaluate", "music", "--checkpoint", str(checkpoint.folder), "--lora", str(lora)]
    arguments += ["--pairs", str(table), "--vram-mode", "cpu", "--report", str(report)]
    assert main([*arguments, "--clips", "1"]) == 0
    printed = capsys.readouterr().out
    assert "1 pairs" in printed and "held out" in printed and "YAMNet (1024-d)" in printed
    for model in ("tuned", "untuned", "difference"):
        assert f"  {model}: chroma, cosine " in printed
    figures = json.loads((report / "figures.json").read_text())
    assert figures["held_out"] and figures["music"]["pairs"] == 1
    page = (report / "index.html").read_text()
    assert "tuned − untuned, pair by pair" in page and page.count("<audio") == 4
    assert len(list((report / "media").glob("*.wav"))) == 4


@pytest.fixture(scope="module")
def audioldms(tmp_path_factory: pytest.TempPathFactory) -> tuple[Checkpoint, Checkpoint]:
    """A tiny AudioLDM with a text tower, and the same with another UNet, which names its base."""
    place = tmp_path_factory.mktemp("audioldm")
    base = build_tiny_checkpoint(place / "base", has_controls=False)
    add_tiny_clap(base)
    write_card(base, CARD | {"controls": []})
    tuned = place / "tuned"
    shutil.copytree(base, tuned)
    torch.manual_seed(4)
    make_tiny_unet(8).save_pretrained(tuned / "unet")
    config = json.loads((tuned / "adapter" / "config.json").read_text())
    (tuned / "adapter" / "config.json").write_text(json.dumps({**config, "generator_id": "tuned"}))
    write_card(tuned, CARD | {"controls": [], "id": "tuned", "title": "Tuned", "base": str(base)})
    return find_checkpoint(str(tuned)), find_checkpoint(str(base))


def test_a_tuned_audioldm_is_compared_with_its_base_by_voice_and_by_voice_and_words(
    audioldms: tuple[Checkpoint, Checkpoint], table: Path
) -> None:
    tuned, untuned = audioldms
    cases, _ = choose_cases(read_pairs(table), 1, seconds=0.4)
    embed = lambda clip: clip.samples[:8].reshape(4, 2)  # noqa: E731
    made = evaluate_music(tuned, PLAN, None, cases, embed, rounds=2, untuned=untuned).made
    assert set(made) == {
        (model, condition)
        for model in (TUNED, UNTUNED)
        for condition in ("voice", "voice and words")
    }
    clips = [clips[0].samples for clips in made.values()]
    assert all(len(clip) == 0.4 * 16_000 for clip in clips)
    assert all(not np.array_equal(one, other) for one, other in itertools.combinations(clips, 2))


def test_a_tuned_audioldm_without_a_base_or_with_a_lora_is_refused(
    audioldms: tuple[Checkpoint, Checkpoint], tmp_path: Path
) -> None:
    tuned, untuned = audioldms
    embed = lambda clip: clip.samples  # noqa: E731
    for base in (None, tuned):
        with pytest.raises(StudioError, match="Name that checkpoint with --untuned"):
            evaluate_music(tuned, PLAN, None, [], embed, untuned=base)
    with pytest.raises(StudioError, match="Tuned is no MusicGen"):
        evaluate_music(tuned, PLAN, tmp_path, [], embed, untuned=untuned)


def test_command_takes_the_base_that_the_card_names(
    audioldms: tuple[Checkpoint, Checkpoint],
    table: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setattr(cli, "set_up_logging", lambda path: True)
    monkeypatch.setattr(
        music_figures, "embed_by_tagger", lambda tagger: lambda clip: clip.samples[:8].reshape(4, 2)
    )
    arguments = ["evaluate", "music", "--checkpoint", str(audioldms[0].folder), "--clips", "1"]
    assert main([*arguments, "--pairs", str(table), "--vram-mode", "cpu", "--json"]) == 0
    figures = json.loads(capsys.readouterr().out)
    assert figures["lora"] == "upon Tiny"
    assert set(figures["music"]["conditions"]) == {"voice", "voice and words"}


def test_nothing_learned_and_no_pairs_are_refused(
    checkpoint: Checkpoint,
    table: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setattr(cli, "set_up_logging", lambda path: True)
    with pytest.raises(StudioError, match="qvim-studio train music"):
        evaluate_music(checkpoint, PLAN, None, [], lambda clip: np.zeros((1, 4)))
    assert main(["evaluate", "music", "--checkpoint", str(checkpoint.folder)]) == 2
    assert "--pairs" in capsys.readouterr().err
