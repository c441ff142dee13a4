"""Fixtures of the tests of the library."""

from __future__ import annotations

from library_fixtures import library  # noqa: F401
