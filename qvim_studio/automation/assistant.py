"""Tools for assistants that speak the Model Context Protocol (MCP)."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any, Literal

from mcp.server import MCPServer
from mcp.server.mcpserver import Context
from mcp_types import ToolAnnotations
from pydantic import Field
from typing_extensions import TypedDict

import qvim_studio
from qvim_studio.automation.allowed_folders import AllowedFolders
from qvim_studio.automation.assistant_calls import GeneratedSounds, in_thread, make_sounds
from qvim_studio.automation.assistant_sounds import SoundAssistant
from qvim_studio.automation.facts import checkpoint_facts
from qvim_studio.automation.searching import DEFAULT_LIMIT
from qvim_studio.automation.studio import Studio
from qvim_studio.automation.wire_requests import (
    PACKS_FOLDER,
    form_from,
    found_facts,
    pack_from,
    search_from,
)
from qvim_studio.core.request import (
    DEFAULT_BALANCE,
    MAX_DURATION_S,
    MAX_FITS,
    MAX_VARIATIONS,
)

INSTRUCTIONS = (
    "QVIM Studio makes sounds on this computer from a vocal imitation (an audio file), from words, "
    "or both. Files are named by absolute paths inside the allowed folders. Kinds are 1 to 5 dots; "
    "null means that the studio is unsure."
)
TakePath = Annotated[str | None, Field(description="absolute path of the vocal imitation")]
Balance = Annotated[float, Field(ge=0, le=1, description="0 voice only .. 1 words only")]


class FoundSounds(TypedDict):
    """results: path, kind and movement of each sound, nearest first."""

    results: list[dict[str, Any]]


class KnownCheckpoints(TypedDict):
    """checkpoints: id, title, licence of each, and whether it is installed."""

    checkpoints: list[dict[str, Any]]


class ExportedPack(TypedDict):
    """Places of the pack's folder, its zip and its instruments."""

    folder: str
    archive: str
    instruments: list[str]
    clips: int
    reused: int
    licences: list[str]
    warnings: list[str]


class Assistant:
    """The tools. Whatever an assistant names is checked as a request of the service is."""

    def __init__(self, studio: Studio, folders: AllowedFolders, output: Path) -> None:
        """output: gets sounds and packs; it is among the allowed folders."""
        self._studio = studio
        self._folders = folders
        self._output = output

    async def generate_sound(
        self,
        ctx: Context,
        *,
        take: TakePath = None,
        text: Annotated[str, Field(description="what is wanted, in words")] = "",
        checkpoint: Annotated[str, Field(description="an id of list_checkpoints")] = "starter",
        variations: Annotated[int, Field(ge=1, le=MAX_VARIATIONS)] = 4,
        seed: Annotated[int, Field(ge=0, description="of the first; sound i uses seed + i")] = 0,
        duration_s: Annotated[
            float | None, Field(gt=0, le=MAX_DURATION_S, description="null: as long as the take")
        ] = None,
        negative_text: Annotated[str, Field(description="what is not wanted")] = "",
        balance: Annotated[
            float | None, Field(ge=0, le=1, description="0 voice only .. 1 words only")
        ] = None,
        follow: Annotated[
            float, Field(ge=0, le=1, description="0 loose .. 1 tight to the take's time course")
        ] = 0.7,
        start: Literal["noise", "imitation", "nearest"] | None = None,
        loop: Annotated[bool, Field(description="sounds that repeat without a seam")] = False,
        fits: Annotated[
            int, Field(ge=0, le=MAX_FITS, description="real sounds that follow the take, besides")
        ] = 0,
        steps: Annotated[int | None, Field(ge=1, description="denoising steps")] = None,
        options: Annotated[
            dict[str, bool | int | float | str] | None,
            Field(description="of the checkpoint's family"),
        ] = None,
    ) -> GeneratedSounds:
        """Make new sounds from a vocal imitation, from words, or both, into WAV files."""
        values = {
            "take": take,
            "text": text,
            "checkpoint": checkpoint,
            "variations": variations,
            "seed": seed,
            "duration_s": duration_s,
            "negative_text": negative_text,
            "balance": balance,
            "follow": follow,
            "start": start,
            "loop": loop,
            "fits": fits,
            "steps": steps,
            "options": options,
        }
        return await make_sounds(
            self._studio, lambda: form_from(values, self._folders), self._output, ctx
        )

    async def search_sounds(
        self,
        take: TakePath = None,
        text: Annotated[str, Field(description="what is looked for, in words")] = "",
        folder: Annotated[str | None, Field(description="null: the bundled sounds")] = None,
        limit: Annotated[int, Field(ge=1, le=1000)] = DEFAULT_LIMIT,
        balance: Balance = DEFAULT_BALANCE,
    ) -> FoundSounds:
        """Find the real sounds that are nearest to a vocal imitation, to words, or to both."""
        values = {"take": take, "text": text, "folder": folder, "limit": limit, "balance": balance}

        def search() -> dict[str, Any]:
            return found_facts(self._studio.search(**search_from(values, self._folders)))

        return FoundSounds(**await in_thread(search))

    async def list_checkpoints(self) -> KnownCheckpoints:
        """List every generator and upscaler with its licence, and whether it is installed."""
        return KnownCheckpoints(checkpoints=await in_thread(checkpoint_facts))

    async def export_pack(
        self,
        *,
        sounds: Annotated[list[str], Field(min_length=1, description="paths of WAV files")],
        name: Annotated[str, Field(description="of the pack")],
        creator: Annotated[str, Field(description="who made it")],
        source: Annotated[str, Field(description="the SourceID of the file names")],
        is_commercial: Annotated[
            bool, Field(description="refuse sounds that may not be sold")
        ] = False,
    ) -> ExportedPack:
        """Make a sample pack of sounds: UCS names, table, licences, presets and a zip."""
        values = {
            "sounds": sounds,
            "name": name,
            "creator": creator,
            "source": source,
            "is_commercial": is_commercial,
        }

        def pack() -> dict[str, Any]:
            folder = self._output / PACKS_FOLDER
            return self._studio.pack(folder=folder, **pack_from(values, self._folders))

        return ExportedPack(**await in_thread(pack))


def make_assistant_server(studio: Studio, folders: AllowedFolders, output: Path) -> MCPServer:
    """The tools with their schemas; ``run`` speaks over standard input and output.

    output: gets sounds, kits and packs; it is among the allowed folders.
    """
    assistant = Assistant(studio, folders, output)
    sounds = SoundAssistant(studio, folders, output)
    server = MCPServer("QVIM Studio", instructions=INSTRUCTIONS, version=qvim_studio.__version__)
    writes = ToolAnnotations(read_only_hint=False, destructive_hint=False, open_world_hint=False)
    reads = ToolAnnotations(read_only_hint=True, open_world_hint=False)
    server.add_tool(assistant.generate_sound, annotations=writes)
    for tool in sounds.tools():
        server.add_tool(tool, annotations=writes)
    server.add_tool(assistant.search_sounds, annotations=reads)
    server.add_tool(assistant.list_checkpoints, annotations=reads)
    server.add_tool(assistant.export_pack, annotations=writes)
    return server
