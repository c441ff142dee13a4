"""The tools for assistants, through the official client and streams in memory."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
import soundfile
from mcp import Client
from mcp.types import CallToolResult
from tool_calls import call, message

from qvim_studio.automation.studio import Studio


def test_the_tools_are_offered_with_their_schemas(talk: Any) -> None:
    tools = {tool.name: tool for tool in talk(lambda client: client.list_tools()).tools}
    assert tools.keys() == {
        *("generate_sound", "search_sounds", "list_checkpoints", "export_pack"),
        *("edit_sound", "vary_sound", "restyle_sound", "morph_sounds", "upscale_sound", "make_kit"),
    }
    assert tools["edit_sound"].input_schema["required"] == ["sound"]
    assert tools["make_kit"].output_schema["properties"].keys() >= {"folder", "presets", "sounds"}
    wanted = tools["generate_sound"].input_schema["properties"]
    assert wanted["variations"] == {
        "default": 4,
        "maximum": 64,
        "minimum": 1,
        "title": "Variations",
        "type": "integer",
    }
    assert "ctx" not in wanted and "imitation" in wanted["take"]["description"]
    assert tools["export_pack"].input_schema["required"] == ["sounds", "name", "creator", "source"]
    answers = {name: tool.output_schema["properties"].keys() for name, tool in tools.items()}
    assert answers["generate_sound"] == {"clips", "notes"}
    assert answers["export_pack"] >= {"folder", "archive"}
    assert tools["search_sounds"].annotations.read_only_hint
    assert all(tool.description for tool in tools.values())


def test_sounds_are_made_with_paths_recipes_and_progress(talk: Any, tmp_path: Path) -> None:
    reported: list[tuple[float, float | None, str | None]] = []

    async def act(client: Client) -> CallToolResult:
        async def hear(step: float, steps: float | None, phase: str | None) -> None:
            reported.append((step, steps, phase))

        asked = {"text": "dog", "variations": 2, "seed": 7, "duration_s": 0.3}
        return await client.call_tool("generate_sound", asked, progress_callback=hear)

    result = talk(act)
    assert not result.is_error, message(result)
    clips = result.structured_content["clips"]
    paths = [Path(clip["path"]) for clip in clips]
    assert paths == [tmp_path / "made" / f"dog_0{number}.wav" for number in (1, 2)]
    assert [clip["recipe"]["seed"] for clip in clips] == [7, 8]
    assert (4, 4, "denoise") in reported


def test_what_was_made_is_packed(talk: Any, tmp_path: Path) -> None:
    made = call(talk, "generate_sound", text="dog", variations=1, duration_s=0.3)
    sounds = [clip["path"] for clip in made.structured_content["clips"]]
    named = {"name": "Breath", "creator": "MK", "source": "QVIM"}
    packed = call(talk, "export_pack", sounds=sounds, **named)
    assert not packed.is_error, message(packed)
    assert Path(packed.structured_content["archive"]).is_relative_to(tmp_path / "made" / "packs")


def test_checkpoints_are_listed_for_assistants(talk: Any) -> None:
    listed = call(talk, "list_checkpoints").structured_content["checkpoints"]
    assert listed[0]["id"] == "starter"


def test_a_search_gives_paths(talk: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Studio, "search", lambda studio, **how: [])
    assert call(talk, "search_sounds", text="rain").structured_content == {"results": []}


def test_a_take_in_the_output_folder_is_imitated(talk: Any, tmp_path: Path) -> None:
    (tmp_path / "made").mkdir()
    take = tmp_path / "made" / "hiss.wav"
    soundfile.write(take, 0.5 * np.sin(np.arange(9600) / 5), 48_000)
    result = call(talk, "generate_sound", take=str(take), variations=1)
    assert result.structured_content["clips"][0]["kind"] == 5
