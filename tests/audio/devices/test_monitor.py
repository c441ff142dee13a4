"""Hearing oneself while recording: what is fed is heard, late by little, and never costs a take."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pytest
from fake_audio import BLOCK, SAMPLE_RATE, FakeAudio

from qvim_studio.audio.devices.monitor import PRIMED_S, SPARE_S, Monitor
from qvim_studio.audio.devices.recorder import RecordingOptions, TakePhase, TakeRecorder
from qvim_studio.core.program.device_key import SYSTEM_DEFAULT

PRIMED = round(PRIMED_S * SAMPLE_RATE)


def tone(frames: int, rate: int = SAMPLE_RATE) -> np.ndarray:
    return (0.5 * np.sin(2 * np.pi * 440 * np.arange(frames) / rate)).astype(np.float32)


def wait_until(condition: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 5.0
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.002)


@pytest.fixture
def audio() -> FakeAudio:
    return FakeAudio()


@pytest.fixture
def recorder(audio: FakeAudio, tmp_path: Path) -> Iterator[TakeRecorder]:
    made = TakeRecorder(audio, SYSTEM_DEFAULT, lambda: tmp_path / "take.wav", RecordingOptions())
    made.start()
    yield made
    made.stop()
    assert made.join(5.0)


def test_what_is_fed_is_heard_from_when_enough_waits(audio: FakeAudio) -> None:
    monitor = Monitor(audio, SYSTEM_DEFAULT, SAMPLE_RATE)
    spoken = tone(2 * PRIMED)
    monitor.feed(spoken[: PRIMED - 1])
    assert not audio.listen(BLOCK).any()
    monitor.feed(spoken[PRIMED - 1 :])
    played = audio.listen(2 * PRIMED)
    np.testing.assert_array_equal(played, spoken[: len(played)])
    assert not audio.listen(BLOCK).any()
    monitor.close()
    assert audio.output is not None and audio.output.is_closed


def test_what_waits_too_long_is_skipped(audio: FakeAudio) -> None:
    monitor = Monitor(audio, SYSTEM_DEFAULT, SAMPLE_RATE)
    spoken = tone(SAMPLE_RATE)
    monitor.feed(spoken)
    played = audio.listen(BLOCK)
    first = len(spoken) - round((PRIMED_S + SPARE_S) * SAMPLE_RATE) - BLOCK
    np.testing.assert_array_equal(played, spoken[first : first + BLOCK])


def test_after_a_gap_more_waits_before_it_goes_on(audio: FakeAudio) -> None:
    monitor = Monitor(audio, SYSTEM_DEFAULT, SAMPLE_RATE)
    monitor.feed(tone(PRIMED))
    assert audio.listen(PRIMED).any()
    assert not audio.listen(BLOCK).any()  # the gap
    monitor.feed(tone(2 * PRIMED - 1))
    assert not audio.listen(BLOCK).any()
    monitor.feed(tone(1))
    assert audio.listen(BLOCK).any()


def test_another_rate_is_converted(audio: FakeAudio) -> None:
    monitor = Monitor(audio, SYSTEM_DEFAULT, 24_000)
    monitor.feed(tone(2_400, 24_000))
    played = audio.listen(PRIMED)
    spectrum = np.abs(np.fft.rfft(played[-1_440:] * np.hanning(1_440)))
    assert abs(np.argmax(spectrum) * SAMPLE_RATE / 1_440 - 440) < 34


def test_it_is_off_until_it_is_asked_for_and_follows_at_once(
    recorder: TakeRecorder, audio: FakeAudio
) -> None:
    audio.say(tone(PRIMED))
    wait_until(lambda: recorder.snapshot().phase is TakePhase.LISTENING)
    assert audio.output is None
    recorder.set_monitor(SYSTEM_DEFAULT)
    wait_until(audio.output_opened.is_set)
    recorder.set_monitor(None)
    wait_until(lambda: audio.output is not None and audio.output.is_closed)


def test_a_loudspeaker_that_goes_away_is_told_once(
    recorder: TakeRecorder, audio: FakeAudio
) -> None:
    recorder.set_monitor(SYSTEM_DEFAULT)
    wait_until(audio.output_opened.is_set)
    assert audio.output is not None
    audio.output.on_finished()
    wait_until(lambda: recorder.snapshot().monitor_error is not None)
    wait_until(lambda: audio.output.is_closed)
    first = recorder.snapshot().monitor_error
    audio.say(tone(SAMPLE_RATE))
    wait_until(lambda: recorder.snapshot().phase is TakePhase.LISTENING)
    assert "is gone" in str(first) and recorder.snapshot().monitor_error is first


def test_without_a_loudspeaker_the_take_goes_on(
    recorder: TakeRecorder, audio: FakeAudio, tmp_path: Path
) -> None:
    audio.loudspeakers = []
    recorder.set_monitor(SYSTEM_DEFAULT)
    recorder.begin_take()
    audio.say(tone(SAMPLE_RATE))
    wait_until(lambda: recorder.snapshot().monitor_error is not None)
    recorder.stop()
    wait_until(lambda: recorder.snapshot().phase is TakePhase.FINISHED)
    assert "loudspeaker" in str(recorder.snapshot().monitor_error)
    assert recorder.snapshot().error is None
    assert recorder.snapshot().takes == (tmp_path / "take.wav",)
