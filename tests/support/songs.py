"""Small songs: a singer who pauses, and chords that click."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path

import av
import numpy as np
import soundfile

RATE_HZ = 8000


def sung(seconds: float, hz: float = 220.0, silent: tuple[float, float] = (0.0, 0.0)) -> np.ndarray:
    """A tone with a vibrato; nothing between ``silent``."""
    at_s = np.arange(int(seconds * RATE_HZ)) / RATE_HZ
    samples = 0.3 * np.sin(2 * np.pi * hz * at_s + 0.5 * np.sin(2 * np.pi * 5 * at_s))
    samples[(at_s >= silent[0]) & (at_s < silent[1])] = 0.0
    return samples


def played(seconds: float, bpm: float = 120.0, chord: tuple[int, ...] = (0, 4, 7)) -> np.ndarray:
    """A chord over C that fades after every beat."""
    at_s = np.arange(int(seconds * RATE_HZ)) / RATE_HZ
    tones = [np.sin(2 * np.pi * 261.6256 * 2 ** (note / 12) * at_s) for note in chord]
    since_beat_s = np.mod(at_s, 60 / bpm)
    return 0.1 * np.sum(tones, axis=0) * np.exp(-6 * since_beat_s)


def write_song(path: Path, samples: np.ndarray, **tags: str) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    with soundfile.SoundFile(path, "w", RATE_HZ, 1) as file:
        for name, text in tags.items():
            setattr(file, name, text)
        file.write(samples)
    return path


def write_stem_file(path: Path, streams: Sequence[np.ndarray], names: Sequence[str] = ()) -> Path:
    """A lossless MP4 with a stream for the mix and one for each stem, as Native Instruments lays
    it out. names: of the stems, in a box of their own, which is left out without names."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with av.open(str(path), "w", format="mp4") as file:
        made = [file.add_stream("alac", rate=RATE_HZ, layout="mono") for _ in streams]
        for stream, samples in zip(made, streams, strict=True):
            whole = np.round(samples * 2**15).astype(np.int16)[None]
            frame = av.AudioFrame.from_ndarray(whole, format="s16p", layout="mono")
            frame.sample_rate = RATE_HZ
            for packet in (*stream.encode(frame), *stream.encode(None)):
                file.mux(packet)
    if names:
        stated = json.dumps({"version": 1, "stems": [{"name": name} for name in names]}).encode()
        content = path.read_bytes()
        begin = content.rindex(b"moov") - 4
        udta = _box(b"udta", _box(b"stem", stated))
        path.write_bytes(content[:begin] + _box(b"moov", udta + content[begin + 8 :]))
    return path


def _box(kind: bytes, content: bytes) -> bytes:
    return (len(content) + 8).to_bytes(4, "big") + kind + content
