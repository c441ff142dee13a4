"""What the tools for assistants share: work in a thread, progress, and errors in a sentence."""

from __future__ import annotations

import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

import anyio
import anyio.from_thread
import anyio.to_thread
from mcp.server.mcpserver import Context
from mcp.server.mcpserver.exceptions import ToolError
from typing_extensions import TypedDict

from qvim_studio.automation.making import PartlyMade
from qvim_studio.automation.sound_forms import Readable
from qvim_studio.automation.studio import Studio
from qvim_studio.automation.wire_requests import made_facts
from qvim_studio.core.engine import IsCancelled
from qvim_studio.core.errors import StoppedEarly, StudioError, cause_of, error_for_user
from qvim_studio.core.result import Progress

Answer = TypeVar("Answer")
Report = Callable[[Progress], None]


class GeneratedSounds(TypedDict):
    """clips: path, seed, kind, licence and recipe of each sound, best match first."""

    clips: list[dict[str, Any]]
    notes: list[str]


async def make_sounds(
    studio: Studio, read: Callable[[], Readable], output: Path, ctx: Context
) -> GeneratedSounds:
    """Make what a form asks for. read: gives the form. output: gets the sounds."""

    def make(report: Report, is_cancelled: IsCancelled) -> dict[str, Any]:
        return made_facts(studio.make(studio.ready(read(), output), report, is_cancelled))

    return GeneratedSounds(**await with_progress(make, ctx))


async def with_progress(make: Callable[[Report, IsCancelled], Answer], ctx: Context) -> Answer:
    """Work in a thread that reports how far it is and ends when nobody waits for it any more."""
    cancelled = threading.Event()

    def report(progress: Progress) -> None:
        if not cancelled.is_set():
            anyio.from_thread.run(
                ctx.report_progress, progress.step, progress.steps, progress.phase
            )

    return await in_thread(lambda: make(report, cancelled.is_set), cancelled)


async def in_thread(work: Callable[[], Answer], cancelled: threading.Event | None = None) -> Answer:
    """Raises ToolError with the sentence of whatever fails. cancelled: set where nobody waits for
    the answer any more."""
    try:
        return await anyio.to_thread.run_sync(work, abandon_on_cancel=True)
    except anyio.get_cancelled_exc_class():
        if cancelled is not None:
            cancelled.set()
        raise
    except StudioError as error:
        raise ToolError(str(error)) from error
    except PartlyMade as partly:
        error = error_for_user(cause_of(partly), "The tool")
        paths = ", ".join(clip["path"] for clip in partly.kept["clips"])
        raise ToolError(f"{error} {partly.note} Kept: {paths}") from partly
    except StoppedEarly as partly:
        error = error_for_user(cause_of(partly), "The tool")
        raise ToolError(f"{error} What was finished is kept in {partly.kept['folder']}") from partly
    except Exception as error:
        raise ToolError(str(error_for_user(error, "The tool"))) from error
