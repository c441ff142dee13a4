"""The session is read as it was saved, and every damaged part costs itself alone."""

from __future__ import annotations

import json
from dataclasses import asdict
from pathlib import Path

import pytest

from qvim_studio.session.requests.held_jobs import HeldJob, HeldKit
from qvim_studio.session.session_file import (
    SESSION_VERSION,
    HeldCandidate,
    HeldTake,
    Session,
    load_session,
    save_session,
)

FULL = Session(
    take=HeldTake("takes/höre.wav", 0.25, 1.5),
    candidates=(HeldCandidate("a.wav", 3, {"kind": 5}), HeldCandidate("b.wav")),
    note="Two of three.",
    panel={"text": "dog", "steps": 20},
    jobs=(HeldJob({"text": "rain"}, "out", "rain", kit="k", kit_place=2, clips=("c.wav",)),),
    kits=(HeldKit("k", "Drums", "out", 4),),
    restarts=1,
)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "session.json"


def stored_with(path: Path, **parts: object) -> None:
    """The full session with other parts in it."""
    path.write_text(json.dumps({"version": SESSION_VERSION, **asdict(FULL), **parts}))


def test_a_session_is_read_as_it_was_saved(path: Path) -> None:
    save_session(FULL, path)
    assert load_session(path) == FULL


@pytest.mark.parametrize(
    "content", [None, b"", b"[]", b"7", b"{}", b"\xff", b'{"version": 2}', b'{"version": 1}']
)
def test_a_file_that_is_no_session_is_an_empty_one(path: Path, content: bytes | None) -> None:
    if content is not None:
        path.write_bytes(content)
    assert load_session(path) == Session()


@pytest.mark.parametrize(
    ("part", "damaged"),
    [
        ("take", {"path": "a.wav"}),
        ("take", ["a.wav", 0, 1]),
        ("candidates", 7),
        ("candidates", [{"path": "a.wav", "id": "one"}]),
        ("panel", "dog"),
        ("jobs", None),
        ("kits", {"key": "k"}),
        ("restarts", "often"),
        ("restarts", 1e999),
        ("restarts", None),
    ],
)
def test_a_damaged_part_counts_as_absent_and_the_others_stay(
    path: Path, part: str, damaged: object
) -> None:
    stored_with(path, **{part: damaged})
    read, empty = asdict(load_session(path)), asdict(Session())
    assert read.pop(part) == empty[part]
    assert read == {name: value for name, value in asdict(FULL).items() if name != part}


def test_of_a_list_of_jobs_or_kits_the_usable_ones_stay(path: Path) -> None:
    job, kit = asdict(FULL.jobs[0]), asdict(FULL.kits[0])
    stored_with(
        path,
        jobs=[None, {"stem": "x"}, job, {**job, "unknown": 1}, {**job, "kit_place": 1e999}],
        kits=[{**kit, "sounds": 1e999}, {"key": "k"}, kit],
    )
    session = load_session(path)
    assert (session.jobs, session.kits) == (FULL.jobs, FULL.kits)


def test_a_session_that_cannot_be_saved_leaves_the_former_one(path: Path) -> None:
    save_session(FULL, path)
    with pytest.raises(TypeError):
        save_session(Session(panel={"text": object()}), path)
    assert load_session(path) == FULL
