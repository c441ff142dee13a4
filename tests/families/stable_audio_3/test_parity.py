"""Our loop and key loader against the official pipelines with the same weights.

The official modules are built first and their tensors written in the published layout, which our
loader reads: whatever it maps wrongly shows here. diffusers feeds no ``local_add_cond`` where
nothing is kept; the model was trained with zeros there, so they are fed to the official one, too.
"""

from __future__ import annotations

import math
from typing import Any

import pytest
import torch
from stable_audio_runs import RATE, Loaded, hum, relative_error, voice_of
from tiny_stable_audio_3 import LATENT_CHANNELS, RATIO, TinyStableAudio3

from qvim_studio.families.protocol import Kept
from qvim_studio.families.stable_audio_3 import generator as generator_module
from qvim_studio.families.starting import Starting
from qvim_studio.networks.torch_audio import torchaudio  # noqa: F401  (before diffusers)

from diffusers import (  # isort: skip
    FlowMatchEulerDiscreteScheduler,
    StableAudio3AudioToAudioPipeline,
    StableAudio3InpaintPipeline,
    StableAudio3Pipeline,
)

DURATION_S, STEPS, SEED = 0.3, 3, 5
LIMIT = 1e-4


def official(kind: Any, tiny: TinyStableAudio3, loaded: Loaded, is_distilled: bool = True) -> Any:
    prompt = loaded.generator._parts.prompt
    pipe = kind(
        vae=tiny.coder,
        text_encoder=prompt.network,
        tokenizer=prompt._tokenizer,
        duration_embedder=tiny.duration,
        transformer=tiny.denoiser,
        scheduler=FlowMatchEulerDiscreteScheduler(
            num_train_timesteps=1, shift=1.0, stochastic_sampling=is_distilled
        ),
    )
    pipe.set_progress_bar_config(disable=True)
    return pipe


@pytest.fixture(autouse=True)
def zeros_where_nothing_is_kept(tiny_large: TinyStableAudio3, tiny_base: TinyStableAudio3) -> Any:
    def feed(module: Any, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
        if kwargs.get("local_add_cond") is None:
            rows, _, latents = args[0].shape
            kwargs["local_add_cond"] = torch.zeros(rows, 1 + LATENT_CHANNELS, latents)
        return args, kwargs

    hooks = [
        tiny.denoiser.register_forward_pre_hook(feed, with_kwargs=True)
        for tiny in (tiny_large, tiny_base)
    ]
    yield
    for hook in hooks:
        hook.remove()


def noise_of(seed: int) -> torch.Generator:
    return torch.Generator().manual_seed(seed)


def ours(loaded: Loaded, **given: Any) -> Any:
    given["options"] = {"headroom_s": 0.0, **given.get("options", {})}
    asked = loaded.asked(DURATION_S, STEPS, **given)
    (samples,) = loaded.made(asked, [SEED])
    return samples.T


def test_words_make_what_the_official_pipeline_makes(
    tiny_large: TinyStableAudio3, large: Loaded
) -> None:
    pipe = official(StableAudio3Pipeline, tiny_large, large)
    expected = pipe(
        "rain on tin", DURATION_S, num_inference_steps=STEPS, generator=noise_of(SEED)
    ).audios[0]
    assert relative_error(ours(large, text="rain on tin"), expected) < LIMIT


def test_guidance_away_from_words_is_the_official_one(
    tiny_base: TinyStableAudio3, base: Loaded
) -> None:
    pipe = official(StableAudio3Pipeline, tiny_base, base, is_distilled=False)
    expected = pipe(
        "rain",
        DURATION_S,
        num_inference_steps=STEPS,
        guidance_scale=4.0,
        negative_prompt="low",
        generator=noise_of(SEED),
    ).audios[0]
    got = ours(base, text="rain", negative_text="low", options={"guidance": 4.0, "projection": 0.0})
    assert relative_error(got, expected) < LIMIT


def test_a_voice_with_the_published_levels_is_the_official_audio_to_audio(
    tiny_large: TinyStableAudio3, large: Loaded, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The published levels rise after the first; they are taken for this comparison alone."""
    level = 0.6
    grid = torch.linspace(level, 0.0, STEPS + 1)
    published = torch.sigmoid(-(2.0 - grid * 8.2)).tolist()
    published[0], published[-1] = level, 0.0
    assert published[1] > level
    monkeypatch.setattr(generator_module, "noise_levels", lambda steps, share: published)
    monkeypatch.setattr(generator_module, "level_at", lambda share: level)
    given = {"text": "rain", "voice": voice_of(hum(DURATION_S))}
    levelled = Starting(large.asked(DURATION_S, **given), RATE).sound(SEED)
    audio = torch.from_numpy(levelled.T.copy())[None]
    expected = official(StableAudio3AudioToAudioPipeline, tiny_large, large)(
        "rain",
        DURATION_S,
        audio=audio,
        init_noise_level=level,
        num_inference_steps=STEPS,
        generator=noise_of(SEED),
    ).audios[0]
    assert relative_error(ours(large, **given), expected) < LIMIT


def test_a_part_made_anew_is_the_official_inpainting(
    tiny_large: TinyStableAudio3, large: Loaded
) -> None:
    sound = hum(DURATION_S, channels=2)
    latents = math.ceil(DURATION_S * RATE / RATIO)
    mask = torch.ones(1, 1, latents)
    mask[..., 4:8] = mask[..., -1] = 0.0  # the sound ends within the last latent
    expected = official(StableAudio3InpaintPipeline, tiny_large, large)(
        "rain",
        DURATION_S,
        audio=torch.from_numpy(sound.samples.T.copy())[None],
        mask=mask,
        num_inference_steps=STEPS,
        generator=noise_of(SEED),
    ).audios[0]
    part_s = (4 * RATIO / RATE, 8 * RATIO / RATE)
    got = ours(large, text="rain", kept=Kept(sound, (part_s,)))
    within = slice(4 * RATIO + 900, 8 * RATIO - 900)  # the crossfades lie at its ends
    assert relative_error(got[:, within], expected[:, within]) < LIMIT
