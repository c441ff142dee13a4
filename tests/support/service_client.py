"""The service in this process: a scripted engine behind Starlette's test client."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from scripted_engine import ScriptedEngine
from starlette.testclient import TestClient

from qvim_studio.automation.allowed_folders import AllowedFolders
from qvim_studio.automation.service.routes import Service, make_service
from qvim_studio.automation.service.work_queue import ServiceJob, WorkQueue
from qvim_studio.automation.studio import Studio

PORT = 8480
TOKEN = "t" * 32


@pytest.fixture
def places(tmp_path: Path) -> Path:
    """A folder with the allowed folders "made", "uploads" and "sounds", and "private" beside."""
    for name in ("made", "uploads", "sounds", "private"):
        (tmp_path / name).mkdir()
    return tmp_path


@pytest.fixture
def queue() -> Iterator[WorkQueue]:
    queue = WorkQueue()
    yield queue
    queue.close()


@pytest.fixture
def client(places: Path, queue: WorkQueue) -> TestClient:
    """Carries the token. Two uploads are kept, of at most a MiB each."""
    made, uploads = places / "made", places / "uploads"
    folders = AllowedFolders([made, uploads, places / "sounds"])
    service = Service(Studio(ScriptedEngine), queue, folders, made, uploads, kept_uploads=2)
    client = TestClient(
        make_service(service, port=PORT, token=TOKEN, max_upload_bytes=1 << 20),
        base_url=f"http://127.0.0.1:{PORT}",
        raise_server_exceptions=False,
    )
    client.headers["Authorization"] = f"Bearer {TOKEN}"
    return client


def ended(client: TestClient, **request: Any) -> dict[str, Any]:
    """Ask for sounds and follow the job to its end; the facts of the last event."""
    asked = client.post("/v1/generate", json=request)
    assert asked.status_code == 202, asked.text
    return events_of(client, asked.json()["job"])[-1][1]


def wait_for_phase(job: ServiceJob, phase: str) -> None:
    """Return when a running job has come to a phase."""
    changed = threading.Event()
    with job.watched(changed.set):
        while (job.facts()["progress"] or {}).get("phase") != phase:
            assert changed.wait(20)
            changed.clear()


def events_of(client: TestClient, job: str) -> list[tuple[str, dict[str, Any]]]:
    """The names and data of a job's stream, which ends with the job."""
    blocks = client.get(f"/v1/jobs/{job}/events").text.split("\n\n")
    rows = [block.split("\n") for block in blocks if block.startswith("event: ")]
    return [(name[7:], json.loads(data[6:])) for name, data in rows]
