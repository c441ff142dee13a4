"""Distilling the student: the teacher stays, the changes learn, what is left can be loaded."""

from __future__ import annotations

from itertools import pairwise
from pathlib import Path
from types import SimpleNamespace

import pytest
import torch
from tiny_checkpoint import build_tiny_checkpoint, make_tiny_unet
from torch import nn
from training_data import hold_out_first, write_corpus

from qvim_studio.checkpoints.card import Defaults
from qvim_studio.diffusion.sampler import sample_latents
from qvim_studio.families.audioldm.label_denoiser import (
    LabelConditions,
    LabelDenoiser,
    label_conditions,
)
from qvim_studio.families.audioldm.student import (
    StudentCard,
    add_student,
    fingerprint,
    read_student_card,
    save_student,
    student_timesteps,
)
from qvim_studio.families.catalog import find_checkpoint
from qvim_studio.training.trainers import student
from qvim_studio.training.trainers.student import Lesson, StudentChanges, StudentTraining
from qvim_studio.training.trainers.unet import UnetTraining, make_training_scheduler

from diffusers import UNet2DConditionModel  # isort: skip

OPTIONS = StudentTraining(
    reference_steps=6,
    batches=UnetTraining(lengths=(8,), length_odds=(1.0,), frames_per_batch=32, drop_condition=0.0),
)
CONFIG = dict(make_training_scheduler().config)


def conditions(batch: int) -> LabelConditions:
    vectors = nn.functional.normalize(torch.randn(2, batch, 512), dim=-1)
    return label_conditions(vectors[0], vectors[1], torch.randn(batch, 4, 8, 16))


class Oracle(nn.Module):
    """A UNet that always expects the same clean latents."""

    def __init__(self, clean: torch.Tensor) -> None:
        super().__init__()
        self.clean = clean
        self.dtype = clean.dtype
        self.alphas = make_training_scheduler().alphas_cumprod

    def forward(self, given: torch.Tensor, timestep: torch.Tensor, **_: object):
        alpha = self.alphas[timestep]
        latents, clean = given[:, :8], self.clean.repeat(len(given) // len(self.clean), 1, 1, 1)
        return ((alpha.sqrt() * latents - clean) / (1 - alpha).sqrt(),)


@pytest.mark.parametrize("level", range(OPTIONS.steps))
def test_where_a_sure_teacher_lands_one_step_lands_as_well(level: int) -> None:
    """Whatever the level, it expects what the teacher expected all the way."""
    torch.manual_seed(0)
    clean = torch.randn(2, 8, 8, 16)
    switch = SimpleNamespace(working=lambda: torch.enable_grad())
    lesson = Lesson(Oracle(clean), switch, CONFIG, Defaults(guidance=4.0), OPTIONS)
    timesteps = lesson.levels[level]
    noisy = lesson.solver.add_noise(clean, torch.randn_like(clean), torch.full((2,), timesteps[0]))
    shown = lesson._shown(noisy, conditions(2), timesteps)
    torch.testing.assert_close(shown, clean, atol=2e-2, rtol=2e-2)
    for first in range(level + 1):
        assert lesson.loss(clean, conditions(2), level, first) < 1e-2


def test_a_student_practises_on_the_way_that_it_goes_in_use() -> None:
    torch.manual_seed(0)
    unet = make_tiny_unet().eval().requires_grad_(False)
    changes, given = StudentChanges(unet, rank=4), conditions(2)
    for change in changes.changes:
        nn.init.normal_(change.up, std=0.05)
    lesson = Lesson(unet, changes, CONFIG, Defaults(), OPTIONS)
    noise = torch.randn(2, 8, 8, 16)
    passed: list[torch.Tensor] = []
    with changes.working():
        sample_latents(
            LabelDenoiser(unet),
            lesson.solver,
            noise,
            given,
            steps=OPTIONS.steps,
            guidance=1.0,
            on_step=lambda done, steps: None,
            on_estimate=lambda step, steps, estimate: passed.append(estimate()),
            is_cancelled=lambda: False,
        )
    noisy = noise
    for level in range(OPTIONS.steps):
        expected = lesson._expected(noisy, given, level)
        torch.testing.assert_close(expected, passed[level], atol=0.05, rtol=0.05)  # bfloat16
        if level < OPTIONS.steps - 1:
            noisy = lesson.land(noisy, given, level)


def test_it_is_shown_the_way_on_from_where_it_came_to(monkeypatch: pytest.MonkeyPatch) -> None:
    torch.manual_seed(0)
    unet = make_tiny_unet().eval().requires_grad_(False)
    lesson = Lesson(unet, StudentChanges(unet, rank=4), CONFIG, Defaults(), OPTIONS)
    asked: list[torch.Tensor] = []

    def shown(
        noisy: torch.Tensor, conditions: LabelConditions, timesteps: list[int]
    ) -> torch.Tensor:
        asked.append(noisy)
        return torch.zeros_like(noisy)

    monkeypatch.setattr(lesson, "_shown", shown)
    latents, given = torch.randn(2, 8, 8, 16), conditions(2)
    for first in (1, 0):
        torch.manual_seed(1)
        lesson.loss(latents, given, 1, first)
    torch.manual_seed(1)
    begin = torch.full((2,), lesson.levels[0][0])
    noisy = lesson.solver.add_noise(latents, torch.randn_like(latents), begin)
    torch.testing.assert_close(asked[1], lesson.land(noisy, given, 0))
    assert not torch.allclose(asked[0], asked[1], atol=0.1)


def test_a_lesson_ends_where_the_next_begins() -> None:
    lesson = Lesson(None, None, CONFIG, Defaults(), OPTIONS)
    assert [level[0] for level in lesson.levels] == student_timesteps(1000, OPTIONS.steps)
    for level, following in pairwise(lesson.levels):
        assert level[-1] == following[0] and len(level) == OPTIONS.substeps + 1
    assert len(lesson.levels[-1]) == OPTIONS.substeps


def test_only_the_changes_learn_and_only_the_student_follows_them() -> None:
    torch.manual_seed(0)
    unet = make_tiny_unet().eval().requires_grad_(False)
    latents, given = torch.randn(4, 8, 8, 16), conditions(4)
    changes = StudentChanges(unet, rank=4)
    lesson = Lesson(unet, changes, CONFIG, Defaults(guidance=2.0), OPTIONS)

    def outputs() -> tuple[torch.Tensor, torch.Tensor]:
        with torch.no_grad():
            step = torch.tensor(500)
            teacher = LabelDenoiser(unet)(latents, step, given.wanted)
            with changes.working():
                return teacher, LabelDenoiser(unet)(latents, step, given.wanted)

    teacher, untrained = outputs()
    assert torch.equal(teacher, untrained)
    optimizer = torch.optim.Adam(changes.parameters(), lr=3e-3)
    losses = []
    for _ in range(12):
        torch.manual_seed(1)
        loss = lesson.loss(latents, given, 1, 1)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        losses.append(loss.item())
    assert losses[-1] < 0.8 * losses[0]
    after, trained = outputs()
    assert torch.equal(after, teacher)
    assert not torch.allclose(trained, teacher, atol=1e-3)
    assert sum(p.numel() for p in changes.parameters()) < sum(p.numel() for p in unet.parameters())


def test_what_it_leaves_belongs_to_its_teacher(tmp_path: Path) -> None:
    corpus = hold_out_first(write_corpus(tmp_path / "corpus", "tiny-clap"))
    checkpoint = find_checkpoint(str(build_tiny_checkpoint(tmp_path / "tiny")))
    student.run(corpus, tmp_path / "run", 1e-4, checkpoint, None, OPTIONS)
    card = read_student_card(tmp_path / "run" / "student")
    assert card.guidance == checkpoint.defaults.guidance and card.steps == OPTIONS.steps
    assert card.error > 0 and card.plain_error > 0
    unet = UNet2DConditionModel.from_pretrained(tmp_path / "tiny" / "unet")
    assert card.teacher == fingerprint(unet.state_dict())
    add_student(unet, tmp_path / "run" / "student")
    before = (tmp_path / "run" / "log.csv").is_file()
    student.run(corpus, tmp_path / "run", 1e-4, checkpoint, None, OPTIONS)  # goes on
    steps = [
        int(row.partition(",")[0])
        for row in (tmp_path / "run" / "validation.csv").read_text().splitlines()[1:]
    ]
    assert not before and len(steps) == 2 and steps[1] > steps[0]
    assert isinstance(read_student_card(tmp_path / "run" / "student"), StudentCard)


def test_a_student_of_another_teacher_is_where_it_begins(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    corpus = hold_out_first(write_corpus(tmp_path / "corpus", "tiny-clap"))
    checkpoint = find_checkpoint(str(build_tiny_checkpoint(tmp_path / "tiny")))
    earlier = StudentChanges(make_tiny_unet())
    for change in earlier.changes:
        nn.init.normal_(change.up, std=0.01)
    card = StudentCard("another", 4.0, OPTIONS.steps, 0.2, 0.5)
    save_student(earlier.by_name(), card, tmp_path / "run" / "student")
    later = StudentChanges(make_tiny_unet())
    later.begin_with(tmp_path / "run" / "student")
    for name, change in later.by_name().items():
        assert torch.allclose(change(), earlier.by_name()[name](), atol=1e-3), name
        assert change().abs().max() > 0
    caplog.set_level("INFO")
    student.run(corpus, tmp_path / "run", 1e-4, checkpoint, None, OPTIONS)
    assert "begins with the weights" in caplog.text
    assert read_student_card(tmp_path / "run" / "student").teacher != "another"
