"""Makes the variations of one request side by side, window by window."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import torch

from qvim_studio.audio.melody import MELODY_HOP, MELODY_RATE_HZ, SILENT, Melody
from qvim_studio.audio.resample import mono_at, resample
from qvim_studio.core.clip import AudioClip
from qvim_studio.diffusion.preview import picture_of_mel
from qvim_studio.families.musicgen.delay import delayed, undelayed
from qvim_studio.families.musicgen.family import DECODED_FRAMES, OPTIONS
from qvim_studio.families.musicgen.growth import Front, grow
from qvim_studio.families.musicgen.parts import MusicgenParts
from qvim_studio.families.musicgen.sampling import Sampling
from qvim_studio.families.protocol import Asked, Made, Report
from qvim_studio.networks.coders.encodec import Decoding
from qvim_studio.networks.mel import HOP, N_MELS, SAMPLE_RATE, MelSpectrogram

CROSSFADE_S = 0.02  # at the end of a kept sound, into its continuation
MELODY_FRAMES_PER_S = MELODY_RATE_HZ / MELODY_HOP
PICTURES = 20  # previews of a sound while it forms, at most


@dataclass(frozen=True, eq=False)
class MusicCondition:
    """The condition of every variation.

    words, unwanted: float32 (pieces, text width), None without words. melody: None without a
    melody. words_share, melody_share: the weight of each, 0..1.
    """

    words: torch.Tensor | None
    unwanted: torch.Tensor | None
    melody: Melody | None
    words_share: float = 1.0
    melody_share: float = 1.0


def windows(known: int, frames: int, window: int, kept: int) -> list[tuple[int, int, int]]:
    """(begin, known, end) of each pass, in frames: the pass reads the frames from ``begin`` to
    ``known`` and makes those from ``known`` to ``end``. window: frames of one pass; kept: frames
    that a pass takes over from the pass before."""
    passes = []
    while known < frames:
        begin = max(0, known - kept)
        end = min(frames, begin + window)
        passes.append((begin, known, end))
        known = end
    return passes


class Batch:
    """A group of variations, computed together on the plan's device.

    window_s: seconds of sound that one pass makes. kept_s: seconds at the end of a pass that the
    next pass continues.
    """

    def __init__(
        self,
        parts: MusicgenParts,
        condition: MusicCondition,
        asked: Asked,
        seeds: Sequence[int],
        window_s: float,
        kept_s: float,
    ) -> None:
        shape, options = parts.shape, asked.options.filled(OPTIONS)
        self._parts, self._condition, self._seeds = parts, condition, seeds
        self._sampling = Sampling(
            options.number("guidance"),
            options.number("temperature"),
            options.whole("top_k"),
            options.number("top_p"),
        )
        self._generators = [torch.Generator().manual_seed(seed) for seed in seeds]
        rate = shape.coder.frames_per_s
        frames = max(1, math.ceil(asked.duration_s * rate - 1e-6))
        self._samples = round(asked.duration_s * shape.coder.sample_rate_hz)
        self._kept = _kept_sound(asked, shape.coder.sample_rate_hz, shape.channels)
        known = min(len(self._kept) // shape.coder.hop, frames - 1)
        self._windows = windows(known, frames, round(window_s * rate), round(kept_s * rate))
        self._first = self._windows[0][0]  # the frame at which the codes begin
        late = max(shape.delays)
        self.steps = sum(end - known + late for _, known, end in self._windows)
        self._mel = MelSpectrogram()

    def run(self, report: Report, done: int, steps: int) -> list[Made]:
        """The sounds of all seeds. done: steps of the batches before this one. steps: steps of all
        batches.

        Codes are decoded a second at a time while later codes are still being made. The samples of
        a sound that is made alone are handed over as soon as they are decoded.
        """
        parts, shape, count = self._parts, self._parts.shape, len(self._seeds)
        codes = self._kept_codes()
        sound = _Sound(parts, count)
        given = 0  # frames that were handed over
        seen, step = 0, max(DECODED_FRAMES, self._windows[-1][2] // PICTURES)
        for begin, known, end in self._windows:
            begin, known, end = begin - self._first, known - self._first, end - self._first
            is_last = end + self._first == self._windows[-1][2]
            columns = delayed(codes[..., begin:known], end - begin, shape.delays, shape.silent_code)
            new = end - known + max(shape.delays)
            for column in grow(
                parts.transformer,
                self._fronts(begin + self._first),
                columns,
                self._numbers(columns, new),
                self._sampling,
                parts.plan.traits.guidance_passes,
            ):
                ready, picture = begin + column - max(shape.delays), None
                is_end = column + 1 == columns.shape[2]
                if ready - codes.shape[2] >= DECODED_FRAMES or is_end:
                    fresh = undelayed(columns, shape.delays, codes.shape[2] - begin, ready - begin)
                    codes = torch.cat([codes, fresh], dim=2)
                    sound.decode(codes, is_last=is_last and is_end)
                    if report.on_samples is not None:
                        known = self._known(sound)
                        report.on_samples(known[given:])
                        given = len(known)
                    if ready - seen >= step and not (is_last and is_end):
                        seen, picture = ready, self._picture(sound.rows()[0])
                done += count
                report.step(done, steps, picture)
        whole = [self._whole(row) for row in sound.rows()]
        return [
            Made(seed, samples, self._picture(samples.T))
            for seed, samples in zip(self._seeds, whole, strict=True)
        ]

    def _numbers(self, columns: torch.Tensor, new: int) -> torch.Tensor:
        """Random numbers in [0, 1), one for each code. The numbers of a seed depend neither on the
        other seeds of the batch nor on the length of the sound."""
        rows, codebooks, _ = columns.shape
        numbers = torch.zeros(columns.shape)
        for row in range(rows):
            fresh = torch.rand(new, codebooks, generator=self._generators[row])
            numbers[row, :, -new:] = fresh.T
        return numbers.to(columns.device)

    def _kept_codes(self) -> torch.Tensor:
        """The codes that the first window continues: int64 (variations, codebooks, frames), with
        0 frames where no sound is kept."""
        coder, hop = self._parts.coder, self._parts.shape.coder.hop
        begin, known, _ = self._windows[0]
        device = self._parts.plan.device
        if begin == known:
            size = (len(self._seeds), self._parts.shape.codebooks, 0)
            return torch.zeros(size, dtype=torch.int64, device=device)
        channels = torch.from_numpy(self._kept[begin * hop : known * hop].T.copy()).to(device)
        # The codebooks of the channels alternate.
        codes = coder.encode(channels).transpose(0, 1).flatten(0, 1)
        return codes.expand(len(self._seeds), -1, -1)

    def _fronts(self, begin: int) -> tuple[Front, ...]:
        """The fronts of a window that begins at this frame: the wanted half, then the unwanted."""
        network, shape = self._parts.transformer, self._parts.shape
        given, device = self._condition, self._parts.plan.device
        texts = [
            None if states is None else share * network.words(states.to(device, network.dtype))
            for states, share in ((given.words, given.words_share), (given.unwanted, 1.0))
        ]
        # Without words the model expects a single empty piece; shorter texts are padded with more.
        lengths = [0 if text is None else len(text) for text in texts]
        room = max(1, *lengths)
        empty = torch.zeros(room, shape.width, dtype=network.dtype, device=device)
        words = [empty if text is None else torch.cat([text, empty[len(text) :]]) for text in texts]
        if shape.has_melody:
            fronts = [
                Front(torch.cat([network.melody(chroma.to(device, network.dtype)), states])[None])
                for chroma, states in zip(self._chroma(begin), words, strict=True)
            ]
        else:
            fronts = [
                Front(
                    empty[None, :0],
                    states[None],
                    torch.arange(room, device=device)[None] < (length or room),
                )
                for states, length in zip(words, lengths, strict=True)
            ]
        return tuple(fronts if self._sampling.guidance > 1.0 else fronts[:1])

    def _chroma(self, begin: int) -> tuple[torch.Tensor, torch.Tensor]:
        """Float32 (12, chroma frames) twice: the melody from this frame on, and the null melody."""
        shape, given = self._parts.shape, self._condition
        null = Melody(np.full(shape.chroma_frames, SILENT)).chroma()
        wanted = null
        if given.melody is not None:
            at = round(begin / shape.coder.frames_per_s * MELODY_FRAMES_PER_S)
            sung = given.melody.cut(at, shape.chroma_frames).chroma()
            wanted = given.melody_share * sung + (1 - given.melody_share) * null
        return torch.from_numpy(wanted), torch.from_numpy(null)

    def _known(self, sound: _Sound) -> np.ndarray:
        """The final samples (frames, channels) of a sound that is made alone; empty until its kept
        part is over."""
        if self._first * self._parts.shape.coder.hop + sound.frames < len(self._kept):
            return self._kept[:0]
        return self._whole(sound.rows()[0])

    def _whole(self, row: np.ndarray) -> np.ndarray:
        """Samples (frames, channels) of the requested length, with the kept samples unchanged."""
        kept, hop = self._kept, self._parts.shape.coder.hop
        made = np.concatenate([kept[: self._first * hop], row.T])[: self._samples]
        count = min(len(kept), len(made))
        fade = min(round(CROSSFADE_S * self._parts.shape.coder.sample_rate_hz), count)
        share = np.zeros((count, 1), np.float32)
        share[count - fade :, 0] = (np.arange(fade) + 0.5) / max(fade, 1)
        made[:count] = (1 - share) * kept[:count] + share * made[:count]
        return np.ascontiguousarray(made, np.float32)

    def _picture(self, row: np.ndarray) -> np.ndarray:
        """The picture of a sound (channels, samples), dark where no sound is made yet."""
        rate = self._parts.shape.coder.sample_rate_hz
        columns = max(1, self._samples * SAMPLE_RATE // (rate * HOP))
        picture = np.zeros((N_MELS, columns), np.uint8)
        mono = torch.from_numpy(mono_at(AudioClip(row.T.copy(), rate), SAMPLE_RATE))
        if len(mono) >= HOP:
            there = picture_of_mel(self._mel(mono[None]), columns)
            picture[:, : there.shape[1]] = there
        return picture


class _Sound:
    """The decoded part of each variation."""

    def __init__(self, parts: MusicgenParts, count: int) -> None:
        self._decoding = Decoding(parts.coder)
        self._channels, self._count = parts.shape.channels, count
        self._pieces: list[torch.Tensor] = []
        self._decoded = 0

    def decode(self, codes: torch.Tensor, *, is_last: bool) -> None:
        """codes: (variations, codebooks, frames), all of them."""
        end = codes.shape[2]
        while self._decoded < end:
            upto = min(end, self._decoded + DECODED_FRAMES)
            piece = codes[..., self._decoded : upto].unflatten(1, (-1, self._channels))
            rows = piece.transpose(1, 2).flatten(0, 1)  # every channel is a row of its own
            self._pieces.append(self._decoding.push(rows, is_last=is_last and upto == end).cpu())
            self._decoded = upto

    @property
    def frames(self) -> int:
        """The number of decoded frames."""
        return sum(piece.shape[1] for piece in self._pieces)

    def rows(self) -> np.ndarray:
        """float32 (variations, channels, samples)."""
        return torch.cat(self._pieces, dim=1).unflatten(0, (self._count, self._channels)).numpy()


def _kept_sound(asked: Asked, sample_rate_hz: int, channels: int) -> np.ndarray:
    """The sound that stays in front of the made sound: float32 (samples, channels), possibly
    empty."""
    if asked.kept is None:
        return np.zeros((0, channels), np.float32)
    sound = asked.kept.sound
    if channels == 1:
        samples = mono_at(sound, sample_rate_hz)[:, None]
    else:
        samples = resample(sound, sample_rate_hz).samples
        samples = np.repeat(samples, 2, axis=1) if samples.shape[1] == 1 else samples[:, :2]
    begin_s = asked.kept.parts_s[0][0]
    return samples[: round(begin_s * sample_rate_hz)]
