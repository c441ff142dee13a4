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

    def stop(self) -> None: ...

    def snapshot(self) -> PlayerSnapshot: ...

    def close(self, timeout_s: float = 1.0) -> bool: ...


@dataclass(frozen=True)
class Heard:
    """key: what was given to play(), "" while nothing plays; position_s: from its beginning."""

    key: str
    position_s: float


NOTHING = Heard("", 0.0)


class Playback(QObject):
    """Plays one sound at a time, named by a key.

    Signals: changed (Heard), failed (StudioError), refused (nothing: silence is kept).
    """

    changed = Signal(object)
    failed = Signal(object)
    refused = Signal()

    def __init__(self, player: PlaysClips, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._player = player
        self._heard = NOTHING
        self._loudspeaker = SYSTEM_DEFAULT
        self._keeps_silence = False
        self._timer = QTimer(self)
        self._timer.setInterval(POLL_MS)
        self._timer.timeout.connect(self._poll)

    @property
    def heard(self) -> Heard:
        return self._heard

    def set_device(self, loudspeaker: DeviceKey) -> None:
        self._loudspeaker = loudspeaker

    def keep_silence(self, is_silent: bool) -> None:
        """While a take is recorded nothing is played into it."""
        self._keeps_silence = is_silent
        if is_silent and self._heard.key:
            self.stop()

    def play(self, key: str, load: LoadClip, span: PlaySpan = WHOLE) -> None:
        """Play it; what played before ends without a click."""
        if self._keeps_silence:
            self.refused.emit()
            return
        self._player.play(load, self._loudspeaker, span)
        self._timer.start()
        position_s = self._heard.position_s if span.takes_over else span.start_s
        self._change(Heard(key, position_s))

    def toggle(self, key: str, load: LoadClip, span: PlaySpan = WHOLE) -> None:
        """Stop where ``key`` is playing, else play it."""
        if self._heard.key == key:
            self.stop()
        else:
            self.play(key, load, span)

    def rename(self, key: str, new_key: str) -> None:
        """A sound that may be playing is called otherwise from now on."""
        if key == self._heard.key:
            self._change(Heard(new_key, self._heard.position_s))

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
                self._change(Heard(self._heard.key, snapshot.position_s))
        else:
            self._timer.stop()
            self._change(NOTHING)

    def _change(self, heard: Heard) -> None:
        if heard != self._heard:
            self._heard = heard
            self.changed.emit(heard)
