"""What a MusicGen makes: transformers' own music on the same weights, exact, seeded, cancellable.

Against transformers the likeliest code is taken each time, for its chance is the global one.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest
import torch
from musicgen_runs import (
    FRAMES,
    LIKELIEST,
    SECONDS,
    WORDS,
    Load,
    Twins,
    make,
    official_sound,
    relative_error,
    voice_of,
)
from tiny_musicgen import HOP

from qvim_studio.audio.melody import melody_of
from qvim_studio.core.clip import AudioClip
from qvim_studio.core.errors import CancelledError, CheckpointError, UsageError
from qvim_studio.core.options import OptionValues
from qvim_studio.core.request import VramMode
from qvim_studio.families.protocol import Asked, Kept, Report
from qvim_studio.memory.compute_plan import ComputePlan
from qvim_studio.memory.modes import ModeTraits


def features_of(clip: AudioClip) -> torch.Tensor:
    return torch.from_numpy(melody_of(clip).cut(0, 235).chroma().T[None])


def test_music_from_words_and_a_melody_is_that_of_transformers(
    twins: Twins, sung: AudioClip
) -> None:
    model, generator = twins("melody")
    expected = official_sound(model, input_features=features_of(sung))
    (made,) = make(generator, Asked(SECONDS, WORDS, voice=voice_of(sung), options=LIKELIEST))
    assert made.samples.shape == (FRAMES * HOP, 1)
    assert relative_error(made.samples, expected) < 1e-4
    (without,) = make(generator, Asked(SECONDS, WORDS, options=LIKELIEST))
    assert relative_error(without.samples, expected) > 0.01


def test_music_from_words_alone_is_that_of_transformers(twins: Twins) -> None:
    model, generator = twins("melody")
    (made,) = make(generator, Asked(SECONDS, WORDS, options=LIKELIEST))
    assert relative_error(made.samples, official_sound(model)) < 1e-4


@pytest.mark.parametrize(("kind", "channels"), [("words", 1), ("stereo", 2)])
def test_music_of_the_text_models_is_that_of_transformers(
    twins: Twins, kind: str, channels: int
) -> None:
    model, generator = twins(kind)
    (made,) = make(generator, Asked(SECONDS, WORDS, options=LIKELIEST))
    assert made.samples.shape == (FRAMES * HOP, channels)
    assert relative_error(made.samples, official_sound(model)) < 1e-4


def test_without_guidance_music_is_that_of_transformers(twins: Twins) -> None:
    model, generator = twins("melody")
    options = OptionValues({"top_k": 1, "guidance": 1.0})
    (made,) = make(generator, Asked(SECONDS, WORDS, options=options))
    assert relative_error(made.samples, official_sound(model, guidance_scale=1.0)) < 1e-4


@pytest.mark.parametrize("parts", [((0.1, 0.3),), ((0.1, 0.2), (0.4, 0.6)), ()])
def test_a_part_inside_a_sound_is_refused(load: Load, sung: AudioClip, parts: Any) -> None:
    asked = Asked(SECONDS, WORDS, kept=Kept(sung, parts))
    with pytest.raises(CheckpointError, match="lasts to the end"):
        load().condition(asked)


def test_an_imitation_of_the_part_is_heard_behind_what_is_kept(load: Load, sung: AudioClip) -> None:
    kept = Kept(sung, ((1.28, 3.0),))
    melody = load().condition(Asked(3.0, voice=voice_of(sung), kept=kept)).melody
    assert melody is not None
    assert (melody.classes[:10] == -1).all()
    assert melody.classes[10:].tolist() == melody_of(sung).classes.tolist()


def test_a_seed_decides_the_sound_whatever_is_made_beside_it(load: Load, sung: AudioClip) -> None:
    asked = Asked(SECONDS, WORDS, voice=voice_of(sung))
    torch.manual_seed(5)
    alone = {seed: make(load(), asked, seed)[0].samples for seed in (1, 2, 3)}
    one_at_a_time = make(load(), asked, 1, 2, 3)
    assert [made.seed for made in one_at_a_time] == [1, 2, 3]
    assert all(np.array_equal(made.samples, alone[made.seed]) for made in one_at_a_time)
    batched = ComputePlan(VramMode.CPU, "cpu", torch.float32, ModeTraits(max_batch=2))
    for made in make(load(plan=batched), asked, 1, 2, 3):
        assert relative_error(made.samples, alone[made.seed]) < 1e-4
    assert not np.array_equal(alone[1], alone[2])


@pytest.mark.parametrize(
    "traits",
    [
        ModeTraits(1, guidance_passes=2),
        ModeTraits(2, swaps_parts=True),
        ModeTraits(1, swaps_parts=True, stored_bits=8, guidance_passes=2),
    ],
    ids=["two passes", "visiting", "minimal"],
)
@pytest.mark.parametrize("kind", ["melody", "words"])
def test_memory_modes_make_the_same_music(load: Load, traits: ModeTraits, kind: str) -> None:
    asked = Asked(SECONDS, WORDS, negative_text="tin", options=LIKELIEST)
    plan = ComputePlan(VramMode.MINIMAL, "cpu", torch.float32, traits)
    streamed = replace(plan, streams=traits.stored_bits == 8)
    generator = load(kind, streamed)
    (made,) = make(generator, asked)
    assert made.samples.shape == (FRAMES * HOP, 1)
    if traits.stored_bits == 16:
        (expected,) = make(load(kind), asked)
        assert relative_error(made.samples, expected.samples) < 1e-4
    else:
        stored = [n for n, _ in generator.parts.transformer.named_buffers() if "codes" in n]
        assert len(stored) == 4  # both feed-forward matrices of two layers; others are too small


def test_what_is_not_wanted_changes_the_music(load: Load) -> None:
    asked = Asked(SECONDS, WORDS, options=LIKELIEST)
    plain, other = (
        make(load(), replace(asked, negative_text=text))[0].samples
        for text in ("", "a long list of loud guitars")
    )
    assert relative_error(other, plain) > 0.01


def test_balance_fades_words_or_melody_to_nothing(load: Load, sung: AudioClip) -> None:
    both = Asked(SECONDS, WORDS, voice=voice_of(sung), options=LIKELIEST)
    only_words, only_voice = Asked(SECONDS, WORDS, options=LIKELIEST), replace(both, text="")
    pairs = ((1.0, only_words), (0.0, only_voice))
    for balance, alone in pairs:
        condition = load().condition(replace(both, balance=balance))
        assert (condition.words_share, condition.melody_share) == (
            min(1.0, 2 * balance),
            min(1.0, 2 - 2 * balance),
        )
        assert load().condition(alone).words_share == 1.0
    (made,) = make(load(), replace(both, balance=1.0))
    (expected,) = make(load(), only_words)
    assert relative_error(made.samples, expected.samples) < 1e-4


def test_a_voice_without_words_is_refused_where_words_are_all_that_is_heard(
    load: Load, sung: AudioClip
) -> None:
    with pytest.raises(CheckpointError, match="takes words alone"):
        load("words").condition(Asked(SECONDS, voice=voice_of(sung)))
    generator = load("words")
    condition = generator.condition(Asked(SECONDS, WORDS, voice=voice_of(sung)))
    assert condition.melody is None
    assert generator.notes == ["This checkpoint follows words alone: the melody was not heard."]


def test_a_silent_take_is_told_and_gives_no_melody(load: Load) -> None:
    generator = load()
    silence = AudioClip.from_mono(np.zeros(32_000), 32_000)
    assert generator.condition(Asked(1.0, WORDS, voice=voice_of(silence))).melody is None
    assert generator.notes == ["No melody was heard in the imitation."]
    generator.condition(Asked(1.0, WORDS))
    assert generator.notes == []


def test_a_cancel_takes_effect_within_a_step(load: Load) -> None:
    steps: list[int] = []
    report = Report(lambda done, *_: steps.append(done), lambda: len(steps) == 5)
    generator, asked = load(), Asked(1.0, WORDS)
    with pytest.raises(CancelledError):
        list(generator.make(generator.condition(asked), asked, (1,), report))
    assert steps == [1, 2, 3, 4, 5]


def test_options_that_it_does_not_have_are_refused(load: Load) -> None:
    with pytest.raises(UsageError, match="no option 'steps'"):
        make(load(), Asked(SECONDS, WORDS, options=OptionValues({"steps": 5})))


def test_nothing_stays_in_memory_once_it_is_closed(load: Load) -> None:
    import weakref

    generator = load()
    network = weakref.ref(generator.parts.transformer)
    generator.close()
    assert network() is None
    with pytest.raises(ValueError, match="closed"):
        _ = generator.parts
