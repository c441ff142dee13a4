"""Where the highs of a sound begin that are to be made."""

from __future__ import annotations

import numpy as np
import pytest

from qvim_studio.audio.bandwidth import bandwidth_hz
from qvim_studio.audio.highs import ROOMY_RATE_HZ, edit_of_highs
from qvim_studio.core.clip import AudioClip
from qvim_studio.core.errors import UsageError

RATE = 16_000


def narrow() -> AudioClip:
    spectrum = np.fft.rfft(0.1 * np.random.default_rng(0).standard_normal(RATE))
    spectrum[3_000:] = 0.0
    return AudioClip.from_mono(np.fft.irfft(spectrum), RATE)


def test_highs_begin_where_the_sound_ends_or_where_the_user_says() -> None:
    measured = edit_of_highs(narrow())
    assert measured.above_hz == bandwidth_hz(narrow())
    assert measured.above_hz == pytest.approx(3_000, rel=0.15)
    assert edit_of_highs(narrow(), 2_000.0).above_hz == 2_000.0


def test_the_whole_sound_is_meant_and_has_room_for_highs() -> None:
    edit = edit_of_highs(narrow())
    assert edit.sound.sample_rate == ROOMY_RATE_HZ and edit.parts_s == ((0.0, 1.0),)
    wide = AudioClip.from_mono(0.1 * np.random.default_rng(0).standard_normal(96_000), 96_000)
    assert edit_of_highs(wide, 4_000.0).sound is wide


def test_a_sound_that_lacks_nothing_is_refused() -> None:
    full = AudioClip.from_mono(0.1 * np.random.default_rng(0).standard_normal(48_000), 48_000)
    with pytest.raises(UsageError, match="reaches up to 24000 Hz: no highs are missing"):
        edit_of_highs(full)
