"""Plays the open microphone while it records; without headphones this would cause feedback."""

from __future__ import annotations

import logging
import threading

import numpy as np
import soxr

from qvim_studio.audio.devices.device_list import Direction, find_device
from qvim_studio.audio.devices.portaudio import AudioBackend
from qvim_studio.audio.devices.ring_buffer import RingBuffer
from qvim_studio.core.errors import DeviceError
from qvim_studio.core.program.device_key import DeviceKey

log = logging.getLogger(__name__)

RING_S = 1.0
PRIMED_S = 0.04  # waiting before the first sound: two drains of the recorder
MAX_PRIMED_S = 0.32  # sound servers deliver in bursts: twice as much is buffered after every gap
SPARE_S = 0.25  # two clocks never agree; frames beyond the priming and this are skipped


class Monitor:
    """An open loudspeaker that plays what it is fed.

    ``feed`` and ``close`` belong to one thread, the recorder's; both may block for a moment.
    """

    def __init__(self, backend: AudioBackend, loudspeaker: DeviceKey, sample_rate: int) -> None:
        """sample_rate: of what is fed. Raises DeviceError if there is no loudspeaker."""
        self._ended = threading.Event()
        self._is_primed = False
        self._left = np.zeros(0, np.float32)  # read from the ring and not played yet
        self._ring = RingBuffer(round(RING_S * 192_000), 1)
        self._rate = 0
        self._primed_s = PRIMED_S
        device = find_device(backend.output_devices(), loudspeaker, Direction.OUTPUT)
        self._stream = backend.open_output(device, self._on_block, self._ended.set)
        self._resampler = None
        if self._stream.sample_rate != sample_rate:
            self._resampler = soxr.ResampleStream(
                sample_rate, self._stream.sample_rate, 1, dtype="float32", quality="QQ"
            )
        self._rate = self._stream.sample_rate

    @property
    def is_lost(self) -> bool:
        """Whether the loudspeaker was lost."""
        return self._ended.is_set()

    def feed(self, samples: np.ndarray) -> None:
        """Mono float32 samples, heard next."""
        if self._resampler is not None:
            samples = self._resampler.resample_chunk(samples)
        self._ring.write(np.clip(samples, -1.0, 1.0)[:, None])

    def close(self) -> None:
        try:
            self._stream.close()
        except DeviceError as error:
            log.warning("The loudspeaker of the monitor did not close: %s", error)

    def _on_block(self, block: np.ndarray) -> None:
        """PortAudio's thread."""
        block.fill(0.0)
        waiting = np.concatenate([self._left, self._ring.read()[:, 0]])
        if not self._is_primed and len(waiting) < self._primed_s * self._rate:
            self._left = waiting
            return
        surplus = len(waiting) - len(block) - round((self._primed_s + SPARE_S) * self._rate)
        waiting = waiting[max(surplus, 0) :]
        block[: len(waiting)] = waiting[: len(block), None]
        self._left = waiting[len(block) :]
        self._is_primed = len(waiting) >= len(block)
        if not self._is_primed:
            self._primed_s = min(2 * self._primed_s, MAX_PRIMED_S)


class MonitorSwitch:
    """Opens and closes the loudspeaker on request; a take never fails because of it.

    All methods belong to one thread, the recorder's.
    """

    def __init__(self, backend: AudioBackend) -> None:
        self._backend = backend
        self._monitor: Monitor | None = None
        self._wanted: DeviceKey | None = None
        self._error: DeviceError | None = None

    def follow(self, wanted: DeviceKey | None, sample_rate: int) -> DeviceError | None:
        """Play on ``wanted``, or nowhere for None. Returns the reason if that is impossible."""
        if self._monitor is not None and self._monitor.is_lost:
            self.close()
            self._error = DeviceError(
                "The loudspeaker on which the microphone was heard is gone. The take goes on; "
                "connect it again, or choose another in the settings."
            )
        if wanted != self._wanted:
            self.close()
            self._wanted = wanted
            if wanted is not None:
                try:
                    self._monitor = Monitor(self._backend, wanted, sample_rate)
                except DeviceError as error:
                    log.warning("The microphone is not heard: %s", error)
                    self._error = error
        return self._error

    def feed(self, samples: np.ndarray) -> None:
        """Monitor.feed of the open loudspeaker, if there is one."""
        if self._monitor is not None:
            self._monitor.feed(samples)

    def close(self) -> None:
        monitor, self._monitor = self._monitor, None
        if monitor is not None:
            monitor.close()
