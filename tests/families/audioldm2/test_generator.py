"""What an AudioLDM 2 makes: as the official pipeline does, and as families promise."""

from __future__ import annotations

import gc
import weakref
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
import torch
from audioldm2_runs import FAMILY, asked_for, plan_of

from qvim_studio.checkpoints.checkpoint import Checkpoint
from qvim_studio.core.clip import AudioClip
from qvim_studio.core.errors import CancelledError
from qvim_studio.core.request import VramMode
from qvim_studio.families.audioldm.made_latents import made_frames
from qvim_studio.families.audioldm2.generator import AudioLdm2Generator
from qvim_studio.families.protocol import Asked, Kept, Made, Report
from qvim_studio.memory.stored_weights import StoredLayer

RATE = 16_000


class Steps:
    """Notes every step; cancels after so many of them."""

    def __init__(self, cancel_after: int | None = None) -> None:
        self.seen: list[tuple[int, int]] = []
        self.pictures: list[np.ndarray] = []
        self._cancel_after = cancel_after

    @property
    def report(self) -> Report:
        return Report(self._note, lambda: len(self.seen) == self._cancel_after)

    def _note(self, done: int, steps: int, picture: np.ndarray | None) -> None:
        self.seen.append((done, steps))
        if picture is not None:
            self.pictures.append(picture)


def made(generator: AudioLdm2Generator, asked: Asked, seeds: tuple[int, ...] = (3,)) -> list[Made]:
    return list(generator.make(generator.condition(asked), asked, seeds, Steps().report))


def noise(seconds: float, seed: int = 0) -> AudioClip:
    samples = 0.1 * np.random.default_rng(seed).standard_normal(round(seconds * RATE))
    return AudioClip.from_mono(samples.astype(np.float32), RATE)


def difference(one: np.ndarray, other: np.ndarray) -> float:
    """Largest difference over the largest value."""
    return float(np.abs(one - other).max() / np.abs(other).max())


NEGATIVE = "bad hum and"  # as many tokens as the text: the pipeline cuts longer ones


@pytest.mark.parametrize("negative", [NEGATIVE, ""])
def test_sounds_are_those_of_the_official_pipeline(
    pipeline: Any, checkpoint: Checkpoint, generator: AudioLdm2Generator, negative: str
) -> None:
    """Of the same streams; without a negative text they are the original's null, of which the
    pipeline knows nothing."""
    asked = asked_for(checkpoint, negative_text=negative)
    condition = generator.condition(asked)
    wanted, unwanted = condition.conditions.wanted, condition.conditions.unwanted
    both = unwanted.joined(wanted)
    official = pipeline(
        prompt_embeds=both.words[1:],
        generated_prompt_embeds=both.generated[1:],
        attention_mask=both.is_word[1:],
        negative_prompt_embeds=both.words[:1],
        negative_generated_prompt_embeds=both.generated[:1],
        negative_attention_mask=both.is_word[:1],
        num_inference_steps=2,
        guidance_scale=3.5,
        audio_length_in_s=1.28,
        generator=torch.Generator().manual_seed(3),
    ).audios[0]
    (ours,) = generator.make(condition, asked, [3], Steps().report)
    assert np.abs(official).max() > 1e-3
    assert difference(ours.samples[:, 0], official) < 1e-4


def test_conditions_are_those_of_the_official_pipeline(
    pipeline: Any, checkpoint: Checkpoint, generator: AudioLdm2Generator
) -> None:
    """From other files: GPT-2 without its head, the CLAP in float64."""
    conditions = generator.condition(asked_for(checkpoint, negative_text=NEGATIVE)).conditions
    ours = conditions.unwanted.joined(conditions.wanted)
    with torch.no_grad():
        words, is_word, generated = pipeline.encode_prompt(
            "rain on tin", "cpu", 1, True, negative_prompt=NEGATIVE
        )
    assert difference(ours.words.numpy(), words.numpy()) < 1e-4
    assert difference(ours.generated.numpy(), generated.numpy()) < 1e-4
    assert torch.equal(ours.is_word, is_word)


def test_a_seed_alone_decides_its_sound(
    checkpoint: Checkpoint, generator: AudioLdm2Generator
) -> None:
    asked = asked_for(checkpoint)
    torch.manual_seed(1)
    first, second = made(generator, asked, (3, 4))
    torch.manual_seed(2)
    (again,) = made(generator, asked, (4,))
    assert (first.seed, second.seed) == (3, 4)
    assert np.array_equal(second.samples, again.samples)
    assert difference(first.samples, second.samples) > 0.01


@pytest.mark.parametrize(
    ("mode", "tolerance"),
    [(VramMode.LOW, 0.01), (VramMode.MINIMAL, 0.5)],  # a random UNet makes much of a rounding
)
def test_small_modes_make_nearly_the_same_sounds(
    checkpoint: Checkpoint, generator: AudioLdm2Generator, mode: VramMode, tolerance: float
) -> None:
    """Batches, parts that take turns, two passes, stored weights."""
    asked = asked_for(checkpoint, negative_text="hum")
    small = FAMILY.load(checkpoint, plan_of(mode))
    is_stored = any(isinstance(part, StoredLayer) for part in small.parts.unet.modules())
    assert is_stored is (mode is VramMode.MINIMAL)
    sounds = zip(made(small, asked, (3, 4)), made(generator, asked, (3, 4)), strict=True)
    for ours, whole in sounds:
        assert difference(ours.samples, whole.samples) < tolerance


@pytest.mark.parametrize("duration_s", [0.2, 1.0, 1.3])
def test_sounds_have_the_length_that_was_asked_for(
    checkpoint: Checkpoint, generator: AudioLdm2Generator, duration_s: float
) -> None:
    (sound,) = made(generator, asked_for(checkpoint, duration_s=duration_s, options={"steps": 1}))
    assert sound.samples.shape == (round(duration_s * RATE), 1)
    assert sound.samples.dtype == np.float32
    assert sound.picture is not None and sound.picture.shape == (64, round(duration_s * 100))


def test_long_sounds_pass_the_decoders_in_pieces(
    checkpoint: Checkpoint, generator: AudioLdm2Generator
) -> None:
    (sound,) = made(generator, asked_for(checkpoint, duration_s=6.0, options={"steps": 1}))
    assert sound.samples.shape == (6 * RATE, 1) and np.isfinite(sound.samples).all()


def test_progress_of_all_variations_rises_step_by_step(
    checkpoint: Checkpoint, generator: AudioLdm2Generator
) -> None:
    steps, asked = Steps(), asked_for(checkpoint, options={"steps": 3}, starts={5: noise(1.0)})
    asked = replace(asked, strength=0.4)
    list(generator.make(generator.condition(asked), asked, [4, 5], steps.report))
    assert steps.seen == [(1, 4), (2, 4), (3, 4), (4, 4)]


def test_pictures_come_while_a_sound_forms(
    checkpoint: Checkpoint, generator: AudioLdm2Generator
) -> None:
    options = {"steps": 20, "guidance": 1.0}
    steps, asked = Steps(), asked_for(checkpoint, options=options)
    list(generator.make(generator.condition(asked), asked, [4], steps.report))
    assert steps.pictures and steps.pictures[0].shape == (64, 128)


@pytest.mark.parametrize("count", [0, 1])
def test_cancel_stops_within_a_step(
    checkpoint: Checkpoint, generator: AudioLdm2Generator, count: int
) -> None:
    steps, asked = Steps(cancel_after=count), asked_for(checkpoint, options={"steps": 5})
    with pytest.raises(CancelledError):
        list(generator.make(generator.condition(asked), asked, [4], steps.report))
    assert len(steps.seen) == count


@pytest.mark.parametrize("sampler", ["ddim", "dpm-solver++"])
def test_a_start_is_followed_the_closer_the_less_strength(
    checkpoint: Checkpoint, generator: AudioLdm2Generator, sampler: str
) -> None:
    start = noise(1.28)
    latents = generator.parts.coder.encode(start.samples[:, 0], 32)
    wanted = generator.parts.coder.sound(generator.parts.coder.log_mel(latents))[
        : round(1.28 * RATE), None
    ]

    def distance(strength: float) -> float:
        asked = asked_for(
            checkpoint,
            starts={3: start},
            strength=strength,
            options={"steps": 10, "sampler": sampler, "guidance": 1.0},
        )
        return float(np.abs(made(generator, asked)[0].samples - wanted).mean())

    near, far = distance(0.1), distance(1.0)
    assert near < far


def test_what_is_kept_stays_in_the_latents(
    checkpoint: Checkpoint, generator: AudioLdm2Generator, monkeypatch: pytest.MonkeyPatch
) -> None:
    coder, seen = generator.parts.coder, []
    log_mel = coder.log_mel

    def noted(latents: torch.Tensor) -> torch.Tensor:
        seen.append(latents)
        return log_mel(latents)

    monkeypatch.setattr(coder, "log_mel", noted)
    sound = noise(1.28)
    asked = asked_for(checkpoint, kept=Kept(sound, ((0.4, 0.8),)), options={"steps": 5})
    made(generator, asked)
    own = coder.encode(sound.samples[:, 0], 32)
    off = (seen[-1] - own).abs().amax(dim=(0, 1, 3))
    is_made = made_frames(Kept(sound, ((0.4, 0.8),)), 32)
    assert off[~is_made].max() < 0.25  # DDIM ends with a little noise, a standard deviation of 0.04
    assert off[is_made].min() > off[~is_made].max()


def test_frames_behind_a_sound_that_goes_on_are_made() -> None:
    is_made = made_frames(Kept(noise(0.5), ((0.5, 1.0),)), 32)
    assert is_made.tolist() == [False] * 12 + [True] * 20
    is_made = made_frames(Kept(noise(1.28), ((0.2, 0.24), (0.8, 1.0))), 32)
    assert is_made.nonzero().flatten().tolist() == [5, *range(20, 25)]


def test_a_closed_generator_keeps_nothing(checkpoint: Checkpoint) -> None:
    generator = FAMILY.load(checkpoint, plan_of(VramMode.CPU))
    asked = asked_for(checkpoint, options={"steps": 1})
    made(generator, asked)
    unet = weakref.ref(generator.parts.unet)
    generator.close()
    gc.collect()
    assert unet() is None
    with pytest.raises(RuntimeError, match="closed"):
        generator.condition(asked)
