"""Puts counts, durations and dates into words for people, with the numbers of their language."""

from __future__ import annotations

from string import Formatter
from typing import Any

from PySide6.QtCore import QCoreApplication, QDateTime, QLocale


def number_text(value: float, form: str = "g") -> str:
    """A number in one of Python's formats ("g", ".1f", ","), with the window's separators."""
    return with_own_marks(format(value, form))


def with_own_marks(number: str) -> str:
    """A number as Python writes it, "1,204.5", with the window's separators."""
    locale = QLocale()
    marks = {".": locale.decimalPoint(), ",": locale.groupSeparator()}
    return "".join(marks.get(mark, mark) for mark in number)


def filled(text: str, *values: object) -> str:
    """``text.format(*values)``, with every number as the window's language writes it."""
    return _NUMBERS.format(text, *values)


def date_text(at_s: float, form: str) -> str:
    """A time in seconds of the epoch, in one of Qt's formats ("dd MMM yyyy")."""
    return QLocale().toString(QDateTime.fromSecsSinceEpoch(int(at_s)), form)


def seconds_text(seconds: float) -> str:
    """A duration of a sound: "0.8 s", "12.4 s", "2:05"."""
    if seconds < 60:
        return f"{number_text(seconds, '.1f')} s"
    minutes, rest = divmod(round(seconds), 60)
    return f"{minutes}:{rest:02d}"


def waiting_text(seconds: float) -> str:
    """A waiting time in words: "40 s", "12 minutes", "5 hours"."""
    if seconds < 100:
        return f"{max(round(seconds), 1)} s"
    if seconds < 100 * 60:
        return _tr("{0} minutes").format(round(seconds / 60))
    return _tr("{0} hours").format(round(seconds / 3600))


def short_waiting_text(seconds: float) -> str:
    """A waiting time where there is little room: "40 s", "12 min", "5 h"."""
    if seconds < 100:
        return f"{max(round(seconds), 1)} s"
    if seconds < 100 * 60:
        return f"{round(seconds / 60)} min"
    return f"{round(seconds / 3600)} h"


def count_text(count: int, one: str, many: str) -> str:
    """A count in words: "1 sound" or "1,204 sounds"; ``many`` has a {0} for the number."""
    return one if count == 1 else many.format(number_text(count, ","))


class _NumberFormatter(Formatter):
    def format_field(self, value: Any, format_spec: str) -> str:
        if isinstance(value, (int, float)) and format_spec:
            return number_text(value, format_spec)
        return super().format_field(value, format_spec)


def _tr(text: str) -> str:
    return QCoreApplication.translate("Figures", text)


_NUMBERS = _NumberFormatter()
