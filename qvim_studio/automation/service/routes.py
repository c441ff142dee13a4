"""The addresses of the service and what each answers."""

from __future__ import annotations

import asyncio
import contextlib
import json
import secrets
import shutil
import threading
from collections.abc import AsyncIterator, Callable, Mapping
from pathlib import Path
from typing import Any

from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.requests import ClientDisconnect, Request
from starlette.responses import FileResponse, JSONResponse, Response, StreamingResponse
from starlette.routing import Route

import qvim_studio
from qvim_studio.audio.files.reading import refused_folder
from qvim_studio.automation.allowed_folders import AllowedFolders
from qvim_studio.automation.facts import checkpoint_facts
from qvim_studio.automation.made_sound import ReadyRequest
from qvim_studio.automation.making import PartlyMade
from qvim_studio.automation.service.answers import RefusedRequestError, answer_to_error
from qvim_studio.automation.service.guard import MAX_UPLOAD_BYTES, Guard
from qvim_studio.automation.service.work_queue import ServiceJob, Work, WorkQueue
from qvim_studio.automation.sound_forms import Readable
from qvim_studio.automation.studio import Studio
from qvim_studio.automation.wire_requests import (
    KITS_FOLDER,
    PACKS_FOLDER,
    edit_from,
    form_from,
    found_facts,
    kit_from,
    made_facts,
    morph_from,
    pack_from,
    restyle_from,
    search_from,
    upscale_from,
    vary_from,
)
from qvim_studio.core.errors import StudioError
from qvim_studio.core.result import Progress
from qvim_studio.core.text.file_names import is_file
from qvim_studio.core.text.json_text import parse_json
from qvim_studio.export.files.clip_writer import safe_stem

KEPT_UPLOADS = 64
ALIVE_EVERY_S = 15.0  # a comment in a stream that has no news, which finds out who is gone
UPLOAD_PATH = "/v1/takes"
FORMS: dict[str, Callable[[Mapping[str, Any], AllowedFolders], Readable]] = {
    "generate": form_from,
    "edit": edit_from,
    "vary": vary_from,
    "restyle": restyle_from,
    "morph": morph_from,
    "upscale": upscale_from,
}  # by the last word of the address
FAULTS = (StudioError, HTTPException, ClientDisconnect, Exception)  # which have an answer


class Service:
    """What is behind the addresses. Every job goes through one queue, one at a time."""

    def __init__(
        self,
        studio: Studio,
        queue: WorkQueue,
        folders: AllowedFolders,
        output: Path,
        uploads: Path,
        kept_uploads: int = KEPT_UPLOADS,
    ) -> None:
        """output: gets sounds and packs. uploads: gets takes. Both are allowed folders.

        kept_uploads: how many takes stay; the oldest ones go.
        """
        self._kept_uploads = kept_uploads
        self._one_upload = threading.Lock()
        self._studio = studio
        self._queue = queue
        self._folders = folders
        self._output = output
        self._uploads = uploads

    def routes(self) -> list[Route]:
        return [
            Route("/v1/health", self.health),
            Route("/v1/checkpoints", self.checkpoints),
            Route(UPLOAD_PATH, self.upload, methods=["POST"]),
            *(self._making_route(kind) for kind in FORMS),
            Route("/v1/kits", self.kit, methods=["POST"]),
            Route("/v1/search", self.search, methods=["POST"]),
            Route("/v1/packs", self.pack, methods=["POST"]),
            Route("/v1/jobs/{id}", self.job),
            Route("/v1/jobs/{id}", self.cancel, methods=["DELETE"]),
            Route("/v1/jobs/{id}/events", self.events),
            Route("/v1/jobs/{id}/sounds/{number:int}", self.sound),
        ]

    async def health(self, request: Request) -> Response:
        counts = self._queue.counts()
        return JSONResponse({"version": qvim_studio.__version__, **counts})

    def checkpoints(self, request: Request) -> Response:
        return JSONResponse({"checkpoints": checkpoint_facts()})

    async def upload(self, request: Request) -> Response:
        """Take an audio file as the body; ``?name=`` gives its name."""
        name = Path(request.query_params.get("name") or "take.wav")
        ending = name.suffix if name.suffix[1:].isalnum() else ""
        folder = self._uploads / secrets.token_hex(8)
        path = folder / f"{safe_stem(name.stem, 'take')}{ending}"
        try:
            await run_in_threadpool(self._make_place, folder)
            with path.open("wb") as file:
                async for chunk in request.stream():
                    await run_in_threadpool(file.write, chunk)
            clip = await run_in_threadpool(self._studio.load, path)
        except BaseException as error:
            shutil.rmtree(folder, ignore_errors=True)
            if isinstance(error, OSError):
                raise refused_folder(self._uploads, error) from error
            raise
        facts = {"take": str(path), "duration_s": round(clip.duration_s, 4)}
        return JSONResponse({**facts, "sample_rate": clip.sample_rate}, 201)

    def _making_route(self, kind: str) -> Route:
        """An address that answers at once with a job; the job's facts, its stream and its files say
        the rest."""

        async def make(request: Request) -> Response:
            values = await _values_of(request)
            ready = await run_in_threadpool(self._ready, kind, values)

            def work(job: ServiceJob) -> dict[str, Any]:
                try:
                    return made_facts(self._studio.make(ready, job.report, job.is_cancelled))
                except PartlyMade as partly:
                    partly.kept.update(notes=[partly.note])
                    raise

            return self._begun(kind, work)

        return Route(f"/v1/{kind}", make, methods=["POST"])

    async def kit(self, request: Request) -> Response:
        """Answers at once with the job, as requests for sounds do."""
        values, folder = await _values_of(request), self._output / KITS_FOLDER
        kit = await run_in_threadpool(
            lambda: self._studio.ready_kit(kit_from(values, self._folders), folder)
        )

        def work(job: ServiceJob) -> dict[str, Any]:
            def report(number: int, count: int, progress: Progress) -> None:
                phase = f"{progress.phase}, sound {number + 1} of {count}"
                job.report(Progress(phase, progress.step, progress.steps))

            return self._studio.make_kit(kit, folder, report, job.is_cancelled)

        return self._begun("kit", work)

    async def search(self, request: Request) -> Response:
        wanted = search_from(await _values_of(request), self._folders)
        return await self._answer_of(
            "search", lambda job: found_facts(self._studio.search(**wanted))
        )

    async def pack(self, request: Request) -> Response:
        wanted = pack_from(await _values_of(request), self._folders)
        folder = self._output / PACKS_FOLDER
        return await self._answer_of("pack", lambda job: self._studio.pack(folder=folder, **wanted))

    async def job(self, request: Request) -> Response:
        return JSONResponse(self._queue.find(request.path_params["id"]).facts())

    async def cancel(self, request: Request) -> Response:
        job = self._queue.find(request.path_params["id"])
        job.cancel()
        return JSONResponse(job.facts(), 202)

    async def events(self, request: Request) -> Response:
        """Server-sent events: ``progress`` while there is some, and ``end`` with the answer."""
        job = self._queue.find(request.path_params["id"])
        headers = {"Cache-Control": "no-store"}
        return StreamingResponse(_stream(job), media_type="text/event-stream", headers=headers)

    def sound(self, request: Request) -> Response:
        """The WAV of a clip of a job; the first has the number 1."""
        clips = self._queue.find(request.path_params["id"]).facts().get("clips", [])
        number = request.path_params["number"]
        path = Path(clips[number - 1]["path"]) if 1 <= number <= len(clips) else None
        if path is None or not is_file(path):
            raise RefusedRequestError(
                404,
                f"This job has {len(clips)} sounds on the disk, and sound {number} is not among "
                "them. Ask for another number.",
            )
        return FileResponse(path, media_type="audio/wav", filename=path.name)

    def _ready(self, kind: str, values: dict[str, Any]) -> ReadyRequest:
        return self._studio.ready(FORMS[kind](values, self._folders), self._output)

    def _begun(self, kind: str, work: Work) -> Response:
        job = self._queue.submit(kind, work)
        return JSONResponse(job.facts(), 202, {"Location": f"/v1/jobs/{job.id}"})

    async def _answer_of(self, kind: str, work: Work) -> Response:
        """The answer of a job whose client waits for it."""
        job = self._queue.submit(kind, work)
        async for _ in _news(job):
            pass
        if job.error is not None:
            raise job.error
        return JSONResponse(job.facts())

    def _make_place(self, folder: Path) -> None:
        """Make the folder of an upload and remove the oldest ones, which jobs have read already."""
        with self._one_upload:
            older = sorted(self._uploads.iterdir(), key=_made_s)
            for place in older[: max(len(older) + 1 - self._kept_uploads, 0)]:
                shutil.rmtree(place, ignore_errors=True)
            folder.mkdir(parents=True)


def _made_s(place: Path) -> float:
    """When a folder was last changed; 0 for one that another request has just removed."""
    try:
        return place.stat().st_mtime
    except OSError:
        return 0.0


def make_service(
    service: Service, *, port: int, token: str, max_upload_bytes: int = MAX_UPLOAD_BYTES
) -> Starlette:
    """The service behind its guard. port: that requests name."""
    guard = Middleware(Guard, port=port, token=token, upload_limits={UPLOAD_PATH: max_upload_bytes})
    return Starlette(
        routes=service.routes(),
        middleware=[guard],
        exception_handlers=dict.fromkeys(FAULTS, answer_to_error),
    )


async def _values_of(request: Request) -> dict[str, Any]:
    """The JSON object of a body. Raises RefusedRequestError."""
    body = await request.body()
    try:
        values = parse_json(body or b"{}")
    except ValueError as error:
        raise RefusedRequestError(
            400, f"The body is no JSON ({error}), expected an object in braces. Send one."
        ) from error
    if not isinstance(values, dict):
        raise RefusedRequestError(
            400, f"Got {str(values)[:40]!r}, expected a JSON object in braces. Send one."
        )
    return values


async def _news(job: ServiceJob) -> AsyncIterator[dict[str, Any] | None]:
    """The facts of a job whenever they changed, the last ones at its end; None where nothing
    changed for a while. What changes faster than it is read is left out."""
    loop, changed = asyncio.get_running_loop(), asyncio.Event()
    sent: dict[str, Any] | None = None

    def wake() -> None:
        with contextlib.suppress(RuntimeError):  # the service has just ended
            loop.call_soon_threadsafe(changed.set)

    with job.watched(wake):
        while True:
            is_over, facts = job.is_over, job.facts()
            if facts != sent:
                sent = facts
                yield facts
            if is_over:
                return
            try:
                await asyncio.wait_for(changed.wait(), ALIVE_EVERY_S)
                changed.clear()
            except asyncio.TimeoutError:
                yield None


async def _stream(job: ServiceJob) -> AsyncIterator[str]:
    async for facts in _news(job):
        if facts is None:
            yield ": still here\n\n"
            continue
        name = "end" if facts["state"] not in ("queued", "running") else "progress"
        yield f"event: {name}\ndata: {json.dumps(facts, ensure_ascii=False)}\n\n"
