"""An engine that makes noise in place of the networks, and a take."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import soundfile
from noise_engine import FakeEngine

from qvim_studio import assembly
from qvim_studio.automation import making
from qvim_studio.commands import cli
from qvim_studio.core.errors import CheckpointError
from qvim_studio.core.sound_words import SoundWord


@pytest.fixture
def engine(monkeypatch: pytest.MonkeyPatch) -> FakeEngine:
    engine = FakeEngine()
    monkeypatch.setattr(assembly, "make_plain_engine", lambda: engine)
    monkeypatch.setattr(assembly, "hear", lambda clip: (SoundWord("dog", 0.91234, "dog"),))
    monkeypatch.setattr(making, "find_checkpoint", find_only_the_starter)
    monkeypatch.setattr(cli, "set_up_logging", lambda path: True)
    return engine


def find_only_the_starter(name: str) -> None:
    if name != "starter":
        raise CheckpointError(f"There is no checkpoint {name!r}. Expected starter.")


@pytest.fixture
def take(tmp_path: Path) -> Path:
    samples = np.zeros(16_000)
    samples[4000:12_000] = 0.5 * np.sin(np.arange(8000) / 5)
    soundfile.write(tmp_path / "dog bark.wav", samples, 16_000)
    return tmp_path / "dog bark.wav"
