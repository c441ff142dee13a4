"""Requests that wait come back as they were asked for, with every sound that they are made of."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from qvim_studio.core.clip import AudioClip
from qvim_studio.core.edit import Edit
from qvim_studio.core.provenance import Provenance
from qvim_studio.core.request import GenerationRequest, Start
from qvim_studio.jobs.engine.job import Job
from qvim_studio.session.requests.held_jobs import HeldJob, drop_sounds, hold_job, request_again

OWN = Provenance("audioldm", "AudioLDM", "2", "CC BY-NC-SA 4.0", "no")


def noise(seed: int, channels: int = 1) -> AudioClip:
    samples = np.random.default_rng(seed).uniform(-0.5, 0.5, (4_000, channels))
    return AudioClip(samples.astype(np.float32), 4_000)


PARTS = Edit.of_parts(noise(0, channels=2), [(0.1, 0.3), (0.6, 0.8)], OWN, 16)
HIGHS = Edit(noise(0), 0.0, 1.0, above_hz=1_000.0)
REQUESTS = {
    "parts": GenerationRequest(edit=PARTS, imitation=noise(1)),
    "highs": GenerationRequest(edit=HIGHS, text="rain"),
    "morph": GenerationRequest(
        noise(1),
        start=Start.IMITATION,
        morph_sound=noise(2, channels=2),
        morph_sound_name="hiss",
        morph_at=None,
    ),
    "loop": GenerationRequest(noise(1), noise(2), noise(3), loop=True, text="rain"),
}


@pytest.mark.parametrize("kind", REQUESTS)
def test_a_request_that_waits_comes_back_as_it_was(kind: str, tmp_path: Path) -> None:
    request = REQUESTS[kind]
    job = hold_job(Job(1, request, tmp_path, "dog"), None, tmp_path)
    again = request_again(HeldJob.of(vars(job)), tmp_path)
    assert again.recipe() == request.recipe()
    for name in ("imitation", "timbre", "start_sound", "morph_sound"):
        was, now = getattr(request, name), getattr(again, name)
        assert (was is None) == (now is None)
        if was is not None:
            np.testing.assert_array_equal(now.samples, was.samples)
    if request.edit is not None:
        assert again.edit is not None and again.edit.parts_s == request.edit.parts_s
        assert again.edit.above_hz == request.edit.above_hz
        assert (again.edit.provenance, again.edit.bit_depth) == (
            request.edit.provenance,
            request.edit.bit_depth,
        )


def test_an_edit_that_was_held_before_there_were_several_parts_comes_back(tmp_path: Path) -> None:
    request = GenerationRequest(edit=Edit(noise(0), 0.2, 0.6, OWN))
    job = hold_job(Job(1, request, tmp_path, "dog"), None, tmp_path)
    assert job.edit is not None
    before = {"begin_s": 0.2, "end_s": 0.6, "bit_depth": 24, "provenance": OWN.as_dict()}
    again = request_again(HeldJob.of(vars(job) | {"edit": before}), tmp_path)
    assert again.edit is not None and again.edit.parts_s == ((0.2, 0.6),)
    assert again.edit.above_hz is None


def test_sounds_that_no_request_needs_are_removed(tmp_path: Path) -> None:
    held = {
        kind: hold_job(Job(1, request, tmp_path, "dog"), None, tmp_path)
        for kind, request in REQUESTS.items()
    }
    drop_sounds([held["morph"]], tmp_path)
    assert len(list(tmp_path.glob("*.wav"))) == 2
    assert request_again(held["morph"], tmp_path).morph_sound is not None
