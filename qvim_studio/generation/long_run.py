"""Makes, finishes and hands over the long sounds of one request window by window."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from qvim_studio.audio.levels import fade
from qvim_studio.core.clip import AudioClip
from qvim_studio.core.engine import IsCancelled, OnProgress
from qvim_studio.core.errors import EngineError
from qvim_studio.core.recipe_form import MAX_SEED
from qvim_studio.core.request import GenerationRequest
from qvim_studio.core.result import Progress, SoundChunk, Variation, best_first
from qvim_studio.diffusion.preview import picture_of_sound
from qvim_studio.families.protocol import Made, Report
from qvim_studio.generation.finish.endings import ended
from qvim_studio.generation.finish.finishing import (
    FADE_IN_S,
    FADE_OUT_S,
    MIN_PEAK,
    OUTPUT_RATE_HZ,
    is_silent,
    led_by,
    no_sound,
    tail_s,
)
from qvim_studio.generation.finish.highs import CountedHighs, LoadedHighs
from qvim_studio.generation.loaded import Loaded
from qvim_studio.generation.matching import Comparison
from qvim_studio.generation.phase_clock import PhaseClock
from qvim_studio.generation.run import SILENT_REST, OnMade
from qvim_studio.generation.windowed_run import OPENING_S, Before, WindowedRun, fitted
from qvim_studio.generation.windows import (
    MOST_GAIN,
    MOST_GAIN_OF_PIECE,
    SEED_STEP,
    Joiner,
    LoopCloser,
    Pieces,
    RunningLevel,
    WholePicture,
    Window,
)

LEAST_PICTURE_S = 0.1


class LongRun(WindowedRun):
    """The steps of a request for sounds of several windows.

    Every window is conditioned on its own section of the take, or on a found sound that is likely
    of the right kind, and continues the end of the window before. The sounds are made one after
    the other.
    """

    def __init__(
        self,
        loaded: Loaded,
        request: GenerationRequest,
        highs: LoadedHighs | None = None,
        *,
        in_chunks: bool,
    ) -> None:
        """highs: the upscaler that replaces the quick extension. in_chunks: sounds are only handed
        over in chunks and not kept."""
        super().__init__(loaded, request, highs)
        self._in_chunks = in_chunks

    def make(
        self,
        on_progress: OnProgress,
        is_cancelled: IsCancelled,
        on_made: OnMade,
        clock: PhaseClock,
    ) -> tuple[Variation, ...]:
        """Like ``Run.make``; every chunk of a sound is handed over as soon as it is finished."""
        count = self.request.variations
        if self._highs is not None:
            channels = count * len(self._windows) * self._channels
            self._counted = CountedHighs(self._highs, channels, on_progress, is_cancelled)
        made: list[Variation] = []
        for number in range(count):
            sound = self._begun(number, on_progress, is_cancelled, clock)
            try:
                variation = self._sound(sound)
            except _NoSoundError as error:
                self.notes.append(str(error))
                continue
            made.append(variation)
            on_made(variation, sound.picture)
        if not made:
            raise EngineError(self.notes[-1])
        return best_first(made)

    def _begun(
        self, number: int, on_progress: OnProgress, is_cancelled: IsCancelled, clock: PhaseClock
    ) -> _Growing:
        """An empty variation. number: of the variation, from 0."""
        take = self.imitation if self._sides is None else self._sides.samples
        ahead = self._at_output(self._overhang)
        return _Growing(
            seed=self.request.seed + number,
            number=number,
            on_progress=on_progress,
            is_cancelled=is_cancelled,
            clock=clock,
            level=RunningLevel(
                None if self._is_melody else take, self.rate_hz, self.request.follow
            ),
            joiner=Joiner(OUTPUT_RATE_HZ),
            closer=LoopCloser(ahead),
            collected=_Collected(self._collected_s),
            planned=self._at_output(self.samples) - ahead,
            shown=WholePicture(self.samples),
        )

    def _sound(self, sound: _Growing) -> Variation:
        """The whole variation. Raises _NoSoundError for silence and for invalid numbers."""
        before: list[Before] = []
        for place, window in enumerate(self._windows):
            behind = self._windows[place + 1].kept if place + 1 < len(self._windows) else 0
            # If the window before came in pieces, less of its end remains to be joined.
            pieces = Pieces(window.kept - sound.held, window.end - window.begin, self.rate_hz)
            made: list[Made] = []
            samples = None
            if not self._pauses(self._section(window)):
                made = self._sources(sound, window, place, before, pieces)
                samples = self._joined(sound, window, made)[pieces.begin :]
                sound.clock.lap("denoise")
            before = [
                Before(np.array(one.samples[len(one.samples) - behind :]), one.goes_on)
                for one in made
            ]
            rest = Window(window.begin + pieces.begin, window.end, sound.held)
            self._add(sound, rest, samples, pieces.held(behind), place)
        if sound.collected.peak < MIN_PEAK:
            raise _NoSoundError(str(no_sound(sound.seed)))
        opening = sound.collected.clip(round(OPENING_S * OUTPUT_RATE_HZ))
        clip = sound.collected.clip(0 if self._in_chunks else sound.planned)
        variation = self._variation(clip, sound.seed, opening)
        sound.clock.lap("rank")
        return variation

    def _sources(
        self,
        sound: _Growing,
        window: Window,
        place: int,
        before: Sequence[Before],
        pieces: Pieces,
    ) -> list[Made]:
        """The sounds of a window: one, or one for each source of its sides.
        place: of the window, from 0."""
        generator = self.loaded.generator
        own_seed = (sound.seed + place * SEED_STEP) % (MAX_SEED + 1)
        asked = self._asked_of(window, sound.seed, own_seed)
        sides = self._sides_of(window) if self._is_made_by_sides else None
        each = [asked]
        if sides is not None:
            each = [sides.asked_of(source, asked) for source in range(len(sides.sources))]
        is_led = self._leads(self._section(window))

        def on_samples(samples: np.ndarray) -> None:
            for piece in pieces.push(samples):
                sound.clock.lap("denoise")
                begin = window.begin + pieces.begin
                added = Window(begin, begin + len(piece), sound.held)
                self._add(sound, added, piece, pieces.overlap, place, is_piece=True)

        made = []
        for number, one in enumerate(each):
            one = self._behind(one, window, before[number] if before else None)
            report = self._window_report(sound, window, place, number, len(each))
            condition = generator.condition(one)
            if not is_led:  # led windows are finished as a whole
                report = replace(report, on_samples=on_samples)
            made += generator.make(condition, one, [own_seed], report)
            self._take_notes()
            if not np.isfinite(made[-1].samples).all():
                raise _NoSoundError(str(no_sound(sound.seed)))
        return made

    def _joined(self, sound: _Growing, window: Window, made: Sequence[Made]) -> np.ndarray:
        """The samples of a window, cut at the end of the take; the window's picture joins that of
        the sound."""
        whole, section, sides = made[0], self._section(window), self._sides_of(window)
        if self._is_made_by_sides and sides is not None:
            whole = replace(whole, samples=sides.joined([one.samples for one in made]))
        if section is not None and self._leads(section) and len(section) < len(whole.samples):
            whole = ended(whole, len(section), self.rate_hz, len(whole.samples))
            if SILENT_REST not in self.notes:
                self.notes.append(SILENT_REST)
        own = whole.picture
        if own is None and len(whole.samples) >= LEAST_PICTURE_S * self.rate_hz:
            own = picture_of_sound(AudioClip(whole.samples, self.rate_hz))
        sound.picture = sound.shown.with_window(window, own, is_kept=True)
        return whole.samples

    def _window_report(
        self, sound: _Growing, window: Window, place: int, source: int, sources: int
    ) -> Report:
        """The report of one source of one window."""
        count = len(self._windows)
        done = (sound.number * count + place) * sources + source
        total = self.request.variations * count * sources

        def on_step(step: int, steps: int, preview: np.ndarray | None) -> None:
            picture = None
            if preview is not None:
                picture = sound.shown.with_window(window, preview, is_kept=False)
                sound.picture = picture
            sound.on_progress(Progress("denoise", done * steps + step, total * steps, picture))

        return Report(on_step, sound.is_cancelled)

    def _add(
        self,
        sound: _Growing,
        added: Window,
        samples: np.ndarray | None,
        held: int,
        place: int,
        *,
        is_piece: bool = False,
    ) -> None:
        """Finish more of a sound, join it and hand it over.

        added: the new frames, of which the first ``kept`` overlap the frames before. samples: None
        for silence. held: frames at the end that the next part is joined with; 0 at the end of the
        sound. place: of the window. is_piece: further pieces of the window follow.
        """
        led = self._led_by(added)
        clip = self._finished(samples, added, led, sound)
        gain = sound.level.gain(clip, led, MOST_GAIN_OF_PIECE if is_piece else MOST_GAIN)
        is_last = not held
        ready = sound.joiner.push(
            clip.samples * np.float32(gain), self._at_output(sound.held), self._at_output(held)
        )
        ready = sound.closer.push(ready, is_last=is_last)
        sound.held = held
        begin, in_s, out_s = sound.collected.frames, 0.0, 0.0
        if not self._overhang:
            in_s = 0.0 if begin else FADE_IN_S
            out_s = 0.0 if not is_last else tail_s(clip) if gain else FADE_OUT_S
        piece = fade(AudioClip(ready, OUTPUT_RATE_HZ), in_s, out_s)
        sound.collected.add(piece)
        sound.clock.lap("decode")
        chunk = None
        if self._in_chunks and len(ready):
            variation = self._variation(piece, sound.seed, None)
            chunk = SoundChunk(self.result((variation,)), begin, sound.planned)
        count = len(self._windows)
        done, total = sound.number * count + place, self.request.variations * count
        done += not is_piece
        sound.on_progress(Progress("decode", done, total, sound.picture, chunk=chunk))

    @property
    def _collected_s(self) -> float:
        """The held length of a sound in seconds: all of it, or the compared opening."""
        if not self._in_chunks:
            return math.inf
        return 0.0 if self.matcher is None else OPENING_S

    @property
    def _channels(self) -> int:
        """The number of channels of the finished sounds."""
        sides = self._sides
        return self.loaded.capabilities.channels if sides is None else sides.samples.shape[1]

    def _finished(
        self,
        samples: np.ndarray | None,
        added: Window,
        led: np.ndarray | None,
        sound: _Growing,
    ) -> AudioClip:
        """A part of a sound at 48 kHz and at its full length, before its level and ends are
        changed; silence for None. led: see ``_led_by``."""
        finished = np.zeros((0, self._channels), np.float32)
        if samples is not None and not is_silent(samples):
            finished = led_by(
                led,
                samples,
                self.rate_hz,
                self.request.follow,
                self._extender((sound.seed + added.begin) % (MAX_SEED + 1)),
                sound.is_cancelled,
                clean_pauses=self.request.clean_pauses,
                finishing=self.request.finishing,
            ).samples
        frames = self._at_output(added.end) - self._at_output(added.begin)
        return AudioClip(fitted(finished, frames), OUTPUT_RATE_HZ)

    def _at_output(self, frame: int) -> int:
        """The frame at 48 kHz of a frame at the generator's rate."""
        return round(frame * OUTPUT_RATE_HZ / self.rate_hz)

    def _variation(self, clip: AudioClip, seed: int, opening: AudioClip | None) -> Variation:
        """The variation that holds a sound or a chunk of it. opening: the part that is compared
        with the target; None compares nothing."""
        start = self._start_of(seed)
        compared: Comparison = {"similarity": None, "match": None}
        if opening is not None:
            compared = self.compare(opening)
        return Variation(
            clip=clip,
            seed=seed,
            bandwidth_hz=self.loaded.capabilities.reach_hz,
            start_name=start.name if start else "",
            start_strength=self._spread.strength_of(seed) if self._starts else None,
            extended_to_hz=self._extended_to_hz,
            **compared,
        )


class _NoSoundError(EngineError):
    """A sound that came out silent or with invalid numbers; the other sounds are still made."""


class _Collected:
    """Collects the beginning of a sound, its length and its peak."""

    def __init__(self, seconds: float) -> None:
        """seconds: the least length that is held."""
        self._limit = seconds * OUTPUT_RATE_HZ
        self._pieces: list[np.ndarray] = []
        self._nothing = np.zeros((0, 1), np.float32)
        self.frames = 0
        self.peak = 0.0

    def add(self, piece: AudioClip) -> None:
        if self.frames < self._limit:
            self._pieces.append(piece.samples)
        self._nothing = piece.samples[:0].copy()
        self.frames += len(piece.samples)
        self.peak = max(self.peak, float(np.abs(piece.samples).max(initial=0.0)))

    def clip(self, frames: int) -> AudioClip:
        """The held part of the first ``frames`` frames."""
        samples = np.concatenate([self._nothing, *self._pieces])
        return AudioClip(samples[:frames], OUTPUT_RATE_HZ)


@dataclass(eq=False)
class _Growing:
    """A variation while it is made. number: of the variation, from 0. planned: frames of the whole
    sound. held: frames at the present end, at the generator's rate, that the next window is joined
    with."""

    seed: int
    number: int
    on_progress: OnProgress
    is_cancelled: IsCancelled
    clock: PhaseClock
    level: RunningLevel
    joiner: Joiner
    closer: LoopCloser
    collected: _Collected
    planned: int
    shown: WholePicture
    picture: np.ndarray | None = None
    held: int = 0
