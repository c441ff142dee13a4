"""A judge gives a unit row for each clip, and it is said where a model judges itself."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from ranking_engine import noise

from qvim_studio.core.errors import StudioError
from qvim_studio.evaluation import embedding
from qvim_studio.evaluation.embedding import JudgingEmbedding, find_judge, untaught_judge
from qvim_studio.networks.qvim.encoder import QvimEncoder

CLIPS = [noise(1), noise(2)]


@pytest.fixture(scope="module")
def encoder() -> QvimEncoder:
    torch.manual_seed(0)
    return QvimEncoder().eval()


def rows_of(judge: JudgingEmbedding) -> np.ndarray:
    rows = judge.embed(CLIPS)
    assert len(rows) == 2
    np.testing.assert_allclose(np.linalg.norm(rows, axis=1), 1.0, atol=1e-5)
    assert not np.allclose(rows[0], rows[1])
    return rows


def test_without_a_teacher_the_encoder_judges_itself_and_says_so(
    encoder: QvimEncoder, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def find_nothing() -> None:
        raise StudioError("The teacher's weights are not installed.")

    monkeypatch.setattr(embedding, "find_teacher_file", find_nothing)
    judge = find_judge(encoder)
    assert judge.is_own and rows_of(judge).shape == (2, 960)
    assert "Until then the encoder judges its own clips" in caplog.text


def test_a_teacher_judges_others_by_rows_of_unit_length(
    encoder: QvimEncoder, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Teacher:
        def embed(self, samples: np.ndarray, rate_hz: int) -> np.ndarray:
            assert samples.ndim == 1 and len(samples) == round(CLIPS[0].duration_s * rate_hz)
            return 7.0 * samples[:512]

    monkeypatch.setattr(embedding, "find_teacher_file", lambda: None)
    monkeypatch.setattr(embedding, "load_teacher", lambda path: Teacher())
    judge = find_judge(encoder)
    assert not judge.is_own and rows_of(judge).shape == (2, 512)


def test_the_second_judge_needs_no_teacher(encoder: QvimEncoder) -> None:
    judge = untaught_judge(encoder)
    assert not judge.is_own and judge.name == "2DFT"
    rows_of(judge)
