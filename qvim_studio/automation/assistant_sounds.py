"""Tools for assistants that make new sounds of given sounds, and kits of a take."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from functools import partial
from pathlib import Path
from typing import Annotated, Any

from mcp.server.mcpserver import Context
from pydantic import Field
from typing_extensions import TypedDict

from qvim_studio.automation.allowed_folders import AllowedFolders
from qvim_studio.automation.assistant_calls import (
    GeneratedSounds,
    Report,
    make_sounds,
    with_progress,
)
from qvim_studio.automation.kit_making import KIT_VARIATIONS
from qvim_studio.automation.studio import Studio
from qvim_studio.automation.wire_requests import (
    KITS_FOLDER,
    edit_from,
    kit_from,
    morph_from,
    restyle_from,
    upscale_from,
    vary_from,
)
from qvim_studio.core.engine import IsCancelled
from qvim_studio.core.request import DEFAULT_MORPH_AT, MAX_VARIATIONS
from qvim_studio.core.result import Progress

SoundPath = Annotated[str, Field(description="absolute path of a sound; it is never changed")]
Words = Annotated[str, Field(description="what is wanted, in words")]
CheckpointId = Annotated[str, Field(description="an id of list_checkpoints")]
Count = Annotated[int, Field(ge=1, le=MAX_VARIATIONS)]
Seed = Annotated[int, Field(ge=0, description="of the first; sound i uses seed + i")]
Strength = Annotated[
    float | None, Field(gt=0, le=1, description="how much of the sound is replaced")
]


class MadeKit(TypedDict):
    """Places of the kit's folder, its presets and the sounds of each key, best match first."""

    folder: str
    presets: list[str]
    sounds: list[list[str]]
    notes: list[str]


class SoundAssistant:
    """The tools. Whatever an assistant names is checked as a request of the service is."""

    def __init__(self, studio: Studio, folders: AllowedFolders, output: Path) -> None:
        """output: gets sounds and kits; it is among the allowed folders."""
        self._studio = studio
        self._folders = folders
        self._output = output

    def tools(self) -> Sequence[Callable[..., Awaitable[Any]]]:
        return (
            self.edit_sound,
            self.vary_sound,
            self.restyle_sound,
            self.morph_sounds,
            self.upscale_sound,
            self.make_kit,
        )

    async def edit_sound(
        self,
        ctx: Context,
        *,
        sound: SoundPath,
        parts: Annotated[
            list[tuple[float, float]] | None,
            Field(description="begin and end in seconds of each part that is made again"),
        ] = None,
        continue_s: Annotated[float | None, Field(description="seconds to continue by")] = None,
        highs_above_hz: Annotated[
            float | None, Field(ge=0, description="make again what lies above; 0 measures where")
        ] = None,
        imitation: Annotated[
            str | None, Field(description="absolute path of a voice: what comes there, and when")
        ] = None,
        text: Words = "",
        checkpoint: CheckpointId = "starter",
        variations: Count = 4,
        seed: Seed = 0,
    ) -> GeneratedSounds:
        """Make parts of a sound again, continue the sound, or make its highs again."""
        values = {
            "sound": sound,
            "parts": None if parts is None else [list(part) for part in parts],
            "continue_s": continue_s,
            "highs_above_hz": highs_above_hz,
            "imitation": imitation,
            **_making(text, checkpoint, variations, seed),
        }
        return await self._make(partial(edit_from, values, self._folders), ctx)

    async def vary_sound(
        self,
        ctx: Context,
        *,
        sound: SoundPath,
        text: Words = "",
        strength: Strength = None,
        checkpoint: CheckpointId = "starter",
        variations: Count = 4,
        seed: Seed = 0,
    ) -> GeneratedSounds:
        """Make sounds that are like a sound."""
        values = {"sound": sound, "strength": strength}
        values |= _making(text, checkpoint, variations, seed)
        return await self._make(partial(vary_from, values, self._folders), ctx)

    async def restyle_sound(
        self,
        ctx: Context,
        *,
        sound: SoundPath,
        text: Words = "",
        timbre: Annotated[
            str | None, Field(description="absolute path of a sound: what it should sound like")
        ] = None,
        strength: Strength = None,
        checkpoint: CheckpointId = "starter",
        variations: Count = 4,
        seed: Seed = 0,
    ) -> GeneratedSounds:
        """Make other sounds with the course in time of a sound."""
        values = {"sound": sound, "timbre": timbre, "strength": strength}
        values |= _making(text, checkpoint, variations, seed)
        return await self._make(partial(restyle_from, values, self._folders), ctx)

    async def morph_sounds(
        self,
        ctx: Context,
        *,
        sound: SoundPath,
        other: SoundPath,
        at: Annotated[
            float | None,
            Field(ge=0, le=1, description="0 the first .. 1 the second; null: over time"),
        ] = DEFAULT_MORPH_AT,
        text: Words = "",
        strength: Strength = None,
        checkpoint: CheckpointId = "starter",
        variations: Count = 4,
        seed: Seed = 0,
    ) -> GeneratedSounds:
        """Make sounds between two sounds."""
        values = {"sound": sound, "other": other, "at": at, "strength": strength}
        values |= _making(text, checkpoint, variations, seed)
        return await self._make(partial(morph_from, values, self._folders), ctx)

    async def upscale_sound(
        self,
        ctx: Context,
        *,
        sound: SoundPath,
        upscaler: Annotated[str, Field(description="an upscaler of list_checkpoints")],
        known_hz: Annotated[
            float | None, Field(gt=0, description="up to where it is real; null measures that")
        ] = None,
        seed: Annotated[int, Field(ge=0)] = 0,
    ) -> GeneratedSounds:
        """Make the highs that a sound lacks."""
        values = {"sound": sound, "upscaler": upscaler, "known_hz": known_hz, "seed": seed}
        return await self._make(partial(upscale_from, values, self._folders), ctx)

    async def make_kit(
        self,
        ctx: Context,
        *,
        take: Annotated[str, Field(description="absolute path of a take with several sounds")],
        text: Words = "",
        checkpoint: CheckpointId = "starter",
        variations: Count = KIT_VARIATIONS,
        seed: Seed = 0,
    ) -> MadeKit:
        """Make a drum kit, with presets for samplers, of the sounds in one take."""
        values = {"take": take, **_making(text, checkpoint, variations, seed)}
        folder = self._output / KITS_FOLDER

        def make(report: Report, is_cancelled: IsCancelled) -> dict[str, Any]:
            def report_sound(number: int, count: int, progress: Progress) -> None:
                report(Progress(f"sound {number + 1} of {count}", progress.step, progress.steps))

            kit = self._studio.ready_kit(kit_from(values, self._folders), folder)
            return self._studio.make_kit(kit, folder, report_sound, is_cancelled)

        return MadeKit(**await with_progress(make, ctx))

    async def _make(self, read: Callable[[], Any], ctx: Context) -> GeneratedSounds:
        return await make_sounds(self._studio, read, self._output, ctx)


def _making(text: str, checkpoint: str, variations: int, seed: int) -> dict[str, Any]:
    return {"text": text, "checkpoint": checkpoint, "variations": variations, "seed": seed}
