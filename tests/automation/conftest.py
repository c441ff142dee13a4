"""Fixtures of the tests of automation."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import TypeVar

import anyio
import pytest
import soundfile
from given_tone import TONE
from mcp import Client
from quick_ears import quick_ears  # noqa: F401
from scripted_engine import ScriptedEngine
from service_client import client, places, queue  # noqa: F401

from qvim_studio.automation import making
from qvim_studio.automation.allowed_folders import AllowedFolders
from qvim_studio.automation.assistant import make_assistant_server
from qvim_studio.automation.studio import Studio

Answer = TypeVar("Answer")


@pytest.fixture
def any_upscaler(monkeypatch: pytest.MonkeyPatch) -> None:
    """Every upscaler counts as installed; a scripted engine needs none."""
    monkeypatch.setattr(making, "find_upscaler", lambda name: None)


@pytest.fixture
def studio() -> Studio:
    return Studio(ScriptedEngine)


@pytest.fixture
def hiss(tmp_path: Path) -> Path:
    soundfile.write(tmp_path / "hiss.wav", TONE.samples, 48_000, "PCM_16")
    return tmp_path / "hiss.wav"


@pytest.fixture
def talk(tmp_path: Path) -> Callable[[Callable[[Client], Awaitable[Answer]]], Answer]:
    """Runs what an assistant does, connected to the tools; sounds go to "made"."""

    def run(act: Callable[[Client], Awaitable[Answer]]) -> Answer:
        output = tmp_path / "made"
        server = make_assistant_server(Studio(ScriptedEngine), AllowedFolders([output]), output)

        async def main() -> Answer:
            async with Client(server, mode="legacy") as connected:
                return await act(connected)

        return anyio.run(main)

    return run
