from __future__ import annotations

import numpy as np
import pytest

from qvim_studio.core.clip import AudioClip
from qvim_studio.core.edit import Edit
from qvim_studio.core.request import GenerationRequest
from qvim_studio.core.result import Progress
from qvim_studio.jobs.engine.time_estimate import TimeEstimate


class Clock:
    now = 100.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


def run(
    estimate: TimeEstimate, clock: Clock, variations: int, denoise_s: float
) -> list[float | None]:
    """Encode 1 s, then denoise in 10 steps and decode 2 s; the seconds left after each step."""
    estimate.begin(GenerationRequest(text="a", variations=variations, duration_s=1.0))
    clock.now += 1.0
    left = [estimate.update(Progress("encode", 1, 1))[1]]
    for step in range(1, 11):
        clock.now += denoise_s / 10
        left.append(estimate.update(Progress("denoise", step, 10))[1])
    clock.now += 2.0
    left.append(estimate.update(Progress("decode", 1, 1))[1])
    estimate.finish()
    return left


def test_nothing_is_promised_before_there_is_anything_to_go_by(clock: Clock) -> None:
    left = run(TimeEstimate(clock), clock, 1, 10.0)
    assert left[:2] == [None, None]
    assert left[5] is not None


def test_the_pace_of_the_steps_gives_the_seconds_left(clock: Clock) -> None:
    estimate = TimeEstimate(clock)
    run(estimate, clock, 1, 10.0)
    left = run(estimate, clock, 1, 20.0)
    assert left[5] == pytest.approx(10.0 + 2.0)
    assert left[10] == pytest.approx(2.0)
    assert left[11] == pytest.approx(0.0)


def test_a_longer_request_is_expected_to_take_longer(clock: Clock) -> None:
    estimate = TimeEstimate(clock)
    run(estimate, clock, 1, 10.0)
    assert run(estimate, clock, 4, 40.0)[0] == pytest.approx(4 * 10.0 + 4 * 2.0)


def test_an_edit_takes_as_long_as_what_is_computed_of_it(clock: Clock) -> None:
    estimate = TimeEstimate(clock)
    run(estimate, clock, 1, 10.0)
    sound = AudioClip.from_mono(np.ones(60_000), 1000)
    estimate.begin(GenerationRequest(edit=Edit(sound, 20.0, 21.0), variations=1))
    clock.now += 1.0
    left = estimate.update(Progress("encode", 1, 1))[1]
    assert left == pytest.approx(5 * 10.0 + 5 * 2.0)


def test_phases_that_take_turns_do_not_look_finished_early(clock: Clock) -> None:
    estimate = TimeEstimate(clock)
    estimate.begin(GenerationRequest(text="a"))
    fractions = []
    for batch in range(4):
        for step in range(1, 6):
            clock.now += 1.0
            progress = Progress("denoise", batch * 5 + step, 20)
            fractions.append(estimate.update(progress)[0])
        clock.now += 0.5
        fractions.append(estimate.update(Progress("decode", batch + 1, 4))[0])
    assert fractions[11] == pytest.approx(0.5, abs=0.02)
    assert fractions == sorted(fractions)
    assert fractions[-1] == pytest.approx(1.0)


def test_the_fraction_never_falls(clock: Clock) -> None:
    estimate = TimeEstimate(clock)
    estimate.begin(GenerationRequest(text="a"))
    fractions = []
    for phase, step, wait in [("load", 0, 9.0), ("load", 1, 0.1), ("denoise", 1, 30.0)] + [
        ("denoise", step, 0.1) for step in range(2, 11)
    ]:
        clock.now += wait
        fractions.append(estimate.update(Progress(phase, step, 10))[0])
    assert fractions == sorted(fractions)
    assert fractions[-1] <= 1.0


def test_a_model_that_is_loaded_already_is_not_waited_for(clock: Clock) -> None:
    estimate = TimeEstimate(clock)
    estimate.begin(GenerationRequest(text="a", duration_s=1.0, variations=1))
    clock.now += 6.0
    estimate.update(Progress("load", 1, 1))
    estimate.finish()
    run(estimate, clock, 1, 10.0)
    assert run(estimate, clock, 1, 10.0)[0] == pytest.approx(12.0)
