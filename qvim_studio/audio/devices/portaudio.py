"""Microphones and loudspeakers through PortAudio."""

from __future__ import annotations

import itertools
import logging
import re
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np

from qvim_studio.audio.devices.device_list import AudioDevice, Direction, find_device, list_devices
from qvim_studio.audio.devices.patience import Patience
from qvim_studio.audio.devices.source_watch import default_source_channels
from qvim_studio.core.errors import DeviceError

log = logging.getLogger(__name__)

STUDIO_RATE_HZ = 48_000

OnBlock = Callable[[np.ndarray], None]
OnFinished = Callable[[], None]


@dataclass(frozen=True)
class StreamOptions:
    """What the studio asks of devices, which need not comply.

    With the defaults every run against PulseAudio was exact to 16 bits, unlike with "low" latency;
    lower values suit good drivers. block_frames: frames of one callback.
    """

    sample_rate: int = STUDIO_RATE_HZ
    block_frames: int = 480
    latency_s: float = 0.2


class AudioStream(Protocol):
    """An open stream of a device."""

    sample_rate: int
    channels: int
    latency_s: float

    def close(self) -> None: ...


class AudioBackend(Protocol):
    """The part of a sound system that recording and playing need."""

    patience: Patience

    def input_devices(self) -> tuple[AudioDevice, ...]: ...

    def output_devices(self) -> tuple[AudioDevice, ...]: ...

    def refresh(self) -> None: ...

    @property
    def options(self) -> StreamOptions: ...

    def set_options(self, options: StreamOptions) -> None: ...

    def open_input(
        self, device: AudioDevice, channel: int, on_block: OnBlock, on_finished: OnFinished
    ) -> AudioStream: ...

    def open_output(
        self, device: AudioDevice, on_block: OnBlock, on_finished: OnFinished
    ) -> AudioStream: ...


class PortAudioBackend:
    """The sound system of this machine.

    Every call may block for seconds if the sound server does not answer, so none belongs on the
    window's thread. PortAudio itself is loaded at the first call.
    """

    def __init__(self, patience: Patience | None = None) -> None:
        self.patience = patience or Patience()
        self._lock = threading.Lock()
        self._open_streams = 0
        self._options = StreamOptions()
        self._sounddevice: Any = None

    def input_devices(self) -> tuple[AudioDevice, ...]:
        with self._portaudio() as sounddevice:
            return _list(sounddevice, Direction.INPUT, default_source_channels)

    def output_devices(self) -> tuple[AudioDevice, ...]:
        with self._portaudio() as sounddevice:
            return _list(sounddevice, Direction.OUTPUT)

    def refresh(self) -> None:
        """Read the list of devices again, which PortAudio can only do while nothing is open."""
        with self._portaudio() as sounddevice:
            if self._open_streams:
                return
            sounddevice._terminate()  # noqa: SLF001 - the only way to look again
            sounddevice._initialize()  # noqa: SLF001

    @property
    def options(self) -> StreamOptions:
        return self._options

    def set_options(self, options: StreamOptions) -> None:
        """Set the options of devices that are opened from now on."""
        self._options = options

    def open_input(
        self, device: AudioDevice, channel: int, on_block: OnBlock, on_finished: OnFinished
    ) -> _PortAudioStream:
        """Start recording: ``on_block`` gets (frames, channels) on PortAudio's thread.

        All channels are opened, at least as many as reach ``channel`` (from 1, or MIX). The array
        belongs to PortAudio and is valid only during the call.
        """
        least = max(channel, 1)
        if least > device.channels:
            raise DeviceError(
                f"“{device.title}” has {_inputs(device.channels)}, and input {channel} is chosen "
                "for it. Choose another input in the recording options."
            )

        def on_input(block: np.ndarray, *_: object) -> None:
            on_block(block)

        counts = [n for n in (device.channels, least, 2, 1) if least <= n <= device.channels]
        return self._open(Direction.INPUT, device, counts, on_input, on_finished)

    def open_output(
        self, device: AudioDevice, on_block: OnBlock, on_finished: OnFinished
    ) -> _PortAudioStream:
        """Start playing: ``on_block`` fills (frames, channels) on PortAudio's thread."""

        def on_output(block: np.ndarray, *_: object) -> None:
            on_block(block)

        counts = [n for n in (2, 1, device.channels) if n <= device.channels]
        return self._open(Direction.OUTPUT, device, counts, on_output, on_finished)

    def _open(
        self,
        direction: Direction,
        device: AudioDevice,
        channel_counts: Sequence[int],
        callback: Callable[..., None],
        on_finished: OnFinished,
    ) -> _PortAudioStream:
        with self._portaudio() as sounddevice:
            # its index may have changed since it was listed
            device = find_device(_list(sounddevice, direction), device.key, direction)
            kind = "InputStream" if direction is Direction.INPUT else "OutputStream"
            # PortAudio names 44.1 kHz where ALSA leaves the choice; 48 kHz is the studio's rate
            options = self._options
            rates = dict.fromkeys((options.sample_rate, STUDIO_RATE_HZ, device.sample_rate))
            error: Exception | None = None
            for rate, channels in itertools.product(rates, dict.fromkeys(channel_counts)):
                stream = None
                try:
                    stream = getattr(sounddevice, kind)(
                        device=device.index,
                        channels=channels,
                        samplerate=rate,
                        blocksize=options.block_frames,
                        latency=options.latency_s,
                        dtype="float32",
                        callback=callback,
                        finished_callback=on_finished,
                    )
                    stream.start()
                except (sounddevice.PortAudioError, ValueError) as failure:
                    error = failure
                    if stream is not None:
                        stream.close()
                    continue
                self._open_streams += 1
                return _PortAudioStream(self, stream, rate, channels)
        raise DeviceError(
            f"“{device.title}” cannot be opened: {plain_reason(error)}. Close other programs that "
            "use it, or choose another device in the settings."
        )

    def close_stream(self, stream: Any) -> None:
        with self._portaudio() as sounddevice:
            try:
                stream.abort()
                stream.close()
            except sounddevice.PortAudioError as error:
                log.info("A stream closed with an error: %s", error)
            finally:
                self._open_streams -= 1

    @contextmanager
    def _portaudio(self) -> Iterator[Any]:
        """PortAudio is not safe to call from two threads at once."""
        if not self._lock.acquire(timeout=self.patience.lock_s):
            raise DeviceError(
                "The sound system does not answer. Check the sound server or the device, then "
                "restart QVIM Studio."
            )
        try:
            if self._sounddevice is None:
                self._sounddevice = _load_sounddevice()
            yield self._sounddevice
        finally:
            self._lock.release()


class _PortAudioStream:
    def __init__(
        self, backend: PortAudioBackend, stream: Any, sample_rate: int, channels: int
    ) -> None:
        self._backend = backend
        self._stream = stream
        self.sample_rate = sample_rate
        self.channels = channels
        self.latency_s = float(stream.latency)

    def close(self) -> None:
        """Stop at once; may hang with a dead sound server."""
        self._backend.close_stream(self._stream)


_REASONS = {
    "Device unavailable": "it is in use by another program or not connected",
    "Invalid sample rate": "it does not offer this sample rate",
    "Invalid number of channels": "it does not offer so many channels",
    "Invalid device": "it is not connected any more",
    "Unanticipated host error": "the sound system refused it",
    "Timed out": "it does not answer",
}
_CODES = re.compile(r"\s*\[[^\]]*-?\d+\]|\bPaErrorCode -?\d+|^Error \w+ \w+:\s*")


def plain_reason(error: Exception | None) -> str:
    """PortAudio's reason in words, without its codes."""
    text = _CODES.sub("", str(error)).strip(" :.'")
    known = (reason for name, reason in _REASONS.items() if name in text)
    return next(known, text[:1].lower() + text[1:] or "the sound system gives no reason")


def _load_sounddevice() -> Any:
    try:
        import sounddevice
    except OSError as error:
        raise DeviceError(
            f"PortAudio is missing ({error}). Install it (Debian: libportaudio2) to record and "
            "play; everything else works without."
        ) from error
    return sounddevice


def _list(
    sounddevice: Any,
    direction: Direction,
    door_channels: Callable[[], int | None] = lambda: None,
) -> tuple[AudioDevice, ...]:
    entries, host_apis = sounddevice.query_devices(), sounddevice.query_hostapis()
    return list_devices(entries, host_apis, direction, door_channels)


def _inputs(count: int) -> str:
    return f"{count} inputs" if count > 1 else "one input"
