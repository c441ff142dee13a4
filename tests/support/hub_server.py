"""A small hub that speaks the Hugging Face protocol of downloads, and can fail."""

from __future__ import annotations

import hashlib
import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import huggingface_hub.constants
import huggingface_hub.file_download
import pytest

COMMIT = "c" * 40
PIECE_S = 0.01
LOGIN_PAGE = b"<!DOCTYPE html><html><body>Please log in to Hotel Wifi</body></html>"


class Hub:
    """One repository. Failures are set as attributes before a download.

    gated: access is refused; unauthorized: the token is wrong; pieces: large files come in so many,
    each flushed; missing: no such repository; lies: paths whose bytes are not the
    announced ones; cut_once: bytes after which the next transfer breaks off; stalls: large files
    never arrive; refuses_ranges: 416 for every continued transfer; walled: a proxy's login page
    ("all": in place of everything, "files": of the files alone, "bodies": of their contents).
    """

    def __init__(self, repo: str, files: dict[str, bytes]) -> None:
        self.repo = repo
        self.files = files
        self.gated = self.missing = self.stalls = self.refuses_ranges = False
        self.unauthorized = False
        self.walled = ""
        self.pieces = 1
        self.lies: set[str] = set()
        self.cut_once: int | None = None
        self.fetched: list[tuple[str, str]] = []  # path and Range of every GET of a file
        self.agents: set[str] = set()  # what clients say of themselves
        self.released = threading.Event()
        self.url = ""

    def info(self) -> dict[str, object]:
        siblings = [
            {
                "rfilename": path,
                "size": len(content),
                "lfs": {"sha256": sha256(content), "size": len(content), "pointerSize": 1},
            }
            for path, content in self.files.items()
        ]
        return {"id": self.repo, "modelId": self.repo, "sha": COMMIT, "siblings": siblings}


def sha256(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


def prepare_client(monkeypatch: pytest.MonkeyPatch, cache: Path) -> None:
    """The hub's own client, impatient, online, with a cache of its own."""
    monkeypatch.setattr(huggingface_hub.constants, "HF_HUB_OFFLINE", False)
    monkeypatch.setattr(huggingface_hub.constants, "HF_HUB_CACHE", str(cache))
    monkeypatch.setattr(huggingface_hub.constants, "HF_HUB_DOWNLOAD_TIMEOUT", 0.2)
    monkeypatch.setattr(huggingface_hub.constants, "HF_HUB_DISABLE_XET", True)
    monkeypatch.setattr(huggingface_hub.constants, "DOWNLOAD_CHUNK_SIZE", 1000)
    # The client waits a second before it tries again.
    monkeypatch.setattr(huggingface_hub.file_download.time, "sleep", lambda seconds: None)


@contextmanager
def running_hub(hub: Hub) -> Iterator[Hub]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def log_message(self, *arguments: object) -> None:
            pass

        def do_HEAD(self) -> None:
            self.answer(with_body=False)

        def do_GET(self) -> None:
            self.answer(with_body=True)

        def answer(self, with_body: bool) -> None:
            hub.agents.add(self.headers.get("User-Agent", ""))
            is_file = not self.path.startswith("/api/")
            if hub.walled == "all" or (hub.walled == "files" and is_file):
                self.send(200, LOGIN_PAGE, {"Content-Type": "text/html"}, with_body)
            elif hub.gated:
                self.refuse(403, "GatedRepo")
            elif hub.unauthorized:
                self.refuse(401, "")
            elif hub.missing:
                self.refuse(404, "RepoNotFound")
            elif self.path.startswith("/api/"):
                self.send(200, json.dumps(hub.info()).encode(), {}, with_body)
            else:
                self.send_file(self.path.split(f"/resolve/{COMMIT}/")[1], with_body)

        def refuse(self, status: int, code: str) -> None:
            self.send(status, b"", {"X-Error-Code": code}, False)

        def send_file(self, path: str, with_body: bool) -> None:
            content = hub.files[path]
            headers = {"ETag": f'"{sha256(content)}"', "X-Repo-Commit": COMMIT}
            if hub.walled == "bodies":
                content = LOGIN_PAGE + bytes(max(len(content) - len(LOGIN_PAGE), 0))
            if path in hub.lies:
                content = bytes(len(content))
            wanted = self.headers.get("Range", "")
            if not with_body:
                self.send(200, content, headers, False)
                return
            hub.fetched.append((path, wanted))
            if not wanted:
                self.send(200, content, headers, True)
                return
            first = int(wanted.removeprefix("bytes=").split("-")[0])
            if hub.refuses_ranges or first >= len(content):
                self.refuse(416, "")
                return
            headers["Content-Range"] = f"bytes {first}-{len(content) - 1}/{len(content)}"
            self.send(206, content[first:], headers, True)

        def send(self, status: int, body: bytes, headers: dict[str, str], with_body: bool) -> None:
            self.send_response(status)
            for name, value in headers.items():
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            if not with_body:
                return
            is_large = len(body) > 1000 and not self.path.startswith("/api/")
            if is_large and hub.stalls:
                hub.released.wait(30)
                self.close_connection = True
            elif is_large and hub.cut_once is not None:
                self.wfile.write(body[: hub.cut_once])
                hub.cut_once = None
                self.close_connection = True
            else:
                size = -(-len(body) // hub.pieces) or 1
                for first in range(0, len(body), size):
                    hub.released.wait(PIECE_S if hub.pieces > 1 else 0)
                    self.wfile.write(body[first : first + size])

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever, args=(0.02,))
    thread.start()
    hub.url = f"http://127.0.0.1:{server.server_port}"
    try:
        yield hub
    finally:
        hub.released.set()
        server.shutdown()
        thread.join()
        server.server_close()
