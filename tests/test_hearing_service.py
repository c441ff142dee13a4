"""The real listener against the plain hearing, over the sounds that ship."""

from __future__ import annotations

import shutil
from pathlib import Path

import numpy as np
import pytest
import soundfile

from qvim_studio.assembly import HearingService
from qvim_studio.audio.files.reading import read_audio
from qvim_studio.core.program.resources import bundled_encoder_id, resource_path
from qvim_studio.voice.hearing import Hearing, program_hearing


@pytest.fixture(scope="module")
def hearing() -> Hearing:
    return program_hearing()


def test_a_batch_hears_what_one_alone_would(hearing: Hearing, tmp_path: Path) -> None:
    shipped = sorted(resource_path("library").rglob("*.ogg"))[:1]
    (tmp_path / "broken.wav").write_bytes(b"no audio")
    soundfile.write(tmp_path / "long.wav", np.sin(np.arange(12 * 8000) * 0.2), 8000)
    paths = [*shipped, tmp_path / "broken.wav", tmp_path / "long.wav"]
    listener = HearingService(hearing)
    reports = listener.listen(paths)
    listener.close()
    for path, report in zip(paths, reports, strict=True):
        if path.name == "broken.wav":
            assert report.embedding is None and "broken.wav" in report.problem
            continue
        alone = hearing.embed(read_audio(path), "reference")
        np.testing.assert_allclose(report.embedding, alone, atol=1e-4)
        assert report.facts.duration_s > 0


def test_a_file_without_a_telling_name_is_heard_as_what_it_is(
    hearing: Hearing, tmp_path: Path
) -> None:
    (shipped,) = resource_path("library").rglob("animal_*_dog.ogg")
    shutil.copy(shipped, tmp_path / "REC_0042.ogg")
    listener = HearingService(hearing)
    (report,) = listener.listen([tmp_path / "REC_0042.ogg"])
    alone = listener.hear(read_audio(shipped))
    listener.close()
    assert report.words[0].word == "dog" and report.words[0].score > 0.5
    assert all(one.score >= 0.1 for one in report.words)
    assert alone[0].word == "dog" and len(alone) == 5


def test_the_listener_is_who_the_indexer_expects(hearing: Hearing) -> None:
    listener = HearingService(hearing)
    assert listener.get_encoder_id() == bundled_encoder_id()
    listener.close()
