"""Cuts a take with several sounds in it ("boom, tss, ka") into one piece for each."""

from __future__ import annotations

import numpy as np

from qvim_studio.audio.levels import with_silence
from qvim_studio.audio.trim import trim_take
from qvim_studio.core.clip import AudioClip, without_offset

WINDOW_S = 0.02  # long enough to smooth over a rolled r, short enough for a hi-hat
HOP_S = 0.005
RISE_DB = 12.0  # rise from the quietest moment since the last sound; less is vibrato or a rolled r
GATE_DB = -40.0  # below the loudest moment of the take: what lies lower counts as silence
MIN_SPACING_S = 0.1  # between onsets: nobody speaks faster
MIN_PIECE_S = 0.3  # shorter pieces are padded with silence: generators need some time
FADE_S = 0.005
_FLOOR_DB = -120.0


def onset_frames(clip: AudioClip) -> list[int]:
    """Where each sound begins, in frames; at least one."""
    hop = max(1, int(HOP_S * clip.sample_rate))
    level_db = _envelope_db(clip, hop)
    gate_db = float(level_db.max()) + GATE_DB
    level_db = np.maximum(level_db, gate_db)
    onsets: list[int] = []
    valley, valley_at, peak, is_sounding = gate_db, 0, gate_db, False
    for step, level in enumerate(level_db.tolist()):
        if is_sounding:
            peak = max(peak, level)
            if level <= peak - RISE_DB:
                is_sounding, valley, valley_at = False, level, step
            continue
        if level <= valley:
            valley, valley_at = level, step
        if level >= valley + RISE_DB:
            is_sounding, peak = True, level
            begin = valley_at * hop
            if not onsets or begin - onsets[-1] >= MIN_SPACING_S * clip.sample_rate:
                onsets.append(begin)
    return onsets or [0]


def attack_frames(clip: AudioClip) -> list[int]:
    """The frame at which each sound has risen half of its way, in dB, from the valley before it.
    People hear this as the moment of the sound, however slowly it begins. Without a valley before
    it, the first sound begins at its first audible frame."""
    hop = max(1, int(HOP_S * clip.sample_rate))
    level_db = _envelope_db(clip, hop)
    level_db = np.maximum(level_db, float(level_db.max()) + GATE_DB)
    onsets = [onset // hop for onset in onset_frames(clip)]
    attacks = []
    for begin, end in zip(onsets, [*onsets[1:], len(level_db)], strict=True):
        part = level_db[begin : max(end, begin + 1)]
        half = (part[0] + part.max()) / 2 if begin else level_db.max() + GATE_DB + RISE_DB
        attacks.append((begin + int(np.argmax(part >= half))) * hop)
    return attacks


def split_at_onsets(clip: AudioClip) -> list[AudioClip]:
    """One clip for each sound, silence trimmed, a short fade where the next one was cut off."""
    onsets = onset_frames(clip)
    ends = [*onsets[1:], len(clip.samples)]
    return [
        _piece(AudioClip(np.ascontiguousarray(clip.samples[begin:end]), clip.sample_rate))
        for begin, end in zip(onsets, ends, strict=True)
    ]


def _piece(clip: AudioClip) -> AudioClip:
    samples = trim_take(clip).samples.copy()
    length = min(int(FADE_S * clip.sample_rate), len(samples))
    samples[len(samples) - length :] *= np.linspace(1, 0, length, dtype=np.float32)[:, None]
    missing = int(MIN_PIECE_S * clip.sample_rate) - len(samples)
    if missing > 0:
        samples = with_silence(samples, missing)
    return AudioClip(samples, clip.sample_rate)


def _envelope_db(clip: AudioClip, hop: int) -> np.ndarray:
    """RMS in dB of windows centered every ``hop`` frames."""
    window = max(hop, int(WINDOW_S * clip.sample_rate))
    power = np.square(without_offset(clip.mono()), dtype=np.float64)
    padded = np.pad(power, (window // 2, window))
    sums = np.concatenate([[0.0], np.cumsum(padded)])
    starts = np.arange(0, len(power), hop)
    mean = (sums[starts + window] - sums[starts]) / window
    return 10 * np.log10(np.maximum(mean, 10 ** (_FLOOR_DB / 10)))
