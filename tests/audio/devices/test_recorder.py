from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pytest
import soundfile
from fake_audio import SAMPLE_RATE, FakeAudio

from qvim_studio.audio.devices.patience import Patience
from qvim_studio.audio.devices.recorder import PRE_ROLL_S, RecordingOptions, TakePhase, TakeRecorder
from qvim_studio.audio.files.take_file import TakeFile
from qvim_studio.audio.following.voice_gate import HOLD_S
from qvim_studio.core.errors import OutputError
from qvim_studio.core.program.device_key import MIX, SYSTEM_DEFAULT, DeviceKey, with_channel

Make = Callable[[RecordingOptions], TakeRecorder]


def noise(seconds: float, level: float = 0.3) -> np.ndarray:
    count = round(seconds * SAMPLE_RATE)
    return (level * np.random.default_rng(1).uniform(-1, 1, count)).astype(np.float32)


def wait_until(condition: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 5.0
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.002)


@pytest.fixture
def audio() -> FakeAudio:
    return FakeAudio()


@pytest.fixture
def make(audio: FakeAudio, tmp_path: Path) -> Iterator[Make]:
    made: list[TakeRecorder] = []
    names = (tmp_path / f"{number}.wav" for number in range(1, 99))

    def make_one(options: RecordingOptions) -> TakeRecorder:
        made.append(TakeRecorder(audio, SYSTEM_DEFAULT, lambda: next(names), options))
        made[-1].start()
        return made[-1]

    yield make_one
    for recorder in made:
        recorder.stop()
        assert recorder.join(5.0)


def test_half_a_second_before_the_key_belongs_to_the_take(
    make: Make, audio: FakeAudio, tmp_path: Path
) -> None:
    recorder = make(RecordingOptions())
    spoken = noise(2.0)
    audio.say(spoken[:SAMPLE_RATE])
    wait_until(lambda: recorder.snapshot().phase is TakePhase.LISTENING)
    recorder.begin_take()
    audio.say(spoken[SAMPLE_RATE:])
    recorder.stop()
    wait_until(lambda: recorder.snapshot().phase is TakePhase.FINISHED)
    recorded, _ = soundfile.read(tmp_path / "1.wav", dtype="float32")
    wanted = spoken[round((1.0 - PRE_ROLL_S) * SAMPLE_RATE) :]
    np.testing.assert_allclose(recorded, wanted, atol=2e-7)
    assert recorder.snapshot().takes == (tmp_path / "1.wav",)


def test_a_count_in_is_counted_in_the_stream(make: Make, audio: FakeAudio) -> None:
    recorder = make(RecordingOptions())
    recorder.begin_take(count_in_s=1.0)
    audio.say(noise(0.4))
    wait_until(lambda: recorder.snapshot().count_in_s == pytest.approx(0.6))
    assert recorder.snapshot().phase is TakePhase.LISTENING
    audio.say(noise(0.8))
    wait_until(lambda: recorder.snapshot().phase is TakePhase.RECORDING)
    assert recorder.snapshot().count_in_s == 0.0


def test_hands_free_makes_one_file_of_every_sound(
    make: Make, audio: FakeAudio, tmp_path: Path
) -> None:
    recorder = make(RecordingOptions(gate_db=-30.0))
    silence = np.zeros(round((HOLD_S + PRE_ROLL_S) * SAMPLE_RATE))
    for _ in range(2):
        audio.say(np.concatenate((silence, noise(0.3), silence)))
    wait_until(lambda: len(recorder.snapshot().takes) == 2)
    for path in recorder.snapshot().takes:
        recorded, _ = soundfile.read(path)
        loud = np.flatnonzero(np.abs(recorded) > 0)
        assert loud[0] / SAMPLE_RATE == pytest.approx(PRE_ROLL_S, abs=0.03)
        assert np.ptp(loud) / SAMPLE_RATE == pytest.approx(0.3, abs=0.01)
    wait_until(lambda: recorder.snapshot().phase is TakePhase.LISTENING)


def test_gain_is_applied_to_what_is_kept(make: Make, audio: FakeAudio, tmp_path: Path) -> None:
    recorder = make(RecordingOptions(gain_db=20.0))
    recorder.begin_take()
    audio.say(noise(0.2, level=0.01))
    recorder.stop()
    wait_until(lambda: recorder.snapshot().phase is TakePhase.FINISHED)
    recorded, _ = soundfile.read(tmp_path / "1.wav", dtype="float32")
    np.testing.assert_allclose(recorded, 10 * noise(0.2, level=0.01), atol=2e-7)


def inputs(*levels: float) -> np.ndarray:
    """Noise of 0.2 s at these levels, (frames, inputs)."""
    return np.stack([noise(0.2, level) for level in levels], axis=1)


@pytest.mark.parametrize(("channel", "expected"), [(1, 0.0), (3, 0.2), (MIX, 0.1)])
def test_the_chosen_input_of_a_microphone_is_recorded(
    channel: int, expected: float, make: Make, audio: FakeAudio, tmp_path: Path
) -> None:
    audio.input_count = 3
    choices = with_channel((), audio.input_devices()[0].key, channel)
    recorder = make(RecordingOptions(inputs=choices))
    recorder.begin_take()
    audio.say(inputs(0.0, 0.1, 0.2))
    recorder.stop()
    wait_until(lambda: recorder.snapshot().phase is TakePhase.FINISHED)
    recorded, _ = soundfile.read(tmp_path / "1.wav", dtype="float32")
    np.testing.assert_allclose(recorded, noise(0.2, expected), atol=2e-7)
    levels = recorder.snapshot().levels[0]
    assert (levels.device, levels.channel) == (audio.input_devices()[0].key, channel)
    assert levels.channel_peaks_db == pytest.approx((-120.0, -20.0, -14.0), abs=0.1)


def test_another_input_counts_at_once(make: Make, audio: FakeAudio, tmp_path: Path) -> None:
    audio.input_count = 2
    recorder = make(RecordingOptions())
    recorder.begin_take()
    audio.say(inputs(0.0, 0.1))
    wait_until(lambda: recorder.snapshot().seconds > 0.15)
    assert recorder.snapshot().channel_peaks_db == pytest.approx((-120.0, -20.0), abs=0.1)
    recorder.set_inputs(with_channel((), audio.input_devices()[0].key, 2))
    audio.say(inputs(0.0, 0.1))
    recorder.stop()
    wait_until(lambda: recorder.snapshot().phase is TakePhase.FINISHED)
    recorded, _ = soundfile.read(tmp_path / "1.wav", dtype="float32")
    half = len(recorded) // 2
    assert not recorded[:half].any()
    np.testing.assert_allclose(recorded[half:], noise(0.2, 0.1), atol=2e-7)


def test_the_input_of_another_microphone_does_not_count(
    make: Make, audio: FakeAudio, tmp_path: Path
) -> None:
    audio.input_count = 2
    recorder = make(RecordingOptions(inputs=with_channel((), DeviceKey("Other", "Fake"), 2)))
    recorder.begin_take()
    audio.say(inputs(0.1, 0.0))
    recorder.stop()
    wait_until(lambda: recorder.snapshot().phase is TakePhase.FINISHED)
    assert not recorder.snapshot().levels[0].is_silent


def test_a_folder_that_cannot_be_written_is_told(audio: FakeAudio, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    recorder = TakeRecorder(audio, SYSTEM_DEFAULT, lambda: tmp_path / "file" / "take.wav")
    recorder.begin_take()
    recorder.start()
    audio.say(noise(0.2))
    wait_until(lambda: recorder.snapshot().error is not None)
    assert isinstance(recorder.snapshot().error, OutputError)
    assert recorder.join(5.0)


def test_a_take_whose_disk_fills_up_keeps_what_was_written(
    make: Make, audio: FakeAudio, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    recorder = make(RecordingOptions())
    recorder.begin_take()
    audio.say(noise(0.3))
    wait_until(lambda: recorder.snapshot().seconds == pytest.approx(0.3))

    def refuse(take: TakeFile, _samples: np.ndarray) -> None:
        raise OutputError(f"The take cannot be written to {take.path.parent}: the disk is full.")

    monkeypatch.setattr(TakeFile, "write", refuse)
    audio.say(noise(0.1))
    wait_until(lambda: recorder.snapshot().error is not None)
    assert recorder.join(5.0)
    last = recorder.snapshot()
    assert (last.phase, last.takes) == (TakePhase.FINISHED, (tmp_path / "1.wav",))
    assert "the disk is full" in str(last.error) and audio.input.is_closed
    assert soundfile.info(tmp_path / "1.wav").duration == pytest.approx(0.3)
    assert last.levels[0].peak_db == pytest.approx(20 * np.log10(0.3), abs=0.1)


def test_a_take_that_cannot_be_completed_either_says_the_first_reason(
    make: Make, audio: FakeAudio, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def refuse(what: str) -> Callable[..., None]:
        def fail(*_arguments: object) -> None:
            raise OutputError(f"The take cannot be {what}.")

        return fail

    monkeypatch.setattr(TakeFile, "write", refuse("written"))
    monkeypatch.setattr(TakeFile, "close", refuse("completed"))
    recorder = make(RecordingOptions())
    recorder.begin_take()
    audio.say(noise(0.1))
    wait_until(lambda: recorder.snapshot().error is not None)
    assert recorder.join(5.0)
    assert "written" in str(recorder.snapshot().error) and not recorder.snapshot().takes
    assert "A take was not completed: The take cannot be completed." in caplog.text


@pytest.mark.parametrize("how", ["stalls", "ends"])
def test_a_microphone_that_is_lost_is_told_and_its_take_is_kept(
    make: Make, audio: FakeAudio, tmp_path: Path, how: str
) -> None:
    audio.patience = Patience(stall_s=0.05 if how == "stalls" else 60.0)
    recorder = make(RecordingOptions())
    recorder.begin_take()
    audio.say(noise(0.2))
    if how == "ends":
        audio.input.on_finished()
    wait_until(lambda: recorder.snapshot().error is not None)
    assert "stopped sending" in str(recorder.snapshot().error)
    assert recorder.join(5.0)
    assert soundfile.info(tmp_path / "1.wav").duration == pytest.approx(0.2)


def test_a_microphone_that_sends_nothing_fails(make: Make, audio: FakeAudio) -> None:
    audio.patience = Patience(first_block_s=0.02)
    recorder = make(RecordingOptions())
    wait_until(lambda: recorder.snapshot().phase is TakePhase.FAILED)
    assert "sent nothing" in str(recorder.snapshot().error)
