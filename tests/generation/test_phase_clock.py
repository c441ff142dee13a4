"""The clock of a generation: phases that come again add up, and the total holds them all."""

from __future__ import annotations

from qvim_studio.generation.phase_clock import PhaseClock


def test_phases_that_come_again_add_up() -> None:
    clock = PhaseClock()
    for phase in ("decode", "rank", "decode"):
        clock.lap(phase)
    seconds = clock.total()
    assert list(seconds) == ["decode", "rank", "total"]
    assert all(value >= 0 for value in seconds.values())
    assert seconds["total"] >= seconds["decode"] + seconds["rank"] - 0.002
