"""The batches of the encoder's training, what its teacher hears, and the norms of its student."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import torch

from qvim_studio.training.corpus.corpus import Corpus, CorpusItem
from qvim_studio.training.corpus.imitations import ImitationSet, TakeRows
from qvim_studio.training.encoder.qvim import (
    PairBatches,
    QvimStudent,
    QvimTraining,
)


class TeacherOfLevels:
    """Stands in for the published network, whose weights are no part of the repository."""

    targets = np.eye(4, 512, dtype=np.float32)

    def __init__(self) -> None:
        self.embedded_sounds = 0

    def embed_short(self, sounds: list[np.ndarray], sample_rate: int) -> torch.Tensor:
        assert sample_rate == 32_000
        self.embedded_sounds += len(sounds)
        return torch.eye(len(sounds), 512)


def make_pair_batches(options: QvimTraining, is_real: bool = False) -> PairBatches:
    """Two labels with a short and a long recording each; an imitation is its reference."""
    lengths = (6_400, 64_000, 6_400, 64_000)
    ends = np.cumsum(lengths)
    audio = np.random.default_rng(0).uniform(-0.5, 0.5, ends[-1]).astype(np.float16)
    items = tuple(
        CorpusItem(
            f"{i}.wav", "ab"[i // 2], "x", "s", "CC0", "train", 8e3, True, end - length, length
        )
        for i, (end, length) in enumerate(zip(ends, lengths, strict=True))
    )
    corpus = Corpus(Path(), items, {32_000: audio})
    spans = np.stack([ends - lengths, ends], axis=1)
    rows = TakeRows(np.arange(len(items) + 1))
    imitations = ImitationSet(rows, spans, np.full(len(items), is_real), audio, audio)
    return PairBatches(corpus, imitations, TeacherOfLevels(), options)


OPTIONS = QvimTraining(pairs=2, extras=4, window_samples=24_000, sound_samples=16_000)


def test_batch_holds_imitations_references_and_extras_before_silence() -> None:
    audio, wanted, groups = make_pair_batches(OPTIONS).draw(np.random.default_rng(0))
    assert audio.shape == (8, 24_000)
    assert wanted.shape == (8, 512)
    assert groups.shape == (2,)
    assert torch.isfinite(audio).all()
    assert audio.abs().amax(dim=1).min() > 0
    assert audio[:, 16_000 + 4_800 :].abs().max() == 0  # its end stands for the silent rest


def test_whole_sounds_fill_the_real_window() -> None:
    audio, wanted, groups = make_pair_batches(OPTIONS).draw_whole(np.random.default_rng(0))
    assert audio.shape == (4, 320_000)
    assert wanted.shape == (4, 512)
    assert groups.shape == (2,)


def test_same_step_draws_the_same_batch() -> None:
    batches = make_pair_batches(OPTIONS)
    first, second = (batches.draw(np.random.default_rng(5)) for _ in range(2))
    assert all(torch.equal(a, b) for a, b in zip(first, second, strict=True))


def test_the_teacher_hears_every_sound_once() -> None:
    batches = make_pair_batches(replace(OPTIONS, views=1, kinds=3))
    for step in range(20):
        batches.draw(np.random.default_rng(step))
    assert batches.space.embedded_sounds == 2 * 4 + 3  # pairs and extras
    _, wanted, _ = batches.draw(np.random.default_rng(3))
    _, again, _ = batches.draw(np.random.default_rng(3))
    assert torch.equal(wanted, again) and wanted.dtype == torch.float32


def test_the_teacher_hears_a_voice_without_its_room() -> None:
    """What a sound is does not depend on who recorded it."""
    batches = make_pair_batches(OPTIONS)
    voice, sound = batches.pair(1, 0)
    recorded, clean = voice.samples, voice.clean
    assert not np.array_equal(recorded, clean) and len(recorded) <= OPTIONS.sound_samples
    assert np.array_equal(sound.samples, sound.clean)
    given: list[np.ndarray] = []
    batches.space.embed_short = lambda sounds, rate: given.extend(sounds) or torch.eye(len(sounds))
    batches.embedded([voice])
    assert np.array_equal(given[0], clean)


def test_people_s_takes_are_in_their_own_rooms_already() -> None:
    batches = make_pair_batches(OPTIONS, is_real=True)
    for view in range(8):
        voice, _ = batches.pair(0, view)
        assert len(voice.samples) == len(voice.clean)


def test_whole_takes_are_heard_as_recorded() -> None:
    batches = make_pair_batches(OPTIONS)
    batches.take = lambda row: np.ones(100, np.float32)
    audio, _, _ = batches.draw_whole(np.random.default_rng(0))
    assert (audio[:2, :100] > 0).all() and audio[:2, 100:].abs().max() == 0


def test_norms_that_were_trained_stay_and_the_checkpoint_remembers_it() -> None:
    student = QvimStudent(has_norms=True).train()
    norms = [m for m in student.modules() if isinstance(m, torch.nn.BatchNorm2d)]
    assert norms and not any(norm.training for norm in norms)
    fresh = QvimStudent()
    assert all(m.training for m in fresh.train().modules() if isinstance(m, torch.nn.BatchNorm2d))
    fresh.load_state_dict(student.state_dict())
    assert not fresh.train().encoder.training


def test_recordings_of_one_label_are_one_group() -> None:
    assert make_pair_batches(OPTIONS).groups.tolist() == [0, 0, 1, 1]
