"""Real PortAudio against a private PulseAudio: recording, playing, losing devices."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import soundfile
from listening import best_match, chirp
from sound_server import SoundServer, is_available

from qvim_studio.audio.devices.device_list import AudioDevice, Direction, find_device
from qvim_studio.audio.devices.patience import Patience
from qvim_studio.audio.devices.player import Player
from qvim_studio.audio.devices.portaudio import PortAudioBackend, plain_reason
from qvim_studio.audio.devices.recorder import RecordingOptions, TakePhase, TakeRecorder
from qvim_studio.audio.levels import SILENCE_DBFS
from qvim_studio.core.clip import AudioClip
from qvim_studio.core.errors import DeviceError
from qvim_studio.core.program.device_key import MIX, SYSTEM_DEFAULT, DeviceKey, with_channel

needs_server = pytest.mark.skipif(not is_available(), reason="PulseAudio is not installed")
RATE = 48_000


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SoundServer]:
    server = SoundServer(tmp_path_factory.mktemp("pulse"))
    yield server
    server.stop()


@pytest.fixture
def backend(server: SoundServer, monkeypatch: pytest.MonkeyPatch) -> PortAudioBackend:
    for name, value in server.environment.items():
        monkeypatch.setenv(name, value)
    backend = PortAudioBackend()
    backend.refresh()
    return backend


@pytest.fixture
def microphone(backend: PortAudioBackend) -> AudioDevice:
    return find_device(backend.input_devices(), DeviceKey("qvim_mic"), Direction.INPUT)


def wait_until(condition: Callable[[], bool], seconds: float = 10.0) -> None:
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, f"waited for {seconds} s"
        time.sleep(0.01)


@needs_server
@pytest.mark.sound_server
def test_the_devices_of_the_system_are_listed(backend: PortAudioBackend) -> None:
    inputs = {device.name: device for device in backend.input_devices()}
    assert "qvim_mic" in inputs
    assert inputs["qvim_mic"].channels >= 1
    assert "qvim_speakers" in {device.name for device in backend.output_devices()}


@needs_server
@pytest.mark.sound_server
def test_what_is_spoken_is_recorded_sample_by_sample(
    backend: PortAudioBackend, server: SoundServer, tmp_path: Path
) -> None:
    voice = chirp(1.0)
    recorder = TakeRecorder(backend, DeviceKey("qvim_mic"), lambda: tmp_path / "take.wav")
    recorder.begin_take()
    recorder.start()
    assert recorder.snapshot().phase is TakePhase.OPENING
    wait_until(lambda: recorder.snapshot().phase is TakePhase.RECORDING)
    speaker = server.speak(np.pad(voice, RATE // 4).tobytes())
    before_s = recorder.snapshot().seconds
    wait_until(lambda: recorder.snapshot().seconds > before_s + 2.2)
    recorder.stop()
    wait_until(lambda: recorder.snapshot().phase is TakePhase.FINISHED)
    speaker.wait()
    assert recorder.join(5.0)
    samples, rate = soundfile.read(tmp_path / "take.wav", dtype="float32")
    assert rate == RATE
    assert best_match(samples, voice) > 0.999


@needs_server
@pytest.mark.sound_server
def test_what_is_played_comes_out_of_the_speakers(
    backend: PortAudioBackend, server: SoundServer, tmp_path: Path
) -> None:
    clip = AudioClip.from_mono(chirp(1.0), RATE)
    played = tmp_path / "heard.raw"
    server.listen(played)
    wait_until(lambda: played.stat().st_size > 0)
    player = Player(backend)
    try:
        # a machine under full load may starve one playing of a second, but hardly three
        matches = [_played_match(player, clip, played) for _ in range(3)]
    finally:
        assert player.close(5.0)
    assert max(matches) > 0.999


def _played_match(player: Player, clip: AudioClip, played: Path) -> float:
    """Play to the end; how well the newest two seconds from the speakers match."""
    player.play(lambda: clip, DeviceKey("qvim_speakers"))
    wait_until(lambda: player.snapshot().is_playing and player.snapshot().position_s > 0)
    wait_until(lambda: not player.snapshot().is_playing)
    assert player.snapshot().error is None
    time.sleep(0.3)  # the server's own buffer
    return best_match(np.fromfile(played, np.float32)[-2 * RATE :], clip.mono())


@needs_server
@pytest.mark.sound_server
def test_the_monitor_plays_what_the_microphone_hears(
    backend: PortAudioBackend, server: SoundServer, tmp_path: Path
) -> None:
    voice = chirp(1.0)
    played = tmp_path / "heard.raw"
    server.listen(played)
    options = RecordingOptions(monitor=DeviceKey("qvim_speakers"))
    recorder = TakeRecorder(backend, DeviceKey("qvim_mic"), lambda: tmp_path / "take.wav", options)
    recorder.start()
    wait_until(lambda: recorder.snapshot().phase is TakePhase.LISTENING)
    wait_until(lambda: played.stat().st_size > 0)
    matches = []
    for _ in range(6):  # the first gaps teach it how much has to wait
        server.speak(np.pad(voice, RATE // 4).tobytes()).wait()
        time.sleep(1.0)  # the server's buffers and ours
        matches.append(best_match(np.fromfile(played, np.float32)[-3 * RATE :], voice))
        if matches[-1] > 0.99:
            break
    recorder.stop()
    assert recorder.join(10.0)
    assert recorder.snapshot().monitor_error is None
    assert max(matches) > 0.99


@needs_server
@pytest.mark.sound_server
def test_a_microphone_that_falls_silent_keeps_the_take_and_says_so(
    backend: PortAudioBackend,
    server: SoundServer,
    tmp_path: Path,
) -> None:
    backend.patience = Patience(stall_s=0.5)
    recorder = TakeRecorder(backend, DeviceKey("qvim_mic"), lambda: tmp_path / "take.wav")
    recorder.begin_take()
    recorder.start()
    wait_until(lambda: recorder.snapshot().seconds > 0.2)
    server.control("suspend-source", "microphone", "1")
    wait_until(lambda: recorder.snapshot().phase is TakePhase.FINISHED)
    assert isinstance(recorder.snapshot().error, DeviceError)
    assert soundfile.info(str(tmp_path / "take.wav")).frames > 0
    server.control("suspend-source", "microphone", "0")
    recorder.join(10.0)


@needs_server
@pytest.mark.sound_server
def test_a_device_that_is_not_there_is_named(
    backend: PortAudioBackend, microphone: AudioDevice
) -> None:
    gone = replace(microphone, name="Gone")
    with pytest.raises(DeviceError, match="“Gone” is not connected"):
        backend.open_input(gone, 1, lambda block: None, lambda: None)


@needs_server
@pytest.mark.sound_server
def test_an_input_that_a_device_does_not_have_is_named(
    backend: PortAudioBackend, microphone: AudioDevice
) -> None:
    with pytest.raises(DeviceError, match="“qvim_mic” has 2 inputs, and input 3 is chosen"):
        backend.open_input(microphone, 3, lambda block: None, lambda: None)


@pytest.fixture
def interface(server: SoundServer, backend: PortAudioBackend) -> Iterator[AudioDevice]:
    """Four inputs behind the system's default microphone."""
    server.plug_in_interface()
    yield find_device(backend.input_devices(), SYSTEM_DEFAULT, Direction.INPUT)
    server.unplug_interface()


@needs_server
@pytest.mark.sound_server
def test_a_voice_on_the_second_of_four_inputs_is_heard_there_and_in_the_mix_and_metered(
    backend: PortAudioBackend, interface: AudioDevice, server: SoundServer, tmp_path: Path
) -> None:
    assert interface.channels == 4
    paths = {channel: tmp_path / f"{channel}.wav" for channel in (1, 2, MIX)}
    names = iter(paths.values())
    recorder = TakeRecorder(backend, SYSTEM_DEFAULT, lambda: next(names))
    recorder.start()
    wait_until(lambda: recorder.snapshot().phase is TakePhase.LISTENING)
    voice = chirp(0.5)
    spoken = np.zeros((len(voice) + RATE // 2, 4), np.float32)
    spoken[RATE // 4 : RATE // 4 + len(voice), 1] = voice
    shown = np.full(4, SILENCE_DBFS)
    for number, channel in enumerate(paths, 1):
        recorder.set_inputs(with_channel((), interface.key, channel))
        recorder.begin_take()
        wait_until(lambda n=number: recorder.snapshot().number == n)
        speaker = server.speak_into_interface(spoken.tobytes())
        while recorder.snapshot().seconds < 1.9:
            shown = np.maximum(shown, recorder.snapshot().channel_peaks_db)
            time.sleep(0.02)
        recorder.end_take()
        wait_until(lambda n=number: len(recorder.snapshot().takes) == n)
        speaker.wait()
    recorder.stop()
    assert recorder.join(5.0)
    takes = {each: soundfile.read(path, dtype="float32")[0] for each, path in paths.items()}
    assert all(samples.ndim == 1 for samples in takes.values())
    assert not takes[1].any()
    for channel, share in ((2, 1.0), (MIX, 0.25)):
        assert best_match(takes[channel], voice) > 0.98
        loudest = share * np.abs(voice).max()
        assert np.abs(takes[channel]).max() == pytest.approx(loudest, rel=0.05)
    of_first, of_second, of_mix = recorder.snapshot().levels
    assert of_first.is_silent and of_first.sounding_channels == (2,)
    assert not of_second.is_silent and not of_mix.is_silent
    assert shown[1] == pytest.approx(-6, abs=1)
    assert max(shown[0], *shown[2:]) == SILENCE_DBFS


def test_a_sound_system_that_hangs_is_given_up() -> None:
    backend = PortAudioBackend(Patience(lock_s=0.02))
    with backend._portaudio(), pytest.raises(DeviceError, match="does not answer"):
        backend.input_devices()


@pytest.mark.parametrize(
    ("message", "plain"),
    [
        (
            "Error opening InputStream: Device unavailable [PaErrorCode -9985]",
            "it is in use by another program or not connected",
        ),
        (
            "Error opening OutputStream: Unanticipated host error [PaErrorCode -9999]: 'busy'",
            "the sound system refused it",
        ),
        ("Error starting stream: Something odd [PaErrorCode -1]", "something odd"),
        ("", "the sound system gives no reason"),
    ],
)
def test_reasons_of_the_sound_system_are_told_in_words(message: str, plain: str) -> None:
    assert plain_reason(Exception(message)) == plain
