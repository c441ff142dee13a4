from __future__ import annotations

import os
from pathlib import Path

from qvim_studio.session.take_list import TakeList, read_takes

A, B, C = (Path(f"{name}.wav") for name in "abc")


def test_previous_and_next_walk_through_the_takes() -> None:
    takes = TakeList().choosing(A).choosing(B).choosing(C)
    assert (takes.current, takes.previous(), takes.next()) == (C, B, None)
    takes = takes.choosing(A)
    assert (takes.current, takes.previous(), takes.next()) == (A, None, B)


def test_takes_of_earlier_sessions_come_before_this_one() -> None:
    takes = TakeList().choosing(C).with_earlier((A, B, C))
    assert takes.paths == (A, B, C)
    assert takes.current == C
    fresh = TakeList().with_earlier((A, B))
    assert fresh.current is None
    assert fresh.previous() == B


def test_a_vanished_take_is_forgotten_and_the_current_one_stays() -> None:
    takes = TakeList((A, B, C), 2).without(B)
    assert takes == TakeList((A, C), 1)


def test_takes_on_disk_are_read_oldest_first(tmp_path: Path) -> None:
    for age_s, name in ((30, "z"), (10, "a"), (20, "m")):
        path = tmp_path / f"{name}.wav"
        path.touch()
        os.utime(path, (1000 - age_s, 1000 - age_s))
    assert [path.stem for path in read_takes(tmp_path)] == ["z", "m", "a"]
    assert read_takes(tmp_path / "nowhere") == ()
