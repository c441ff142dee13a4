"""Checkpoints are described before they are loaded, and a download shows how far it is."""

from __future__ import annotations

import json

import pytest

from qvim_studio.commands import checkpoints, cli

MIB = 2**20


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """Its only value is the time in seconds."""
    now = [100.0]
    monkeypatch.setattr(checkpoints.time, "monotonic", lambda: now[0])
    return now


def test_the_speed_counts_what_came_in_this_run_alone(
    clock: list[float], capsys: pytest.CaptureFixture[str]
) -> None:
    meter = checkpoints._Meter("converted")
    meter(60 * MIB, 100 * MIB)  # an earlier run fetched it
    clock[0] += 2.0
    meter(70 * MIB, 100 * MIB)
    shown = capsys.readouterr()
    assert shown.err == "\r 70.0 %  70 MiB converted  5.0 MiB/s" and not shown.out


def test_what_comes_within_half_a_second_is_not_shown_but_the_end_is(
    clock: list[float], capsys: pytest.CaptureFixture[str]
) -> None:
    meter = checkpoints._Meter()
    for here in range(4):
        clock[0] += 0.1
        meter(here * MIB, 4 * MIB)
    assert capsys.readouterr().err == ""
    meter(4 * MIB, 4 * MIB)
    assert "100.0 %  4 MiB" in capsys.readouterr().err


def test_nothing_to_fetch_is_no_error(
    clock: list[float], capsys: pytest.CaptureFixture[str]
) -> None:
    checkpoints._Meter()(0, 0)
    assert "0.0 %  0 MiB  0.0 MiB/s" in capsys.readouterr().err


def test_a_checkpoint_is_described_before_anything_of_it_is_loaded(
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert cli.main(["checkpoints", "describe", "starter", "--json"]) == 0
    description = json.loads(capsys.readouterr().out)
    assert description["family"] == "audioldm" and description["sample_rate_hz"] == 16_000
    assert {"voice", "text"} <= set(description["inputs"])
    assert "steps" in {option["name"] for option in description["options"]}
    assert cli.main(["checkpoints", "describe", "audioldm-s-full"]) == 0
    assert "--option steps=" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("name", "origin"),
    [
        (
            "musicgen-small",
            "facebook/musicgen-small, commit 4c8334b02c6ec4e8664a91979669a501ec497792",
        ),
        (
            "audiosr-basic",
            "haoheliu/audiosr_basic, commit 74a47f49061a1e788e968cc43ad45c0b6243f37d",
        ),
        ("semanticodec-50", "haoheliu/SemantiCodec, its newest commit (none is pinned)"),
    ],
)
def test_a_description_names_the_commit_of_the_download(
    name: str, origin: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert cli.main(["checkpoints", "describe", name]) == 0
    assert f"downloaded from {origin}\n" in capsys.readouterr().out
    assert cli.main(["checkpoints", "describe", name, "--json"]) == 0
    description = json.loads(capsys.readouterr().out)
    assert origin.startswith(f"{description['repo']}, ")
    assert description["pinned_revision"] in origin
    assert bool(description["pinned_revision"]) == ("newest" not in origin)
