"""Fixtures of the tests of automation."""

from __future__ import annotations

import pytest
from quick_ears import quick_ears  # noqa: F401
from service_client import client, places, queue  # noqa: F401

from qvim_studio.automation import making


@pytest.fixture
def any_upscaler(monkeypatch: pytest.MonkeyPatch) -> None:
    """Every upscaler counts as installed; a scripted engine needs none."""
    monkeypatch.setattr(making, "find_upscaler", lambda name: None)
