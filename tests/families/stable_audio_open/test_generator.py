"""What a loaded Stable Audio Open makes of a request."""

from __future__ import annotations

import weakref
from pathlib import Path

import numpy as np
import pytest
import torch
from stable_audio_runs import RATE, Loaded, hum, load_tiny, relative_error, voice_of
from tiny_stable_audio_open import RATIO, TOKENS

from qvim_studio.core.errors import CancelledError
from qvim_studio.diffusion.cosine_sde import sigma_levels
from qvim_studio.families.protocol import Kept, Report
from qvim_studio.families.stable_audio_open.family import StableAudioOpenFamily
from qvim_studio.families.starting import Starting


def test_a_seed_alone_decides_its_sound(loaded: Loaded) -> None:
    asked = loaded.asked(text="rain")
    (alone,) = loaded.made(asked, [3])
    beside = loaded.made(asked, [8, 3])
    np.testing.assert_array_equal(beside[1], alone)
    assert relative_error(beside[0], alone) > 0.01


@pytest.mark.parametrize("duration_s", [0.1, 0.2345, 0.7])
def test_sounds_are_as_long_as_asked_and_stereo(loaded: Loaded, duration_s: float) -> None:
    (made,) = loaded.made(loaded.asked(duration_s, text="rain"))
    assert made.shape == (round(duration_s * RATE), 2) and made.dtype == np.float32


def test_progress_counts_the_steps_that_a_start_leaves(loaded: Loaded) -> None:
    reported: list[tuple[int, int]] = []
    report = Report(lambda done, steps, picture: reported.append((done, steps)), lambda: False)
    asked = loaded.asked(0.1, 4, strength=0.5, starts={2: hum(0.1)})
    list(loaded.run(asked, [1, 2], report))
    assert reported == [(done, 6) for done in range(1, 7)]


def test_cancel_ends_within_a_step(loaded: Loaded) -> None:
    reported: list[int] = []
    report = Report(lambda done, steps, picture: reported.append(done), lambda: len(reported) >= 2)
    with pytest.raises(CancelledError):
        list(loaded.run(loaded.asked(0.1, 8, text="rain"), [1], report))
    assert reported == [1, 2]


def test_the_imitation_is_what_denoising_starts_from(loaded: Loaded) -> None:
    """The first latents are as far from the voice's as the level of noise says."""
    distances = [first_distance(loaded, change) for change in (0.05, 0.4)]
    levels = [sigma_levels(20, change)[0] for change in (0.05, 0.4)]
    assert distances[1] / distances[0] == pytest.approx(levels[1] / levels[0], rel=1e-3)


def first_distance(loaded: Loaded, change: float) -> float:
    parts, voice = loaded.generator._parts, hum(0.7)
    asked = loaded.asked(
        0.7, 20, voice=voice_of(voice), options={"voice_change": change, "guidance": 1.0}
    )
    seen: list[torch.Tensor] = []
    hook = parts.denoiser.register_forward_pre_hook(lambda module, given: seen.append(given[0]))
    loaded.made(asked)
    hook.remove()
    level = sigma_levels(20, change)[0]
    clean = loaded.generator._encode(Starting(asked, RATE).sound(0))
    return float((seen[0] * (level**2 + 1) ** 0.5 - clean).norm())


def test_an_edit_keeps_the_very_samples_outside_its_parts(loaded: Loaded) -> None:
    sound = hum(0.6, channels=2)
    parts_s = ((0.1, 0.2), (0.35, 0.45))
    (made,) = loaded.made(loaded.asked(0.6, text="rain", kept=Kept(sound, parts_s)))
    is_made = np.zeros(len(made), bool)
    for begin_s, end_s in parts_s:
        is_made[round(begin_s * RATE) : round(end_s * RATE)] = True
    np.testing.assert_array_equal(made[~is_made], sound.samples[~is_made])
    assert np.abs(made[is_made] - sound.samples[is_made]).max() > 0.01


def test_what_is_kept_stands_in_the_latents_at_every_step(loaded: Loaded) -> None:
    kept = Kept(hum(0.6, channels=2), ((0.2, 0.4),))
    asked = loaded.asked(0.6, 3, text="rain", kept=kept)
    condition = loaded.generator.condition(asked)
    assert condition.is_kept is not None and condition.kept is not None
    begin, end = int(0.2 * RATE // RATIO), int(np.ceil(0.4 * RATE / RATIO))
    is_kept = condition.is_kept[0, 0]
    assert is_kept[:begin].all() and not is_kept[begin:end].any()
    assert is_kept[end : int(0.6 * RATE // RATIO)].all() and not is_kept[-5:].any()


def test_without_unwanted_words_guidance_leads_away_from_nothing_at_all(loaded: Loaded) -> None:
    condition = loaded.generator.condition(loaded.asked(text="rain"))
    assert condition.unwanted is not None and not condition.unwanted.any()
    assert condition.wanted.shape[1] == TOKENS + 2
    unwanted = loaded.generator.condition(loaded.asked(text="rain", negative_text="low")).unwanted
    torch.testing.assert_close(unwanted[:, -2:], condition.wanted[:, -2:])


def test_a_long_text_is_cut_and_told(loaded: Loaded) -> None:
    loaded.generator.condition(loaded.asked(text="a" * (TOKENS + 3)))
    assert any(f"first {TOKENS} tokens" in note for note in loaded.generator.notes)


def test_parts_that_take_turns_and_two_passes_make_the_same(
    loaded: Loaded, tiny_open: Path
) -> None:
    asked = loaded.asked(text="rain", voice=voice_of(hum(0.3)))
    expected = loaded.made(asked)[0]
    turns = load_tiny(StableAudioOpenFamily(), tiny_open, swaps_parts=True, guidance_passes=2)
    assert relative_error(turns.made(asked)[0], expected) < 1e-4
    stored = load_tiny(StableAudioOpenFamily(), tiny_open, stored_bits=8)
    assert 0.0 < relative_error(stored.made(asked)[0], expected) < 0.3


def test_closing_frees_the_networks(tiny_open: Path) -> None:
    loaded = load_tiny(StableAudioOpenFamily(), tiny_open)
    parts = loaded.generator._parts
    networks = [weakref.ref(each) for each in (parts.denoiser, parts.coder, parts.text_encoder)]
    del parts
    loaded.generator.close()
    assert [network() for network in networks] == [None, None, None]
