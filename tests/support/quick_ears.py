"""Ears for tests of what happens around them: a clip is its mean spectrum, in a millisecond."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pytest

from qvim_studio.audio.resample import mono_at
from qvim_studio.core.clip import AudioClip
from qvim_studio.networks.ears import EARS_DIM
from qvim_studio.networks.qvim import Branch
from qvim_studio.voice.hearing import Hearing

RATE, FRAME = 16_000, 512


@pytest.fixture
def quick_ears(monkeypatch: pytest.MonkeyPatch) -> None:
    """The program's ears listen without their networks, which take most of a short generation."""
    monkeypatch.setattr(Hearing, "embed_clips", embed_spectra)


def embed_spectra(hearing: Hearing, clips: Sequence[AudioClip], branch: Branch) -> np.ndarray:
    """In the shape of ``Hearing.embed_clips``, whatever the level and the branch."""
    return np.stack([_embed(clip) for clip in clips])


def _embed(clip: AudioClip) -> np.ndarray:
    samples = mono_at(clip, RATE)
    frames = np.pad(samples, (0, -len(samples) % FRAME)).reshape(-1, FRAME)
    power = np.square(np.abs(np.fft.rfft(frames * np.hanning(FRAME), axis=1))).mean(axis=0)
    shape = np.log(power + 1e-12)
    shape -= shape.mean()
    shape /= max(np.linalg.norm(shape), 1e-9)
    return np.pad(shape, (0, EARS_DIM - len(shape))).astype(np.float32)
