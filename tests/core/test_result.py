"""The sounds of a result: all that have files, the best first, and pieces of long ones."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import scripted_engine

from qvim_studio.core.clip import AudioClip
from qvim_studio.core.match import Match
from qvim_studio.core.provenance import Provenance
from qvim_studio.core.request import GenerationRequest
from qvim_studio.core.result import GenerationResult, SoundChunk, Variation, best_first

REQUEST = GenerationRequest(text="rain")
CLIP = AudioClip(np.zeros((480, 1), np.float32), 48_000)
MADE = Variation(CLIP, 7, None, 8_000.0)
REAL = Provenance("door.wav", "Door", "1", "CC BY 4.0", "yes")
FITTED = replace(MADE, seed=8, provenance=REAL)
RESULT = GenerationResult(REQUEST, scripted_engine.PROVENANCE, (MADE,), fitted=(FITTED,))


def test_made_sounds_come_before_fitted_ones() -> None:
    assert RESULT.sounds == (MADE, FITTED)


def test_a_fitted_sound_has_a_provenance_of_its_own() -> None:
    assert RESULT.provenance_for(MADE) is scripted_engine.PROVENANCE
    assert RESULT.provenance_for(FITTED) is REAL


def test_a_piece_ends_where_the_next_one_begins() -> None:
    chunk = SoundChunk(RESULT, begin=1_000, planned=9_000)
    assert chunk.variation is MADE
    assert chunk.end == 1_480


def test_the_best_match_comes_first_and_what_has_none_keeps_its_order() -> None:
    poor, good = (replace(MADE, match=Match(None, 0.5, share)) for share in (0.2, 0.9))
    assert best_first([MADE, poor, FITTED, good]) == (good, poor, MADE, FITTED)
