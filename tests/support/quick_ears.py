"""Ears for tests of what happens around them: a clip is its mean spectrum, in a millisecond."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TypeVar

import numpy as np
import pytest
import torch

from qvim_studio.audio.following import controls
from qvim_studio.audio.following.pitch import HOP_SAMPLES, PitchTrack
from qvim_studio.audio.resample import mono_at
from qvim_studio.core.clip import AudioClip
from qvim_studio.networks.ears import EARS_DIM, Features
from qvim_studio.networks.qvim.encoder import Branch, QvimEncoder, load_qvim_encoder
from qvim_studio.networks.qvim.mobilenet import EMBEDDING_DIM
from qvim_studio.networks.qvim.qvim_front_end import N_MELS
from qvim_studio.networks.qvim.qvim_weights import WEIGHTS_FILE
from qvim_studio.networks.sound_effects_tower import DIMENSIONS, SoundEffectsEar
from qvim_studio.networks.yamnet import CLASSES, WIDTH
from qvim_studio.voice.embedder import Embedder
from qvim_studio.voice.hearing import FeatureExtractor, Hearing, PreparedSound
from qvim_studio.voice.recent_sounds import RecentSounds
from qvim_studio.voice.tagger import Tagged

RATE, FRAME = 16_000, 512
BANDS = FRAME // 2 + 1
T = TypeVar("T")
EMBEDDERS: dict[bytes, Embedder] = {}


@pytest.fixture
def quick_ears(monkeypatch: pytest.MonkeyPatch) -> None:
    """The program's ears and the encoders of checkpoints listen without their networks, which take
    most of a short generation, and remember nothing of it. Pitches are the strongest
    frequencies."""
    monkeypatch.setattr(controls, "track_pitch", track_strongest)
    monkeypatch.setattr(Hearing, "embed_clips", embed_spectra)
    monkeypatch.setattr(FeatureExtractor, "features", features_of_spectra)
    monkeypatch.setattr(QvimEncoder, "embed", embed_waveforms)
    monkeypatch.setattr(SoundEffectsEar, "embed", embed_samples)
    monkeypatch.setattr(RecentSounds, "of", hear_anew)
    monkeypatch.setattr(Embedder, "from_file", embedder_of)


def embed_spectra(hearing: Hearing, clips: Sequence[AudioClip], branch: Branch) -> np.ndarray:
    """In the shape of ``Hearing.embed_clips``, whatever the level and the branch."""
    return np.stack([_widened(_shape(mono_at(clip, RATE)), EARS_DIM) for clip in clips])


def features_of_spectra(
    extractor: FeatureExtractor,
    sounds: Sequence[PreparedSound],
    branch: Branch | None,
    tagged: Tagged | None = None,
) -> Features:
    """In the shape of ``FeatureExtractor.features``."""
    shapes = np.stack([_shape(sound.encoder) for sound in sounds])
    embedding = np.zeros((len(sounds), 0), np.float32)
    if branch is not None:
        embedding = _widened(shapes, EMBEDDING_DIM)
    scores = np.maximum(_widened(shapes, CLASSES), 0.0)
    rows = (embedding, _widened(shapes, WIDTH), scores, shapes[:, :N_MELS].copy())
    return Features(*map(torch.from_numpy, rows))


def embed_waveforms(encoder: QvimEncoder, waveform: torch.Tensor, branch: Branch) -> torch.Tensor:
    """In the shape of ``QvimEncoder.embed``."""
    shapes = np.stack([_shape(samples) for samples in waveform.numpy()])
    return torch.from_numpy(_widened(shapes, EMBEDDING_DIM))


def track_strongest(samples: np.ndarray) -> PitchTrack:
    """Stands in for ``track_pitch``; the certainty is the share of the strongest frequency."""
    frames = max(len(samples) // HOP_SAMPLES, 1)
    hops = np.pad(samples, (0, HOP_SAMPLES))[: frames * HOP_SAMPLES].reshape(frames, HOP_SAMPLES)
    power = np.square(np.abs(np.fft.rfft(hops * np.hanning(HOP_SAMPLES), axis=1)))[:, 1:]
    pitch_hz = (1 + power.argmax(axis=1)) * (RATE / HOP_SAMPLES)
    share = power.max(axis=1) / np.maximum(power.sum(axis=1), 1e-9)
    return PitchTrack(pitch_hz.astype(np.float64), share.astype(np.float64))


def embed_samples(ear: SoundEffectsEar, samples: np.ndarray, sample_rate: int) -> np.ndarray:
    """In the shape of ``SoundEffectsEar.embed``, whatever the rate."""
    return _widened(_shape(samples), DIMENSIONS)


def hear_anew(recent: object, clip: AudioClip, branch: Branch, hear: Callable[[], T]) -> T:
    """In the place of ``RecentSounds.of``."""
    return hear()


def embedder_of(path: str | Path) -> Embedder:
    """In the place of ``Embedder.from_file``: equal files give one embedder, whose values nobody
    reads."""
    folder = Path(path)
    file = folder / WEIGHTS_FILE if folder.is_dir() else folder
    if not file.is_file():
        return Embedder(load_qvim_encoder(path))
    digest = hashlib.blake2b(file.read_bytes()).digest()
    if digest not in EMBEDDERS:
        EMBEDDERS[digest] = Embedder(load_qvim_encoder(path))
    return EMBEDDERS[digest]


def _shape(samples: np.ndarray) -> np.ndarray:
    """float32 (BANDS,) of mono samples: the mean spectrum, unit norm."""
    frames = np.pad(samples, (0, -len(samples) % FRAME)).reshape(-1, FRAME)
    power = np.square(np.abs(np.fft.rfft(frames * np.hanning(FRAME), axis=1))).mean(axis=0)
    shape = np.log(power + 1e-12)
    shape -= shape.mean()
    return (shape / max(np.linalg.norm(shape), 1e-9)).astype(np.float32)


def _widened(shapes: np.ndarray, width: int) -> np.ndarray:
    """(..., BANDS) → (..., width)."""
    padding = [(0, 0)] * (shapes.ndim - 1)
    return np.pad(shapes, [*padding, (0, width - BANDS)])
