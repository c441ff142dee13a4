from __future__ import annotations

import threading
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
import soundfile
from fake_audio import SAMPLE_RATE, FakeAudio
from pytestqt.qtbot import QtBot

from qvim_studio.audio.devices.patience import Patience
from qvim_studio.audio.devices.recorder import RecordingOptions
from qvim_studio.core.errors import DeviceError
from qvim_studio.core.program.device_key import SYSTEM_DEFAULT, DeviceKey
from qvim_studio.jobs import recording
from qvim_studio.jobs.recording import RecordingSession, RecordingState

TONE = 0.5 * np.sin(np.arange(SAMPLE_RATE // 2) * 0.05)


@pytest.fixture
def audio() -> FakeAudio:
    return FakeAudio()


@pytest.fixture
def session(audio: FakeAudio, tmp_path: Path, qtbot: QtBot) -> Iterator[RecordingSession]:
    session = RecordingSession(audio, tmp_path / "takes")
    yield session
    assert session.shutdown()


def test_recording_is_shown_only_from_the_first_block_on(
    session: RecordingSession, audio: FakeAudio, qtbot: QtBot
) -> None:
    states: list[RecordingState] = []
    session.state_changed.connect(states.append)
    session.start(DeviceKey("Fake microphone"))
    assert audio.input_opened.wait(5.0)
    qtbot.wait(100)
    assert states == [RecordingState.OPENING]
    audio.say(TONE[:4800])
    qtbot.waitUntil(lambda: session.state is RecordingState.RECORDING)
    session.stop()
    qtbot.waitUntil(lambda: session.state is RecordingState.IDLE)
    assert states == [
        RecordingState.OPENING,
        RecordingState.RECORDING,
        RecordingState.STOPPING,
        RecordingState.IDLE,
    ]


def test_a_take_holds_exactly_what_was_said(
    session: RecordingSession, audio: FakeAudio, qtbot: QtBot
) -> None:
    levels: list[recording.RecordingLevel] = []
    columns: list[np.ndarray] = []
    session.level_changed.connect(levels.append)
    session.wave_grew.connect(columns.append)
    session.start(DeviceKey("Fake microphone"))
    audio.say(TONE)
    qtbot.waitUntil(lambda: session.state is RecordingState.RECORDING)
    with qtbot.waitSignal(session.take_recorded) as recorded:
        session.stop()
    samples, rate = soundfile.read(recorded.args[0], dtype="float32")
    assert rate == SAMPLE_RATE
    np.testing.assert_allclose(samples, TONE, atol=2e-7)
    assert audio.opened_names == ["Fake microphone"]
    assert levels[-1].seconds == pytest.approx(0.5)
    assert len(np.concatenate(columns)) == 50
    assert np.concatenate(columns).max() == pytest.approx(0.5, abs=1e-3)


def test_no_microphone_fails_with_a_sentence(
    session: RecordingSession, audio: FakeAudio, qtbot: QtBot
) -> None:
    audio.microphones = []
    with qtbot.waitSignal(session.failed) as failed:
        session.start(SYSTEM_DEFAULT)
    assert isinstance(failed.args[0], DeviceError)
    assert session.state is RecordingState.IDLE


def test_a_microphone_that_stops_sending_keeps_the_take_so_far(
    session: RecordingSession, audio: FakeAudio, qtbot: QtBot
) -> None:
    audio.patience = Patience(stall_s=0.1)
    with qtbot.waitSignals([session.failed, session.take_recorded]):
        session.start(SYSTEM_DEFAULT)
        audio.say(TONE)
    assert session.state is RecordingState.IDLE


def test_a_microphone_that_never_sends_is_told(
    session: RecordingSession, audio: FakeAudio, qtbot: QtBot, tmp_path: Path
) -> None:
    audio.patience = Patience(first_block_s=0.1)
    with qtbot.waitSignal(session.failed) as failed:
        session.start(SYSTEM_DEFAULT)
    assert "sent nothing" in str(failed.args[0])
    assert list((tmp_path / "takes").glob("*")) == []


def test_a_device_that_hangs_while_closing_does_not_hold_the_take_back(
    session: RecordingSession, audio: FakeAudio, qtbot: QtBot
) -> None:
    audio.may_close.clear()
    session.start(SYSTEM_DEFAULT)
    audio.say(TONE)
    qtbot.waitUntil(lambda: session.state is RecordingState.RECORDING)
    with qtbot.waitSignal(session.take_recorded):
        session.stop()
    audio.may_close.set()


def test_a_device_that_hangs_while_opening_is_given_up(
    session: RecordingSession,
    audio: FakeAudio,
    qtbot: QtBot,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    may_open = threading.Event()
    audio.patience = Patience(hang_s=0.1)

    def open_late(*arguments: object) -> None:
        may_open.wait(5.0)
        raise DeviceError("Too late.")

    monkeypatch.setattr(audio, "open_input", open_late)
    with qtbot.waitSignal(session.failed) as failed:
        session.start(SYSTEM_DEFAULT)
    assert "does not answer" in str(failed.args[0])
    assert session.state is RecordingState.IDLE
    may_open.set()


def test_two_takes_of_the_same_second_get_two_files(
    session: RecordingSession, audio: FakeAudio, qtbot: QtBot
) -> None:
    paths: list[Path] = []
    session.take_recorded.connect(paths.append)
    for number in (1, 2):
        audio.input_opened.clear()
        session.start(SYSTEM_DEFAULT)
        audio.say(TONE)
        qtbot.waitUntil(lambda: session.state is RecordingState.RECORDING)
        session.stop()
        qtbot.waitUntil(lambda n=number: len(paths) == n)
    assert paths[0] != paths[1]
    assert all(path.is_file() for path in paths)


def test_an_open_microphone_listens_between_takes(
    session: RecordingSession, audio: FakeAudio, qtbot: QtBot
) -> None:
    session.open(SYSTEM_DEFAULT, RecordingOptions())
    audio.say(TONE)
    qtbot.waitUntil(lambda: session.state is RecordingState.READY)
    session.start(SYSTEM_DEFAULT)
    audio.say(TONE)
    qtbot.waitUntil(lambda: session.state is RecordingState.RECORDING)
    with qtbot.waitSignal(session.take_recorded) as recorded:
        session.stop()
        audio.say(TONE[:480])
    assert session.state is RecordingState.READY
    samples, _ = soundfile.read(recorded.args[0])
    assert len(samples) == 2 * len(TONE) + 480
    session.close()
    qtbot.waitUntil(lambda: session.state is RecordingState.IDLE)


def test_a_count_in_is_counted_down(
    session: RecordingSession, audio: FakeAudio, qtbot: QtBot
) -> None:
    counts: list[int] = []
    session.counted.connect(counts.append)
    session.start(SYSTEM_DEFAULT, count_in_s=1.6)
    for expected in ([2], [2, 1]):
        audio.say(TONE)
        qtbot.waitUntil(lambda e=expected: counts == e)
        assert session.state is RecordingState.COUNTING_IN
    audio.say(np.tile(TONE, 2))
    qtbot.waitUntil(lambda: session.state is RecordingState.RECORDING)
    session.stop()
    qtbot.waitUntil(lambda: session.state is RecordingState.IDLE)


def test_hands_free_reports_every_take(
    session: RecordingSession, audio: FakeAudio, qtbot: QtBot
) -> None:
    takes: list[Path] = []
    session.take_recorded.connect(takes.append)
    session.open(SYSTEM_DEFAULT, RecordingOptions(gate_db=-30.0))
    for number in (1, 2):
        audio.say(np.concatenate((TONE, np.zeros(SAMPLE_RATE))))
        qtbot.waitUntil(lambda n=number: len(takes) == n)
    assert session.state is RecordingState.READY
    assert takes[0] != takes[1]
