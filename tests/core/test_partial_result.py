"""The sounds of a request as they come: one result of all, each seed once, the best first."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import scripted_engine

from qvim_studio.core.clip import AudioClip
from qvim_studio.core.match import Match
from qvim_studio.core.partial_result import PartialResult
from qvim_studio.core.request import GenerationRequest
from qvim_studio.core.result import GenerationResult, Progress

REQUEST = GenerationRequest(text="rain", variations=4)


def arrived(seed: int, likelihood: float, value: float = 0.0) -> Progress:
    clip = AudioClip(np.full((10, 1), value, np.float32), 48_000)
    [variation] = scripted_engine.make_variations(replace(REQUEST, variations=1))
    variation = replace(variation, clip=clip, seed=seed, match=Match(None, 0.5, likelihood))
    provenance = scripted_engine.PROVENANCE
    result = GenerationResult(REQUEST, provenance, (variation,), notes=("Warm.",))
    return Progress("decode", 1, 4, arrived=result)


def test_nothing_came_yet() -> None:
    partial_result = PartialResult()
    assert partial_result.take(Progress("denoise", 1, 4)) is None
    assert partial_result.so_far() is None


def test_what_came_is_one_result_with_the_best_first_and_says_how_many() -> None:
    partial_result = PartialResult()
    for seed, likelihood in ((7, 0.2), (8, 0.9)):
        variation = partial_result.take(arrived(seed, likelihood))
        assert variation is not None
        assert variation.seed == seed
    result = partial_result.so_far()
    assert result is not None
    assert [variation.seed for variation in result.variations] == [8, 7]
    assert result.notes == ("Warm.", "Stopped: 2 of 4 sounds were made.")


def test_a_seed_that_comes_again_replaces_itself() -> None:
    partial_result = PartialResult()
    for value in (0.1, 0.4):
        partial_result.take(arrived(7, 0.5, value))
    result = partial_result.so_far()
    assert result is not None
    [variation] = result.variations
    assert variation.clip.samples[0, 0] == np.float32(0.4)


def test_progress_is_a_share_of_the_steps_and_nothing_without_any() -> None:
    assert Progress("denoise", 1, 4).fraction == 0.25
    assert Progress("load", 0, 0).fraction == 0.0


def test_an_unfinished_sound_says_how_much_of_it_was_made() -> None:
    partial_result = PartialResult()
    partial_result.take(arrived(7, 0.5))
    [variation] = scripted_engine.make_variations(replace(REQUEST, variations=1))
    long = AudioClip(np.zeros((48_000, 1), np.float32), 48_000)
    cut = replace(variation, clip=long, seed=8, planned_s=2.54)
    result = GenerationResult(REQUEST, scripted_engine.PROVENANCE, (cut,))
    partial_result.take(Progress("decode", 1, 4, arrived=result))
    so_far = partial_result.so_far()
    assert so_far is not None
    assert so_far.notes == ("Stopped: 1 of 4 sounds were made, and 1 of 2.5 s of another.",)
