"""By what the real sounds that are found for a voice are ordered."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from qvim_studio.audio.following.movement import Movement
from qvim_studio.core.clip import AudioClip
from qvim_studio.core.match import Compared
from qvim_studio.generation.matching import Matcher
from qvim_studio.voice.likelihood import Expectation


class LevelJudge:
    """Sounds are the likelier, the greater their first number; nothing is when nothing is
    expected."""

    def likelihoods(self, expected: Expectation, embeddings: np.ndarray) -> np.ndarray:
        return embeddings[:, 0] * expected.placed[0]


def matcher(is_familiar: bool) -> Matcher:
    hearing: Any = SimpleNamespace(kinds=LevelJudge())
    expectation = Expectation(np.array([0.5]), np.array([1.0]), True, is_familiar)
    tone = AudioClip.from_mono(np.sin(np.arange(8000) / 9).astype(np.float32), 16_000)
    movement = Movement.of(tone)
    return Matcher(hearing, np.ones(2), expectation, movement, tone.duration_s, Compared.TAKE)


def test_sounds_are_ordered_by_how_likely_they_are_of_the_expected_kind() -> None:
    likelihoods = matcher(is_familiar=False).likelihoods
    assert likelihoods is not None
    assert likelihoods(np.array([[1.0, 0.0], [0.2, 9.0]])) == pytest.approx([0.5, 0.1])


def test_for_a_voice_that_the_encoder_knows_nearness_alone_orders_them() -> None:
    assert matcher(is_familiar=True).likelihoods is None
