"""A form reads its files, and sets what is usual where nothing is said."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import soundfile
from given_tone import TONE

from qvim_studio.automation.request_form import RequestForm, stem_of
from qvim_studio.automation.studio import Studio
from qvim_studio.core.errors import UsageError


def test_a_take_is_read_trimmed_and_spoken_of(studio: Studio, tmp_path: Path) -> None:
    samples = np.zeros((48_000, 2))
    samples[12_000:24_000, 0] = 0.5 * np.sin(np.arange(12_000) / 5)
    samples[:, 1] = -samples[:, 0]  # they cancel each other, which is to be said
    soundfile.write(tmp_path / "bark.wav", samples, 48_000)
    (trimmed,) = studio.generate(str(tmp_path / "bark.wav"), variations=1)
    (whole,) = studio.generate(tmp_path / "bark.wav", variations=1, trim=False)
    assert trimmed.facts["duration_s"] < 0.4 < whole.facts["duration_s"] == 1.0
    assert trimmed.recipe["title"] == "bark 01" and trimmed.notes


def test_sounds_and_words_count_half_each_unless_told_otherwise() -> None:
    both = RequestForm(TONE, {"text": "dog"})
    assert both.read().request.balance == 0.5
    assert both.with_values(balance=0.2).with_usual(balance=0.9).read().request.balance == 0.2
    assert both.with_usual(balance=0.9).read().request.balance == 0.9
    assert RequestForm(TONE).read().request.balance == 0.0


def test_fitted_sounds_need_a_take(hiss: Path) -> None:
    with pytest.raises(UsageError, match="need an imitation"):
        RequestForm(None, {"text": "dog", "fits": 1}).read()
    assert RequestForm(hiss, {"fits": 1}).read().request.fits == 1


def test_a_timbre_is_trimmed_as_the_take_is_and_a_start_stays_whole(tmp_path: Path) -> None:
    samples = np.zeros(48_000)
    samples[12_000:24_000] = 0.5 * np.sin(np.arange(12_000) / 5)
    path = tmp_path / "big_dog.wav"
    soundfile.write(path, samples, 48_000)
    form = RequestForm(path, {"timbre": path, "start_from": str(path)})
    for trim, length_s in ((True, pytest.approx(0.25, abs=0.1)), (False, 1.0)):
        request = form.with_values(trim=trim).read().request
        assert request.timbre is not None and request.timbre.duration_s == length_s
        assert request.imitation is not None and request.imitation.duration_s == length_s
        assert request.start_sound is not None and request.start_sound.duration_s == 1.0
        assert request.timbre_name == request.start_sound_name == "big dog"


def test_notes_about_the_take_come_before_those_about_other_sounds(tmp_path: Path) -> None:
    take, timbre = tmp_path / "take.wav", tmp_path / "timbre.wav"
    tone = 0.5 * np.sin(np.arange(9600) / 5)
    soundfile.write(take, np.c_[tone, -tone], 48_000)
    soundfile.write(timbre, np.c_[tone, -tone], 48_000)
    notes = RequestForm(take, {"timbre": timbre}).read().notes
    assert ["cancel when mixed" in note for note in notes] == [True, False, True]


def test_a_microphone_is_spoken_of_where_the_sound_is_a_voice_alone(hiss: Path) -> None:
    """The sound holds nothing above 2 kHz, as a headset hears a voice."""
    assert "Another microphone" in RequestForm(hiss).read().notes[0]
    assert RequestForm(TONE, {"timbre": hiss}).read().notes == ()
    assert RequestForm(hiss, is_voice=False).read().notes == ()


def test_files_are_named_after_the_take_and_without_one_after_the_words(hiss: Path) -> None:
    assert RequestForm(hiss, {"text": "dog"}).stem == "hiss"
    assert RequestForm(TONE, {"text": "dog"}).stem == RequestForm(None, {"text": "dog"}).stem
    assert stem_of(None, "otherwise") == "otherwise"
