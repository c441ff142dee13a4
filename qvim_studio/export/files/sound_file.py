"""Writes a clip and its metadata as WAV, FLAC or AIFF."""

from __future__ import annotations

import json
import struct
from dataclasses import dataclass
from enum import Enum
from pathlib import Path

import soundfile

from qvim_studio.audio.files.reading import write_atomically
from qvim_studio.core.clip import AudioClip
from qvim_studio.core.errors import UsageError
from qvim_studio.export.files import pcm
from qvim_studio.export.files.ixml import ixml_payload
from qvim_studio.export.files.metadata import (
    PROGRAM,
    ClipMetadata,
    bext_payload,
    cue_chunks,
    info_payload,
    smpl_payload,
)
from qvim_studio.export.files.riff import Chunk, wave_file


class Container(str, Enum):
    """The kinds of files that can be written; the value is the file name's ending."""

    WAV = "wav"
    FLAC = "flac"
    AIFF = "aiff"


@dataclass(frozen=True)
class FileFormat:
    """How samples are stored.

    bit_depth: 16, 24 or 32 (float; not in FLAC); 8 in WAV alone.
    is_dithered: triangular dither before rounding; None: at 16 bits only.
    """

    container: Container = Container.WAV
    bit_depth: int = 24
    is_dithered: bool | None = None

    def __post_init__(self) -> None:
        depths = {Container.FLAC: (16, 24), Container.WAV: pcm.SOUND_BIT_DEPTHS}.get(
            self.container, pcm.BIT_DEPTHS
        )
        if self.bit_depth not in depths:
            raise UsageError(
                f"{self.container.value} files take {', '.join(map(str, depths))} bits, "
                f"got {self.bit_depth}. Choose one of them."
            )

    @property
    def dither_seed(self) -> int | None:
        """The seed of the dither; it never changes, so that equal sounds make equal files."""
        is_dithered = self.bit_depth == 16 if self.is_dithered is None else self.is_dithered
        return 0 if is_dithered and self.bit_depth < 32 else None


def write_sound(
    path: Path,
    clip: AudioClip,
    meta: ClipMetadata,
    file_format: FileFormat | None = None,
    audio: bytes | None = None,
) -> None:
    """Write a file that is complete or not there at all.

    audio: the clip's samples as they lie in a WAV of that format, where somebody has them already.
    Raises OutputError if it cannot be written, UsageError where a WAV would pass 4 GB.
    """
    chosen = file_format or FileFormat()
    if chosen.container is Container.WAV:
        data = wav_bytes(clip, meta, chosen, audio)
        write_atomically(path, lambda name: name.write_bytes(data))
    else:
        write_atomically(path, lambda name: _write_tagged(name, clip, meta, chosen))


def wav_bytes(
    clip: AudioClip,
    meta: ClipMetadata,
    file_format: FileFormat,
    audio: bytes | memoryview | None = None,
) -> bytes:
    """A whole WAV in memory, with the metadata before the audio.

    audio: the clip's samples in that format, where somebody has them already.
    """
    depth = file_format.bit_depth
    # What is not integer PCM says its length in frames once more.
    facts = [(b"fact", struct.pack("<I", len(clip.samples)))] if depth == 32 else []
    chunks: list[Chunk] = [*facts, *metadata_chunks(clip, meta, depth)]
    format_payload = pcm.format_payload(clip.channels, clip.sample_rate, depth)
    if audio is None:
        audio = pcm.encode(clip, depth, file_format.dither_seed)
    try:
        return wave_file(format_payload, chunks, audio)
    except ValueError as error:
        raise UsageError(
            f"A WAV file holds at most 4 GB, got {len(audio) / 1e9:.1f} GB of audio. "
            "Cut the clip or choose fewer bits."
        ) from error


def metadata_chunks(clip: AudioClip, meta: ClipMetadata, bit_depth: int) -> list[Chunk]:
    """The metadata of a WAV, in the order in which the chunks are written."""
    chunks: list[Chunk] = [
        (b"bext", bext_payload(meta)),
        (b"iXML", ixml_payload(meta, clip.channels, clip.sample_rate, bit_depth)),
        (b"LIST", info_payload(meta)),
    ]
    if meta.loop is not None:
        chunks.append((b"smpl", smpl_payload(meta.loop, clip.sample_rate)))
    if meta.markers:
        chunks += cue_chunks(meta.markers)
    return chunks


def _write_tagged(path: Path, clip: AudioClip, meta: ClipMetadata, chosen: FileFormat) -> None:
    """FLAC and AIFF: short texts in their tags, the recipe as JSON in the comment."""
    depth = chosen.bit_depth
    is_float = depth == 32
    samples = clip.samples
    if not is_float:
        # At the top of 32 bits: libsndfile then only drops zeros.
        samples = pcm.quantize(samples, 2 ** (depth - 1), chosen.dither_seed) << (32 - depth)
    subtype = "FLOAT" if is_float else f"PCM_{depth}"
    name = chosen.container.name
    with soundfile.SoundFile(
        path, "w", clip.sample_rate, clip.channels, subtype, format=name
    ) as file:
        file.title = meta.title
        file.software = PROGRAM
        texts = {
            "artist": meta.creator,
            "copyright": meta.usage_rights,
            "date": meta.date,
            "album": meta.library,
            "genre": meta.cat_id,
        }
        for tag, text in texts.items():
            if text:
                setattr(file, tag, text)
        file.comment = (
            meta.description if meta.recipe is None else json.dumps(meta.recipe, sort_keys=True)
        )
        file.write(samples)
