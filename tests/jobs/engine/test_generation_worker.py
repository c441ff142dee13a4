"""Long sounds come in chunks: they are heard while they are made, and lie in a file at once."""

from __future__ import annotations

import gc
import json
import tempfile
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
import scripted_engine
import soundfile
from pytestqt.qtbot import QtBot
from scripted_engine import make_variations

from qvim_studio.audio.files.mapped_clip import MappedClip
from qvim_studio.core.clip import AudioClip
from qvim_studio.core.errors import OutputError
from qvim_studio.core.request import GenerationRequest
from qvim_studio.export.files.clip_writer import write_result
from qvim_studio.export.files.growing_wave import GrowingWave
from qvim_studio.jobs.engine.generation_worker import GenerationWorker
from qvim_studio.jobs.engine.job import Job, JobEnded, JobProgress
from qvim_studio.jobs.engine.job_queue import JobQueue


def request(text: str) -> GenerationRequest:
    return GenerationRequest(text=text, duration_s=2.0, variations=1)


@pytest.fixture
def queue(qtbot: QtBot) -> Iterator[JobQueue]:
    queue = JobQueue(scripted_engine.make_engine, write_result)
    yield queue
    assert queue.shutdown()


def names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


def test_a_sound_in_chunks_is_there_with_its_first_one_and_grows(
    queue: JobQueue, qtbot: QtBot, tmp_path: Path
) -> None:
    reported: list[JobProgress] = []
    queue.progressed.connect(reported.append)
    asked = request("2 chunks then rain")
    with qtbot.waitSignal(queue.finished) as finished:
        queue.submit(asked, tmp_path, "rain")
    grown = [one.arrived for one in reported if one.arrived is not None]
    wanted = make_variations(asked)[0].clip
    assert [one.clip.duration_s for one in grown] == [0.5, 1.0, 1.5, 2.0]
    assert all(one.planned_s == 2.0 for one in grown)
    (variation,) = finished.args[0].result.variations
    np.testing.assert_array_equal(variation.clip.samples, wanted.samples)
    (clip,) = finished.args[0].clips
    assert names(tmp_path) == ["rain_01.json", "rain_01.wav"] and clip.path.name == "rain_01.wav"
    samples, _ = soundfile.read(clip.path, dtype="float32", always_2d=True)
    np.testing.assert_array_equal(samples, wanted.samples)


def test_a_cancel_keeps_the_chunks_that_were_made(
    queue: JobQueue, qtbot: QtBot, tmp_path: Path
) -> None:
    with qtbot.waitSignal(
        queue.progressed, check_params_cb=lambda reported: reported.phase == "denoise"
    ):
        job = queue.submit(request("2 chunks then wait"), tmp_path, "rain")
    with qtbot.waitSignal(queue.finished) as finished:
        queue.cancel(job)
    made = finished.args[0]
    assert not made.is_whole and made.error is None
    assert names(tmp_path) == ["rain_01_unfinished.json", "rain_01_unfinished.wav"]
    notes = json.loads(made.clips[0].recipe_path.read_text())["notes"]
    assert notes == ["Stopped: 0 of 1 sounds were made, and 1 of 2 s of another."]


def test_a_sketch_that_never_begins_leaves_no_folder(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    ended: list[JobEnded] = []
    worker = GenerationWorker(scripted_engine.make_engine, write_result)
    worker.ended.connect(ended.append)
    job = Job(1, request("rain"), tmp_path, "rain", is_sketch=True)
    job.cancelled.set()
    gc.collect()
    gc.disable()  # which would delete the folder one day, with a warning
    try:
        worker.run(job)
        assert [one.error for one in ended] == [None]
        assert names(tmp_path) == []
    finally:
        gc.enable()


def test_a_sketch_in_chunks_leaves_no_file(
    queue: JobQueue, qtbot: QtBot, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    asked = request("4 chunks then rain")
    with qtbot.waitSignal(queue.sketched) as sketched:
        queue.sketch(asked)
    (variation,) = sketched.args[0].variations
    assert not isinstance(variation.clip, MappedClip)
    np.testing.assert_array_equal(variation.clip.samples, make_variations(asked)[0].clip.samples)
    assert names(tmp_path) == []


def test_a_disk_that_is_full_ends_the_job_and_keeps_what_lies_there(
    queue: JobQueue, qtbot: QtBot, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(wave: GrowingWave, clip: AudioClip) -> None:
        if wave.path.stat().st_size > 200_000:
            raise OutputError("The disk is full.")
        append(wave, clip)

    append = GrowingWave.append
    monkeypatch.setattr(GrowingWave, "append", refuse)
    with qtbot.waitSignal(queue.finished) as finished:
        queue.submit(request("3 chunks then wait"), tmp_path, "rain")
    assert str(finished.args[0].error) == "The disk is full."
    assert names(tmp_path) == ["rain_01_unfinished.json", "rain_01_unfinished.wav"]
