"""What one request makes: exact lengths, window by window, handed over while it grows."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
import torch
from musicgen_runs import (
    FRAMES,
    LATE,
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

from qvim_studio.core.clip import AudioClip
from qvim_studio.families.musicgen.batch import windows
from qvim_studio.families.protocol import Asked, Kept, Report


@pytest.mark.parametrize(("kind", "kept_s"), [("words", 0.0), ("stereo", 0.0), ("words", 1.5)])
def test_a_sound_is_handed_over_second_by_second_while_its_codes_come(
    twins: Twins, kind: str, kept_s: float
) -> None:
    frames = 130
    model, generator = twins(kind)
    channels = 2 if kind == "stereo" else 1
    kept = None
    if kept_s:
        noise = 0.1 * np.random.default_rng(0).standard_normal((round(kept_s * 32_000), 1))
        kept = Kept(AudioClip(noise.astype(np.float32), 32_000), ((kept_s, frames / 50),))
    asked = Asked(frames / 50, WORDS, options=LIKELIEST, kept=kept)
    steps: list[int] = []
    pieces: list[np.ndarray] = []
    came_at: list[int] = []

    def on_samples(samples: np.ndarray) -> None:
        pieces.append(samples)
        came_at.append(len(steps))

    report = Report(lambda done, *_: steps.append(done), lambda: False, on_samples=on_samples)
    (made,) = generator.make(generator.condition(asked), asked, (0,), report)
    assert came_at[0] < (1.0 if kept_s else 0.45) * len(steps)
    assert len([one for one in pieces if len(one)]) > 1
    whole = np.concatenate(pieces)
    assert whole.shape == (frames * HOP, channels)
    np.testing.assert_array_equal(whole, made.samples)
    if kept is None:  # as decoded at once
        assert relative_error(whole, official_sound(model, frames)) < 1e-4
    pieces.clear()
    list(generator.make(generator.condition(asked), asked, (0, 1), report))
    assert not pieces


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


def test_a_shorter_sound_of_a_seed_is_the_beginning_of_a_longer_one(load: Load) -> None:
    long, short = (make(load(), Asked(s, WORDS), 4)[0].samples for s in (1.0, 0.6))
    assert relative_error(long[:12_000], short[:12_000]) < 1e-5


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
