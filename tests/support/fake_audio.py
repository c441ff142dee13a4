"""A sound system without sound: tests push blocks into it and look at what was played."""

from __future__ import annotations

import threading

import numpy as np

from qvim_studio.audio.devices import AudioDevice, OnBlock, OnFinished, StreamOptions
from qvim_studio.core.errors import DeviceError

SAMPLE_RATE = 48_000
BLOCK = 480


class FakeStream:
    sample_rate = SAMPLE_RATE
    channels = 1
    latency_s = 0.0

    def __init__(self, backend: FakeAudio, on_block: OnBlock, on_finished: OnFinished) -> None:
        self.backend = backend
        self.on_block = on_block
        self.on_finished = on_finished
        self.is_closed = False

    def close(self) -> None:
        self.backend.may_close.wait(5.0)
        self.is_closed = True


class FakeAudio:
    """Implements AudioBackend. ``microphones`` and ``loudspeakers`` can be emptied."""

    def __init__(self) -> None:
        self.microphones = ["Fake microphone"]
        self.loudspeakers = ["Fake loudspeaker"]
        self.refreshes = 0
        self.input_opened = threading.Event()
        self.output_opened = threading.Event()
        self.may_close = threading.Event()
        self.may_close.set()
        self.input: FakeStream | None = None
        self.output: FakeStream | None = None
        self.opened_names: list[str] = []
        self.options = StreamOptions()

    def input_devices(self) -> tuple[AudioDevice, ...]:
        return _devices(self.microphones)

    def output_devices(self) -> tuple[AudioDevice, ...]:
        return _devices(self.loudspeakers)

    def refresh(self) -> None:
        self.refreshes += 1

    def set_options(self, options: StreamOptions) -> None:
        self.options = options

    def open_input(
        self, device_name: str, on_block: OnBlock, on_finished: OnFinished
    ) -> FakeStream:
        if not self.microphones:
            raise DeviceError("No microphone was found. Connect one.")
        self.opened_names.append(device_name)
        self.input = FakeStream(self, on_block, on_finished)
        self.input_opened.set()
        return self.input

    def open_output(
        self, device_name: str, on_block: OnBlock, on_finished: OnFinished
    ) -> FakeStream:
        if not self.loudspeakers:
            raise DeviceError("No loudspeaker was found. Connect one.")
        self.opened_names.append(device_name)
        self.output = FakeStream(self, on_block, on_finished)
        self.output_opened.set()
        return self.output

    def say(self, samples: np.ndarray) -> None:
        """Speak into the microphone."""
        assert self.input_opened.wait(5.0)
        for start in range(0, len(samples), BLOCK):
            self.input.on_block(samples[start : start + BLOCK, None].astype(np.float32))

    def listen(self, frames: int) -> np.ndarray:
        """What the loudspeaker plays next: (frames,)."""
        assert self.output_opened.wait(5.0)
        heard = []
        for _ in range(frames // BLOCK):
            block = np.ones((BLOCK, 1), dtype=np.float32)
            self.output.on_block(block)
            heard.append(block[:, 0])
        return np.concatenate(heard)


def _devices(names: list[str]) -> tuple[AudioDevice, ...]:
    return tuple(
        AudioDevice(name, "Fake", index, 1, SAMPLE_RATE, index == 0)
        for index, name in enumerate(names)
    )
