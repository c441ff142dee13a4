"""What is being listened to, for every widget that shows a playhead."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

from PySide6.QtCore import QObject, QTimer, Signal, Slot

from qvim_studio.audio.devices.player import WHOLE, LoadClip, PlayerSnapshot, PlaySpan
from qvim_studio.core.program.device_key import SYSTEM_DEFAULT, DeviceKey

POLL_MS = 16  # a playhead that moves with every frame of the screen


class PlaysClips(Protocol):
    """The part of audio.devices.player.Player that playback needs."""

    def play(
        self, load: LoadClip, loudspeaker: DeviceKey = SYSTEM_DEFAULT, span: PlaySpan = WHOLE
    ) -> int: ...

    def grow(self, load: LoadClip, *, is_whole: bool) -> None: ...

    def stop(self) -> None: ...

    def snapshot(self) -> PlayerSnapshot: ...

    def close(self, timeout_s: float = 1.0) -> bool: ...


@dataclass(frozen=True)
class PlayingSound:
    """key: what was given to play(), "" while nothing plays; position_s: from its beginning."""

    key: str
    position_s: float


NOTHING = PlayingSound("", 0.0)


class Playback(QObject):
    """Plays one sound at a time, named by a key.

    Signals: changed (PlayingSound), failed (StudioError), refused (nothing: silence is kept).
    """

    changed = Signal(object)
    failed = Signal(object)
    refused = Signal()

    def __init__(self, player: PlaysClips, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._player = player
        self._playing = NOTHING
        self._loudspeaker = SYSTEM_DEFAULT
        self._keeps_silence = False
        self._timer = QTimer(self)
        self._timer.setInterval(POLL_MS)
        self._timer.timeout.connect(self._poll)

    @property
    def playing(self) -> PlayingSound:
        return self._playing

    def set_device(self, loudspeaker: DeviceKey) -> None:
        self._loudspeaker = loudspeaker

    def keep_silence(self, is_silent: bool) -> None:
        """While a take is recorded nothing is played into it."""
        self._keeps_silence = is_silent
        if is_silent and self._playing.key:
            self.stop()

    def play(self, key: str, load: LoadClip, span: PlaySpan = WHOLE) -> None:
        """Play it; what played before ends without a click."""
        if self._keeps_silence:
            self.refused.emit()
            return
        self._player.play(load, self._loudspeaker, span)
        self._timer.start()
        position_s = self._playing.position_s if span.takes_over else span.start_s
        self._change(PlayingSound(key, position_s))

    def toggle(self, key: str, load: LoadClip, span: PlaySpan = WHOLE) -> None:
        """Stop where ``key`` is playing, else play it."""
        if self._playing.key == key:
            self.stop()
        else:
            self.play(key, load, span)

    def grow(self, key: str, load: LoadClip, *, is_whole: bool) -> None:
        """More of a sound that may be playing has come; is_whole: it is complete."""
        if key == self._playing.key:
            self._player.grow(load, is_whole=is_whole)

    def rename(self, key: str, new_key: str) -> None:
        """Give a sound that may be playing another key."""
        if key == self._playing.key:
            self._change(PlayingSound(new_key, self._playing.position_s))

    def stop(self) -> None:
        self._player.stop()
        self._timer.stop()
        self._change(NOTHING)

    def shutdown(self) -> bool:
        self._timer.stop()
        return self._player.close()

    @Slot()
    def _poll(self) -> None:
        snapshot = self._player.snapshot()
        if snapshot.error is not None:
            self._timer.stop()
            self._change(NOTHING)
            self.failed.emit(snapshot.error)
        elif snapshot.is_playing:
            if snapshot.position_s > 0:
                self._change(PlayingSound(self._playing.key, snapshot.position_s))
        else:
            self._timer.stop()
            self._change(NOTHING)

    def _change(self, playing: PlayingSound) -> None:
        if playing != self._playing:
            self._playing = playing
            self.changed.emit(playing)
