"""Opens sound files of any kind with libsndfile, or with FFmpeg if libsndfile cannot read them to
the end."""

from __future__ import annotations

import contextlib
import io
import os
import struct
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, BinaryIO

import numpy as np
import soundfile

# Only these are probed: FFmpeg would open the addresses in a playlist that poses as audio.
_DEMUXERS = (
    "aac,ac3,aiff,amr,amrnb,amrwb,ape,asf,au,avi,caf,eac3,flac,flv,matroska,webm,mov,mp4,m4a,3gp,"
    "3g2,mj2,mp3,mpeg,mpegts,mpc,mpc8,ogg,tta,w64,wav,wv"
)
_GUESSED_LENGTHS = ("mp3", "aac", "ac3", "eac3", "amr", "mpeg", "mpegts")  # by size and bit rate
_UNKNOWN_FRAMES = 2**62  # and above: libsndfile's word for a stream that says no length
_BLOCK = 65_536  # frames that are looked at at once in a long file
_SMALL_BLOCK = 1024  # frames that are lost at most if a file breaks off
BREAK_S = 0.1  # compressed formats round their lengths: only more than that is missing
_OGG_PAGE = struct.Struct("<4sBBqIIIB")
_BEGINS_STREAM, _ENDS_STREAM = 0x02, 0x04  # flags of an Ogg page


class UnknownFormatError(Exception):
    """The file is no audio that can be read; the text says why in a few words."""


@dataclass(frozen=True)
class SoundHeader:
    """The header of a sound file.

    frames: the number that the header states, None if it states none. subtype: the form of the
    samples as libsndfile names it ("PCM_16", "FLOAT", "VORBIS"), or FFmpeg's name of the codec
    ("aac").
    """

    frames: int | None
    sample_rate: int
    channels: int
    subtype: str

    @property
    def bit_depth(self) -> int:
        """The bit depth of a WAV that holds the samples without loss: 8, 16 or 24; 32 for
        floats."""
        if self.subtype in ("PCM_S8", "PCM_U8"):
            return 8
        is_small = self.subtype in ("PCM_16", "ALAC_16", "ULAW", "ALAW", "GSM610")
        if is_small or "ADPCM" in self.subtype:
            return 16
        return 32 if self.subtype in ("FLOAT", "DOUBLE", "PCM_32", "ALAC_32") else 24


@dataclass(frozen=True, eq=False)
class Decoded:
    """The samples of a file, and what is wrong with it.

    samples: float32 (frames, channels). claimed_frames: the frames of the whole file; None if the
    file does not say. is_damaged: whether some of the file could not be decoded. streams_left_out:
    the number of chained streams of another rate or channel count, which are left out.
    """

    samples: np.ndarray
    sample_rate: int
    claimed_frames: int | None = None
    is_damaged: bool = False
    streams_left_out: int = 0

    @property
    def breaks_off(self) -> bool:
        missing = (self.claimed_frames or 0) - len(self.samples)
        return self.is_damaged or missing > BREAK_S * self.sample_rate


def native_name(path: Path) -> Any:
    """The path as libsndfile takes it: str, or bytes for names that are not UTF-8 (soundfile's
    types leave bytes out)."""
    return str(path) if sys.platform == "win32" else os.fsencode(path)


def read_header(path: Path) -> SoundHeader:
    """Raises UnknownFormatError; OSError where the file cannot be opened."""
    found: SoundHeader | None = None
    with contextlib.suppress(soundfile.LibsndfileError), _links(path) as (links, _):
        headers = [_sndfile_header(link) for link in links]
        alike = [one for one in headers if _is_like(one, headers[0])]
        total = sum(one.frames or 0 for one in alike)
        found = replace(headers[0], frames=total or None)
        if found.frames is not None and _says_length(path):
            return found
    try:
        with _ffmpeg_stream(path) as (_, stream):
            return _ffmpeg_header(stream)
    except UnknownFormatError:
        if found is None:
            raise
        return found


def read_tags(path: Path) -> dict[str, str]:
    """The tags of a music file by their names in lower case: artist, genre, tbpm …; empty without
    tags or if the file cannot be opened."""
    try:
        with _ffmpeg_stream(path) as (container, stream):
            tags = {**container.metadata, **stream.metadata}
    except (UnknownFormatError, OSError):
        return {}
    return {name.lower(): text.strip() for name, text in tags.items()}


def decode(path: Path, max_frames: int) -> Decoded:
    """At most ``max_frames`` from the beginning.

    Raises UnknownFormatError; OSError where the file cannot be opened.
    """
    found: Decoded | None = None
    reason = ""
    try:
        found = _decode_links(path, max_frames)
    except (soundfile.LibsndfileError, ValueError) as error:
        reason = str(error).rsplit(": ", 1)[-1].rstrip(". ")
    says_length = _says_length(path)
    if found is not None and not says_length:  # the number of frames was guessed
        found = replace(found, claimed_frames=None, is_damaged=False)
    if found is not None and says_length and not found.breaks_off:
        return found
    try:
        other = _decode_ffmpeg(path, max_frames)
    except UnknownFormatError as error:
        if found is None:
            raise UnknownFormatError(reason or str(error)) from None
        return found
    if found is None:
        return other
    if len(other.samples) <= len(found.samples):
        return found
    return replace(other, claimed_frames=found.claimed_frames or other.claimed_frames)


def iterate(path: Path, begin_frame: int = 0) -> Iterator[np.ndarray]:
    """Blocks of float32 (frames, channels) from ``begin_frame`` on, for files that do not fit into
    memory. Everything after a damaged place is left out.

    Raises UnknownFormatError; OSError where the file cannot be opened.
    """
    try:
        with _links(path) as (links, _):
            is_single = len(links) == 1
        with soundfile.SoundFile(native_name(path)) as file:
            is_known = is_single and _claimed_frames(file) not in (None, 0) and _says_length(path)
            if is_known:
                file.seek(min(begin_frame, file.frames))
                with contextlib.suppress(soundfile.LibsndfileError):
                    yield from file.blocks(_BLOCK, dtype="float32", always_2d=True)
    except soundfile.LibsndfileError:
        is_known = False
    if not is_known:
        yield from _iterate_ffmpeg(path, begin_frame)


def _iterate_ffmpeg(path: Path, begin_frame: int) -> Iterator[np.ndarray]:
    import av
    import av.error

    to_skip = begin_frame
    with _ffmpeg_stream(path) as (container, stream):
        to_float = av.AudioResampler(format="fltp")
        with contextlib.suppress(av.error.FFmpegError, ValueError):
            for frame in container.decode(stream):
                for part in to_float.resample(frame):
                    block = np.ascontiguousarray(part.to_ndarray().T, np.float32)
                    if to_skip < len(block):
                        yield block[to_skip:]
                    to_skip = max(to_skip - len(block), 0)


def _says_length(path: Path) -> bool:
    """False for an MP3 without a table of its frames: libsndfile guesses its length from the first
    frames and reads no further."""
    with path.open("rb") as file:
        head = file.read(10)
        if head.startswith(b"ID3") and len(head) == 10:
            first, second, third, fourth = head[6:]  # seven bits each
            file.seek(10 + (first << 21 | second << 14 | third << 7 | fourth))
            head = b""
        frame = head + file.read(4096)
    is_mpeg = len(frame) > 1 and frame[0] == 0xFF and frame[1] & 0xE0 == 0xE0
    has_layer = is_mpeg and frame[1] & 0x06 != 0  # AAC has none
    return not has_layer or any(name in frame for name in (b"Xing", b"Info", b"VBRI"))


def _decode_links(path: Path, max_frames: int) -> Decoded:
    parts: list[Decoded] = []
    left_out = 0
    room = max_frames
    with _links(path) as (links, is_ended):
        for link in links:
            room = max_frames - sum(len(part.samples) for part in parts)
            if room <= 0:
                break
            part = _decode_sndfile(link, room)
            is_like = not parts or _kind(part) == _kind(parts[0])
            if is_like:
                parts.append(part)
            left_out += not is_like
        if not is_ended and room > len(parts[-1].samples):
            parts[-1] = replace(parts[-1], is_damaged=True)
    if len(parts) == 1:
        return replace(parts[0], streams_left_out=left_out)
    return Decoded(
        np.concatenate([part.samples for part in parts]),
        parts[0].sample_rate,
        sum(part.claimed_frames or 0 for part in parts),
        any(part.is_damaged for part in parts),
        left_out,
    )


def _kind(part: Decoded) -> tuple[int, int]:
    return part.sample_rate, part.samples.shape[1]


def _decode_sndfile(source: Any, max_frames: int) -> Decoded:
    with soundfile.SoundFile(source) as file:
        claimed = _claimed_frames(file)
        if claimed is None:  # libsndfile ends such a stream too early
            empty = np.zeros((0, file.channels), np.float32)
            return Decoded(empty, file.samplerate, is_damaged=True)
        wanted = min(claimed, max_frames)
        is_truncated = wanted == claimed and _is_truncated(file.extra_info)
        is_unclosed = claimed == 0 and "***" in file.extra_info
        try:
            samples = file.read(wanted, dtype="float32", always_2d=True)
        except soundfile.LibsndfileError:
            samples = _read_until_damage(source, wanted)
    is_damaged = is_truncated or is_unclosed or len(samples) < wanted
    return Decoded(samples, file.samplerate, wanted, is_damaged)


def _read_until_damage(source: Any, wanted: int) -> np.ndarray:
    """The samples before the first place that cannot be read."""
    if hasattr(source, "seek"):
        source.seek(0)
    with soundfile.SoundFile(source) as file:
        blocks: list[np.ndarray] = [np.zeros((0, file.channels), np.float32)]
        with contextlib.suppress(soundfile.LibsndfileError):
            while wanted > 0:
                block = file.read(min(wanted, _SMALL_BLOCK), dtype="float32", always_2d=True)
                if not len(block):
                    break
                blocks.append(block)
                wanted -= len(block)
    return np.concatenate(blocks)


def _claimed_frames(file: soundfile.SoundFile) -> int | None:
    return file.frames if 0 <= file.frames < _UNKNOWN_FRAMES else None


def _is_truncated(log: str) -> bool:
    """Whether libsndfile's log reports audio shorter than its chunk. The largest possible length,
    which recorders write while they stream, does not count."""
    for line in log.splitlines():
        name, _, remark = line.partition(":")
        if name.strip() in ("data", "SSND") and "(should be" in remark:
            return remark.split()[0] not in ("4294967295", "0")
    return False


def _sndfile_header(source: Any) -> SoundHeader:
    with soundfile.SoundFile(source) as file:
        return SoundHeader(_claimed_frames(file), file.samplerate, file.channels, file.subtype)


def _is_like(one: SoundHeader, other: SoundHeader) -> bool:
    return (one.sample_rate, one.channels) == (other.sample_rate, other.channels)


@dataclass(frozen=True)
class _OggChain:
    """Where the chained streams of an Ogg file begin (empty for other files), and whether the last
    one is complete."""

    begins: tuple[int, ...] = ()
    is_ended: bool = True


@contextmanager
def _links(path: Path) -> Iterator[tuple[list[Any], bool]]:
    """The sources for libsndfile, one after the other: the file, or the streams of a chained Ogg,
    of which libsndfile would read only the first. With them, whether the last one is complete."""
    with path.open("rb") as file:
        size = os.fstat(file.fileno()).st_size
        chain = _chain_of(file, size)
        if len(chain.begins) < 2:
            yield [native_name(path)], chain.is_ended
            return
        links = []
        for begin, end in zip(chain.begins, (*chain.begins[1:], size), strict=True):
            file.seek(begin)
            links.append(io.BytesIO(file.read(end - begin)))
        yield links, chain.is_ended


def _chain_of(file: BinaryIO, size: int) -> _OggChain:
    begins: list[int] = []
    at, flags = 0, _ENDS_STREAM
    while True:
        file.seek(at)
        head = file.read(_OGG_PAGE.size)
        if len(head) < _OGG_PAGE.size or not head.startswith(b"OggS"):
            return _OggChain(tuple(begins), at <= size and bool(flags & _ENDS_STREAM))
        was_beginning = bool(flags & _BEGINS_STREAM)
        _, _, flags, *_, count = _OGG_PAGE.unpack(head)
        if flags & _BEGINS_STREAM and not was_beginning:
            begins.append(at)
        at += _OGG_PAGE.size + count + sum(file.read(count))


def _decode_ffmpeg(path: Path, max_frames: int) -> Decoded:
    import av
    import av.error

    blocks: list[np.ndarray] = []
    count, is_damaged = 0, False
    with _ffmpeg_stream(path) as (container, stream):
        header = _ffmpeg_header(stream)
        to_float = av.AudioResampler(format="fltp")
        try:
            for packet in container.demux(stream):
                try:
                    frames = packet.decode()
                except av.error.InvalidDataError:
                    is_damaged = True
                    continue
                for frame in frames:
                    blocks += [part.to_ndarray().T for part in to_float.resample(frame)]
                    count += frame.samples
                if count >= max_frames:
                    break
        except (av.error.FFmpegError, ValueError):  # its rate or channels change, too
            is_damaged = True
    if not blocks:
        raise UnknownFormatError("its sound cannot be decoded")
    samples = np.ascontiguousarray(np.concatenate(blocks)[:max_frames], np.float32)
    says_length = header.frames is not None and container.format.name not in _GUESSED_LENGTHS
    claimed = min(header.frames or 0, max_frames) if says_length else None
    return Decoded(samples, header.sample_rate, claimed, is_damaged)


def _ffmpeg_header(stream: Any) -> SoundHeader:
    context = stream.codec_context
    duration_s = None
    if stream.duration is not None and stream.time_base is not None:
        duration_s = float(stream.duration * stream.time_base)
    elif stream.container.duration is not None:
        duration_s = stream.container.duration / 1e6
    frames = None if duration_s is None else round(duration_s * context.sample_rate)
    return SoundHeader(frames, context.sample_rate, context.channels, context.name)


@contextmanager
def _ffmpeg_stream(path: Path) -> Iterator[tuple[Any, Any]]:
    """The file and its best audio stream. Raises UnknownFormatError."""
    import av
    import av.error

    options = {"format_whitelist": _DEMUXERS, "protocol_whitelist": "none"}
    with path.open("rb") as file:
        try:
            container = av.open(file, options=options, metadata_errors="ignore")
        except (av.error.FFmpegError, ValueError) as error:
            raise UnknownFormatError(f"its format is not known: {error}") from error
        with container:
            stream = container.streams.best("audio")
            if stream is None:
                raise UnknownFormatError("it holds no sound, only pictures")
            codec: Any = stream.codec_context
            if not codec.sample_rate or not codec.channels:
                raise UnknownFormatError("its sound cannot be decoded")
            yield container, stream
