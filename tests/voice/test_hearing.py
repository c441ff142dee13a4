"""Sounds are prepared at one level, heard as in a batch, and remembered without being shared."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from qvim_studio.core.clip import AudioClip
from qvim_studio.networks.ears import EARS_DIM
from qvim_studio.networks.qvim.qvim_front_end import QvimFrontEnd
from qvim_studio.voice.hearing import Hearing, PreparedSound, mean_spectrum, program_hearing

RATE = 32_000


def hum(seconds: float, level: float = 0.1, step: float = 0.05) -> AudioClip:
    return AudioClip.from_mono(level * np.sin(np.arange(round(seconds * RATE)) * step), RATE)


@pytest.fixture(scope="module")
def hearing() -> Hearing:
    return program_hearing()


def test_a_spectrum_is_taken_at_one_level_of_a_second_at_least() -> None:
    for level in (0.001, 0.1, 1.0):
        spectrum = PreparedSound.of(hum(2.0, level)).spectrum
        assert np.sqrt(np.mean(np.square(spectrum))) == pytest.approx(0.1, rel=1e-3)
    short = PreparedSound.of(hum(0.25)).spectrum
    assert len(short) == RATE and not short[RATE // 4 :].any()
    assert not PreparedSound.of(AudioClip.from_mono(np.zeros(100), RATE)).spectrum.any()


def test_pauses_do_not_count_in_the_mean_spectrum() -> None:
    front_end, rng = QvimFrontEnd(), np.random.default_rng(0)
    sounding = (0.1 * rng.standard_normal(RATE)).astype(np.float32)
    alone = mean_spectrum(front_end, sounding)
    paused = mean_spectrum(front_end, np.concatenate([sounding, np.zeros(2 * RATE, np.float32)]))
    torch.testing.assert_close(paused, alone, atol=0.05, rtol=0.0)
    assert mean_spectrum(front_end, np.zeros(RATE, np.float32)).isfinite().all()


def test_level_does_not_count_and_the_branch_does(hearing: Hearing) -> None:
    quiet, loud = (hearing.embed(hum(0.6, level), "imitation") for level in (0.01, 0.5))
    assert quiet.shape == (EARS_DIM,) and quiet @ loud > 0.999 * (loud @ loud)
    assert not np.allclose(hearing.embed(hum(0.6), "reference"), loud, atol=1e-2)


def test_sounds_are_heard_together_as_alone_with_what_the_tagger_says(hearing: Hearing) -> None:
    clips = [hum(0.5), hum(0.7, step=0.4)]
    embeddings, scores = hearing.listen([PreparedSound.of(clip) for clip in clips])
    together = hearing.embed_clips(clips, "reference")
    np.testing.assert_allclose(embeddings, together, atol=1e-5)
    assert len(scores) == 2 and 0.0 <= scores.min() <= scores.max() <= 1.0
    for row, clip in zip(together, clips, strict=True):
        np.testing.assert_allclose(row, hearing.embed(clip, "reference"), atol=1e-4)


def test_what_was_heard_is_remembered_and_not_changed_by_its_user(hearing: Hearing) -> None:
    clip = hum(0.4)
    first, expected = hearing.hear(clip, "imitation")
    wanted = first.copy()
    first[:] = 0.0
    again, remembered = hearing.hear(clip, "imitation")
    np.testing.assert_array_equal(again, wanted)
    assert remembered is expected


def test_an_imagined_sound_is_compared_by_the_encoder_s_part_alone(hearing: Hearing) -> None:
    clip = hum(0.6)
    (embedding,) = hearing.extractor.embedder.embed_prepared(
        [PreparedSound.of(clip).encoder], "reference"
    )
    query = hearing.imagined(embedding)
    assert query.shape == (EARS_DIM,) and not query[960:].any()
    assert query @ hearing.embed(clip, "reference") == pytest.approx(1.0, abs=1e-3)
