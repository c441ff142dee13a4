"""Divides long sounds into windows, levels the windows and joins them, with one window in memory at
a time.

A window is finished like a short sound and joins the one before within their overlap. Levels depend
only on the windows before: the first window that is not silent sets the level, and a window that
would be too loud lowers the level from there on. The level never rises again, so that nothing
pumps. Where a take is followed, its course of loudness sets the level of every window relative to
the loudest one.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from qvim_studio.audio.levels import SILENCE_DBFS, true_peak_dbfs
from qvim_studio.audio.loop_seam import led_over
from qvim_studio.core.capabilities import Windows
from qvim_studio.core.clip import AudioClip

FADE_S = 0.5  # of the crossfade, in the middle of an overlap
PIECE_S = 5.0  # the length of pieces that are handed over while a window is made
BAND_EDGES_HZ = (0.0, 250.0, 1_000.0, 4_000.0, 8_000.0, np.inf)  # each band is evened separately
# Two joined windows add up to about 3 dB more than the louder of them: -1 dBTP remains.
CEILING_DBFS = -4.0
FIRST_DBFS = -7.0  # of the first window: later ones may be a little louder
MOST_GAIN = 10 ** (24 / 20)  # of a sound that begins quietly and follows nothing
MOST_GAIN_OF_PIECE = 10 ** (12 / 20)  # the same, if only seconds of it are known
LEVEL_S = 0.02  # over which levels are compared
LEAST_RMS = 1e-5
SEED_STEP = 0x9E3779B97F4A7C15  # from window to window, far from the seeds of other variations
PICTURE_COLUMNS = 1200  # of a sound of any length


@dataclass(frozen=True)
class Window:
    """Frames from ``begin`` to ``end`` of a sound; the first ``kept`` of them are the end of the
    window before."""

    begin: int
    end: int
    kept: int


def windows_of(frames: int, sample_rate: int, windows: Windows) -> list[Window]:
    """The windows of a sound of so many frames, in their order."""
    length, overlap = round(windows.length_s * sample_rate), round(windows.overlap_s * sample_rate)
    found = [Window(0, min(length, frames), 0)]
    while found[-1].end < frames:
        begin = found[-1].end - overlap
        found.append(Window(begin, min(begin + length, frames), overlap))
    return found


class RunningLevel:
    """Decides the gain of each window from the windows before it alone."""

    def __init__(self, take: np.ndarray | None, sample_rate: int, follow: float) -> None:
        """take: the followed sound, mono or with one channel for each channel of the sound; None
        follows nothing. follow: 0..1, how much its loudness counts."""
        self._sample_rate, self._follow = sample_rate, follow
        self._loudest = LEAST_RMS if take is None else loudest_rms(take, sample_rate)
        self._level: float | None = None  # of the loudest moment, or the gain if that is unknown

    def gain(
        self, clip: AudioClip, section: np.ndarray | None, most_gain: float = MOST_GAIN
    ) -> float:
        """The gain of a window, as a factor. clip: the window as made. section: of the take, at its
        own rate; None without a take. most_gain: the limit for a first window that follows
        nothing."""
        peak_db = true_peak_dbfs(clip)
        if peak_db <= SILENCE_DBFS:
            return 0.0
        own = wanted = 1.0
        if section is not None and self._follow > 0.0:
            # Quiet parts of the take leave room for its loud parts.
            wanted = (loudest_rms(section, self._sample_rate) / self._loudest) ** self._follow
            sounding = clip.mono() if section.ndim == 1 else clip.samples
            own = wanted / loudest_rms(sounding, clip.sample_rate)
        level = self._level
        if level is None:
            level = 10 ** ((FIRST_DBFS - peak_db) / 20) * wanted / own
            if section is None:
                level = min(level, most_gain)
        level = min(level, 10 ** ((CEILING_DBFS - peak_db) / 20) / own)
        self._level = level
        return level * own


class WholePicture:
    """The picture of a long sound, dark where no sound is made yet; see result.Progress.preview."""

    def __init__(self, frames: int) -> None:
        """frames: of the whole sound."""
        self._frames = frames
        self._levels: np.ndarray | None = None

    def with_window(
        self, window: Window, picture: np.ndarray | None, *, is_kept: bool
    ) -> np.ndarray | None:
        """The picture with one more window; None as long as no window had a picture. picture: uint8
        (bands, columns) of the window. is_kept: pictures of later windows show it as well."""
        if picture is None:
            return None if self._levels is None or not is_kept else self._levels.copy()
        if self._levels is None:
            self._levels = np.zeros((len(picture), PICTURE_COLUMNS), np.uint8)
        shown = self._levels if is_kept else self._levels.copy()
        scale = PICTURE_COLUMNS / self._frames
        begin = min(round(window.begin * scale), PICTURE_COLUMNS - 1)
        end = max(round(window.end * scale), begin + 1)
        at = (np.arange(end - begin) * picture.shape[1]) // (end - begin)
        shown[:, begin:end] = picture[:, at]
        return shown.copy()


class Joiner:
    """Joins windows one after the other; holds back the end that the next window may change."""

    def __init__(self, sample_rate: int) -> None:
        """sample_rate: of the finished windows."""
        self._rate = sample_rate
        self._held = np.zeros((0, 1), np.float32)

    def push(self, samples: np.ndarray, kept: int, next_kept: int) -> np.ndarray:
        """Take one more window and return the frames that are ready, (frames, channels).

        samples: a finished window, whose first ``kept`` frames repeat the window before and whose
        last ``next_kept`` frames begin the window after it; 0 at the ends of the sound.
        """
        begin, fade = self._fade(kept)
        made = samples[begin:]
        if fade:
            made = made.copy()
            made[:fade] = crossfaded(self._held[:fade], made[:fade], self._rate)
        hold_from = len(made) - next_kept + self._fade(next_kept)[0] if next_kept else len(made)
        ready, self._held = made[:hold_from], made[hold_from:].copy()
        return ready

    def _fade(self, overlap: int) -> tuple[int, int]:
        """Start and length of a crossfade within an overlap, in frames."""
        fade = min(round(FADE_S * self._rate), overlap)
        return (overlap - fade) // 2, fade


class LoopCloser:
    """Closes a sound that arrives in pieces into a loop.

    The lead-in of the loop arrives first and is held back; the end of the sound fades into it.
    """

    def __init__(self, frames: int) -> None:
        """frames: of the lead-in; 0 passes everything on unchanged."""
        self._frames = frames
        self._head: np.ndarray | None = None
        self._held: np.ndarray | None = None

    def push(self, samples: np.ndarray, *, is_last: bool) -> np.ndarray:
        """The frames that are ready: (frames, channels)."""
        if self._held is not None:
            samples = np.concatenate([self._held, samples])
        if self._head is None and (len(samples) >= self._frames or is_last):
            self._head, samples = samples[: self._frames].copy(), samples[self._frames :]
        hold_from = 0 if self._head is None else max(0, len(samples) - self._frames)
        ready, held = samples[:hold_from], samples[hold_from:].copy()
        self._held = held
        if not is_last or self._head is None or not self._frames:
            return ready
        return np.concatenate([ready, led_over(held, self._head).astype(np.float32)])


class Pieces:
    """Cuts a window that arrives bit by bit into pieces that can be finished one by one.

    Each piece begins with the last FADE_S of the piece before, over which the two are joined.
    """

    def __init__(self, begin: int, end: int, sample_rate: int) -> None:
        """begin, end: of the part to be cut, in frames of the window."""
        self._size, self.overlap = (round(s * sample_rate) for s in (PIECE_S, FADE_S))
        self._first, self._end = begin, end
        self.begin = begin  # of the next piece, within the window
        self._samples = np.zeros((0, 1), np.float32)
        self._come = 0

    def held(self, kept: int) -> int:
        """The number of frames at the window's end that the next window is joined with: all the
        ``kept`` frames, or after pieces only the last of them."""
        return min(kept, self.overlap) if self.begin > self._first else kept

    def push(self, samples: np.ndarray) -> Iterator[np.ndarray]:
        """Take more of the window, (frames, channels), and yield the pieces that are ready. The
        last piece is the rest of the complete window."""
        self._come += len(samples)
        known = np.concatenate([self._samples, samples]) if len(self._samples) else samples
        while True:
            first = self._come - len(known)  # frame of the window at which ``known`` begins
            end = self.begin + self._size
            if end > self._come or end + self._size // 2 > self._end:
                break
            yield known[self.begin - first : end - first]
            self.begin = end - self.overlap
            known = known[max(0, self.begin - first) :]
        self._samples = known


def crossfaded(old: np.ndarray, new: np.ndarray, sample_rate: int) -> np.ndarray:
    """A crossfade of constant power between two sounds, both (frames, channels).

    Correlated sounds add up to more than uncorrelated ones. The gain evens this out band by band,
    because the lows are often correlated where the highs are not.
    """
    share = 0.5 - 0.5 * np.cos(np.pi * (np.arange(len(old)) + 0.5) / len(old))
    spectra = [np.fft.rfft(one, axis=0) for one in (old, new)]
    frequency_hz = np.fft.rfftfreq(len(old), 1 / sample_rate)
    made = np.zeros(old.shape)
    for low_hz, high_hz in pairwise(BAND_EDGES_HZ):
        is_inside = (frequency_hz >= low_hz) & (frequency_hz < high_hz)
        before, after = (
            np.fft.irfft(spectrum * is_inside[:, None], len(old), axis=0) for spectrum in spectra
        )
        power = float(np.sqrt(float(np.vdot(before, before)) * float(np.vdot(after, after))))
        alike = float(np.vdot(before, after)) / power if power > 0.0 else 1.0
        overlap = 2 * min(max(alike, 0.0), 1.0) * share * (1 - share)
        norm = np.sqrt(share**2 + (1 - share) ** 2 + overlap)
        made += ((1 - share) / norm)[:, None] * before + (share / norm)[:, None] * after
    return made.astype(np.float32)


def loudest_rms(samples: np.ndarray, sample_rate: int) -> float:
    """The RMS of the loudest 20 ms of samples (frames,) or (frames, channels); almost 0 for
    silence."""
    size = max(1, round(LEVEL_S * sample_rate))
    count = len(samples) // size
    if not count:
        return LEAST_RMS
    whole = samples[: count * size].reshape(count, -1)
    power = np.einsum("ij,ij->i", whole, whole, dtype=np.float64) / whole.shape[1]
    return max(float(np.sqrt(power.max())), LEAST_RMS)
