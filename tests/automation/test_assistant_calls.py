"""A call works in a thread, and whatever ends it early is one sentence."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import anyio
import pytest
from mcp import Client
from tool_calls import call, message


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
