"""Words for sounds are spoken, by voices that teach or by voices that judge."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from qvim_studio.core.errors import StudioError
from qvim_studio.training.corpus.onomatopoeia import (
    ONOMATOPOEIA,
    TEACHING_VOICES,
    VOICES,
    speak,
)


def test_no_voice_that_judges_ever_teaches() -> None:
    assert not set(VOICES) & set(TEACHING_VOICES)


@pytest.mark.skipif(shutil.which("espeak-ng") is None, reason="needs espeak-ng")
def test_a_word_is_spoken_without_silence_and_as_high_as_asked() -> None:
    (word, *_) = ONOMATOPOEIA["kick drum"]
    low, again, high = (speak(word, VOICES[0], pitch) for pitch in (0, 0, 99))
    assert 0.05 < low.duration_s < 1.5
    assert (low.samples == again.samples).all()
    assert low.samples.shape != high.samples.shape or (low.samples != high.samples).any()


def test_a_computer_without_the_synthesizer_says_how_to_get_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(StudioError, match=r"could not speak 't'.*apt install espeak-ng"):
        speak("t", VOICES[0])
