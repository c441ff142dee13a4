"""A search by a voice, by words, or by both: how much the words count."""

from __future__ import annotations

import numpy as np

from qvim_studio.core.sound_query import SoundQuery

VOICE = np.zeros(4, np.float32)


def test_words_count_alone_without_a_voice_and_by_the_balance_with_one() -> None:
    assert SoundQuery(None, "rain", 0.3).words_weight == 1.0
    assert SoundQuery(VOICE, "rain", 0.3).words_weight == 0.3


def test_blank_words_do_not_count() -> None:
    assert SoundQuery(VOICE, " ", 0.3).words_weight == 0.0
    assert SoundQuery(None, "").words_weight == 0.0
    assert SoundQuery(VOICE, "rain").words_weight == 0.0
