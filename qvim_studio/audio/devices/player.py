"""Plays clips at once, one after the other, without clicks at the seams."""

from __future__ import annotations

import logging
import queue
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from qvim_studio.audio.devices.device_list import Direction, find_device
from qvim_studio.audio.devices.portaudio import AudioBackend, AudioStream, StreamOptions
from qvim_studio.audio.resample import resample
from qvim_studio.core.clip import AudioClip
from qvim_studio.core.errors import DeviceError, StudioError
from qvim_studio.core.program.device_key import SYSTEM_DEFAULT, DeviceKey

log = logging.getLogger(__name__)

FADE_S = 0.005  # long enough to hide a cut, too short to hear
IDLE_CLOSE_S = 10.0  # an open device keeps a laptop's sound card awake
POLL_S = 0.1
STALL_TIMEOUT_S = 2.0

LoadClip = Callable[[], AudioClip]


@dataclass(frozen=True)
class PlaySpan:
    """What of a clip is played. end_s: None for its end. is_looping: over and over.

    takes_over: goes on where the sound that plays stands, for comparing two at the same moment.
    """

    start_s: float = 0.0
    end_s: float | None = None
    is_looping: bool = False
    takes_over: bool = False


WHOLE = PlaySpan()


@dataclass(frozen=True)
class PlayerSnapshot:
    """What is heard now.

    ticket: number of the play() that this is about; 0 before the first.
    position_s: what leaves the loudspeaker, latency taken off.
    """

    ticket: int
    is_playing: bool
    position_s: float
    error: StudioError | None


class _Voice:
    """One clip on its way out; rendered on PortAudio's thread."""

    def __init__(self, samples: np.ndarray, ticket: int, rate: int, span: PlaySpan) -> None:
        """samples: (frames, channels of the device) float32."""
        self.ticket = ticket
        end_s = len(samples) / rate if span.end_s is None else span.end_s
        self.end = min(max(round(end_s * rate), 1), len(samples))
        self.begin = min(round(span.start_s * rate), self.end - 1)
        self.is_looping = span.is_looping
        self.position = self.begin
        self._is_entering = False
        fade_frames = round(FADE_S * rate)
        self._fade = np.linspace(1.0, 0.0, fade_frames, dtype=np.float32)[:, None]
        if span.is_looping:
            samples = samples.copy()
            count = min(fade_frames, (self.end - self.begin) // 2)
            samples[self.begin : self.begin + count] *= self._fade[::-1][:count]
            samples[self.end - count : self.end] *= self._fade[-count:] if count else 1.0
        self.samples = samples

    @property
    def is_over(self) -> bool:
        return not self.is_looping and self.position >= self.end

    def render(self, out: np.ndarray) -> None:
        filled = 0
        while filled < len(out) and not self.is_over:
            if self.position >= self.end:
                self.position = self.begin
            part = self.samples[self.position : min(self.end, self.position + len(out) - filled)]
            if self._is_entering:
                part = part.copy()
                part[: len(self._fade)] *= self._fade[::-1][: len(part)]
                self._is_entering = False
            out[filled : filled + len(part)] += part
            filled += len(part)
            self.position += len(part)
        # the latency is heard after the last frame was handed over
        self.position += len(out) - filled

    def release(self, out: np.ndarray) -> None:
        """The last, fading block of a voice that was cut off."""
        count = min(len(out), len(self._fade))
        part = self.samples[self.position : min(self.end, self.position + count)]
        out[: len(part)] += part * self._fade[: len(part)]

    def take_over(self, other: _Voice) -> None:
        """Go on where ``other`` stands; from the beginning where this one is too short."""
        if self.begin <= other.position < self.end:
            self.position = other.position
            self._is_entering = True

    def heard_frame(self, latency_frames: float) -> float:
        """What leaves the loudspeaker now."""
        heard = self.position - latency_frames
        if self.is_looping and heard < self.begin:
            heard += self.end - self.begin
        return heard


class Player:
    """One loudspeaker, one clip at a time.

    A daemon thread of its own loads clips, opens the device and closes it when nobody listened for
    a while; all methods return at once.
    """

    def __init__(self, backend: AudioBackend) -> None:
        self._backend = backend
        self._commands: queue.SimpleQueue[tuple[int, LoadClip, DeviceKey, PlaySpan] | None] = (
            queue.SimpleQueue()
        )
        self._ticket = 0
        self._pending = 0
        self._failed: tuple[int, StudioError] | None = None
        self._stream: AudioStream | None = None
        self._stream_asked = (SYSTEM_DEFAULT, StreamOptions())
        self._device_ended = threading.Event()
        self._voice: _Voice | None = None
        self._releasing: _Voice | None = None
        self._last_block_s = 0.0
        self._thread: threading.Thread | None = None

    def play(
        self, load: LoadClip, loudspeaker: DeviceKey = SYSTEM_DEFAULT, span: PlaySpan = WHOLE
    ) -> int:
        """Play what ``load`` returns; the ticket names it in snapshots."""
        self._ticket += 1
        self._pending = self._ticket
        if self._thread is None:
            self._thread = threading.Thread(target=self._run, name="player", daemon=True)
            self._thread.start()
        self._commands.put((self._ticket, load, loudspeaker, span))
        return self._ticket

    def stop(self) -> None:
        self._ticket += 1
        self._release()

    def snapshot(self) -> PlayerSnapshot:
        ticket, voice, failed = self._ticket, self._voice, self._failed
        if failed is not None and failed[0] == ticket:
            return PlayerSnapshot(ticket, False, 0.0, failed[1])
        if voice is None or voice.ticket != ticket or self._stream is None:
            return PlayerSnapshot(ticket, self._pending == ticket, 0.0, None)
        rate = self._stream.sample_rate
        heard = voice.heard_frame(self._stream.latency_s * rate)
        is_playing = voice.is_looping or heard < voice.end
        return PlayerSnapshot(ticket, is_playing, max(heard / rate, 0.0), None)

    def close(self, timeout_s: float = 1.0) -> bool:
        """Give the device back; False where it hangs."""
        self._ticket += 1
        if self._thread is None:
            return True
        self._commands.put(None)
        self._thread.join(timeout_s)
        return not self._thread.is_alive()

    def _on_block(self, block: np.ndarray) -> None:
        """PortAudio's thread."""
        block.fill(0.0)
        if self._releasing is not None:
            self._releasing.release(block)
            self._releasing = None
        voice = self._voice
        if voice is not None:
            voice.render(block)
        self._last_block_s = time.monotonic()

    def _release(self) -> None:
        voice, self._voice = self._voice, None
        if voice is not None:
            self._releasing = voice

    def _run(self) -> None:
        idle_since = time.monotonic()
        while True:
            try:
                command = self._commands.get(timeout=POLL_S)
            except queue.Empty:
                if self._is_sounding():
                    idle_since = time.monotonic()
                    self._watch()
                elif time.monotonic() - idle_since > IDLE_CLOSE_S:
                    self._close_stream()
                continue
            if command is None:
                self._close_stream()
                return
            ticket, load, loudspeaker, span = command
            idle_since = time.monotonic()
            if ticket == self._ticket:
                try:
                    self._begin(ticket, load, loudspeaker, span)
                except StudioError as error:
                    self._failed = (ticket, error)
                    self._close_stream()
                if self._pending == ticket:
                    self._pending = 0

    def _begin(self, ticket: int, load: LoadClip, loudspeaker: DeviceKey, span: PlaySpan) -> None:
        clip = load()
        asked = (loudspeaker, self._backend.options)
        if self._stream is None or asked != self._stream_asked:
            self._close_stream()
            self._device_ended.clear()
            self._last_block_s = time.monotonic()
            found = self._backend.output_devices()
            device = find_device(found, loudspeaker, Direction.OUTPUT)
            self._stream = self._backend.open_output(device, self._on_block, self._device_ended.set)
            self._stream_asked = asked
        rate = self._stream.sample_rate
        samples = _for_channels(resample(clip, rate).samples, self._stream.channels)
        if ticket != self._ticket:
            return
        voice = _Voice(samples, ticket, rate, span)
        if span.takes_over and self._voice is not None:
            voice.take_over(self._voice)
        self._release()
        self._voice = voice

    def _is_sounding(self) -> bool:
        voice = self._voice
        return voice is not None and not voice.is_over

    def _watch(self) -> None:
        stalled = time.monotonic() - self._last_block_s > STALL_TIMEOUT_S
        if stalled or self._device_ended.is_set():
            self._failed = (
                self._ticket,
                DeviceError(
                    "The loudspeaker stopped taking sound. Check its cable or choose another in "
                    "the settings."
                ),
            )
            self._close_stream()

    def _close_stream(self) -> None:
        self._voice = None
        stream, self._stream = self._stream, None
        if stream is not None:
            try:
                stream.close()
            except DeviceError as error:
                log.warning("The loudspeaker did not close: %s", error)


def _for_channels(samples: np.ndarray, channels: int) -> np.ndarray:
    """(frames, any) → (frames, channels): mono to every loudspeaker, surplus channels mixed."""
    if samples.shape[1] == channels:
        return samples
    if samples.shape[1] == 1 or channels == 1:
        mono = samples.mean(axis=1, keepdims=True, dtype=np.float32)
        return np.ascontiguousarray(np.broadcast_to(mono, (len(mono), channels)))
    out = np.zeros((len(samples), channels), dtype=np.float32)
    count = min(channels, samples.shape[1])
    out[:, :count] = samples[:, :count]
    return out
