"""A sound that was heard lately is not heard again; any other sound is."""

from __future__ import annotations

from functools import partial

import numpy as np

from qvim_studio.core.clip import AudioClip
from qvim_studio.networks.qvim.encoder import Branch
from qvim_studio.voice.recent_sounds import KEPT, RecentSounds


class Counter:
    """Counts what is heard; every sound is the number of its hearing."""

    def __init__(self) -> None:
        self.count = 0
        self.recent: RecentSounds[int] = RecentSounds()

    def hear(self, clip: AudioClip, branch: Branch = "imitation") -> int:
        return self.recent.of(clip, branch, self._next)

    def _next(self) -> int:
        self.count += 1
        return self.count


def clip(value: float, rate: int = 16_000) -> AudioClip:
    return AudioClip.from_mono(np.full(100, value, np.float32), rate)


def test_equal_samples_are_heard_once() -> None:
    counter = Counter()
    assert [counter.hear(clip(0.1)) for _ in range(3)] == [1, 1, 1]


def test_other_samples_rates_shapes_and_branches_are_heard_anew() -> None:
    counter = Counter()
    stereo = AudioClip(np.full((50, 2), 0.1, np.float32), 16_000)
    asked = (partial(counter.hear, one) for one in (clip(0.1), clip(0.2), clip(0.1, 8_000), stereo))
    assert [hear() for hear in asked] == [1, 2, 3, 4]
    assert counter.hear(clip(0.1), "reference") == 5


def test_the_oldest_sound_is_forgotten_and_one_asked_for_again_is_not() -> None:
    counter = Counter()
    first, *others = (clip(number / 100) for number in range(KEPT + 1))
    counter.hear(first)
    for other in others[:-1]:
        counter.hear(other)
    counter.hear(first)
    counter.hear(others[-1])
    assert counter.count == KEPT + 1
    assert counter.hear(first) == 1
    assert counter.hear(others[0]) == KEPT + 2
