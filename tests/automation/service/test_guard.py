"""Requests of web pages, strangers and giants never reach the service."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from service_client import PORT, TOKEN
from starlette.testclient import TestClient


@pytest.mark.parametrize(
    ("headers", "status", "message"),
    [
        ({"Host": "evil.example"}, 421, "'evil.example'"),
        ({"Host": f"evil.example:{PORT}"}, 421, "expected one of 127.0.0.1"),
        ({"Host": "127.0.0.1:1"}, 421, "by its own address"),
        ({"Origin": "https://evil.example"}, 403, "Web pages cannot"),
        ({"Origin": "null"}, 403, "'null'"),
        ({"Authorization": ""}, 401, "a wrong token"),
        ({"Authorization": f"Bearer {TOKEN}x"}, 401, "token file"),
        ({"Authorization": "Bearer ü".encode()}, 401, "a wrong token"),
        ({"Authorization": f"Basic {TOKEN}"}, 401, "a wrong token"),
        ({"Content-Length": "-1"}, 413, "limit"),
    ],
)
def test_a_foreign_request_is_refused_before_its_address_is_looked_at(
    client: TestClient, headers: dict[str, str], status: int, message: str
) -> None:
    for address in ("/v1/health", "/nothing"):
        answer = client.get(address, headers=headers)
        assert answer.status_code == status and message in answer.json()["error"]


def test_a_request_without_a_token_is_refused(client: TestClient) -> None:
    del client.headers["Authorization"]
    answer = client.get("/v1/health")
    assert answer.status_code == 401 and answer.headers["www-authenticate"] == "Bearer"
    assert "no token" in answer.json()["error"] and TOKEN not in answer.text


@pytest.mark.parametrize("host", [f"127.0.0.1:{PORT}", f"localhost:{PORT}", f"LOCALHOST:{PORT}"])
def test_the_service_answers_to_its_own_names(client: TestClient, host: str) -> None:
    own = {"Host": host, "Origin": f"http://{host.lower()}"}
    assert client.get("/v1/health", headers=own).status_code == 200


def test_a_body_over_the_limit_is_refused(client: TestClient) -> None:
    def in_pieces() -> Iterator[bytes]:
        for _ in range(5):
            yield b" " * 300_000

    for content in (b" " * 1_500_000, in_pieces()):
        answer = client.post("/v1/generate", content=content)
        assert answer.status_code == 413 and "1 MiB" in answer.json()["error"]
    assert client.post("/v1/takes", content=in_pieces()).status_code == 413
