"""Describes a file's metadata, and writes its WAV chunks: bext, LIST/INFO, smpl, cue.

Sources: EBU Tech 3285 v2 (bext); Multimedia Programming Interface 1.0 (INFO, cue, adtl); RIFF MCI
1994 (smpl).
"""

from __future__ import annotations

import struct
from dataclasses import dataclass, field
from typing import Any

import qvim_studio
from qvim_studio.export.files.ascii_text import to_ascii
from qvim_studio.export.files.riff import Chunk, riff_list

PROGRAM = f"QVIM Studio {qvim_studio.__version__}"
LOUDNESS_UNKNOWN = 0x7FFF  # EBU Tech 3285 v2: "not measured"
MIDDLE_C = 60
MAX_HISTORY_BYTES = 4096  # some lines, each of which names a step


@dataclass(frozen=True)
class Loop:
    """A seamless stretch: first frame and one past the last."""

    begin: int
    end: int

    def __post_init__(self) -> None:
        if not 0 <= self.begin < self.end:
            raise ValueError(f"a loop needs 0 <= begin < end, got {self.begin} .. {self.end}")


@dataclass(frozen=True)
class Marker:
    """A named position in frames."""

    position: int
    name: str


@dataclass(frozen=True)
class ClipMetadata:
    """Everything a file says about itself; empty texts are left out.

    date: YYYY-MM-DD. The day alone, so that equal requests of one day make equal files.
    loudness_lufs, true_peak_dbfs: None where not measured.
    recipe: the whole request with provenance, ready for JSON; see export.files.recipe.
    """

    title: str
    description: str = ""
    date: str = ""
    keywords: tuple[str, ...] = ()
    category: str = ""
    sub_category: str = ""
    cat_id: str = ""
    creator: str = ""
    source: str = ""
    library: str = ""
    usage_rights: str = ""
    loudness_lufs: float | None = None
    true_peak_dbfs: float | None = None
    is_generated: bool = False
    loop: Loop | None = None
    markers: tuple[Marker, ...] = ()
    coding_history: str = ""
    reference: str = ""
    notes: str = ""
    recipe: dict[str, Any] | None = field(default=None, hash=False)


def bext_payload(meta: ClipMetadata) -> bytes:
    """The broadcast extension (bext), version 2, of even size, see ``wave_file``."""
    fixed = struct.pack(
        "<256s32s32s10s8sIIH64s",
        _ascii(meta.description or meta.title, 256),
        _ascii(PROGRAM, 32),
        _ascii(meta.reference, 32),
        _ascii(meta.date, 10),
        b"00:00:00" if meta.date else b"",
        0,
        0,
        2,
        b"",
    )
    loudness = struct.pack(
        "<hhhhh",
        _hundredths(meta.loudness_lufs),
        LOUDNESS_UNKNOWN,
        _hundredths(meta.true_peak_dbfs),
        LOUDNESS_UNKNOWN,
        LOUDNESS_UNKNOWN,
    )
    history = _ascii(meta.coding_history, MAX_HISTORY_BYTES)
    tail = history + b"\r\n" if history else b""
    return fixed + loudness + bytes(180) + tail + bytes(len(tail) % 2)


def info_payload(meta: ClipMetadata) -> bytes:
    """The LIST/INFO chunk, which simple players and tag readers show."""
    texts = [
        (b"INAM", meta.title),
        (b"IART", meta.creator),
        (b"ICMT", meta.description),
        (b"ICOP", meta.usage_rights),
        (b"ICRD", meta.date),
        (b"IGNR", meta.category.title()),
        (b"IKEY", "; ".join(meta.keywords)),
        (b"IPRD", meta.library),
        (b"ISFT", PROGRAM),
        (b"ISRC", meta.source),
    ]
    return riff_list(b"INFO", [(name, _utf8(text)) for name, text in texts if text])


def smpl_payload(loop: Loop, sample_rate: int) -> bytes:
    """The sampler chunk with one forward loop; its end is the last frame that is played."""
    period_ns = round(1e9 / sample_rate)
    header = struct.pack("<9I", 0, 0, period_ns, MIDDLE_C, 0, 0, 0, 1, 0)
    return header + struct.pack("<6I", 0, 0, loop.begin, loop.end - 1, 0, 0)


def cue_chunks(markers: tuple[Marker, ...]) -> list[Chunk]:
    """The cue points and, in their own LIST/adtl, their names."""
    points = [
        struct.pack("<II4sIII", number, marker.position, b"data", 0, 0, marker.position)
        for number, marker in enumerate(markers, 1)
    ]
    labels = [
        (b"labl", struct.pack("<I", number) + _utf8(marker.name))
        for number, marker in enumerate(markers, 1)
    ]
    return [
        (b"cue ", struct.pack("<I", len(points)) + b"".join(points)),
        (b"LIST", riff_list(b"adtl", labels)),
    ]


def _ascii(text: str, size: int) -> bytes:
    """ASCII of at most ``size`` bytes; other letters are transliterated."""
    lines = (to_ascii(line) for line in text.splitlines())
    return "\r\n".join(lines).encode("ascii", "replace")[:size]


def _utf8(text: str) -> bytes:
    """Zero-terminated; half a surrogate pair becomes a question mark."""
    return text.replace("\0", "").encode("utf-8", "replace") + b"\0"


def _hundredths(value: float | None) -> int:
    if value is None:
        return LOUDNESS_UNKNOWN
    return max(-9999, min(9999, round(100 * value)))
