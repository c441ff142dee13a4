"""A player for tests of what is played."""

from __future__ import annotations

from qvim_studio.audio.devices.player import WHOLE, LoadClip, PlayerSnapshot, PlaySpan
from qvim_studio.core.clip import AudioClip


class FakePlayer:
    """A player that plays nothing: what it was asked for, and ``now``, what it answers."""

    def __init__(self) -> None:
        self.now = PlayerSnapshot(0, False, 0.0, None)
        self.played: list[tuple[str, PlaySpan]] = []
        self.loads: list[LoadClip] = []
        self.stops = 0
        self.grown: list[tuple[AudioClip, bool]] = []

    def play(self, load: LoadClip, device_name: str = "", span: PlaySpan = WHOLE) -> int:
        self.played.append((device_name, span))
        self.loads.append(load)
        self.now = PlayerSnapshot(len(self.played), True, span.start_s, None)
        return len(self.played)

    def grow(self, load: LoadClip, *, is_whole: bool) -> None:
        self.grown.append((load(), is_whole))

    def stop(self) -> None:
        self.stops += 1
        self.now = PlayerSnapshot(0, False, 0.0, None)

    def snapshot(self) -> PlayerSnapshot:
        return self.now

    def close(self, timeout_s: float = 1.0) -> bool:
        return True
