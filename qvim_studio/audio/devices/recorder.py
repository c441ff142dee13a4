"""An open microphone: listens, and streams one take after the other to disk."""

from __future__ import annotations

import logging
import threading
import time
from collections import deque
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from enum import Enum
from pathlib import Path

import numpy as np

from qvim_studio.audio.devices.channel_levels import ChannelLevels, TakeLevels, pick_channel
from qvim_studio.audio.devices.device_list import AudioDevice, Direction, find_device
from qvim_studio.audio.devices.monitor import MonitorSwitch
from qvim_studio.audio.devices.portaudio import AudioBackend
from qvim_studio.audio.devices.ring_buffer import RingBuffer
from qvim_studio.audio.devices.source_watch import SourceWatch
from qvim_studio.audio.files.take_file import TakeFile
from qvim_studio.audio.following.take_wave import COLUMN_S, TakeWave
from qvim_studio.audio.following.voice_gate import VoiceGate
from qvim_studio.audio.levels import SILENCE_DBFS, peak_dbfs, rms_dbfs, to_dbfs
from qvim_studio.core.clip import AudioClip
from qvim_studio.core.errors import DeviceError, StudioError, error_for_user
from qvim_studio.core.program.device_key import (
    FIRST_INPUT,
    SYSTEM_DEFAULT,
    DeviceKey,
    InputChoices,
    channel_of,
)

log = logging.getLogger(__name__)

MAX_TAKE_S = 599.0  # a file of more than ten minutes is opened only in part
PRE_ROLL_S = 0.5  # of what was heard before a take began belongs to it
RING_S = 10.0  # how long the disk may stall before frames are lost
MAX_SAMPLE_RATE = 192_000
DRAIN_INTERVAL_S = 0.02
PEAK_BLOCKS = 3  # the meter looks less often than blocks come: no peak may slip through


class TakePhase(Enum):
    """The state of a recorder. LISTENING and RECORDING begin when the first frames arrive."""

    OPENING = "opening"
    LISTENING = "listening"
    RECORDING = "recording"
    FINISHED = "finished"
    FAILED = "failed"


@dataclass(frozen=True)
class RecordingOptions:
    """gain_db: applied before anything else. gate_db: the RMS level in dBFS at which hands-free
    takes begin and end; None if takes begin and end on request. monitor: the loudspeaker on which
    the microphone is heard; None for none. inputs: the input that is recorded, for each
    microphone."""

    gain_db: float = 0.0
    gate_db: float | None = None
    monitor: DeviceKey | None = None
    inputs: InputChoices = ()


@dataclass(frozen=True, eq=False)
class TakeSnapshot:
    """The state of an open microphone, as the window shows it.

    seconds, wave: length and (columns, 2) minima and maxima of the newest take, None before one.
    number: of that take, from 1; 0 before the first.
    count_in_s: seconds of count-in that are left before a take begins.
    peak_db, rms_db: dBFS of the newest 60 ms and 20 ms or so.
    channel_peaks_db: dBFS of the newest 60 ms of every channel that is open.
    takes, levels: the complete files in order, and the levels of each.
    error: why the recorder failed, or what ended a take, which is kept.
    monitor_error: why the microphone is not heard although a monitor was set.
    """

    phase: TakePhase = TakePhase.OPENING
    seconds: float = 0.0
    wave: np.ndarray | None = None
    number: int = 0
    count_in_s: float = 0.0
    peak_db: float = SILENCE_DBFS
    rms_db: float = SILENCE_DBFS
    channel_peaks_db: tuple[float, ...] = ()
    takes: tuple[Path, ...] = ()
    levels: tuple[TakeLevels, ...] = ()
    error: StudioError | None = None
    monitor_error: StudioError | None = None


class TakeRecorder:
    """One opened microphone in a thread of its own.

    The thread opens the device, moves frames from PortAudio's callback to disk, finishes the file
    and only then closes the device, because closing can hang. It is a daemon: a dead sound server
    holds up neither the window nor the program's end.
    """

    def __init__(
        self,
        backend: AudioBackend,
        microphone: DeviceKey,
        new_path: Callable[[], Path],
        options: RecordingOptions = RecordingOptions(),
    ) -> None:
        """new_path: called for every take, returns the path of a file that does not exist yet."""
        self._backend = backend
        self._microphone = microphone
        self._new_path = new_path
        self._options = options
        self._gate = None if options.gate_db is None else VoiceGate(options.gate_db)
        self._ring = RingBuffer(round(RING_S * MAX_SAMPLE_RATE), 1)
        self._stopping = threading.Event()
        self._device_ended = threading.Event()
        self._last_block_s: float | None = None
        self._request: float | None = None  # count-in in s of the take that is asked for
        self._begin_frame: int | None = None
        self._fed_frames = 0
        self._sample_rate = 0
        self._take: TakeFile | None = None
        self._take_frames = 0
        self._take_peak = 0.0
        self._wave: TakeWave | None = None
        self._before: deque[np.ndarray] = deque()
        self._peaks: deque[float] = deque(maxlen=PEAK_BLOCKS)
        self._device: AudioDevice | None = None
        self._channel = FIRST_INPUT
        self._channel_levels = ChannelLevels()
        self._monitor = MonitorSwitch(backend)
        self._snapshot = TakeSnapshot()
        self._thread = threading.Thread(target=self._run, name="take", daemon=True)

    def start(self) -> None:
        """Open the microphone; frames are measured but not kept until a take begins."""
        self._thread.start()

    def begin_take(self, count_in_s: float = 0.0) -> None:
        """Begin a take after ``count_in_s`` seconds of the stream; the half second before that is
        included."""
        self._request = count_in_s

    def end_take(self) -> None:
        """End the running take, or forget a count-in; the microphone stays open."""
        self._request = None

    def set_gain(self, gain_db: float) -> None:
        self._options = replace(self._options, gain_db=gain_db)

    def set_monitor(self, monitor: DeviceKey | None) -> None:
        """See RecordingOptions; the change has immediate effect."""
        self._options = replace(self._options, monitor=monitor)

    def set_inputs(self, inputs: InputChoices) -> None:
        """See RecordingOptions; the change has immediate effect."""
        self._options = replace(self._options, inputs=inputs)
        if self._device is not None:
            self._channel = channel_of(inputs, self._device.key)

    def stop(self) -> None:
        """Ask for the end; the snapshot turns FINISHED when every file is complete."""
        self._stopping.set()

    def snapshot(self) -> TakeSnapshot:
        return self._snapshot

    def join(self, timeout_s: float) -> bool:
        """Wait until the device is closed as well; False if it hangs."""
        self._thread.join(timeout_s)
        return not self._thread.is_alive()

    def _on_block(self, block: np.ndarray) -> None:
        """PortAudio's thread: measure, copy and leave. A voice is one channel."""
        self._channel_levels.add(block)
        self._ring.write(pick_channel(block, self._channel))
        self._last_block_s = time.monotonic()

    def _run(self) -> None:
        try:
            self._open_and_listen()
        except Exception as error:  # noqa: BLE001 - the thread's end
            self._publish(phase=TakePhase.FAILED, error=error_for_user(error, "Recording"))

    def _open_and_listen(self) -> None:
        opened_s = time.monotonic()
        found = self._backend.input_devices()
        device = self._device = find_device(found, self._microphone, Direction.INPUT)
        channel = self._channel = channel_of(self._options.inputs, device.key)
        stream = self._backend.open_input(device, channel, self._on_block, self._device_ended.set)
        self._sample_rate = stream.sample_rate
        try:
            self._listen(opened_s)
        finally:
            try:
                stream.close()
            except DeviceError as error:
                log.warning("The microphone did not close: %s", error)

    def _listen(self, opened_s: float) -> None:
        error: StudioError | None = None
        watch = SourceWatch()
        try:
            while error is None and not self._stopping.wait(DRAIN_INTERVAL_S):
                monitor_error = self._monitor.follow(self._options.monitor, self._sample_rate)
                self._snapshot = replace(self._snapshot, monitor_error=monitor_error)
                self._drain()
                error = self._stall(opened_s) or _move(watch)
            self._drain()
            self._end_take()
        except StudioError as failure:
            error = failure
            self._give_up_take()
        finally:
            watch.close()
            self._monitor.close()
        if self._ring.dropped_frames:
            log.warning("A slow disk lost %d frames of a take", self._ring.dropped_frames)
        is_failed = error is not None and not self._fed_frames
        self._publish(phase=TakePhase.FAILED if is_failed else TakePhase.FINISHED, error=error)

    def _stall(self, opened_s: float) -> DeviceError | None:
        """Most lost devices report nothing and just stop delivering."""
        now, patience = time.monotonic(), self._backend.patience
        last = self._last_block_s
        if last is None and now - opened_s > patience.first_block_s:
            return DeviceError(
                f"The microphone sent nothing for {patience.first_block_s:.0f} s. Check its cable "
                "and the system's privacy settings, or choose another in the settings."
            )
        if self._device_ended.is_set() or (last is not None and now - last > patience.stall_s):
            return DeviceError(
                "The microphone stopped sending. What was recorded until then is kept; check its "
                "cable or choose another in the settings."
            )
        return None

    def _drain(self) -> None:
        block = self._ring.read()
        if not len(block):
            return
        gain = np.float32(10 ** (self._options.gain_db / 20))
        samples = np.nan_to_num(block[:, 0]) * gain
        self._monitor.feed(samples)
        self._channel_levels.look(self._options.gain_db)
        for part in self._parts(samples):
            self._hear(part)
        clip = AudioClip.from_mono(samples, self._sample_rate)
        self._peaks.append(peak_dbfs(clip))
        phase = TakePhase.LISTENING if self._take is None else TakePhase.RECORDING
        self._publish(phase=phase, peak_db=max(self._peaks), rms_db=rms_dbfs(clip))

    def _parts(self, samples: np.ndarray) -> Iterator[np.ndarray]:
        """Blocks of 10 ms for a gate to decide on; without a gate the samples as they are."""
        step = len(samples) if self._gate is None else round(COLUMN_S * self._sample_rate)
        for first in range(0, len(samples), step):
            yield samples[first : first + step]

    def _hear(self, samples: np.ndarray) -> None:
        is_wanted = self._is_take_wanted(samples)
        if is_wanted and self._take is None:
            self._begin_take()
        if self._take is None:
            self._remember(samples)
        else:
            self._keep(samples)
            if not is_wanted or self._take_frames >= MAX_TAKE_S * self._sample_rate:
                self._request = None
                self._end_take()
        self._fed_frames += len(samples)

    def _is_take_wanted(self, samples: np.ndarray) -> bool:
        if self._gate is not None:
            clip = AudioClip.from_mono(samples, self._sample_rate)
            return self._gate.update(rms_dbfs(clip), clip.duration_s)
        request = self._request
        if request is None:
            self._begin_frame = None
            return False
        if self._begin_frame is None:
            self._begin_frame = self._fed_frames + round(request * self._sample_rate)
        return self._fed_frames + len(samples) > self._begin_frame

    def _begin_take(self) -> None:
        self._take = TakeFile(self._new_path(), self._sample_rate)
        self._take_frames = 0
        self._take_peak = 0.0
        self._channel_levels.begin_take()
        self._wave = TakeWave(self._sample_rate, MAX_TAKE_S + PRE_ROLL_S)
        self._snapshot = replace(self._snapshot, number=self._snapshot.number + 1)
        before, self._before = self._before, deque()
        for samples in before:
            self._keep(samples)

    def _keep(self, samples: np.ndarray) -> None:
        if self._take is not None and self._wave is not None:
            self._take.write(samples)
            self._take_peak = max(self._take_peak, float(np.abs(samples).max(initial=0.0)))
            self._take_frames += len(samples)
            self._wave.add(samples)

    def _remember(self, samples: np.ndarray) -> None:
        """Keep the newest half second in case a take begins now."""
        self._before.append(samples)
        surplus = sum(map(len, self._before)) - round(PRE_ROLL_S * self._sample_rate)
        while surplus > 0:
            oldest = self._before.popleft()
            if len(oldest) > surplus:
                self._before.appendleft(oldest[surplus:])
            surplus -= len(oldest)

    def _end_take(self) -> None:
        take, self._take = self._take, None
        if take is not None:
            take.close()
            before = self._snapshot
            levels = (*before.levels, self._take_levels())
            self._snapshot = replace(before, takes=(*before.takes, take.path), levels=levels)

    def _take_levels(self) -> TakeLevels:
        device = self._device
        peaks_db = self._channel_levels.take_peaks_db
        key, title = (SYSTEM_DEFAULT, "") if device is None else (device.key, device.title)
        return TakeLevels(key, title, self._channel, to_dbfs(self._take_peak), peaks_db)

    def _give_up_take(self) -> None:
        """End the take after a write failed; what was written is kept."""
        try:
            self._end_take()
        except StudioError as error:
            log.warning("A take was not completed: %s", error)

    def _publish(
        self,
        phase: TakePhase,
        peak_db: float = SILENCE_DBFS,
        rms_db: float = SILENCE_DBFS,
        error: StudioError | None = None,
    ) -> None:
        count_in_frames = max((self._begin_frame or 0) - self._fed_frames, 0)
        self._snapshot = replace(
            self._snapshot,
            phase=phase,
            seconds=self._take_frames / self._sample_rate if self._take_frames else 0.0,
            wave=None if self._wave is None else self._wave.columns,
            count_in_s=count_in_frames / self._sample_rate if count_in_frames else 0.0,
            peak_db=peak_db,
            rms_db=rms_db,
            channel_peaks_db=self._channel_levels.newest_db,
            error=error,
        )


def _move(watch: SourceWatch) -> DeviceError | None:
    if not watch.has_moved:
        return None
    return DeviceError(
        "The microphone was disconnected, and the sound server went on with another. What was "
        "recorded until then is kept; connect it again or choose another in the settings."
    )
