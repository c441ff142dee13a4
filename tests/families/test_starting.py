"""Each seed starts from its own sound or from the imitation, as far as the request says."""

from __future__ import annotations

import numpy as np
import pytest

from qvim_studio.core.clip import AudioClip
from qvim_studio.core.options import OptionValues
from qvim_studio.families.protocol import Asked, Kept, Voice
from qvim_studio.families.starting import (
    Starting,
    balanced,
    kept_latents,
    padded_to,
    parts_in_frames,
)

RATE = 1000
VOICE = Voice(AudioClip.from_mono(np.array([0.1, -0.2, 0.1]), RATE), np.zeros(960, np.float32))
OWN = AudioClip.from_mono(np.array([0.5, -0.5]), RATE)  # mono sounds have no offset


def starting(**fields: object) -> Starting:
    options = OptionValues({"voice_change": 0.4})
    return Starting(Asked(1.0, options=options, **fields), RATE)


def test_words_count_unless_the_voice_alone_is_asked_for() -> None:
    assert starting(text="rain", voice=VOICE, balance=0.0).text == ""
    assert starting(text="rain", voice=VOICE, balance=0.1).text == "rain"
    assert starting(text="rain", balance=0.0).text == "rain"


def test_a_seed_goes_as_far_as_its_own_start_the_voice_or_noise_say() -> None:
    both = starting(voice=VOICE, starts={2: OWN}, strength=0.9)
    assert (both.share(1), both.share(2)) == (0.4, 0.9)
    assert starting(text="rain").share(1) == 1.0
    assert starting(text="rain", voice=VOICE, balance=0.0).share(1) == pytest.approx(0.2)
    assert starting(text=" ", voice=VOICE, balance=0.0).share(1) == 0.4


@pytest.mark.parametrize(
    ("balance", "share"), [(0.0, 0.2), (0.25, 0.3), (0.5, 0.4), (0.75, 0.7), (1.0, 1.0)]
)
def test_the_balance_leads_from_half_of_the_share_to_all_of_the_schedule(
    balance: float, share: float
) -> None:
    assert balanced(0.4, balance) == pytest.approx(share)


def test_only_neighbours_that_go_equally_far_share_a_batch() -> None:
    both = starting(voice=VOICE, starts={3: OWN, 4: OWN}, strength=0.9)
    assert list(both.batches([1, 2, 3, 4, 5], 8)) == [[1, 2], [3, 4], [5]]
    assert list(both.batches([5, 6, 7], 2)) == [[5, 6], [7]]


def test_a_sound_that_several_seeds_share_is_made_once() -> None:
    other = AudioClip.from_mono(np.array([0.1]), RATE)
    found = starting(starts={1: OWN, 2: other, 3: OWN}).sounds([1, 2, 3])
    assert [places for places, _ in found] == [[0, 2], [1]]
    np.testing.assert_array_equal(found[0][1], [[0.5, 0.5], [-0.5, -0.5]])


def test_the_voice_comes_at_one_level_and_own_starts_at_theirs() -> None:
    both = starting(voice=VOICE, starts={2: OWN})
    np.testing.assert_allclose(both.sound(1)[:, 0], [0.35, -0.7, 0.35], rtol=1e-6)
    np.testing.assert_array_equal(both.sound(2)[:, 1], [0.5, -0.5])
    silent = Voice(AudioClip.from_mono(np.zeros(3), RATE), VOICE.embedding)
    assert not starting(voice=silent).sound(1).any()
    with pytest.raises(KeyError):
        starting().sound(1)


def test_the_voice_fills_the_parts_of_a_kept_sound_from_the_first_on() -> None:
    ones = AudioClip(np.ones((10, 2), np.float32), RATE)
    kept = Kept(ones, ((0.002, 0.004), (0.005, 0.006)))
    voice = Voice(AudioClip.from_mono(np.tile([0.1, -0.1], 5), RATE), VOICE.embedding)
    made = starting(voice=voice, kept=kept).sound(1)
    expected = [1, 1, 0.7, -0.7, 1, -0.7, 1, 1, 1, 1]
    np.testing.assert_allclose(made, np.repeat(np.array(expected)[:, None], 2, axis=1), rtol=1e-6)


def test_a_voice_that_is_too_short_for_a_part_leaves_silence_up_to_its_end() -> None:
    """Also behind the end of the kept sound, where a continuation is made."""
    kept = Kept(AudioClip(np.ones((4, 2), np.float32), RATE), ((0.002, 0.007),))
    made = starting(voice=VOICE, kept=kept).sound(1)[:, 0]
    np.testing.assert_allclose(made, [1, 1, 0.35, -0.7, 0.35, 0, 0], rtol=1e-6)


def test_latents_are_kept_where_no_part_touches_them_and_the_sound_fills_them() -> None:
    kept = Kept(OWN, ((0.010, 0.021),))
    assert parts_in_frames(kept, RATE) == [(10, 21)]
    found = [kept_latents(kept, frames, 6, 10, RATE).tolist() for frames in (49, 50)]
    assert found[0] == [True, False, False, True, False, False]
    assert found[1] == [True, False, False, True, True, False]


def test_sounds_are_cut_or_padded_with_silence_channels_first() -> None:
    sound = np.array([[1.0, 2.0], [3.0, 4.0]], np.float32)
    assert padded_to(sound, 3).tolist() == [[1.0, 3.0, 0.0], [2.0, 4.0, 0.0]]
    assert padded_to(sound, 1).tolist() == [[1.0], [2.0]]
