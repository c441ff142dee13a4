"""Builds WAV files from chunks, with metadata before the audio, and finds chunks again.

Sources: IBM & Microsoft, Multimedia Programming Interface 1.0 (1991), chapters 2 and 3.
"""

from __future__ import annotations

import struct
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

MAX_RIFF_BYTES = 2**32 - 2**16  # sizes are 32-bit; beyond it RF64 would be needed
MAX_METADATA_BYTES = 16_000_000  # a larger chunk is no metadata that we would read
Chunk = tuple[bytes, bytes]


def chunk(chunk_id: bytes, payload: bytes) -> bytes:
    """One chunk: four-letter id, size, payload, and a pad byte if the size is odd."""
    return chunk_id + struct.pack("<I", len(payload)) + payload + b"\0" * (len(payload) % 2)


def riff_list(list_type: bytes, items: Sequence[Chunk]) -> bytes:
    """The payload of a ``LIST`` chunk."""
    return list_type + b"".join(chunk(name, payload) for name, payload in items)


def wave_file(format_payload: bytes, before: Sequence[Chunk], audio: bytes | memoryview) -> bytes:
    """A whole WAV: ``fmt``, the metadata in ``before``, then the audio.

    Metadata comes first so that a reader need not seek past the audio. Its payloads should be of
    even size: some readers (mhWaveEdit 1.4) do not expect the pad byte after an odd one. Raises
    ValueError where the file would be larger than RIFF's sizes can say.
    """
    parts = [chunk(b"fmt ", format_payload)]
    parts += [chunk(name, payload) for name, payload in before]
    # Not by ``chunk``, which would copy the audio once more.
    parts += [b"data", struct.pack("<I", len(audio)), audio, b"\0" * (len(audio) % 2)]
    size = 4 + sum(map(len, parts))
    if size > MAX_RIFF_BYTES:
        raise ValueError(f"a RIFF file holds at most {MAX_RIFF_BYTES} bytes, got {size}")
    return b"".join([b"RIFF", struct.pack("<I", size), b"WAVE", *parts])


@dataclass(frozen=True, eq=False)
class PlainWave:
    """The samples of a WAV as they lie in the file: interleaved, little-endian."""

    tag: int
    channels: int
    sample_rate: int
    bit_depth: int
    data: memoryview


def read_plain_wave(path: Path) -> PlainWave | None:
    """The audio of a WAV in one of the two simplest forms; None for other files.

    Raises OSError.
    """
    content = path.read_bytes()
    if content[:4] != b"RIFF" or content[8:12] != b"WAVE":
        return None
    place, form = 12, b""
    while len(header := content[place : place + 8]) == 8:
        name, size = header[:4], struct.unpack("<I", header[4:])[0]
        place += 8
        if name == b"fmt ":
            form = content[place : place + size]
        if name == b"data":
            data = memoryview(content)[place : place + size]
            return _plain_wave(form, data) if len(data) == size else None
        place += size + size % 2
    return None


def _plain_wave(form: bytes, data: memoryview) -> PlainWave | None:
    if len(form) < 16:
        return None
    tag, channels, rate, _, block, depth = struct.unpack("<HHIIHH", form[:16])
    is_known = (tag == 1 and depth in (16, 24)) or (tag == 3 and depth == 32)
    is_whole = channels and block == channels * depth // 8 and len(data) % block == 0
    return PlainWave(tag, channels, rate, depth, data) if is_known and is_whole else None


def read_metadata_chunks(path: Path) -> dict[bytes, bytes]:
    """Every chunk of a WAV except its audio; empty if the file is no WAV.

    A file that was cut off gives what is whole in it. Raises OSError.
    """
    found: dict[bytes, bytes] = {}
    with path.open("rb") as file:
        head = file.read(12)
        if len(head) < 12 or head[:4] not in (b"RIFF", b"RF64") or head[8:] != b"WAVE":
            return found
        while len(header := file.read(8)) == 8:
            name, size = header[:4], struct.unpack("<I", header[4:])[0]
            if name == b"data" or size > MAX_METADATA_BYTES:
                file.seek(size + size % 2, 1)
                continue
            payload = file.read(size)
            if len(payload) < size:
                break
            found.setdefault(name, payload)
            file.seek(size % 2, 1)
    return found
