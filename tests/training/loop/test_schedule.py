"""``train all``: every part once, in order, within its minutes, and on after a kill."""

from __future__ import annotations

from pathlib import Path

import pytest

from qvim_studio.commands.grammar.parser import TRAINED_PARTS
from qvim_studio.commands.training.parts import PARTS
from qvim_studio.training.loop.schedule import ASSEMBLY, PREPARATION, SHARES, run_all


class Machine:
    """Counts minutes instead of spending them; stops at ``dies_at``."""

    def __init__(self, takes: dict[str, float] | None = None, dies_at: str = "") -> None:
        self.minutes = 0.0
        self.given: dict[str, float] = {}
        self.takes = takes or {}
        self.dies_at = dies_at

    def run_part(self, part: str, minutes: float) -> None:
        if part == self.dies_at:
            raise KeyboardInterrupt
        self.given[part] = minutes
        self.minutes += self.takes.get(part, minutes if part in SHARES else 0.0)

    def clock(self) -> float:
        return 60 * self.minutes


def test_every_part_runs_once_in_an_order_that_a_part_can_rely_on(tmp_path: Path) -> None:
    machine = Machine()
    run_all(tmp_path, 100, machine.run_part, machine.clock)
    assert list(machine.given) == [*PREPARATION, *SHARES, ASSEMBLY]
    assert machine.minutes == pytest.approx(100)
    assert sum(SHARES.values()) == pytest.approx(1)
    for part, share in SHARES.items():
        assert machine.given[part] == pytest.approx(100 * share)


def test_time_of_the_preparation_is_taken_from_all_parts(tmp_path: Path) -> None:
    machine = Machine({"imitations": 30, "clap": 0})
    run_all(tmp_path, 100, machine.run_part, machine.clock)
    assert machine.minutes == pytest.approx(100)
    assert machine.given["clap"] == pytest.approx(70 * SHARES["clap"])
    assert machine.given["unet"] > 70 * SHARES["unet"]  # what clap left over


def test_killed_run_goes_on_with_the_part_it_was_in(tmp_path: Path) -> None:
    first = Machine(dies_at="qvim")
    with pytest.raises(KeyboardInterrupt):
        run_all(tmp_path, 100, first.run_part, first.clock)
    second = Machine()
    run_all(tmp_path, 100, second.run_part, second.clock)
    assert list(second.given) == ["qvim", "adapter", "unet", "listener", "student", ASSEMBLY]
    assert first.minutes + second.minutes == pytest.approx(100)


def test_finished_or_other_budget_starts_over(tmp_path: Path) -> None:
    for minutes in (100, 100, 50):
        machine = Machine()
        run_all(tmp_path, minutes, machine.run_part, machine.clock)
        assert machine.minutes == pytest.approx(minutes)


def test_command_line_knows_every_part() -> None:
    assert set(TRAINED_PARTS) == set(PARTS)
    assert {*PREPARATION, *SHARES, ASSEMBLY} <= set(PARTS)
