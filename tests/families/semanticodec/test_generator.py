"""A voice comes back from its tokens: exactly as long, by its seed alone, cancelled in a step."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import numpy as np
import pytest
import torch

from qvim_studio.core.clip import AudioClip
from qvim_studio.core.errors import CancelledError, CheckpointError
from qvim_studio.core.options import OptionValues
from qvim_studio.families.protocol import Asked, Report, Voice
from qvim_studio.families.semanticodec.generator import (
    NO_START,
    SemantiCodecGenerator,
    crossfaded,
    positions,
)
from qvim_studio.families.semanticodec.options import CAPABILITIES, Blend
from qvim_studio.families.semanticodec.parts import SemantiCodecParts

from diffusers import DDIMScheduler  # isort: skip

STEPS = 2  # more where they are looked at
QUIET = Report(lambda done, steps, picture: None, lambda: False)


def clip(seconds: float, hz: float = 300.0, rate: int = 16_000) -> AudioClip:
    at = np.arange(round(seconds * rate)) / rate
    return AudioClip.from_mono((0.3 * np.sin(2 * np.pi * hz * at)).astype(np.float32), rate)


def asked(
    seconds: float = 1.0, tokens: Blend = Blend.VOICE, steps: int = STEPS, **changes: Any
) -> Asked:
    values = OptionValues({"steps": steps, "tokens": tokens.value})
    voice = Voice(clip(seconds, rate=44_100), np.zeros(960, np.float32))
    given = {"duration_s": seconds, "voice": voice, "options": CAPABILITIES.filled(values)}
    return Asked(**(given | changes))


@pytest.fixture
def generator(parts: SemantiCodecParts) -> SemantiCodecGenerator:
    return SemantiCodecGenerator(parts)


def made(
    generator: SemantiCodecGenerator, request: Asked, seeds: Sequence[int], report: Report = QUIET
) -> list[np.ndarray]:
    condition = generator.condition(request)
    return [sound.samples for sound in generator.make(condition, request, seeds, report)]


def test_sounds_are_exact_and_a_seed_alone_decides_them(generator: SemantiCodecGenerator) -> None:
    request = asked(1.0)
    first, second = made(generator, request, [3, 4])
    assert first.shape == (16_000, 1) and first.dtype == np.float32
    assert np.isfinite(first).all() and not np.array_equal(first, second)
    (again,) = made(generator, request, [4])
    assert np.array_equal(again, second)


@torch.inference_mode()
def test_a_window_is_the_one_of_the_published_steps(
    generator: SemantiCodecGenerator, parts: SemantiCodecParts
) -> None:
    """The official package needs libraries that the studio has not: its steps, from its code."""
    steps = 5
    request = asked(1.0, steps=steps)
    tokens = generator.condition(request)
    acoustic, semantic = parts.encoder.codebook, parts.encoder.centroids
    features = torch.full((1, 64, 128), -1.0)
    for place, (which, how) in enumerate(zip(tokens.semantic, tokens.acoustic)):
        features[0, place] = torch.cat([acoustic[how], semantic[which]])
    sines = torch.zeros(64, 192)
    for place in range(64):
        for pair in range(96):
            angle = place * math.exp(2 * pair * -math.log(10_000) / 192)
            sines[place, 2 * pair] = math.sin(angle)
            sines[place, 2 * pair + 1] = math.cos(angle)
    wanted = torch.cat([features, sines[None]], dim=2)
    unwanted = torch.cat([0 * features, sines[None]], dim=2)
    scheduler = DDIMScheduler(
        beta_start=0.0015,
        beta_end=0.0195,
        beta_schedule="scaled_linear",
        prediction_type="v_prediction",
        clip_sample=False,
        set_alpha_to_one=False,
        steps_offset=1,
    )
    scheduler.set_timesteps(steps)
    noise = torch.Generator().manual_seed(7)
    latents = torch.randn((1, 8, 32, 16), generator=noise)
    for now in scheduler.timesteps:
        without, with_it = (
            parts.unet(latents, now, encoder_hidden_states=each).sample
            for each in (unwanted, wanted)
        )
        drawn = torch.randn((1, 8, 32, 16), generator=noise)
        guided = without + 2.0 * (with_it - without)
        latents = scheduler.step(guided, now, latents, eta=1.0, variance_noise=drawn).prev_sample
    log_mel = parts.vae.decode(latents / 0.7).sample[:, 0]
    expected = parts.vocoder(log_mel).reshape(-1)[:16_000].numpy()
    (ours,) = made(generator, request, [7])
    assert np.abs(ours[:, 0] - expected).max() < 1e-4 * np.abs(expected).max()


def test_long_voices_are_decoded_in_windows(generator: SemantiCodecGenerator) -> None:
    reported: list[tuple[int, int]] = []
    report = Report(lambda done, steps, picture: reported.append((done, steps)), lambda: False)
    (sound,) = made(generator, asked(2.0), [0], report)
    assert sound.shape == (32_000, 1) and np.abs(sound[-1600:]).max() > 0
    assert {steps for _, steps in reported} == {2 * STEPS}
    assert [done for done, _ in reported] == list(range(1, 2 * STEPS + 1))


def test_a_cancel_ends_it_within_a_step(generator: SemantiCodecGenerator) -> None:
    reported: list[int] = []
    report = Report(lambda done, steps, picture: reported.append(done), lambda: len(reported) == 2)
    with pytest.raises(CancelledError):
        made(generator, asked(steps=4), [0], report)
    assert reported == [1, 2]


def test_one_kind_of_tokens_comes_from_another_sound(generator: SemantiCodecGenerator) -> None:
    other = clip(1.0, hz=2500.0)
    voice, start = generator.condition(asked()), generator.encode_tokens(other, 1.0)
    for blend, semantic, acoustic in (
        (Blend.SEMANTIC_OF_VOICE, voice, start),
        (Blend.ACOUSTIC_OF_VOICE, start, voice),
    ):
        request = asked(tokens=blend, starts={0: other})
        (sound,) = made(generator, request, [0])
        pairs = semantic.with_acoustic_of(acoustic)
        assert np.array_equal(sound, generator.decode_tokens(pairs, request, 0, QUIET))
        assert not generator.notes


def test_without_a_second_sound_everything_is_the_voices(
    generator: SemantiCodecGenerator,
) -> None:
    (sound,) = made(generator, asked(tokens=Blend.SEMANTIC_OF_VOICE), [0])
    assert generator.notes == [NO_START]
    assert np.array_equal(sound, made(generator, asked(), [0])[0])


def test_without_a_voice_nothing_is_made(generator: SemantiCodecGenerator) -> None:
    with pytest.raises(CheckpointError, match="of a voice alone"):
        generator.condition(asked(voice=None))


def test_a_closed_generator_frees_its_networks(generator: SemantiCodecGenerator) -> None:
    generator.close()
    with pytest.raises(CheckpointError, match="was closed"):
        generator.condition(asked())


def test_windows_fade_into_each_other() -> None:
    ones = np.ones((2, 10), np.float32)
    faded = crossfaded([ones, ones, ones], 4)
    assert faded.shape == (2, 22) and np.allclose(faded, 1.0)
    assert crossfaded([ones, 0 * ones], 4)[0, 6:10].tolist() == pytest.approx([1, 2 / 3, 1 / 3, 0])


def test_positions_tell_all_pairs_apart() -> None:
    at = positions(512)[0]
    assert at.shape == (512, 192) and len(at.unique(dim=0)) == 512
    assert at[0, :4].tolist() == [0.0, 1.0, 0.0, 1.0]
