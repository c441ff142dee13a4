"""The chunks of a WAV byte by byte, against the standards that define them."""

from __future__ import annotations

import struct

import pytest

from qvim_studio.export.files.metadata import (
    LOUDNESS_UNKNOWN,
    MAX_HISTORY_BYTES,
    PROGRAM,
    ClipMetadata,
    Loop,
    Marker,
    bext_payload,
    cue_chunks,
    info_payload,
    smpl_payload,
)

FIXED = 602  # bytes of a bext chunk before its history (EBU Tech 3285 v2)


def test_bext_lies_where_the_standard_says() -> None:
    meta = ClipMetadata(
        "Dög", date="2026-11-21", reference="QVIM1", coding_history="A=PCM\nT=x",
        loudness_lufs=-23.456, true_peak_dbfs=-1.0,
    )  # fmt: skip
    payload = bext_payload(meta)
    fields = struct.unpack("<256s32s32s10s8sIIH64shhhhh180s", payload[:FIXED])
    texts = [field.rstrip(b"\0") for field in fields[:5]]
    assert texts == [b"Dog", PROGRAM.encode(), b"QVIM1", b"2026-11-21", b"00:00:00"]
    assert fields[5:8] == (0, 0, 2)  # time reference, version
    assert fields[9:14] == (
        -2346, LOUDNESS_UNKNOWN, -100, LOUDNESS_UNKNOWN, LOUDNESS_UNKNOWN
    )  # fmt: skip
    assert payload[FIXED:].rstrip(b"\0") == b"A=PCM\r\nT=x\r\n"


def test_what_bext_does_not_know_is_empty_and_what_is_too_long_is_cut() -> None:
    bare = bext_payload(ClipMetadata("a" * 300))
    assert len(bare) == FIXED
    assert bare[:257] == b"a" * 256 + PROGRAM.encode()[:1]
    assert bare[330:338] == bytes(8)  # no time without a date
    long = bext_payload(ClipMetadata("a", coding_history="b" * 5_000))
    assert len(long) == FIXED + MAX_HISTORY_BYTES + 2
    described = bext_payload(ClipMetadata("a", description="described"))
    assert described.startswith(b"described\0")


@pytest.mark.parametrize(
    ("value", "stored"), [(-200.0, -9999), (200.0, 9999), (0.004, 0), (0.006, 1), (None, 0x7FFF)]
)
def test_loudness_is_stored_in_hundredths_within_what_the_field_holds(
    value: float | None, stored: int
) -> None:
    payload = bext_payload(ClipMetadata("a", loudness_lufs=value))
    assert struct.unpack("<h", payload[412:414]) == (stored,)


def test_info_holds_every_text_that_there_is() -> None:
    meta = ClipMetadata(
        "Dög", "barks", "2026-11-21", ("dog", "bark"), "ANIMALS", creator="MK",
        source="QVIM", library="Pack", usage_rights="CC0",
    )  # fmt: skip
    payload = info_payload(meta)
    texts = {
        b"INAM": "Dög", b"IART": "MK", b"ICMT": "barks", b"ICOP": "CC0", b"ICRD": "2026-11-21",
        b"IGNR": "Animals", b"IKEY": "dog; bark", b"IPRD": "Pack", b"ISFT": PROGRAM,
        b"ISRC": "QVIM",
    }  # fmt: skip
    expected = b"INFO"
    for name, text in texts.items():
        data = text.encode() + b"\0"
        expected += name + struct.pack("<I", len(data)) + data + b"\0" * (len(data) % 2)
    assert payload == expected
    assert b"IART" not in info_payload(ClipMetadata("a"))


def test_a_sampler_plays_the_loop_up_to_its_last_frame() -> None:
    values = struct.unpack("<15I", smpl_payload(Loop(10, 480), 48_000))
    assert values == (0, 0, 20_833, 60, 0, 0, 0, 1, 0, 0, 0, 10, 479, 0, 0)


def test_markers_are_counted_from_one_and_named_apart() -> None:
    (cue, points), (lists, names) = cue_chunks((Marker(5, "a"), Marker(9, "bc")))
    assert (cue, lists) == (b"cue ", b"LIST")
    assert points == struct.pack("<I", 2) + b"".join(
        struct.pack("<II4sIII", number, place, b"data", 0, 0, place)
        for number, place in ((1, 5), (2, 9))
    )
    labels = (struct.pack("<I", 1) + b"a\0", struct.pack("<I", 2) + b"bc\0")
    assert names == b"adtl" + b"".join(
        b"labl" + struct.pack("<I", len(label)) + label + b"\0" * (len(label) % 2)
        for label in labels
    )


@pytest.mark.parametrize(("begin", "end"), [(-1, 5), (5, 5), (6, 5)])
def test_a_loop_ends_after_its_beginning(begin: int, end: int) -> None:
    with pytest.raises(ValueError, match="0 <= begin < end"):
        Loop(begin, end)
    assert Loop(0, 1).end == 1
