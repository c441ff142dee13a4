"""MusicGen-Melody learns pairs of voices and music: its loss is right, falls and goes on."""

from __future__ import annotations

import csv
import json
import math
import shutil
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import soundfile
import torch
from safetensors.torch import load_file
from tiny_musicgen import SILENT_CODE, build_tiny_musicgen, make_tiny_musicgen

from qvim_studio.audio.melody import Melody
from qvim_studio.checkpoints.checkpoint import Checkpoint
from qvim_studio.core.errors import StudioError
from qvim_studio.core.request import VramMode
from qvim_studio.families.musicgen.delay import delayed
from qvim_studio.families.musicgen.low_rank import LowRankOptions
from qvim_studio.families.musicgen.parts import MusicgenParts, load_musicgen
from qvim_studio.memory.compute_plan import ComputePlan
from qvim_studio.memory.modes import ModeTraits
from qvim_studio.training.corpus.music.music_pairs import is_held_out, read_pairs
from qvim_studio.training.loop.loop import LoopOptions
from qvim_studio.training.loop.machine import Machine
from qvim_studio.training.trainers import music
from qvim_studio.training.trainers.music import (
    LearnedPair,
    MusicStudent,
    MusicTraining,
    code_loss,
    learn_pair,
    run,
)

OPTIONS = MusicTraining(
    crop_s=0.8,
    batch=2,
    change=LowRankOptions(4, 4.0, 0.05),
    loop=LoopOptions(learning_rate=2e-2, weight_decay=0.0, warmup_steps=2, ema_decay=0.5),
)
PLAN = ComputePlan(VramMode.HIGH, "cpu", torch.float32, ModeTraits(1))
Load = Callable[..., MusicgenParts]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return build_tiny_musicgen(tmp_path_factory.mktemp("music") / "tiny")


@pytest.fixture(scope="module")
def table(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Three singers: a note of a voice and a chord of music, 1.5 s."""
    place = tmp_path_factory.mktemp("pairs")
    at_s = np.arange(48_000) / 32_000
    rows = []
    for number, hertz in enumerate((220.0, 330.0, 440.0)):
        voice = 0.5 * np.sin(2 * np.pi * hertz * at_s)
        soundfile.write(place / f"voice{number}.wav", voice, 32_000)
        soundfile.write(place / f"music{number}.wav", np.sign(voice) * 0.2, 32_000)
        rows.append((f"voice{number}.wav", f"music{number}.wav", "a lute", f"singer {number}"))
    with (place / "pairs.csv").open("w", newline="", encoding="utf-8") as file:
        csv.writer(file).writerows([("voice", "music", "words", "group"), *rows])
    return place / "pairs.csv"


def a_pair(frames: int = 40) -> LearnedPair:
    generator = torch.Generator().manual_seed(0)
    codes = torch.randint(0, SILENT_CODE, (4, frames), generator=generator)
    return LearnedPair(codes, Melody(np.arange(8) % 12), torch.zeros(3, 16), "singer 1")


def losses_of(student: MusicStudent, steps: int) -> list[float]:
    optimizer = torch.optim.Adam(student.changes.parameters(), lr=2e-2)
    losses = []
    for step in range(steps):
        loss = student.loss(np.random.default_rng(step), has_words=True)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        losses.append(loss.item())
    return losses


def test_the_loss_is_that_of_transformers() -> None:
    """Theirs takes columns that are delayed already and drops the last ones of late codebooks."""
    model = make_tiny_musicgen()
    codes = torch.randint(0, SILENT_CODE, (2, 4, 12), generator=torch.Generator().manual_seed(0))
    columns = delayed(codes, 12, (0, 1, 2, 3), SILENT_CODE)[..., :13]
    labels = columns[..., 1:].transpose(1, 2)
    text = torch.tensor([[5, 6, 1], [7, 8, 1]])
    with torch.no_grad():
        out = model(input_ids=text, attention_mask=torch.ones_like(text), labels=labels)
        logits = out.logits.view(2, 4, -1, SILENT_CODE)[:, :, -12:]
    assert float(code_loss(logits, columns, SILENT_CODE)) == pytest.approx(float(out.loss), 1e-5)


@pytest.mark.parametrize("stored_bits", [16, 8])
def test_the_loss_falls_and_the_network_itself_stays(folder: Path, stored_bits: int) -> None:
    parts = load_musicgen(folder, replace(PLAN, traits=ModeTraits(1, stored_bits=stored_bits)))
    before = {name: value.clone() for name, value in parts.transformer.state_dict().items()}
    student = MusicStudent(parts, [a_pair()], OPTIONS)
    losses = losses_of(student, 20)
    assert np.mean(losses[-5:]) < 0.7 * np.mean(losses[:5])
    after = {
        name.replace(".layer.", "."): value
        for name, value in parts.transformer.state_dict().items()
    }
    assert after.keys() == before.keys()
    assert all(torch.equal(after[name], value) for name, value in before.items())


def test_nothing_is_learned_from_groups_that_are_held_out(folder: Path) -> None:
    names = sorted((f"singer {number}" for number in range(60)), key=is_held_out)
    learned = replace(a_pair(), group=names[0])
    held_out = replace(a_pair(30), group=names[-1])

    def losses(pairs: list[LearnedPair]) -> list[float]:
        torch.manual_seed(0)
        return losses_of(MusicStudent(load_musicgen(folder, PLAN), pairs, OPTIONS), 3)

    assert losses([held_out, learned]) == losses([learned])
    assert losses([held_out]) != losses([learned])
    alone = MusicStudent(load_musicgen(folder, PLAN), [held_out], OPTIONS)
    assert math.isnan(alone.held_out_loss(has_words=True))  # it is learned from


def test_a_share_of_rows_is_learned_without_its_words(folder: Path) -> None:
    def loss(words_dropped: float, has_words: bool) -> float:
        options = replace(OPTIONS, batch=1, dropped=0.0, words_dropped=words_dropped)
        options = replace(options, change=LowRankOptions(4, 4.0, 0.0))
        pair = replace(a_pair(), words=torch.ones(3, 16))
        student = MusicStudent(load_musicgen(folder, PLAN), [pair], options)
        return student.loss(np.random.default_rng(0), has_words=has_words).item()

    assert loss(1.0, has_words=True) == loss(1.0, has_words=False)
    assert loss(0.0, has_words=True) != loss(0.0, has_words=False)


def test_recomputed_layers_learn_the_same(folder: Path) -> None:
    def learned(recomputes: bool) -> list[float]:
        torch.manual_seed(0)
        options = replace(OPTIONS, recomputes=recomputes, change=LowRankOptions(4, 4.0, 0.0))
        return losses_of(MusicStudent(load_musicgen(folder, PLAN), [a_pair()], options), 3)

    assert learned(True) == pytest.approx(learned(False), rel=1e-5)


def test_training_goes_on_bit_by_bit_where_it_was_stopped(
    folder: Path, table: Path, tmp_path: Path
) -> None:
    checkpoint = Checkpoint("tiny", "Tiny", folder)
    run(table, tmp_path / "whole", 5.0, checkpoint, OPTIONS, max_steps=2)
    for stage, steps in (("melody", 1), ("melody", 2), ("words", 1), ("words", 2)):
        run(table, tmp_path / "stopped", 5.0, checkpoint, OPTIONS, steps, (stage,))
    for stage in ("melody", "words"):
        whole, stopped = (
            torch.load(tmp_path / name / stage / "state.pt", weights_only=True)
            for name in ("whole", "stopped")
        )
        assert whole["step"] == stopped["step"] == 2
        assert all(torch.equal(w, stopped["model"][name]) for name, w in whole["model"].items())
        assert all(torch.equal(w, stopped["ema"][name]) for name, w in whole["ema"].items())
    done = load_file(tmp_path / "whole" / "lora" / "adapter_model.safetensors")
    run(table, tmp_path / "whole", 5.0, checkpoint, OPTIONS, max_steps=2)
    again = load_file(tmp_path / "whole" / "lora" / "adapter_model.safetensors")
    assert all(torch.equal(value, again[name]) for name, value in done.items())


def test_what_was_learned_is_read_beside_the_checkpoint_as_peft_writes_it(
    folder: Path, table: Path, tmp_path: Path
) -> None:
    run(table, tmp_path / "runs", 5.0, Checkpoint("tiny", "Tiny", folder), OPTIONS, max_steps=2)
    lora = tmp_path / "runs" / "lora"
    config = json.loads((lora / "adapter_config.json").read_text(encoding="utf-8"))
    assert (config["peft_type"], config["r"], config["base_model_name_or_path"]) == (
        "LORA",
        4,
        "tiny",
    )
    weights = load_file(lora / "adapter_model.safetensors")
    name = "decoder.model.decoder.layers.0.self_attn.q_proj"
    change = (
        weights[f"base_model.model.{name}.lora_B.weight"]
        @ (weights[f"base_model.model.{name}.lora_A.weight"])
    )
    assert float(change.abs().max()) > 0.0
    tuned = shutil.copytree(folder, tmp_path / "tuned")
    shutil.copytree(lora, tuned / "lora")
    plain, changed = (load_musicgen(place, PLAN).transformer for place in (folder, tuned))
    own = "layers.0.self_attn.q_proj.weight"
    difference = changed.state_dict()[own] - plain.state_dict()[own]
    assert torch.allclose(difference, change, atol=1e-6)
    names = {n.removeprefix("base_model.model.").rsplit(".", 2)[0] for n in weights}
    modules = dict(make_tiny_musicgen().named_modules())
    assert all(type(modules[name]) is torch.nn.Linear for name in names)


def test_pairs_are_learned_once(
    folder: Path, table: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    parts, pair = load_musicgen(folder, PLAN), read_pairs(table)[0]
    first = learn_pair(pair, parts, tmp_path)
    assert first.codes.shape == (4, 75) and not first.melody.is_silent
    monkeypatch.setattr(parts.coder, "encode", None)
    again = learn_pair(pair, parts, tmp_path)
    assert torch.equal(first.codes, again.codes)
    assert first.melody.classes.tolist() == again.melody.classes.tolist()


def test_text_models_are_refused(tmp_path: Path, table: Path) -> None:
    words = build_tiny_musicgen(tmp_path / "words", has_melody=False)
    with pytest.raises(StudioError, match="follows words alone"):
        run(table, tmp_path / "runs", 1.0, Checkpoint("words", "Words", words), OPTIONS, 1)


def test_only_the_first_of_several_processes_writes_what_was_learned(
    folder: Path, table: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    second = Machine(torch.device("cpu"), rank=1)
    monkeypatch.setattr(music, "find_machine", lambda: second)
    run(table, tmp_path / "runs", 5.0, Checkpoint("tiny", "Tiny", folder), OPTIONS, 1, ("melody",))
    assert not (tmp_path / "runs" / "lora").exists()
