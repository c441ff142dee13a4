"""A queued upscale survives a restart with its sound and what is known of it."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from qvim_studio.core.clip import AudioClip
from qvim_studio.core.provenance import Provenance
from qvim_studio.core.request import GenerationRequest
from qvim_studio.core.upscale import Upscale, upscaled_name
from qvim_studio.jobs.engine.job import Job
from qvim_studio.session.requests.held_jobs import drop_sounds, hold_job, request_again

SOUND = AudioClip(np.linspace(-0.5, 0.5, 2000, dtype=np.float32)[:, None], 16_000)


def test_an_upscale_comes_back_as_it_was(tmp_path: Path) -> None:
    upscale = Upscale(SOUND, Provenance("x", "X", "1", "MIT", "yes"), 7_000.0)
    asked = GenerationRequest(upscale=upscale, upscaler="highs", checkpoint="highs", seed=4)
    held = hold_job(Job(1, asked, tmp_path, "dog upscaled"), None, tmp_path)
    drop_sounds([held], tmp_path)
    again = request_again(held, tmp_path)
    assert again.recipe() == asked.recipe()
    assert again.upscale.provenance == upscale.provenance
    assert np.array_equal(again.upscale.sound.samples, SOUND.samples)


def test_an_upscaled_sound_is_not_called_so_twice() -> None:
    assert upscaled_name("dog_01") == "dog upscaled"
    assert upscaled_name("dog_upscaled_02") == "dog_upscaled"
