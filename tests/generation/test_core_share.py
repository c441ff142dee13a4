"""Threads for the cores that are free: fewer beside a busy program, all of them once it ends."""

from __future__ import annotations

import time

import psutil
import pytest

from qvim_studio.generation import core_share
from qvim_studio.generation.core_share import CoreShare, Reading, read_cores

CORES = 8


class Cores:
    """A machine of 8 cores with other programs on it, and a loop on ``threads`` of them."""

    def __init__(self) -> None:
        self.threads = CORES
        self.now = Reading(0.0, 0.0, 0.0)

    def run(self, wall_s: float, others: float, own: float | None = None) -> None:
        """own: cores that the loop used, if it was not all that it could get."""
        own = min(self.threads, CORES - others) if own is None else own
        idle = CORES - own - others
        now = self.now
        self.now = Reading(
            now.wall_s + wall_s, now.own_s + own * wall_s, now.idle_s + idle * wall_s
        )

    def set_threads(self, count: int) -> None:
        self.threads = count


@pytest.fixture
def cores() -> Cores:
    return Cores()


@pytest.fixture
def share(cores: Cores, monkeypatch: pytest.MonkeyPatch) -> CoreShare:
    monkeypatch.setattr(core_share.torch, "get_num_threads", lambda: CORES)
    return CoreShare(lambda: cores.now, cores.set_threads)


def test_a_quiet_machine_keeps_all_its_threads(cores: Cores, share: CoreShare) -> None:
    for own in (CORES, 1.0, 0.3):  # a loop, a serial part, waiting for the disk
        cores.run(1.0, others=0.0, own=own)
        share.settle()
        assert cores.threads == CORES


@pytest.mark.parametrize(("others", "threads"), [(0.3, 8), (1.0, 7), (2.6, 5), (7.9, 1), (8.0, 1)])
def test_busy_programs_keep_their_cores(
    cores: Cores, share: CoreShare, others: float, threads: int
) -> None:
    for _ in range(3):  # stays so: what was given up does not look free
        cores.run(1.0, others)
        share.settle()
        assert cores.threads == threads


def test_cores_that_become_free_are_taken_again(cores: Cores, share: CoreShare) -> None:
    cores.run(1.0, others=6.0)
    share.settle()
    assert cores.threads == 2
    cores.run(1.0, others=3.0)
    share.settle()
    assert cores.threads == 5
    cores.run(1.0, others=0.0)
    share.settle()
    assert cores.threads == CORES


def test_a_moment_too_short_to_judge_is_added_to_the_next(cores: Cores, share: CoreShare) -> None:
    cores.run(0.06, others=4.0)
    share.settle()
    assert cores.threads == CORES
    cores.run(0.06, others=4.0)
    share.settle()
    assert cores.threads == 4


def test_what_others_did_before_is_no_reason(cores: Cores, share: CoreShare) -> None:
    cores.run(60.0, others=8.0)
    with share:
        cores.run(0.2, others=0.0)
        share.settle()
        assert cores.threads == CORES


def test_between_two_works_torch_has_all_threads(cores: Cores, share: CoreShare) -> None:
    def fail_at_work() -> None:
        with share:
            cores.run(1.0, others=5.0)
            share.settle()
            assert cores.threads == 3
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        fail_at_work()
    assert cores.threads == CORES
    with share:
        assert cores.threads == 3


def test_a_program_that_comes_and_goes_does_not_change_the_threads_each_time(
    cores: Cores, share: CoreShare
) -> None:
    cores.run(1.0, others=1.0)
    share.settle()
    seen = set()
    for others in (0.4, 0.9, 0.2, 1.3):
        cores.run(1.0, others)
        share.settle()
        seen.add(cores.threads)
    assert seen == {7}
    cores.run(1.0, others=0.05)
    share.settle()
    assert cores.threads == CORES


def test_one_thread_stays_one(cores: Cores, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(core_share.torch, "get_num_threads", lambda: 1)
    asked: list[int] = []
    share = CoreShare(lambda: cores.now, asked.append)
    cores.run(1.0, others=0.0)
    share.settle()
    assert asked == []


def test_the_system_counts_what_this_process_uses() -> None:
    before = read_cores()
    ends = time.perf_counter() + 0.3
    while time.perf_counter() < ends:
        pass
    after = read_cores()
    wall_s = after.wall_s - before.wall_s
    assert 0 < after.own_s - before.own_s <= wall_s + 0.05
    assert 0 <= after.idle_s - before.idle_s <= wall_s * psutil.cpu_count() + 0.05
