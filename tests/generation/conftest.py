"""Fixtures of the tests of generation."""

from __future__ import annotations

from quick_ears import quick_ears  # noqa: F401
