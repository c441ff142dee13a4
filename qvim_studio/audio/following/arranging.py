"""Lays a sound out in time: at the events of an imitation, repeated where it is too short."""

from __future__ import annotations

import numpy as np

from qvim_studio.core.clip import AudioClip

HOP_S = 0.01
GATE_DB = -32.0  # below the loudest moment an imitation counts as silent
ATTACK_DB = 9.0  # a rise of this much within RISE_S is a new event
RISE_S = 0.04
MIN_EVENT_S = 0.09
CROSSFADE_S = 0.02
SUSTAINED_DB = -14.0  # a sound whose last fifth is no quieter than this lasts; others die away
SUSTAINED_S = 0.2  # repeating a shorter piece sounds like a buzz
RING_S = 0.5  # a sound may ring on after the end of its imitation


def find_events(samples: np.ndarray, sample_rate: int) -> list[tuple[int, int]]:
    """Start and end (frames) of every event of an imitation: attacks and gaps divide it."""
    hop = int(HOP_S * sample_rate)
    level = levels_db(samples, hop)
    is_loud = level > level.max() + GATE_DB
    rise = round(RISE_S / HOP_S)
    before = np.concatenate([np.full(rise, level.min()), level[:-rise]])[: len(level)]
    is_attack = is_loud & (level - before > ATTACK_DB)
    events: list[tuple[int, int]] = []
    begin: int | None = None
    for index, loud in enumerate(is_loud):
        is_new = is_attack[index] and (index == 0 or not is_attack[index - 1])
        if begin is not None and (not loud or is_new):
            if (index - begin) * HOP_S >= MIN_EVENT_S:
                events.append((begin * hop, index * hop))
                begin = None
            elif not loud:
                begin = None
        if begin is None and loud:
            begin = index
    if begin is not None:
        events.append((begin * hop, len(samples)))
    return events or [(0, len(samples))]


def arrange(sound: np.ndarray, imitation: np.ndarray, sample_rate: int) -> np.ndarray:
    """``sound`` placed at every event of ``imitation``, looped where an event lasts longer.

    All at one rate, the imitation mono; the result has the imitation's length and the sound's
    channels. A short event lets the sound ring on until the next one begins.
    """
    result = np.zeros((len(imitation), *sound.shape[1:]), np.float32)
    events = find_events(imitation, sample_rate)
    ends = [begin for begin, _ in events[1:]] + [len(imitation)]
    for (begin, end), limit in zip(events, ends, strict=True):
        wanted = end - begin
        looped = loop(sound, wanted, sample_rate) if wanted > len(sound) else sound
        piece = looped[: limit - begin].astype(np.float32)
        if len(piece) < len(looped):
            fade = min(len(piece), int(CROSSFADE_S * sample_rate))
            piece = piece.copy()
            falling = np.linspace(1, 0, fade, dtype=np.float32)
            piece[len(piece) - fade :] *= falling.reshape(-1, *[1] * (sound.ndim - 1))
        result[begin : begin + len(piece)] += piece
    return result


def sustain(sound: np.ndarray, length: int, sample_rate: int) -> np.ndarray:
    """``sound`` itself if it dies away or is long enough, else looped to ``length`` frames."""
    mono = sound if sound.ndim == 1 else AudioClip(sound, sample_rate).mono()
    if len(sound) >= length or not goes_on(mono, sample_rate):
        return sound
    return loop(sound, length, sample_rate)


def goes_on(sound: np.ndarray, sample_rate: int) -> bool:
    """Whether a mono sound lasts, so that it may be looped, instead of dying away."""
    if len(sound) < SUSTAINED_S * sample_rate:
        return False
    level = levels_db(sound, int(HOP_S * sample_rate))
    return bool(level[len(level) * 4 // 5 :].mean() >= level.max() + SUSTAINED_DB)


def loop(sound: np.ndarray, length: int, sample_rate: int) -> np.ndarray:
    """The sound's later part repeated with equal-power crossfades until ``length`` frames; of one
    channel or several."""
    fade = min(int(CROSSFADE_S * sample_rate), len(sound) // 4)
    others = sound.shape[1:]
    if fade == 0:
        return np.resize(sound, (length, *others))
    body = sound[len(sound) // 4 : len(sound) * 9 // 10]  # without the attack and the tail
    ramp = np.sin(0.5 * np.pi * np.linspace(0, 1, fade)).reshape(-1, *[1] * len(others))
    result = sound[: len(sound) * 9 // 10].astype(np.float64)
    while len(result) < length:
        joint = result[-fade:] * ramp[::-1] + body[:fade] * ramp
        result = np.concatenate([result[:-fade], joint, body[fade:]])
    return result[:length].astype(np.float32)


def let_ring(samples: np.ndarray, end: int, sample_rate: int) -> np.ndarray:
    """``samples``, (frames,) or (frames, channels), up to frame ``end`` and RING_S more, in which
    they fade out."""
    result = samples[: end + int(RING_S * sample_rate)].copy()
    tail = result[end:]
    fading = np.cos(np.linspace(0, 0.5 * np.pi, len(tail), dtype=np.float32)) ** 2
    tail *= fading.reshape(-1, *[1] * (samples.ndim - 1))
    return result


def levels_db(samples: np.ndarray, hop: int) -> np.ndarray:
    """RMS of every ``hop`` frames; the last may be shorter."""
    padded = np.pad(samples, (0, -len(samples) % hop)).reshape(-1, hop)
    return 20 * np.log10(np.sqrt(np.mean(padded**2, axis=1)) + 1e-9)
