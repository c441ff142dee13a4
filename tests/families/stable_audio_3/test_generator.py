"""What a loaded Stable Audio 3 makes of a request."""

from __future__ import annotations

import weakref
from typing import Any

import numpy as np
import pytest
import torch
from stable_audio_runs import RATE, Loaded, hum, load_tiny, voice_of
from tiny_stable_audio_3 import LATENT_CHANNELS, RATIO, TOKENS, TinyStableAudio3

from qvim_studio.core.clip import AudioClip
from qvim_studio.core.errors import CancelledError, UsageError
from qvim_studio.core.options import OptionValues
from qvim_studio.diffusion.rectified_flow import level_at
from qvim_studio.families.protocol import Kept, Report
from qvim_studio.families.stable_audio_3.family import StableAudio3Family
from qvim_studio.families.starting import Starting, balanced

SHORT = {"headroom_s": 0.0}


def test_a_seed_alone_decides_its_sound(small: Loaded) -> None:
    asked = small.asked(text="rain", options=SHORT)
    (alone,) = small.made(asked, [3])
    beside = small.made(asked, [8, 3])
    np.testing.assert_array_equal(beside[1], alone)
    assert np.abs(beside[0] - alone).max() > 0.01


def test_sounds_made_together_are_those_made_alone(tiny_small: TinyStableAudio3) -> None:
    together = load_tiny(StableAudio3Family(), tiny_small.folder, max_batch=3)
    asked = together.asked(text="rain", options=SHORT)
    seeds = [1, 2, 3, 4]
    alone = [together.made(asked, [seed])[0] for seed in seeds]
    for made, expected in zip(together.made(asked, seeds), alone, strict=True):
        np.testing.assert_allclose(made, expected, atol=1e-5)


@pytest.mark.parametrize("duration_s", [0.1, 0.2345, 0.5])
def test_sounds_are_as_long_as_asked_and_stereo(small: Loaded, duration_s: float) -> None:
    (made,) = small.made(small.asked(duration_s, 1, text="rain", options=SHORT))
    assert made.shape == (round(duration_s * RATE), 2) and made.dtype == np.float32
    assert np.isfinite(made).all() and np.abs(made).max() <= 1.0


def test_room_after_the_end_is_made_and_cut_off(small: Loaded) -> None:
    seen = latents_of(small, small.asked(0.2, 1, text="rain", options={"headroom_s": 1.0}))
    assert seen == int(np.ceil(0.2 * RATE / RATIO)) + int(RATE / RATIO)
    longest = small.capabilities.max_s
    assert latents_of(small, small.asked(longest, 1, options={"headroom_s": 6.0})) <= 1000


def latents_of(loaded: Loaded, asked: Any) -> int:
    return loaded.generator.condition(asked).around.shape[-1]


def test_progress_rises_to_its_end_over_all_variations(small: Loaded) -> None:
    reported: list[tuple[int, int]] = []
    report = Report(lambda done, steps, picture: reported.append((done, steps)), lambda: False)
    list(small.run(small.asked(0.1, 3, text="rain", options=SHORT), [1, 2], report))
    assert reported == [(done, 6) for done in range(1, 7)]


def test_cancel_ends_within_a_step(small: Loaded) -> None:
    reported: list[int] = []
    report = Report(lambda done, steps, picture: reported.append(done), lambda: len(reported) >= 2)
    with pytest.raises(CancelledError):
        list(small.run(small.asked(0.1, 8, text="rain", options=SHORT), [1], report))
    assert reported == [1, 2]


def test_an_unknown_option_is_refused(small: Loaded) -> None:
    with pytest.raises(UsageError, match="no option 'guidance'"):
        small.capabilities.filled(OptionValues({"guidance": 3.0}))


def test_the_imitation_is_what_denoising_starts_from(small: Loaded) -> None:
    """The first latents are as far from those of the voice as the level of noise says."""
    near, free = distance_of(small, 0.05), distance_of(small, 1.0)
    assert near / free == pytest.approx(level_at(0.05), rel=1e-3)


def distance_of(loaded: Loaded, change: float) -> float:
    generator, voice = loaded.generator, hum(0.3)
    asked = loaded.asked(0.3, 1, voice=voice_of(voice), options={**SHORT, "voice_change": change})
    condition = generator.condition(asked)
    given: list[torch.Tensor] = []
    hook = generator._parts.denoiser.register_forward_pre_hook(
        lambda module, args: given.append(args[0].clone())
    )
    next(generator.make(condition, asked, [1], Report(lambda *reported: None, lambda: False)))
    hook.remove()
    clean = generator._encode(Starting(asked, RATE).sound(1), given[0].shape[-1])
    return float((given[0] - clean).norm())


def test_a_sound_to_start_from_goes_before_the_imitation(small: Loaded) -> None:
    voice = voice_of(hum(0.3))
    given = {"voice": voice, "strength": 0.5, "options": SHORT}
    with_start = small.made(small.asked(starts={2: hum(0.3, 900.0, 2)}, **given), [1, 2])
    without = small.made(small.asked(**given), [1, 2])
    np.testing.assert_array_equal(with_start[0], without[0])
    assert np.abs(with_start[1] - without[1]).max() > 1e-4


def test_a_louder_take_makes_the_same_sound(small: Loaded) -> None:
    quiet = hum(0.3)
    loud = AudioClip(2.0 * quiet.samples, quiet.sample_rate)
    first, second = (
        small.made(small.asked(voice=voice_of(take), options=SHORT))[0] for take in (quiet, loud)
    )
    np.testing.assert_allclose(first, second, atol=1e-4)


def test_balance_leads_from_the_voice_to_the_words(small: Loaded) -> None:
    shares = [balanced(0.5, balance) for balance in (0.0, 0.25, 0.5, 0.75, 1.0)]
    assert shares == [0.25, 0.375, 0.5, 0.75, 1.0]
    given = {"voice": voice_of(hum(0.3)), "options": SHORT}
    words_left_out = small.made(small.asked(text="rain", balance=0.0, **given))[0]
    half = {"voice_change": 0.25, "headroom_s": 0.0}
    voice_alone = small.made(small.asked(voice=given["voice"], options=half))[0]
    np.testing.assert_array_equal(words_left_out, voice_alone)
    voice_left_out = small.made(small.asked(text="rain", balance=1.0, **given))[0]
    words_alone = small.made(small.asked(text="rain", options=SHORT))[0]
    np.testing.assert_array_equal(voice_left_out, words_alone)


@pytest.mark.parametrize("kind", ["small", "large"])
def test_an_edit_keeps_the_very_samples_outside_its_parts(
    kind: str, request: pytest.FixtureRequest
) -> None:
    loaded: Loaded = request.getfixturevalue(kind)
    sound = hum(0.6, channels=2)
    parts_s = ((0.1, 0.2), (0.35, 0.45))
    (made,) = loaded.made(loaded.asked(0.6, text="rain", kept=Kept(sound, parts_s), options=SHORT))
    is_made = np.zeros(len(made), bool)
    for begin_s, end_s in parts_s:
        is_made[round(begin_s * RATE) : round(end_s * RATE)] = True
    np.testing.assert_array_equal(made[~is_made], sound.samples[~is_made])
    for begin_s, end_s in parts_s:
        middle = slice(round((begin_s + 0.03) * RATE), round((end_s - 0.03) * RATE))
        assert np.abs(made[middle] - sound.samples[middle]).max() > 0.05


def test_a_continuation_keeps_the_sound_and_makes_what_follows(small: Loaded) -> None:
    sound = hum(0.3, channels=2)
    kept = Kept(sound, ((0.25, 0.6),))
    (made,) = small.made(small.asked(0.6, text="rain", kept=kept, options=SHORT))
    begin = round(0.25 * RATE)
    np.testing.assert_array_equal(made[:begin], sound.samples[:begin])
    assert len(made) == round(0.6 * RATE) and np.abs(made[round(0.4 * RATE) :]).max() > 0.01


def test_only_latents_that_lie_wholly_outside_of_the_parts_are_told_to_stay(
    small: Loaded,
) -> None:
    parts_s = ((3.5 * RATIO / RATE, 5 * RATIO / RATE),)
    asked = small.asked(0.3, kept=Kept(hum(8.5 * RATIO / RATE), parts_s), options=SHORT)
    around = small.generator.condition(asked).around
    assert around[0, 0].int().tolist() == [1, 1, 1, 0, 0, 1, 1, 1, 0, 0, 0, 0, 0]
    assert around[0, 1:, 3:5].abs().max() == 0.0 and around[0, 1:, :3].abs().max() > 0.0


def test_zeros_are_fed_where_nothing_is_kept(small: Loaded) -> None:
    around = small.generator.condition(small.asked(0.3, text="rain", options=SHORT)).around
    assert around.shape == (1, 1 + LATENT_CHANNELS, 13) and not around.any()


def test_a_voice_in_an_edit_stands_in_the_part(small: Loaded) -> None:
    sound, voice = hum(0.6, channels=2), voice_of(hum(0.1, 700.0))
    asked = small.asked(0.6, voice=voice, kept=Kept(sound, ((0.2, 0.4),)), options=SHORT)
    start = Starting(asked, RATE).sound(1)
    begin, end = round(0.2 * RATE), round(0.4 * RATE)
    np.testing.assert_array_equal(start[:begin], sound.samples[:begin])
    assert np.abs(start[begin : begin + 4410]).max() == pytest.approx(0.7, abs=0.01)
    assert not start[begin + 4410 : end].any()


def test_a_long_text_is_cut_and_told(small: Loaded) -> None:
    small.generator.notes.clear()
    small.generator.condition(small.asked(text="a" * (TOKENS + 3), options=SHORT))
    assert any(f"first {TOKENS} tokens" in note for note in small.generator.notes)
    small.generator.notes.clear()
    small.generator.condition(small.asked(text="a", options=SHORT))
    assert small.generator.notes == []


def test_without_words_everything_attended_to_is_padding(small: Loaded) -> None:
    wanted = small.generator.condition(small.asked(options=SHORT)).wanted
    padding = small.generator._parts.denoiser.prompt_padding_embedding
    assert wanted.shape[1] == TOKENS + 1
    torch.testing.assert_close(wanted[0, :-1], padding.expand(TOKENS, -1))


def test_without_unwanted_words_guidance_leads_away_from_nothing_at_all(base: Loaded) -> None:
    unwanted = base.generator.condition(base.asked(text="rain", options=SHORT)).unwanted
    assert unwanted is not None and not unwanted.any()
    plain = base.asked(text="rain", options={**SHORT, "guidance": 1.0})
    assert base.generator.condition(plain).unwanted is None


def test_two_passes_of_guidance_are_one_of_twice_the_size(
    base: Loaded, tiny_base: TinyStableAudio3
) -> None:
    two = load_tiny(StableAudio3Family(), tiny_base.folder, guidance_passes=2)
    asked = base.asked(text="rain", options=SHORT)
    np.testing.assert_allclose(two.made(asked)[0], base.made(asked)[0], atol=1e-5)


def test_parts_that_take_turns_and_eight_bits_make_nearly_the_same(
    tiny_large: TinyStableAudio3, large: Loaded
) -> None:
    asked = large.asked(text="rain", voice=voice_of(hum(0.3)), options=SHORT)
    expected = large.made(asked)[0]
    turns = load_tiny(StableAudio3Family(), tiny_large.folder, swaps_parts=True)
    np.testing.assert_array_equal(turns.made(asked)[0], expected)
    stored = load_tiny(StableAudio3Family(), tiny_large.folder, stored_bits=8)
    error = np.abs(stored.made(asked)[0] - expected).max()
    assert 0.0 < error < 0.3


def test_closing_frees_the_networks(tiny_small: TinyStableAudio3) -> None:
    loaded = load_tiny(StableAudio3Family(), tiny_small.folder)
    parts = loaded.generator._parts
    networks = [weakref.ref(each) for each in (parts.denoiser, parts.coder, parts.prompt.network)]
    del parts
    loaded.generator.close()
    assert [network() for network in networks] == [None, None, None]
