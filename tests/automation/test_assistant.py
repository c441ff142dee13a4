"""The tools for assistants, through the official client and streams in memory."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any, TypeVar

import anyio
import numpy as np
import pytest
import soundfile
from mcp import Client
from mcp.types import CallToolResult
from scripted_engine import ScriptedEngine

from qvim_studio.automation.allowed_folders import AllowedFolders
from qvim_studio.automation.assistant import make_assistant_server
from qvim_studio.automation.studio import Studio

Answer = TypeVar("Answer")


@pytest.fixture
def talk(tmp_path: Path) -> Callable[[Callable[[Client], Awaitable[Answer]]], Answer]:
    """Runs what an assistant does, connected to the tools; sounds go to "made"."""

    def run(act: Callable[[Client], Awaitable[Answer]]) -> Answer:
        output = tmp_path / "made"
        server = make_assistant_server(Studio(ScriptedEngine), AllowedFolders([output]), output)

        async def main() -> Answer:
            async with Client(server, mode="legacy") as client:
                return await act(client)

        return anyio.run(main)

    return run


def call(talk: Any, name: str, /, **arguments: Any) -> CallToolResult:
    return talk(lambda client: client.call_tool(name, arguments))


def message(result: CallToolResult) -> str:
    return " ".join(block.text for block in result.content if block.type == "text")


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


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        ({}, "neither an imitation nor a text"),
        ({"text": "x", "take": "/etc/passwd"}, "outside the folders"),
        ({"text": "x", "checkpoint": "nope"}, "There is no checkpoint 'nope'"),
        ({"text": "x", "variations": 99}, "less than or equal to 64"),
        ({"text": "fail"}, "The checkpoint is gone."),
        ({"text": "bug"}, "inside QVIM Studio"),
    ],
)
def test_what_fails_is_said_in_a_sentence(
    talk: Any, arguments: dict[str, Any], sentence: str
) -> None:
    result = call(talk, "generate_sound", **arguments)
    assert result.is_error and sentence in message(result) and "Traceback" not in message(result)


def test_a_call_that_is_given_up_ends_the_engine_and_keeps_finished_sounds(
    talk: Any, tmp_path: Path
) -> None:
    async def act(client: Client) -> None:
        with anyio.CancelScope() as scope:

            async def hear(step: float, steps: float | None, phase: str | None) -> None:
                if phase == "denoise":
                    scope.cancel()

            asked = {"text": "2 then wait", "duration_s": 0.3}
            await client.call_tool("generate_sound", asked, progress_callback=hear)
        with anyio.fail_after(20):  # the engine takes the next request when it is free again
            asked = {"text": "cat", "variations": 1, "duration_s": 0.3}
            assert not (await client.call_tool("generate_sound", asked)).is_error

    talk(act)
    assert len(list((tmp_path / "made").glob("2_then_wait_0*.wav"))) == 2
    assert (tmp_path / "made" / "cat_01.wav").is_file()


def test_sounds_that_were_finished_before_a_failure_are_named(talk: Any, tmp_path: Path) -> None:
    result = call(talk, "generate_sound", text="2 then fail", duration_s=0.3)
    assert result.is_error and "The checkpoint is gone. Choose another." in message(result)
    made = sorted((tmp_path / "made").glob("*.wav"))
    assert len(made) == 2 and all(str(path) in message(result) for path in made)


def test_an_output_folder_that_takes_no_file_is_one_sentence(talk: Any, tmp_path: Path) -> None:
    (tmp_path / "made").touch()
    assert "Nothing can be written to" in message(call(talk, "generate_sound", text="dog"))


def test_a_take_in_the_output_folder_is_imitated(talk: Any, tmp_path: Path) -> None:
    (tmp_path / "made").mkdir()
    take = tmp_path / "made" / "hiss.wav"
    soundfile.write(take, 0.5 * np.sin(np.arange(9600) / 5), 48_000)
    result = call(talk, "generate_sound", take=str(take), variations=1)
    assert result.structured_content["clips"][0]["kind"] == 5


OF_SOUNDS = {
    "edit_sound": {"sound": "SOUND", "parts": [[0.05, 0.15]], "variations": 1},
    "vary_sound": {"sound": "SOUND", "strength": 0.4, "variations": 1},
    "restyle_sound": {"sound": "SOUND", "text": "rain", "variations": 1},
    "morph_sounds": {"sound": "SOUND", "other": "SOUND", "at": 0.25, "variations": 1},
    "upscale_sound": {"sound": "SOUND", "upscaler": "audiosr-basic"},
    "make_kit": {"take": "SOUND", "variations": 1},
}


def asked_of(name: str, sound: Path) -> dict[str, Any]:
    return {
        key: str(sound) if value == "SOUND" else value for key, value in OF_SOUNDS[name].items()
    }


@pytest.mark.usefixtures("any_upscaler")
@pytest.mark.parametrize("name", OF_SOUNDS)
def test_sounds_are_made_of_allowed_sounds_alone(talk: Any, tmp_path: Path, name: str) -> None:
    places = [tmp_path / place / "hiss.wav" for place in ("made", "private")]
    for place in places:
        place.parent.mkdir()
        soundfile.write(place, 0.5 * np.sin(np.arange(9600) / 5), 48_000)
    made = call(talk, name, **asked_of(name, places[0]))
    assert not made.is_error, message(made)
    if name == "make_kit":
        assert Path(made.structured_content["folder"]) == tmp_path / "made" / "kits" / "hiss"
    else:
        (clip,) = made.structured_content["clips"]
        assert Path(clip["path"]).parent == tmp_path / "made" and Path(clip["path"]).is_file()
    refused = call(talk, name, **asked_of(name, places[1]))
    assert refused.is_error and "outside the folders" in message(refused)


def test_a_kit_that_fails_names_what_is_kept(talk: Any, tmp_path: Path) -> None:
    (tmp_path / "made").mkdir()
    take = tmp_path / "made" / "hiss.wav"
    soundfile.write(take, 0.5 * np.sin(np.arange(9600) / 5), 48_000)
    result = call(talk, "make_kit", take=str(take), text="2 then fail", variations=3)
    assert result.is_error and "The checkpoint is gone." in message(result)
    assert f"kept in {tmp_path / 'made' / 'kits' / 'hiss'}" in message(result)
