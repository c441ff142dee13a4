"""Our loop against the official pipeline and scheduler with the same weights and the same noise.

The official scheduler draws from torchsde's Brownian tree, which is no dependency of ours: here a
sampler with our numbers stands in for it, everything else is the official code.
"""

from __future__ import annotations

import importlib
import sys
import types
from typing import Any

import pytest
import torch
from stable_audio_runs import Loaded, relative_error
from tiny_stable_audio_open import CANVAS, CHANNELS

from qvim_studio.networks.torch_audio import torchaudio  # noqa: F401  (before diffusers)

from diffusers import StableAudioPipeline  # isort: skip

DURATION_S, STEPS, SEED = 0.5, 4, 5
SOLVER = "diffusers.schedulers.scheduling_cosine_dpmsolver_multistep"
TREE = "diffusers.schedulers.scheduling_dpmsolver_sde"


class OurNoise:
    """Gives what our loop draws after its first noise."""

    def __init__(self, latents: torch.Tensor, seed: int, **limits: float) -> None:
        self._generator = torch.Generator().manual_seed(seed)
        self()

    def __call__(self, *levels: Any) -> torch.Tensor:
        return torch.randn((CHANNELS, CANVAS), generator=self._generator)[None]


@pytest.fixture
def official(loaded: Loaded, monkeypatch: pytest.MonkeyPatch) -> Any:
    if "torchsde" not in sys.modules:
        monkeypatch.setitem(sys.modules, "torchsde", types.ModuleType("torchsde"))
    for name in (TREE, SOLVER):
        monkeypatch.delitem(sys.modules, name, raising=False)
    solver = importlib.import_module(SOLVER)
    monkeypatch.setattr(solver, "BrownianTreeNoiseSampler", OurNoise)
    parts = loaded.generator._parts
    pipe = StableAudioPipeline(
        vae=parts.coder,
        text_encoder=parts.text_encoder,
        projection_model=parts.projection,
        tokenizer=parts.tokenizer,
        transformer=parts.denoiser,
        scheduler=solver.CosineDPMSolverMultistepScheduler(
            solver_order=2, prediction_type="v_prediction", sigma_schedule="exponential"
        ),
    )
    pipe.set_progress_bar_config(disable=True)
    return pipe


@pytest.mark.parametrize("unwanted", [None, "low"])
def test_words_make_what_the_official_pipeline_makes(
    unwanted: str | None, official: Any, loaded: Loaded
) -> None:
    expected = official(
        "rain on tin",
        negative_prompt=unwanted,
        audio_end_in_s=DURATION_S,
        num_inference_steps=STEPS,
        guidance_scale=7.0,
        generator=torch.Generator().manual_seed(SEED),
    ).audios[0]
    asked = loaded.asked(DURATION_S, STEPS, text="rain on tin", negative_text=unwanted or "")
    (made,) = loaded.made(asked, [SEED])
    assert relative_error(made.T, expected) < 1e-4


def test_one_pass_without_guidance_is_the_official_one(official: Any, loaded: Loaded) -> None:
    expected = official(
        "rain",
        audio_end_in_s=DURATION_S,
        num_inference_steps=STEPS,
        guidance_scale=1.0,
        generator=torch.Generator().manual_seed(SEED),
    ).audios[0]
    asked = loaded.asked(DURATION_S, STEPS, text="rain", options={"guidance": 1.0})
    assert relative_error(loaded.made(asked, [SEED])[0].T, expected) < 1e-4
