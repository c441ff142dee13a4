"""Distillation: the student comes to hear as its teacher, and goes on exactly."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import soundfile
import torch
from safetensors.torch import save_file
from training_data import write_pairs

from qvim_studio.networks.qvim.efficientat import EfficientAt
from qvim_studio.networks.qvim.encoder import QvimEncoder, load_qvim_encoder, save_qvim_encoder
from qvim_studio.training.corpus.build import build_corpus
from qvim_studio.training.encoder.distillation import (
    DistillationTraining,
    Lesson,
    TaughtLayers,
    distillation_loss,
    run,
)
from qvim_studio.training.encoder.qvim_upper import FIRST_UPPER
from qvim_studio.training.loop.loop import LoopOptions

OPTIONS = DistillationTraining(
    batch=3, frames=32, loop=LoopOptions(learning_rate=3e-3, warmup_steps=1, checkpoint_every_s=1e9)
)


@pytest.fixture(scope="module")
def trained_from(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("distillation")
    build_corpus([write_pairs(folder, 6, 1)], folder / "corpus")
    torch.manual_seed(0)
    encoder = QvimEncoder().eval()
    encoder.reference = encoder.imitation
    save_qvim_encoder(encoder, folder / "encoder")
    save_file(EfficientAt().state_dict(), folder / "tagger.safetensors")
    more = folder / "more"
    more.mkdir()
    soundfile.write(more / "voice.wav", np.sin(np.arange(16_000) * 0.1), 16_000)
    (more / "broken.wav").write_bytes(b"no audio")
    return folder


def test_a_student_learns_a_lesson_that_it_hears_again_and_again() -> None:
    torch.manual_seed(0)
    taught = TaughtLayers(QvimEncoder().eval().imitation).train()
    lesson = Lesson(torch.randn(6, 80, 8, 4), torch.randn(6, 384), torch.randn(6, 527))
    optimizer = torch.optim.AdamW(taught.parameters(), 3e-3)
    losses = []
    for _ in range(6):
        loss, metrics = distillation_loss(taught(lesson.maps), lesson, OPTIONS)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        losses.append((metrics["cosine"], metrics["tags"]))
    assert losses[-1][0] < 0.8 * losses[0][0]
    assert losses[-1][1] < losses[0][1]


def check_lower_half_stays(before: Path, after: Path) -> None:
    """Whether exactly the layers of the upper half differ."""
    old_layers, new_layers = (
        load_qvim_encoder(folder).imitation.features for folder in (before, after)
    )
    for place, (old, new) in enumerate(zip(old_layers, new_layers, strict=True)):
        is_same = all(
            torch.equal(old.state_dict()[name].half(), value.half())
            for name, value in new.state_dict().items()
        )
        assert is_same == (place < FIRST_UPPER)


def test_a_training_leaves_the_lower_half_as_it_is(trained_from: Path, tmp_path: Path) -> None:
    encoder, tagger = trained_from / "encoder", trained_from / "tagger.safetensors"
    options = replace(OPTIONS, batch=1, loop=replace(OPTIONS.loop))
    run(trained_from / "corpus", tmp_path, 1.0, encoder, tagger, (), options, max_steps=1)
    check_lower_half_stays(encoder, tmp_path / "qvim")


@pytest.mark.slow  # three trainings: 2.5 s
def test_a_training_goes_on_exactly_and_leaves_the_lower_half_as_it_is(
    trained_from: Path, tmp_path: Path
) -> None:
    def train(folder: Path, *steps: int) -> list[str]:
        for most in steps:
            options = replace(OPTIONS, loop=replace(OPTIONS.loop))
            run(
                trained_from / "corpus",
                folder,
                1.0,
                trained_from / "encoder",
                trained_from / "tagger.safetensors",
                (trained_from / "more",),
                options,
                max_steps=most,
            )
        return (folder / "validation.csv").read_text(encoding="utf-8").splitlines()

    whole = train(tmp_path / "whole", 2)
    parts = train(tmp_path / "parts", 1, 2)
    assert whole[-1] == parts[-1]
    check_lower_half_stays(trained_from / "encoder", tmp_path / "whole" / "qvim")
