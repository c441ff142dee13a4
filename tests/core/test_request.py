"""What a request refuses before anything is computed."""

from __future__ import annotations

import numpy as np
import pytest

from qvim_studio.core.clip import AudioClip
from qvim_studio.core.errors import UsageError
from qvim_studio.core.request import MAX_SEED, MAX_VARIATIONS, GenerationRequest, filled

CLIP = AudioClip.from_mono(np.full(4_800, 0.1), 48_000)


def test_the_seeds_of_all_variations_stay_within_63_bits() -> None:
    highest = MAX_SEED - MAX_VARIATIONS
    assert GenerationRequest(text="a bell", seed=highest).seed == highest
    for seed in (highest + 1, -1):
        with pytest.raises(UsageError, match=f"got {seed}"):
            GenerationRequest(text="a bell", seed=seed)


def test_a_timbre_without_an_imitation_is_refused_even_beside_words() -> None:
    with pytest.raises(UsageError, match="A timbre needs an imitation"):
        GenerationRequest(text="a bell", timbre=CLIP)
    assert GenerationRequest(imitation=CLIP, timbre=CLIP).timbre is CLIP


def test_a_value_that_defaults_should_have_filled_in_is_a_bug() -> None:
    assert filled(0.0) == 0.0
    with pytest.raises(ValueError, match="defaults are filled in"):
        filled(GenerationRequest(text="a bell").steps)
