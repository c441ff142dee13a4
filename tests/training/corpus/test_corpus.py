"""Loading a corpus: samples in both rates, groups, and a sentence where there is none."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from training_data import write_tone

from qvim_studio.core.errors import StudioError
from qvim_studio.training.corpus.build import build_corpus
from qvim_studio.training.corpus.corpus import load_corpus


def test_samples_come_back_in_both_rates_with_the_peak_of_one_half(tmp_path: Path) -> None:
    write_tone(tmp_path / "in" / "a.wav", 300, 0.5)
    write_tone(tmp_path / "in" / "b.wav", 2000, 0.5)
    build_corpus([tmp_path / "in"], tmp_path / "corpus")
    corpus = load_corpus(tmp_path / "corpus")
    for item, hz in zip(corpus.items, (300, 2000), strict=True):
        assert item.bandwidth_hz == pytest.approx(hz, rel=0.02)
        for rate in (16_000, 32_000):
            samples = corpus.samples(item, rate)
            peak_bin = np.abs(np.fft.rfft(samples)).argmax() * rate / len(samples)
            assert peak_bin == pytest.approx(hz, rel=0.02)
            loudness = np.sqrt(np.mean(samples**2))
            assert loudness == pytest.approx(0.5 / np.sqrt(2), rel=0.03)


def test_folder_without_a_corpus_is_refused(tmp_path: Path) -> None:
    with pytest.raises(StudioError, match="data build DIR"):
        load_corpus(tmp_path)
