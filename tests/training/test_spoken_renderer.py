"""Words for sounds, and saying them: by a stand-in everywhere, by Flite where it is installed."""

from __future__ import annotations

import os
from pathlib import Path

import numpy as np
import pytest
from speech import install_speech

from qvim_studio.core.errors import StudioError
from qvim_studio.training.labels import CLASSES
from qvim_studio.training.spoken_renderer import VOICES, is_installed, speak, words_of
from qvim_studio.training.spoken_words import SPOKEN_WORDS

VOWELS = "aa ae ah ao aw ax ay eh er ey ih iy ow oy uh uw"
CONSONANTS = "b ch d dh f g hh jh k l m n ng p r s sh t th v w y z zh"
PHONES = {*VOWELS.split(), *CONSONANTS.split()}
needs_posix = pytest.mark.skipif(os.name != "posix", reason="the stand-in is a script")
needs_flite = pytest.mark.skipif(not is_installed(), reason="Flite is not installed")


def test_words_are_of_known_classes_in_known_phones() -> None:
    assert set(SPOKEN_WORDS) <= set(CLASSES)
    for words in SPOKEN_WORDS.values():
        assert words and len(set(words)) == len(words)
        assert {phone for word in words for phone in word.split()} <= PHONES
    assert words_of("bell") == SPOKEN_WORDS["bell"]
    assert words_of("no class") == ()


@needs_posix
def test_words_are_said_in_many_ways_without_silence_around_them(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    install_speech(tmp_path / "bin", monkeypatch)
    said = [speak("b uw m", 32_000, np.random.default_rng(seed)) for seed in range(12)]
    again = speak("b uw m", 32_000, np.random.default_rng(0))
    assert np.array_equal(said[0], again)
    lengths = [len(samples) / 32_000 for samples in said]
    assert max(lengths) > 1.5 * min(lengths)
    assert all(0.1 < length < 0.85 for length in lengths)  # 0.25 s of hum, 0.4 s of silence
    pitches = [np.abs(np.fft.rfft(one)).argmax() * 32_000 / len(one) for one in said]
    assert max(pitches) > 1.5 * min(pitches)


@needs_posix
def test_missing_synthesizer_is_told_with_its_package(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    assert not is_installed()
    with pytest.raises(StudioError, match="apt install flite"):
        speak("b uw m", 32_000, np.random.default_rng(0))


@needs_flite
def test_flite_has_these_voices_and_says_every_word() -> None:
    rng = np.random.default_rng(0)
    words = [word for words in SPOKEN_WORDS.values() for word in words]
    for word in words[:: len(words) // (4 * len(VOICES))]:
        samples = speak(word, 32_000, rng)
        assert 0.05 < len(samples) / 32_000 < 4.0
        assert np.abs(samples).max() > 0.05
