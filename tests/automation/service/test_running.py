"""The service on a real socket of loopback."""

from __future__ import annotations

import http.client
import json
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from scripted_engine import ScriptedEngine

from qvim_studio.automation.service import running
from qvim_studio.automation.service.running import (
    LoopbackServer,
    ServicePlaces,
    bind_loopback,
    run_service,
)
from qvim_studio.automation.studio import Studio
from qvim_studio.core.errors import StudioError


class Served:
    """run_service in a thread, as the command runs it."""

    def __init__(self, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        self.servers: list[LoopbackServer] = []
        self.token_file, self.output = folder / "token", folder / "made"
        self._ready = threading.Event()
        self.port = 0

        class Remembered(LoopbackServer):
            def __init__(server, *how: object) -> None:
                super().__init__(*how)
                self.servers.append(server)

        monkeypatch.setattr(running, "LoopbackServer", Remembered)
        self.thread = threading.Thread(target=self._run)
        self.thread.start()
        assert self._ready.wait(20)

    def ask(self, method: str, address: str, body: object = None) -> http.client.HTTPResponse:
        name, _, value = self.token_file.read_text().strip().partition(": ")
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=20)
        sent = None if body is None else json.dumps(body)
        connection.request(method, address, sent, {name: value, "Connection": "close"})
        return connection.getresponse()

    def facts(self, method: str, address: str, body: object = None) -> dict[str, Any]:
        with self.ask(method, address, body) as answer:
            return json.loads(answer.read())

    def stop(self) -> None:
        self.servers[0].should_exit = True
        self.thread.join(20)

    def _run(self) -> None:
        places = ServicePlaces(self.token_file, self.output, [])
        with Studio(ScriptedEngine) as studio:
            run_service(studio, 0, places, self._begin)

    def _begin(self, port: int) -> None:
        self.port = port
        self._ready.set()


@pytest.fixture
def served(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Served]:
    served = Served(tmp_path, monkeypatch)
    yield served
    served.stop()


def test_a_client_that_vanishes_stops_nothing_and_the_end_keeps_finished_sounds(
    served: Served,
) -> None:
    job = served.facts("POST", "/v1/generate", {"text": "2 then wait", "duration_s": 0.3})["job"]
    with served.ask("GET", f"/v1/jobs/{job}/events") as gone:
        while b"denoise" not in gone.readline():
            pass
    assert served.facts("GET", "/v1/health")["running"] == 1
    with served.ask("GET", f"/v1/jobs/{job}/events") as watched:
        served.servers[0].should_exit = True
        last = watched.read().decode().split("data: ")[-1]
    served.thread.join(20)
    assert json.loads(last)["state"] == "cancelled"
    assert len(list(served.output.glob("*.wav"))) == 2


def test_a_second_service_on_the_port_is_one_sentence(tmp_path: Path) -> None:
    first = bind_loopback(0)
    try:
        assert first.getsockname()[0] == "127.0.0.1"
        with pytest.raises(StudioError, match="is taken, perhaps by another service"):
            bind_loopback(first.getsockname()[1])
    finally:
        first.close()


@pytest.mark.parametrize("port", [-1, 70_000])
def test_a_port_that_cannot_be_is_one_sentence(port: int) -> None:
    with pytest.raises(StudioError, match="Give another one"):
        bind_loopback(port)
