"""Puts counts and durations into words for people."""

from __future__ import annotations


def seconds_text(seconds: float) -> str:
    """A duration of a sound: "0.8 s", "12.4 s", "2:05"."""
    if seconds < 60:
        return f"{seconds:.1f} s"
    minutes, rest = divmod(round(seconds), 60)
    return f"{minutes}:{rest:02d}"


def waiting_text(seconds: float) -> str:
    """A waiting time in words: "40 s", "12 minutes", "5 hours"."""
    if seconds < 100:
        return f"{max(round(seconds), 1)} s"
    if seconds < 100 * 60:
        return f"{round(seconds / 60)} minutes"
    return f"{round(seconds / 3600)} hours"


def short_waiting_text(seconds: float) -> str:
    """A waiting time where there is little room: "40 s", "12 min", "5 h"."""
    if seconds < 100:
        return f"{max(round(seconds), 1)} s"
    if seconds < 100 * 60:
        return f"{round(seconds / 60)} min"
    return f"{round(seconds / 3600)} h"


def count_text(count: int, one: str, many: str) -> str:
    """A count in words: "1 sound" or "1,204 sounds"; ``many`` has a {0} for the number."""
    return one if count == 1 else many.format(f"{count:,}")
