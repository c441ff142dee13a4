"""The commands that other programs and farms use, one after the other, with a scripted engine.

Whoever watches this program sees a list rendered by two workers, an assistant's session and a
session of the service. Faults go to standard error, with exit status 1.
"""

from __future__ import annotations

import contextlib
import http.client
import json
import os
import signal
import socket
import threading
import traceback
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import IO, Any

import scripted_engine

from qvim_studio import assembly
from qvim_studio.commands import render
from qvim_studio.commands.cli import main as run_command

QUICK = ("--variations", "1", "--duration", "0.2", "-o", "made")
Talk = Callable[[IO[str], IO[str]], None]  # to what the command reads, from what it prints


def main(*, is_ray: bool = False) -> int:
    """The folder "made" gets all sounds. is_ray: two workers of a local cluster render a list, and
    nothing else is run."""
    assembly.make_plain_engine = scripted_engine.make_engine
    render.ENGINE_FACTORY = "scripted_engine:make_engine"
    if is_ray:
        return render_list("--ray", "local", "--workers", "2")
    statuses = [
        render_list("--workers", "2"),
        run_with(["mcp", "-o", "made"], talk_as_assistant),
        run_with(["serve", "--port", "0", "-o", "made"], talk_as_client),
    ]
    return max(statuses)


def render_list(*options: str) -> int:
    """Render two rows, one for each worker."""
    Path("list.csv").write_text("text\nrain\nwind\n", encoding="utf-8")
    return run_command(["render", "list.csv", *QUICK, *options])


def run_with(arguments: Sequence[str], talk: Talk) -> int:
    """Run a command while ``talk`` speaks with it; the end of ``talk`` ends the command."""
    failed: list[bool] = []

    def company(to_command: IO[str], from_command: IO[str]) -> None:
        try:
            with to_command:
                talk(to_command, from_command)
        except Exception:  # noqa: BLE001 - becomes the exit status
            traceback.print_exc()
            failed.append(True)

    with _piped() as pipes:
        thread = threading.Thread(target=company, args=pipes)
        thread.start()
        status = run_command(arguments)
    thread.join()
    pipes[1].close()
    return 1 if failed else status


def talk_as_assistant(to_command: IO[str], from_command: IO[str]) -> None:
    """Ask for one sound."""

    def send(method: str, params: dict[str, Any], **more: int) -> None:
        message = {"jsonrpc": "2.0", "method": method, "params": params, **more}
        print(json.dumps(message), file=to_command, flush=True)

    def answer_to(number: int) -> dict[str, Any]:
        return next(told for line in from_command if (told := json.loads(line)).get("id") == number)

    client = {"name": "watched", "version": "1"}
    send(
        "initialize",
        {"protocolVersion": "2025-06-18", "capabilities": {}, "clientInfo": client},
        id=1,
    )
    answer_to(1)
    send("notifications/initialized", {})
    asked = {"text": "rain", "variations": 1, "duration_s": 0.2}
    send("tools/call", {"name": "generate_sound", "arguments": asked}, id=2)
    result = answer_to(2)["result"]
    assert not result.get("isError"), result
    assert len(result["structuredContent"]["clips"]) == 1


def talk_as_client(_to_command: IO[str], from_command: IO[str]) -> None:
    """Ask the service for one sound, fetch it, and end the service as Ctrl+C does."""
    try:
        _fetch_sound(from_command)
    finally:
        os.kill(os.getpid(), signal.SIGINT)


def _fetch_sound(from_command: IO[str]) -> None:
    port = int(from_command.readline().partition("127.0.0.1:")[2].partition("/")[0])
    token_file = Path(from_command.readline().partition(": ")[2].strip())
    name, _, value = token_file.read_text(encoding="ascii").strip().partition(": ")

    def ask(method: str, address: str, body: object = None) -> bytes:
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=20)
        connection.sock = socket.socket()  # HTTPConnection would look the address up
        connection.sock.connect(("127.0.0.1", port))
        with contextlib.closing(connection):
            connection.request(method, address, json.dumps(body), {name: value})
            answer = connection.getresponse()
            assert answer.status in (200, 202), answer.read()
            return answer.read()

    asked = {"text": "wind", "variations": 1, "duration_s": 0.2}
    job = json.loads(ask("POST", "/v1/generate", asked))["job"]
    assert b"event: end" in ask("GET", f"/v1/jobs/{job}/events")
    assert ask("GET", f"/v1/jobs/{job}/sounds/1").startswith(b"RIFF")


@contextlib.contextmanager
def _piped() -> Iterator[tuple[IO[str], IO[str]]]:
    """Standard input and output of this process lead to the two files."""
    read_in, write_in = os.pipe()
    read_out, write_out = os.pipe()
    kept = os.dup(0), os.dup(1)
    for pipe, number in ((read_in, 0), (write_out, 1)):
        os.dup2(pipe, number)
        os.close(pipe)
    try:
        yield os.fdopen(write_in, "w", encoding="utf-8"), os.fdopen(read_out, encoding="utf-8")
    finally:
        for descriptor, number in zip(kept, (0, 1), strict=True):
            os.dup2(descriptor, number)
            os.close(descriptor)
