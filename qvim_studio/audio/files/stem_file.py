"""Reads stem files: an MP4 whose audio streams are a mix and the stems that it is made of.

Native Instruments' form, in which MUSDB18 is published: the first stream is the mix, and the box
``moov/udta/stem`` names the others in JSON.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, BinaryIO

import numpy as np

from qvim_studio.audio.files.reading import MAX_SECONDS
from qvim_studio.core.clip import AudioClip
from qvim_studio.core.errors import AudioFileError
from qvim_studio.core.text.json_text import as_object, parse_json, text_of

STEM_SUFFIXES = (".stem.mp4", ".stem.m4a")
USUAL_STEMS = ("drums", "bass", "other", "vocals")  # of MUSDB18, behind the mix
_NAMES_BOX = (b"moov", b"udta", b"stem")
_MOST_NAMES_BYTES = 1 << 20
_LONG_SIZE = 1  # in place of a box's size: eight more bytes hold it


def is_stem_file(path: Path) -> bool:
    """Whether its name is that of a stem file."""
    return path.name.lower().endswith(STEM_SUFFIXES)


def title_of_stem_file(path: Path) -> str:
    """What the file is called, without both suffixes."""
    return path.name[: -len(STEM_SUFFIXES[0])]


def read_stems(path: Path) -> list[tuple[str, AudioClip]]:
    """Each stem with its name in lower case, without the mix; all begin together.

    Raises AudioFileError for a file that cannot be read, is too long or has no stems.
    """
    import av
    import av.error

    try:
        names = _stem_names(path)
        with _opened(path) as container:
            streams = container.streams.audio[1:]
            _check_streams(path, streams, names)
            decoded = _decoded(container, streams)
    except (av.error.FFmpegError, OSError, ValueError) as error:
        raise AudioFileError(
            f"{path.name} cannot be read as a stem file ({error}). Expected an MP4 with a stream "
            "for the mix and one for each stem; export it again, or give the stems as WAV."
        ) from error
    return list(zip(names, decoded, strict=True))


def _check_streams(path: Path, streams: list[Any], names: tuple[str, ...]) -> None:
    if len(streams) != len(names):
        raise AudioFileError(
            f"{path.name} has {len(streams)} streams behind its mix, expected {len(names)} "
            f"({', '.join(names)}). Export it again, or give the stems as WAV."
        )
    seconds = max((stream.duration or 0) * float(stream.time_base or 0) for stream in streams)
    if seconds > MAX_SECONDS:
        raise AudioFileError(
            f"{path.name} is {seconds:.0f} s long, expected at most {MAX_SECONDS:.0f} s. Cut it "
            "into songs."
        )


def _decoded(container: Any, streams: list[Any]) -> list[AudioClip]:
    """All streams, read in one pass. Streams that begin late are preceded by silence."""
    import av

    to_float = {stream.index: av.AudioResampler(format="fltp") for stream in streams}
    blocks: dict[int, list[np.ndarray]] = {stream.index: [] for stream in streams}
    for packet in container.demux(streams):
        index = packet.stream.index
        for frame in packet.decode():
            blocks[index] += [part.to_ndarray().T for part in to_float[index].resample(frame)]
    begins = [float((stream.start_time or 0) * stream.time_base) for stream in streams]
    clips = []
    for stream, begin_s in zip(streams, begins, strict=True):
        if not blocks[stream.index]:
            raise ValueError(f"stream {stream.index} holds no sound")
        samples = np.concatenate(blocks[stream.index]).astype(np.float32)
        rate = stream.codec_context.sample_rate
        late = round((begin_s - min(begins)) * rate)
        clips.append(AudioClip(np.pad(samples, ((late, 0), (0, 0))), rate))
    return clips


@contextmanager
def _opened(path: Path) -> Iterator[Any]:
    import av

    options = {"format_whitelist": "mov,mp4,m4a,3gp,3g2,mj2", "protocol_whitelist": "none"}
    with path.open("rb") as file, av.open(file, options=options, metadata_errors="ignore") as found:
        yield found


def _stem_names(path: Path) -> tuple[str, ...]:
    """What the file calls its stems; MUSDB18's names where it does not say. Raises OSError,
    ValueError for names that cannot be understood."""
    with path.open("rb") as file:
        begin, end = 0, path.stat().st_size
        for name in _NAMES_BOX:
            file.seek(begin)
            place = _box(file, name, end)
            if place is None:
                return USUAL_STEMS
            begin, end = place
        file.seek(begin)
        stated = as_object(parse_json(file.read(min(end - begin, _MOST_NAMES_BYTES)).decode()))
    stems = stated.get("stems")
    if not isinstance(stems, list):
        return USUAL_STEMS
    return tuple(text_of(as_object(stem), "name", "").strip().lower() for stem in stems)


def _box(file: BinaryIO, name: bytes, end: int) -> tuple[int, int] | None:
    """Begin and end of what is in the first box of that name, from the file's place on."""
    while (begin := file.tell()) + 8 <= end:
        size, kind = int.from_bytes(file.read(4), "big"), file.read(4)
        inside = begin + 8
        if size == _LONG_SIZE:
            size, inside = int.from_bytes(file.read(8), "big"), begin + 16
        last = begin + size if size else end
        if last <= begin or last > end:
            raise ValueError("its boxes are damaged")
        if kind == name:
            return inside, last
        file.seek(last)
    return None
