"""A sound system without sound: tests push blocks into it and look at what was played."""

from __future__ import annotations

import threading

import numpy as np

from qvim_studio.audio.devices.device_list import AudioDevice
from qvim_studio.audio.devices.patience import Patience
from qvim_studio.audio.devices.portaudio import OnBlock, OnFinished, StreamOptions
from qvim_studio.core.errors import DeviceError

SAMPLE_RATE = 48_000
BLOCK = 480
TONE = 0.5 * np.sin(np.arange(SAMPLE_RATE // 2) * 0.05)  # half a second of 382 Hz


class FakeStream:
    sample_rate = SAMPLE_RATE
    latency_s = 0.0

    def __init__(
        self, backend: FakeAudio, channels: int, on_block: OnBlock, on_finished: OnFinished
    ) -> None:
        self.backend = backend
        self.channels = channels
        self.on_block = on_block
        self.on_finished = on_finished
        self.is_closed = False

    def close(self) -> None:
        self.backend.may_close.wait(5.0)
        self.is_closed = True


class FakeAudio:
    """Implements AudioBackend. ``microphones`` and ``loudspeakers`` can be emptied.

    patience: a busy machine may play and record late; replaced where something is to be given up.
    input_count: of every microphone.
    """

    def __init__(self) -> None:
        self.microphones = ["Fake microphone"]
        self.loudspeakers = ["Fake loudspeaker"]
        self.input_count = 1
        self.refreshes = 0
        self.input_opened = threading.Event()
        self.output_opened = threading.Event()
        self.may_close = threading.Event()
        self.may_close.set()
        self.input: FakeStream | None = None
        self.output: FakeStream | None = None
        self.opened_names: list[str] = []
        self.options = StreamOptions()
        self.patience = Patience(stall_s=60.0)

    def input_devices(self) -> tuple[AudioDevice, ...]:
        return _devices(self.microphones, self.input_count)

    def output_devices(self) -> tuple[AudioDevice, ...]:
        return _devices(self.loudspeakers)

    def refresh(self) -> None:
        self.refreshes += 1

    def set_options(self, options: StreamOptions) -> None:
        self.options = options

    def open_input(
        self, device: AudioDevice, channel: int, on_block: OnBlock, on_finished: OnFinished
    ) -> FakeStream:
        if channel > device.channels:
            raise DeviceError(f"There is no input {channel}.")
        self.opened_names.append(device.name)
        self.input = FakeStream(self, device.channels, on_block, on_finished)
        self.input_opened.set()
        return self.input

    def open_output(
        self, device: AudioDevice, on_block: OnBlock, on_finished: OnFinished
    ) -> FakeStream:
        self.opened_names.append(device.name)
        self.output = FakeStream(self, 1, on_block, on_finished)
        self.output_opened.set()
        return self.output

    def say(self, samples: np.ndarray) -> None:
        """Speak into the microphone: (frames,) into its first input, or (frames, inputs)."""
        assert self.input_opened.wait(5.0)
        spoken = samples[:, None] if samples.ndim == 1 else samples
        blocks = np.zeros((len(samples), self.input.channels), np.float32)
        blocks[:, : spoken.shape[1]] = spoken
        for start in range(0, len(blocks), BLOCK):
            self.input.on_block(blocks[start : start + BLOCK])

    def listen(self, frames: int) -> np.ndarray:
        """What the loudspeaker plays next: (frames,)."""
        assert self.output_opened.wait(5.0)
        played = []
        for _ in range(frames // BLOCK):
            block = np.ones((BLOCK, 1), dtype=np.float32)
            self.output.on_block(block)
            played.append(block[:, 0])
        return np.concatenate(played)


def _devices(names: list[str], channels: int = 1) -> tuple[AudioDevice, ...]:
    return tuple(
        AudioDevice(name, "Fake", index, channels, SAMPLE_RATE, index == 0)
        for index, name in enumerate(names)
    )
