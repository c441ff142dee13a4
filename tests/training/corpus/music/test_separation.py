"""Demucs is asked for stems through its own interface; an error names a missing package."""

from __future__ import annotations

import sys
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
import torch

from qvim_studio.core.clip import AudioClip
from qvim_studio.core.errors import StudioError
from qvim_studio.training.corpus.music.separation import DemucsSeparator


class FakeDemucs:
    """The names of demucs.api 4.1.0 that are used; half of the mix is its voice."""

    LoadModelError = type("LoadModelError", (Exception,), {})

    def __init__(self, model: str, device: str, shifts: int) -> None:
        if device == "nowhere":
            raise self.LoadModelError("no weights")
        self.asked = (model, device, shifts)
        self.samplerate = 44_100

    def separate_tensor(self, wav: torch.Tensor, sr: int) -> tuple[Any, dict[str, torch.Tensor]]:
        assert wav.shape[0] == 2 and sr == 44_100
        stems = {"drums": 0.125 * wav, "bass": 0.125 * wav, "other": 0.25 * wav}
        return wav, {**stems, "vocals": 0.5 * wav}


@pytest.fixture
def demucs(monkeypatch: pytest.MonkeyPatch) -> None:
    api = SimpleNamespace(Separator=FakeDemucs, LoadModelError=FakeDemucs.LoadModelError)
    monkeypatch.setitem(sys.modules, "demucs", SimpleNamespace(api=api))
    monkeypatch.setitem(sys.modules, "demucs.api", api)


@pytest.mark.usefixtures("demucs")
def test_voice_and_the_sum_of_all_other_stems_are_given() -> None:
    mix = AudioClip(np.random.default_rng(0).uniform(-1, 1, (64, 2)).astype(np.float32), 44_100)
    voice, rest = DemucsSeparator("cpu").separate(mix)
    assert voice.sample_rate == rest.sample_rate == 44_100
    assert np.array_equal(voice.samples, 0.5 * mix.samples)
    assert np.array_equal(rest.samples, 0.5 * mix.samples)


@pytest.mark.usefixtures("demucs")
@pytest.mark.parametrize("rate", [44_100, 22_050])
def test_mixes_of_one_channel_and_other_rates_are_taken_apart(rate: int) -> None:
    """demucs.api itself takes a mix at its own rate as it is, and then fails on one channel."""
    mix = AudioClip.from_mono(np.ones(rate // 10, np.float32), rate)
    voice, rest = DemucsSeparator("cpu").separate(mix)
    assert voice.samples.shape == rest.samples.shape == (4410, 2)


@pytest.mark.usefixtures("demucs")
def test_missing_weights_are_named() -> None:
    with pytest.raises(StudioError, match="cannot load its weights"):
        DemucsSeparator("nowhere")


def test_missing_package_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "demucs.api", None)
    with pytest.raises(StudioError, match=r'pip install "demucs>=4.1"'):
        DemucsSeparator("cpu")
