"""Numbers and dates in the words of the window's language."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import datetime

import pytest
from PySide6.QtCore import QLocale

from qvim_studio.session.figures import (
    count_text,
    date_text,
    filled,
    number_text,
    seconds_text,
    short_waiting_text,
    waiting_text,
)

NOON_S = datetime(2026, 3, 5, 12, 0).timestamp()


@pytest.fixture
def speak() -> Iterator[Callable[[str], None]]:
    before = QLocale()
    yield lambda code: QLocale.setDefault(QLocale(code))
    QLocale.setDefault(before)


@pytest.mark.parametrize(
    ("code", "texts"),
    [
        ("en", ["0.8 s", "2:05", "1,204 sounds", "44.1", "-1.0 dBTP of 3, 12.5 %", "05 Mar 2026"]),
        ("de", ["0,8 s", "2:05", "1.204 sounds", "44,1", "-1,0 dBTP of 3, 12,5 %", "05 März 2026"]),
    ],
)
def test_numbers_and_dates_are_written_as_the_language_does(
    code: str, texts: list[str], speak: Callable[[str], None]
) -> None:
    speak(code)
    assert [
        seconds_text(0.8),
        seconds_text(125),
        count_text(1204, "1 sound", "{0} sounds"),
        number_text(44.1),
        filled("{0:.1f} dBTP of {1}, {2:g} %", -1.0, 3, 12.5),
        date_text(NOON_S, "dd MMM yyyy"),
    ] == texts


def test_texts_that_are_filled_in_keep_their_marks(speak: Callable[[str], None]) -> None:
    speak("de")
    assert filled("{0}: {1:.1f} s", "a.b, c", 1.5) == "a.b, c: 1,5 s"


def test_waiting_is_told_in_the_unit_that_fits() -> None:
    assert [waiting_text(s) for s in (0.2, 99, 720, 18_000)] == [
        "1 s",
        "99 s",
        "12 minutes",
        "5 hours",
    ]
    assert [short_waiting_text(s) for s in (40, 720, 18_000)] == ["40 s", "12 min", "5 h"]
