"""What a MusicGen makes: transformers' own music on the same weights, exact, seeded, cancellable.

Against transformers the likeliest code is taken each time, for its chance is the global one.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
import torch
from tiny_musicgen import HOP, OfficialMusicgen, tiny_tokenizer

from qvim_studio.audio.melody import melody_of
from qvim_studio.core.clip import AudioClip
from qvim_studio.core.errors import CancelledError, CheckpointError, UsageError
from qvim_studio.core.options import OptionValues
from qvim_studio.core.request import VramMode
from qvim_studio.families.musicgen.batch import windows
from qvim_studio.families.musicgen.generator import MusicgenGenerator
from qvim_studio.families.protocol import Asked, Kept, Made, Report, Voice
from qvim_studio.memory.compute_plan import ComputePlan
from qvim_studio.memory.modes import ModeTraits

Load = Callable[..., MusicgenGenerator]
Twins = Callable[..., tuple[OfficialMusicgen, MusicgenGenerator]]
LIKELIEST = OptionValues({"top_k": 1})
FRAMES, SECONDS = 30, 0.6
LATE = 3  # columns behind the last frame
WORDS = "rain on tin"
NO_EMBEDDING = np.zeros(960, np.float32)


def silent_report() -> Report:
    return Report(lambda *_: None, lambda: False)


def make(generator: MusicgenGenerator, asked: Asked, *seeds: int) -> list[Made]:
    return list(generator.make(generator.condition(asked), asked, seeds or (0,), silent_report()))


def voice_of(clip: AudioClip) -> Voice:
    return Voice(clip, NO_EMBEDDING)


def relative_error(made: np.ndarray, expected: np.ndarray) -> float:
    return float(np.abs(made - expected).max() / np.abs(expected).max())


def official_sound(model: OfficialMusicgen, frames: int = FRAMES, **given: Any) -> np.ndarray:
    """(samples, channels) of the likeliest codes."""
    text = tiny_tokenizer()([WORDS], return_tensors="pt")
    sound = model.generate(**text, max_new_tokens=frames + LATE, do_sample=False, **given)
    return sound[0].T.numpy()


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


@pytest.mark.parametrize("kind", ["melody", "stereo"])
def test_a_continuation_is_that_of_transformers_and_keeps_what_was_there(
    twins: Twins, kind: str
) -> None:
    model, generator = twins(kind)
    channels = 2 if kind == "stereo" else 1
    random = np.random.default_rng(0)
    known = 12
    sound = AudioClip(
        (0.1 * random.standard_normal((known * HOP, channels))).astype(np.float32), 32_000
    )
    with torch.inference_mode():
        samples = torch.from_numpy(sound.samples.T.copy())[:, None]
        codes = model.audio_encoder.encode(samples).audio_codes[0]
    given = codes.transpose(0, 1).flatten(0, 1)  # left and right alternate
    expected = official_sound(model, FRAMES - known, decoder_input_ids=given)
    kept = Kept(sound, ((known * HOP / 32_000, SECONDS),))
    (made,) = make(generator, Asked(SECONDS, WORDS, options=LIKELIEST, kept=kept))
    begin, fade = known * HOP, HOP
    assert relative_error(made.samples[begin:], expected[begin:]) < 1e-4
    assert np.abs(made.samples[: begin - fade] - sound.samples[: begin - fade]).max() < 1e-3
    assert made.samples.shape == expected.shape


def test_a_long_kept_sound_is_gone_on_from_by_its_end_alone(twins: Twins) -> None:
    _, generator = twins("melody", window_s=1.0, kept_s=0.4)
    random = np.random.default_rng(0)
    sound = (0.1 * random.standard_normal(64_000)).astype(np.float32)
    options = replace(Asked(2.4, WORDS), options=LIKELIEST)
    long, short = (
        Kept(AudioClip.from_mono(part, 32_000), ((len(part) / 32_000, end_s),))
        for part, end_s in ((sound, 2.4), (sound[-round(0.4 * 32_000) :], 0.8))
    )
    (whole,) = make(generator, replace(options, kept=long))
    (alone,) = make(generator, replace(options, kept=short, duration_s=0.8))
    assert relative_error(whole.samples[-12_800:], alone.samples[-12_800:]) < 1e-4


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


def test_long_music_is_made_in_windows_that_go_on_from_each_other() -> None:
    assert windows(0, 100, 1500, 600) == [(0, 0, 100)]
    assert windows(0, 3000, 1500, 600) == [(0, 0, 1500), (900, 1500, 2400), (1800, 2400, 3000)]
    assert windows(1000, 1200, 1500, 600) == [(400, 1000, 1200)]


def test_music_longer_than_a_window_begins_as_that_of_one_window(
    twins: Twins, sung: AudioClip
) -> None:
    asked = Asked(2.5, WORDS, voice=voice_of(sung))
    (whole,) = make(twins("melody", window_s=1.0, kept_s=0.4)[1], asked, 3)
    (first,) = make(twins("melody")[1], replace(asked, duration_s=1.0), 3)
    assert whole.samples.shape == (80_000, 1)
    assert relative_error(whole.samples[:28_000], first.samples[:28_000]) < 1e-4
    assert np.abs(whole.samples[-8000:]).max() > 0.0


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


def test_a_shorter_sound_of_a_seed_is_the_beginning_of_a_longer_one(load: Load) -> None:
    long, short = (make(load(), Asked(s, WORDS), 4)[0].samples for s in (1.0, 0.6))
    assert relative_error(long[:12_000], short[:12_000]) < 1e-5


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


@pytest.mark.parametrize("seconds", [0.2, 0.5, 1.2345])
def test_lengths_are_exact(load: Load, seconds: float) -> None:
    samples = make(load("stereo"), Asked(seconds, WORDS))[0].samples
    assert samples.shape == (round(seconds * 32_000), 2)
    assert samples.dtype == np.float32


def test_progress_counts_every_column_of_all_variations(load: Load) -> None:
    seen: list[tuple[int, int]] = []
    pictures: list[np.ndarray] = []

    def on_step(done: int, steps: int, picture: np.ndarray | None) -> None:
        seen.append((done, steps))
        pictures.extend([] if picture is None else [picture])

    generator, asked = load(), Asked(2.2, WORDS)
    report = Report(on_step, lambda: False)
    made = list(generator.make(generator.condition(asked), asked, (1, 2), report))
    steps = 2 * (110 + LATE)
    assert seen == [(n, steps) for n in range(1, steps + 1)]
    assert [p.shape for p in pictures] == [(64, 220)] * 4  # two of each while it forms
    assert pictures[0][:, 150:].max() == 0 < pictures[0].max()
    assert made[0].picture is not None and made[0].picture.shape == (64, 220)


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


def test_words_are_read_to_their_end(load: Load) -> None:
    long = "rain " * 200
    words = load().condition(Asked(1.0, long)).words
    assert words is not None and len(words) > 700


def test_nothing_stays_in_memory_once_it_is_closed(load: Load) -> None:
    import weakref

    generator = load()
    network = weakref.ref(generator.parts.transformer)
    generator.close()
    assert network() is None
    with pytest.raises(ValueError, match="closed"):
        _ = generator.parts
