"""Fits found sounds to a voice by signal processing alone, at their own rate and channels."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from qvim_studio.audio.following.arranging import (
    HOP_S,
    RING_S,
    find_events,
    goes_on,
    let_ring,
    levels_db,
)
from qvim_studio.audio.following.contour_lock import pitch_course
from qvim_studio.audio.following.pitch_bend import bend_pitch, stretch
from qvim_studio.audio.following.shape_lock import fit_length, shape_gain
from qvim_studio.audio.levels import normalize_peak
from qvim_studio.audio.resample import mono_at, resample
from qvim_studio.core.clip import AudioClip, without_offset

TARGET_PEAK_DBFS = -1.0
FINE_HOP_S = 0.0025
ONSET_DB = -14.0  # by the loudest moment: a piece begins here, because voices begin at once
BODY_DB = -15.0  # by the loudest moment: a repeated sound starts over here
END_DB = -50.0  # below the take's loudest moment, at which an event is over at the latest
NOISE_DB = 6.0  # above the quietest moment of a pause, which is the room's noise
AUDIBLE_SHARE = 1e-3  # of the peak: after the end of the take, less than this does not ring
ATTACK_S = 0.003
RELEASE_S = 0.05
JOINT_S = 0.03
SEARCH_S = 0.02  # range of starts searched for the one that continues the waveform best
MIN_PIECE_S = 0.05  # of a sound of several: shorter ones are clicks
KEPT_ATTACK_S = 0.05  # that stretching leaves as it is
MAX_STRETCH = 1.5  # a longer sound is repeated, because stretching it further smears it
MAX_TAIL_STRETCH = 4.0  # limit for sounds that die away and are too short to be repeated
REPEATED_S = 0.25  # of silence at least, before what dies away is repeated in one event
MAX_BOOST_DB = 30.0  # a real sound has less noise to pump up than a made one


def fit_sounds(sounds: Sequence[AudioClip], take: AudioClip, follow: float) -> AudioClip:
    """Real sounds at the events of a take: each event of ``take`` gets the next of ``sounds``.

    The clip has the rate of the first sound and the largest number of channels; sounds with fewer
    channels play on all of them. A sound of several events counts as several sounds. A
    short event triggers a sound, a long one stretches or repeats it. The clip is as long as the
    take, and up to 0.5 s longer where the last sound rings on. Pauses of the take are silent, the
    true peak is -1 dBTP.

    follow: 0 leaves loudness and pitch to the sounds, 1 imposes the take's in full.
    Raises ValueError without sounds, for a silent sound and for a silent take.
    """
    rate, channels = sounds[0].sample_rate, max(sound.channels for sound in sounds)
    pieces = [piece for sound in sounds for piece in _pieces(sound, rate, channels)]
    voice = mono_at(take, rate)
    if not pieces or not np.any(voice):
        raise ValueError("expected sounds and a take that can be heard, got silence")
    laid, gate = _lay(pieces, voice, rate)
    octaves = pitch_course(_mono(laid, rate), fit_length(voice, len(laid)), rate, follow)
    if octaves is not None:
        bent = [bend_pitch(channel, rate, octaves) for channel in laid.T]
        laid = np.stack(bent, axis=1)
    laid *= gate[:, None]
    gain = shape_gain(_mono(laid, rate), voice, rate, follow, MAX_BOOST_DB)
    shaped = let_ring(_centered(laid * gain[:, None], gate), len(voice), rate)
    return normalize_peak(
        AudioClip(_without_silence(shaped, len(voice), rate), rate), TARGET_PEAK_DBFS
    )


def lengthen(sound: np.ndarray, length: int, sample_rate: int) -> np.ndarray:
    """``sound`` (frames, channels), stretched or repeated if it is shorter than ``length``.

    A sound that dies away counts as long as it can be raised to the take's loudness; it is repeated
    as a whole, and not to fill a short silence. A sound that lasts is repeated without its attack
    and its end.
    """
    size, hop = len(sound), _frames(HOP_S, sample_rate)
    mono = _mono(sound, sample_rate)
    lasts = goes_on(mono, sample_rate)
    level = levels_db(mono, hop)
    body, reach = (
        min(size, hop * (int(np.flatnonzero(level > level.max() + limit)[-1]) + 1))
        for limit in (BODY_DB, -MAX_BOOST_DB)
    )
    if lasts:
        body, reach = size * 9 // 10, size
    if reach >= length:
        return sound
    if length > MAX_STRETCH * reach and (lasts or length - reach > REPEATED_S * sample_rate):
        return _repeat(sound, size // 4 if lasts else 0, body, length, sample_rate)
    most = reach * (MAX_STRETCH if lasts else MAX_TAIL_STRETCH)
    kept = min(_frames(KEPT_ATTACK_S, sample_rate), reach // 2)
    factor = (min(length, most) - kept) / (reach - kept)
    at = np.arange(size)
    reached = np.where(at < kept, at, kept + factor * (at - kept))
    made = [stretch(channel, sample_rate, reached) for channel in sound.T]
    return np.stack(made, axis=1)[: int(reached[-1]) + 1].astype(np.float32)


def _pieces(sound: AudioClip, rate: int, channels: int) -> list[np.ndarray]:
    """The parts of a sound between its own pauses, from their onsets on, about equally loud."""
    clip = resample(sound, rate)
    samples = np.stack([without_offset(channel) for channel in clip.samples.T], axis=1)
    if samples.shape[1] != channels:
        samples = np.repeat(_mono(samples, rate)[:, None], channels, axis=1)
    mono = _mono(samples, rate)
    if not np.any(mono):
        return []
    events = find_events(mono, rate)
    ends = _ends(mono, events, rate)
    pauses = [
        number
        for number, ((following, _), end) in enumerate(zip(events[1:], ends, strict=False))
        if following - end >= RELEASE_S * rate
    ]
    begins = [events[0][0], *(events[number + 1][0] for number in pauses)]
    spans = list(zip(begins, [*(ends[number] for number in pauses), ends[-1]], strict=True))
    long = [(b, e) for b, e in spans if e - b >= MIN_PIECE_S * rate] or [(begins[0], ends[-1])]
    return [_levelled(_from_onset(samples[begin:end], rate), rate) for begin, end in long]


def _from_onset(samples: np.ndarray, rate: int) -> np.ndarray:
    level = levels_db(_mono(samples, rate), _frames(FINE_HOP_S, rate))
    first = int(np.argmax(level > level.max() + ONSET_DB))
    return samples[first * _frames(FINE_HOP_S, rate) :]


def _levelled(samples: np.ndarray, rate: int) -> np.ndarray:
    loudest = levels_db(_mono(samples, rate), _frames(HOP_S, rate)).max()
    return (samples * 10 ** (-loudest / 20) * 0.1).astype(np.float32)


def _lay(
    pieces: Sequence[np.ndarray], voice: np.ndarray, rate: int
) -> tuple[np.ndarray, np.ndarray]:
    """Samples (frames, channels) with a piece at each event of the voice, and a gate for them
    (frames,), 0..1."""
    events = find_events(voice, rate)
    limits = [begin for begin, _ in events[1:]] + [len(voice) + _frames(RING_S, rate)]
    laid = np.zeros((limits[-1], pieces[0].shape[1]), np.float32)
    gate = np.zeros(limits[-1], np.float32)
    ends = _ends(voice, events, rate)
    for number, ((begin, _), end, limit) in enumerate(zip(events, ends, limits, strict=True)):
        wanted = end - begin + _frames(RELEASE_S, rate)
        piece = lengthen(pieces[number % len(pieces)], wanted, rate)[: limit - begin]
        rings = end >= len(voice) and not goes_on(_mono(piece, rate), rate)
        audible = len(piece) if rings else min(wanted, len(piece))
        laid[begin : begin + len(piece)] = piece
        gate[begin : begin + audible] = _opening(audible, rate)
    return laid, gate


def _opening(length: int, rate: int) -> np.ndarray:
    """A gate of ``length`` frames with raised cosines at both ends."""
    shape = np.ones(length, np.float32)
    for seconds, part in ((ATTACK_S, shape), (RELEASE_S, shape[::-1])):
        size = min(_frames(seconds, rate), length // 2)
        part[:size] *= (0.5 - 0.5 * np.cos(np.pi * np.arange(size) / size)).astype(np.float32)
    return shape


def _ends(voice: np.ndarray, events: Sequence[tuple[int, int]], rate: int) -> list[int]:
    """The frame at which each event has died away, which lies after the end that find_events
    reports."""
    hop = _frames(HOP_S, rate)
    level = levels_db(voice, hop)
    limits = [begin for begin, _ in events[1:]] + [len(voice)]
    ends = []
    for (_, end), limit in zip(events, limits, strict=True):
        pause = level[end // hop : limit // hop]
        if len(pause):
            over = pause <= max(level.max() + END_DB, pause.min() + NOISE_DB)
            end += hop * int(np.argmax(over))
        ends.append(min(end, limit))
    return ends


def _repeat(sound: np.ndarray, begin: int, end: int, length: int, rate: int) -> np.ndarray:
    """``sound`` up to frame ``end``, then repeated from ``begin`` on; the last repetition is whole.

    The joints keep the loudness and lie where the waveform continues best.
    """
    fade = min(_frames(JOINT_S, rate), (end - begin) // 4)
    if fade == 0:
        return np.resize(sound, (length, sound.shape[1]))
    tail = sound[end - fade : end].astype(np.float64)
    if begin:
        begin += _best_start(sound[begin:end], tail, _frames(SEARCH_S, rate))
    head = sound[begin : begin + fade].astype(np.float64)
    shared = float((tail * head).sum() / (np.sqrt((tail**2).sum() * (head**2).sum()) + 1e-12))
    angle = 0.5 * np.pi * (np.arange(fade) + 0.5) / fade
    power = 1 + max(shared, 0.0) * np.sin(2 * angle)  # of the sum, before it is made constant
    fading, rising = (np.cos(angle) / np.sqrt(power), np.sin(angle) / np.sqrt(power))
    joint = (tail * fading[:, None] + head * rising[:, None]).astype(np.float32)
    parts, size = [sound[: end - fade]], end - fade
    while size + len(sound) - begin < length:
        parts += [joint, sound[begin + fade : end - fade]]
        size += end - fade - begin
    return np.concatenate([*parts, joint, sound[begin + fade :]])


def _best_start(body: np.ndarray, tail: np.ndarray, search: int) -> int:
    """The frame of ``body`` from which it resembles ``tail`` most."""
    size = len(tail)
    search = min(search, len(body) // 4)
    mono, wanted = body[: search + size].mean(axis=1, dtype=np.float64), tail.mean(axis=1)
    power = np.concatenate([[0.0], np.cumsum(mono**2)])
    likeness = np.correlate(mono, wanted, "valid")
    likeness /= np.sqrt(power[size:] - power[:-size]) + 1e-9
    return int(likeness.argmax())


def _centered(samples: np.ndarray, gate: np.ndarray) -> np.ndarray:
    """The samples without a constant offset, which is removed only where there is sound."""
    offset = samples.mean(axis=0, dtype=np.float64) / max(float(gate.mean()), 1e-9)
    return (samples - offset * gate[:, None]).astype(np.float32)


def _without_silence(samples: np.ndarray, length: int, rate: int) -> np.ndarray:
    """The samples cut after the take's ``length`` frames, where nothing rings any more, without a
    click."""
    level = np.abs(samples).max(axis=1)
    audible = np.flatnonzero(level > AUDIBLE_SHARE * level.max(initial=0.0))
    last = int(audible[-1]) + 1 if len(audible) else 0
    kept = samples[: max(length, last)].copy()
    size = min(_frames(ATTACK_S, rate), len(kept))
    kept[len(kept) - size :] *= np.linspace(1, 0, size, dtype=np.float32)[:, None]
    return kept


def _mono(samples: np.ndarray, rate: int) -> np.ndarray:
    return AudioClip(np.ascontiguousarray(samples, np.float32), rate).mono()


def _frames(seconds: float, rate: int) -> int:
    return max(1, int(seconds * rate))
