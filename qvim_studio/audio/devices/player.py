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

LoadClip = Callable[[], AudioClip]


@dataclass(frozen=True)
class PlaySpan:
    """The part of a clip that is played, in seconds. end_s: None for the end of the clip.
    is_looping: whether the part repeats.

    takes_over: whether it begins at the position of the sound that plays, so that two sounds can be
    compared at the same moment. is_growing: whether more of the clip will follow, see Player.grow;
    such a clip is not looped.
    """

    start_s: float = 0.0
    end_s: float | None = None
    is_looping: bool = False
    takes_over: bool = False
    is_growing: bool = False


WHOLE = PlaySpan()


@dataclass(frozen=True)
class PlayerSnapshot:
    """The state of the player.

    ticket: number of the play() call that the state belongs to; 0 before the first. position_s:
    position of the sound that leaves the loudspeaker, corrected by the latency.
    """

    ticket: int
    is_playing: bool
    position_s: float
    error: StudioError | None


@dataclass(frozen=True)
class _Growth:
    """More of the clip that plays. load: returns all of it so far."""

    ticket: int
    load: LoadClip
    is_whole: bool


class _Voice:
    """One clip on its way out; rendered on PortAudio's thread.

    A growing clip fades out and waits where its samples end for now.
    """

    def __init__(self, samples: np.ndarray, ticket: int, rate: int, span: PlaySpan) -> None:
        """samples: (frames, channels of the device, or one for all of them) float32."""
        self.ticket = ticket
        end_s = len(samples) / rate if span.end_s is None else span.end_s
        self.end = min(max(round(end_s * rate), 1), len(samples))
        self.begin = min(round(span.start_s * rate), self.end - 1)
        self.is_growing = span.is_growing
        self.is_looping = span.is_looping and not span.is_growing
        self.position = self.begin
        self._is_entering = False
        fade_frames = round(FADE_S * rate)
        self._fade = np.linspace(1.0, 0.0, fade_frames, dtype=np.float32)[:, None]
        self._is_waiting = False
        if self.is_looping:
            samples = samples.copy()
            count = min(fade_frames, (self.end - self.begin) // 2)
            samples[self.begin : self.begin + count] *= self._fade[::-1][:count]
            samples[self.end - count : self.end] *= self._fade[-count:] if count else 1.0
        self.samples = samples

    @property
    def is_over(self) -> bool:
        return not self.is_looping and not self.is_growing and self.position >= self.end

    def grow(self, samples: np.ndarray, *, is_whole: bool) -> None:
        """samples: all of the clip so far."""
        self.samples = samples
        self.end = len(samples)
        self.is_growing = not is_whole

    def render(self, out: np.ndarray) -> None:
        if self.is_growing and self.end - self.position < len(out) + len(self._fade):
            self._wait(out)
            return
        if self._is_waiting:
            self._is_waiting, self._is_entering = False, True
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

    def _wait(self, out: np.ndarray) -> None:
        """Fade out once and pause; the next samples begin after the fade."""
        if not self._is_waiting:
            self._is_waiting = True
            before = self.position
            self.release(out)
            self.position = min(before + len(self._fade), len(self.samples))

    def release(self, out: np.ndarray) -> None:
        """The last, fading block of a voice that was cut off."""
        count = min(len(out), len(self._fade))
        part = self.samples[self.position : min(self.end, self.position + count)]
        out[: len(part)] += part * self._fade[: len(part)]

    def take_over(self, other: _Voice) -> None:
        """Continue at the position of ``other``, or at the beginning if this clip is shorter."""
        if self.begin <= other.position < self.end:
            self.position = other.position
            self._is_entering = True

    def audible_frame(self, latency_frames: float) -> float:
        """The frame that leaves the loudspeaker now."""
        audible = self.position - latency_frames
        if self.is_looping and audible < self.begin:
            audible += self.end - self.begin
        return audible


class Player:
    """One loudspeaker, one clip at a time.

    A daemon thread loads clips, opens the device and closes it when nothing has played for a while;
    all methods return at once.
    """

    def __init__(self, backend: AudioBackend) -> None:
        self._backend = backend
        self._commands: queue.SimpleQueue[
            tuple[int, LoadClip, DeviceKey, PlaySpan] | _Growth | None
        ] = queue.SimpleQueue()
        self._ticket = 0
        self._pending: int | None = None
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

    def grow(self, load: LoadClip, *, is_whole: bool) -> None:
        """Extend the clip that was played last; ``load`` returns all of it so far. is_whole:
        whether that is the whole clip. Ignored if the clip was not played as a growing one."""
        if self._thread is not None:
            self._commands.put(_Growth(self._ticket, load, is_whole))

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
        audible = voice.audible_frame(self._stream.latency_s * rate)
        is_playing = voice.is_looping or voice.is_growing or audible < voice.end
        return PlayerSnapshot(ticket, is_playing, max(audible / rate, 0.0), None)

    def close(self, timeout_s: float = 1.0) -> bool:
        """Release the device; False if it hangs."""
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
                command = self._commands.get(timeout=self._backend.patience.poll_s)
            except queue.Empty:
                if self._is_sounding():
                    idle_since = time.monotonic()
                    self._watch()
                elif time.monotonic() - idle_since > self._backend.patience.idle_close_s:
                    self._close_stream()
                continue
            if command is None:
                self._close_stream()
                return
            if isinstance(command, _Growth):
                self._grow(command)
                continue
            ticket, load, loudspeaker, span = command
            idle_since = time.monotonic()
            if ticket == self._ticket:
                try:
                    self._begin(ticket, load, loudspeaker, span)
                except StudioError as error:
                    self._failed = (ticket, error)
                    self._close_stream()
                if self._pending == ticket:
                    self._pending = None

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

    def _grow(self, growth: _Growth) -> None:
        voice, stream = self._voice, self._stream
        is_awaited = voice is not None and voice.is_growing and voice.ticket == growth.ticket
        if voice is None or stream is None or not is_awaited:
            return
        samples = resample(growth.load(), stream.sample_rate).samples
        voice.grow(_for_channels(samples, stream.channels), is_whole=growth.is_whole)

    def _is_sounding(self) -> bool:
        voice = self._voice
        return voice is not None and not voice.is_over

    def _watch(self) -> None:
        stalled = time.monotonic() - self._last_block_s > self._backend.patience.stall_s
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
    """(frames, any) → (frames, channels): surplus channels are mixed. Mono, (frames, 1), stays as
    it is and goes to every loudspeaker: a long sound is not copied for each."""
    if samples.shape[1] in (1, channels):
        return samples
    if channels == 1:
        return samples.mean(axis=1, keepdims=True, dtype=np.float32)
    out = np.zeros((len(samples), channels), dtype=np.float32)
    count = min(channels, samples.shape[1])
    out[:, :count] = samples[:, :count]
    return out
