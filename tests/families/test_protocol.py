"""Progress is reported until the user cancels; a generator declines what it cannot do."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from qvim_studio.core.errors import CancelledError
from qvim_studio.families.protocol import Asked, Generator, Made, Report


class Plain(Generator):
    def condition(self, asked: Asked) -> Any:
        return None

    def make(self, condition: Any, asked: Asked, seeds: Any, report: Report) -> Iterator[Made]:
        yield from ()


def test_no_step_is_reported_after_a_cancel() -> None:
    seen: list[tuple[int, int, object]] = []
    report = Report(lambda *step: seen.append(step), lambda: len(seen) == 2)
    report.step(1, 4)
    report.step(2, 4)
    with pytest.raises(CancelledError):
        report.step(3, 4)
    assert seen == [(1, 4, None), (2, 4, None)]


def test_a_generator_executes_what_is_asked_and_imagines_nothing_unless_it_can() -> None:
    asked, one, other = Asked(1.0), Plain(), Plain()
    assert one.settle(asked) is asked
    assert one.extra_bytes(asked, 3) == 0 and one.imagine("rain") is None
    one.notes.append("mine")
    assert other.notes == []
