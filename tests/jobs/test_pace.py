from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from qvim_studio.core.clip import AudioClip
from qvim_studio.core.provenance import Provenance
from qvim_studio.core.request import GenerationRequest
from qvim_studio.core.result import GenerationResult, Variation
from qvim_studio.jobs.pace import Pace, PaceBook, learn, load_pace

SECONDS = {"load": 9.0, "encode": 0.5, "denoise": 12.0, "decode": 1.0, "rank": 1.0}


def test_a_job_teaches_what_another_one_will_take() -> None:
    pace = learn(None, SECONDS, audio_s=4.0, steps=10)
    assert pace == Pace(fixed=0.5, step=0.3, decode=0.5)
    assert pace.expected_s(audio_s=2.0, steps=20) == pytest.approx(0.5 + 2 * (20 * 0.3 + 0.5))
    assert sum(pace.phases(2.0, 20).values()) == pytest.approx(pace.expected_s(2.0, 20))


def test_a_slower_job_moves_it_half_way() -> None:
    pace = learn(Pace(0.5, 0.1, 0.5), SECONDS, audio_s=4.0, steps=10)
    assert pace.step == pytest.approx(0.2)


def test_the_pace_outlives_the_session_and_rubbish_does_not(tmp_path: Path) -> None:
    path = tmp_path / "pace.json"
    request = GenerationRequest(text="door", variations=2, steps=10, duration_s=1.0)
    variation = Variation(AudioClip(np.zeros((8000, 1), np.float32), 8000), 0, None, 8000.0)
    provenance = Provenance("a", "A", "1", "CC0", "yes")
    book = PaceBook(path)
    assert book.expected_s(2, 1.0, 10) is None
    assert book.phases(request) == {}
    book.learn(GenerationResult(request, provenance, (variation, variation), SECONDS))
    again = PaceBook(path)
    assert again.expected_s(2, 1.0, 10) == pytest.approx(14.5)
    assert again.phases(request)["denoise"] == pytest.approx(12.0)
    path.write_text("[1]")
    assert load_pace(path) is None
