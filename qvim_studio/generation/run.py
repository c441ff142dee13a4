"""One request on its way through a loaded checkpoint: condition, make, finish, rank."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from itertools import chain

import numpy as np

from qvim_studio.audio.files.take_notes import long_take_notes, mixing_notes
from qvim_studio.audio.following.arranging import arrange, let_ring, sustain
from qvim_studio.audio.following.shape_lock import fit_length
from qvim_studio.audio.loop_seam import wrapped
from qvim_studio.audio.resample import mono_at, resample
from qvim_studio.audio.trim import trim_silence
from qvim_studio.core.capabilities import Input, VoiceRoute
from qvim_studio.core.clip import AudioClip
from qvim_studio.core.engine import IsCancelled, OnProgress
from qvim_studio.core.errors import EngineError
from qvim_studio.core.match import Compared
from qvim_studio.core.provenance import Provenance
from qvim_studio.core.request import DEFAULT_MORPH_AT, GenerationRequest, Start, filled
from qvim_studio.core.result import Progress, Variation, best_first
from qvim_studio.core.sound_query import SoundQuery
from qvim_studio.core.text.file_names import sound_name
from qvim_studio.families.protocol import Asked, Made, Morph, Report, Voice
from qvim_studio.families.upscaling import Upscaler
from qvim_studio.generation.defaults import fill_defaults, filled_options, overhang_s
from qvim_studio.generation.edit_window import ITSELF, EditWindow
from qvim_studio.generation.finishing import finish, is_silent
from qvim_studio.generation.highs import CountedHighs, LoadedHighs
from qvim_studio.generation.loaded import Loaded
from qvim_studio.generation.matching import Comparison, Matcher
from qvim_studio.generation.mended import MendedExtender
from qvim_studio.generation.morph import between
from qvim_studio.generation.phase_clock import PhaseClock
from qvim_studio.generation.sides import Sides, make_each
from qvim_studio.generation.spreading import Spread
from qvim_studio.generation.starts import FindNearest, StartingSound
from qvim_studio.networks.qvim import Branch
from qvim_studio.voice.embedder import level_for_embedding
from qvim_studio.voice.hearing import Hearing

GIVEN = "the given sound"
SILENT_REST = "The imitation is shorter than the sound that was asked for: the rest is silent."
DIES_AWAY = "A sound to start from dies away early: what was made from it is as short."
OnMade = Callable[[Variation, "np.ndarray | None"], None]


class Run:
    """The steps of one request, in the order of its methods."""

    def __init__(
        self, loaded: Loaded, request: GenerationRequest, highs: LoadedHighs | None = None
    ) -> None:
        """highs: what makes them in place of the quick extension."""
        self.loaded = loaded
        self._highs = highs
        self.rate_hz = loaded.capabilities.sample_rate_hz
        given = (request.imitation, request.timbre, request.start_sound, request.morph_sound)
        self.notes = [note for clip in given if clip is not None for note in mixing_notes(clip)]
        self.notes += long_take_notes(request.imitation if request.edit is None else None)
        request = fill_defaults(request, loaded)
        if request.text.strip() and not loaded.capabilities.takes(Input.TEXT):
            title = loaded.checkpoint.title
            self.notes.append(f"{title} takes no words: {request.text.strip()!r} does not count.")
        self._check_highs(request)
        self.window: EditWindow | None = None
        if request.edit is not None:
            self.window = EditWindow.of(request.edit, request.imitation, self.rate_hz)
            self.notes += self.window.notes(request.imitation)
        duration_s = filled(request.duration_s) + overhang_s(request)
        self.request = request
        self.samples = round(duration_s * self.rate_hz)
        self._overhang = round(overhang_s(request) * self.rate_hz)
        self._asked = loaded.generator.settle(
            Asked(
                duration_s=duration_s,
                text=request.text,
                negative_text=request.negative_text,
                balance=request.balance,
                follow=request.follow,
                strength=filled(request.strength),
                kept=None if self.window is None else self.window.kept,
                morph=self._morph(),
                options=filled_options(request, loaded.capabilities),
            )
        )
        self.request = request.with_changes(steps=self._asked.options.get("steps"))
        self.embedding: np.ndarray | None = None
        self.matcher: Matcher | None = None
        self.imitation: np.ndarray | None = None  # mono at the generator's rate
        self._sides: Sides | None = None
        self._starts: list[StartingSound] = []
        self._spread = Spread(self._asked.strength, 0.0)
        self._counted: CountedHighs | None = None

    @property
    def provenance(self) -> Provenance:
        """Of the sounds that are made."""
        own = self.loaded.checkpoint.provenance()
        if self._highs is not None:
            own = own.with_parts_of(self._highs.checkpoint.provenance())
        return own if self.window is None else self.window.provenance(own)

    @property
    def embedded_as(self) -> Branch:
        """The branch of the encoder that hears what says what is made; the sound of an edit is none
        of a voice's imitations."""
        is_itself = self.window is not None and self.request.imitation is None
        is_sound = is_itself or self.request.morph_sound is not None
        return "reference" if is_sound else "imitation"

    def estimated_bytes(self) -> int:
        """The most memory that this run will hold, before it holds it."""
        loaded, batch = self.loaded, self.request.variations
        extra = loaded.generator.extra_bytes(self._asked, batch)
        planned = loaded.plan.estimated_bytes(loaded.footprint, self._asked.duration_s, batch)
        added = 0 if self._highs is None else self._highs.estimated_bytes(self._asked.duration_s)
        return extra + planned + added

    def encode(self, find_nearest: FindNearest) -> None:
        """Embed the imitation, find the starting sounds, make what conditions the sounds."""
        meant, voice = self.request.meant, None
        if meant is not None:
            self.embedding = self._embedded(meant)
            voice = Voice(meant, self.embedding)
            if self.request.morph_sound is None:
                self._follow(meant)
        self._asked = replace(self._asked, voice=voice, followed=self._clip(self.imitation))
        generator, asked = self.loaded.generator, self._asked
        generator.notes.clear()
        self._conditions = [generator.condition(each) for each in self._each_asked(asked)]
        self._take_notes()
        self._starts = self._find_starts(find_nearest)
        if self._starts:
            seeds = range(self.request.seed, self.request.seed + self.request.variations)
            starts = {seed: self._starts[seed % len(self._starts)].clip for seed in seeds}
            self._asked = replace(self._asked, starts=starts)
            is_spread = self.request.start is Start.NEAREST and self.window is None
            self._spread = Spread(asked.strength, is_spread * (self.request.variety or 0.0))

    def _embedded(self, meant: AudioClip) -> np.ndarray:
        """(960,): of what says what is made, or between the two sounds of a morph."""
        embedder, branch = self.loaded.embedder, self.embedded_as
        embedding = embedder.embed(level_for_embedding(meant), branch)
        other, at = self.request.morph_sound, self.request.morph_at
        if other is None:
            return embedding
        second = embedder.embed(level_for_embedding(other), branch)
        return between(embedding, second, DEFAULT_MORPH_AT if at is None else at)

    def _follow(self, meant: AudioClip) -> None:
        """Take over the time course of the imitation or of the edited sound."""
        self.imitation = self._followed()
        self._sides = self._find_sides()
        followed = AudioClip.from_mono(self.imitation, self.rate_hz)
        self.matcher = Matcher.of(
            self.loaded.hearing, meant, self.embedded_as, followed, self._compared
        )
        self.imitation = self._looped(self.imitation)

    def make(
        self,
        on_progress: OnProgress,
        is_cancelled: IsCancelled,
        on_made: OnMade,
        clock: PhaseClock,
    ) -> tuple[Variation, ...]:
        """Finished variations, the best match with the imitation first.

        on_made: gets each of them as soon as it is finished, and its picture, see Progress.preview.
        Raises EngineError if every one is silent.
        """
        count = self.request.variations
        if self._highs is not None:
            channels = count * self.loaded.capabilities.channels
            self._counted = CountedHighs(self._highs, channels, on_progress, is_cancelled)
        made: list[Variation] = []
        silent: list[int] = []

        def on_step(step: int, steps: int, preview: np.ndarray | None) -> None:
            on_progress(Progress("denoise", step, steps, preview))

        def on_decode() -> None:
            clock.lap("denoise")
            on_progress(Progress("decode", len(made), count))

        def take(sound: Made) -> None:
            clock.lap("decode")
            variation = self._finished(sound, is_cancelled)
            clock.lap("rank")
            if variation is not None:
                made.append(variation)
                on_made(variation, sound.picture)

        report = Report(on_step, is_cancelled, on_decode)
        seeds = range(self.request.seed, self.request.seed + count)
        parts = self._spread.groups(seeds, self._asked, report)
        for sound in chain.from_iterable(self._made(*part) for part in parts):
            if self._starts and self._is_empty(sound.samples):
                silent.append(sound.seed)
            else:
                take(sound)
        for seed in silent:
            for sound in self._made_again(seed, report):
                take(sound)
        if not made:
            raise EngineError(self.notes[-1])
        return best_first(made)

    def _made(self, seeds: Sequence[int], asked: Asked, report: Report) -> Iterator[Made]:
        for sound in self._sounds(asked, seeds, report):
            self._take_notes()
            yield self._ended(sound)

    def _sounds(self, asked: Asked, seeds: Sequence[int], report: Report) -> Iterator[Made]:
        generator, conditions = self.loaded.generator, self._conditions
        if not self._is_made_by_sides or self._sides is None:
            return generator.make(conditions[0], asked, seeds, report)
        size = self.loaded.plan.max_batch
        batches = [seeds[first : first + size] for first in range(0, len(seeds), size)]
        return make_each(generator, self._sides, conditions, asked, batches, report)

    @property
    def _is_made_by_sides(self) -> bool:
        """Whether the generator makes one channel, of a sound that has several."""
        return self._sides is not None and self.loaded.capabilities.channels == 1

    def _each_asked(self, asked: Asked) -> list[Asked]:
        sides = self._sides
        if not self._is_made_by_sides or sides is None:
            return [asked]
        return [sides.asked_of(source, asked) for source in range(len(sides.sources))]

    def _find_sides(self) -> Sides | None:
        """The channels of the sound that is itself regenerated, where they do not hold the same."""
        capabilities, imitation = self.loaded.capabilities, self.request.imitation
        if not capabilities.denoises_sounds:
            return None  # a continuation, channel by channel, would be two pieces of music
        if self.window is not None:
            is_itself = self.request.meant_elsewhere is None
            samples = self.window.followed_sides() if is_itself else None
        elif imitation is not None and self.request.start is Start.IMITATION:
            samples = self._looped(resample(imitation, self.rate_hz).samples)
        else:
            samples = None
        sides = None if samples is None else Sides.of(samples)
        if sides is None or capabilities.channels not in (1, sides.samples.shape[1]):
            return None
        return sides

    def _made_again(self, seed: int, report: Report) -> Iterator[Made]:
        """A variation that came out silent, nearer to the sound that it starts from."""
        asked_strength = self._spread.strength_of(seed)
        strength = self._spread.come_nearer(seed)
        self.notes.append(
            f"Seed {seed} came out silent: made again with {strength:.0%} of the starting sound "
            f"replaced instead of {asked_strength:.0%}."
        )
        asked = replace(self._asked, strength=strength)
        return self._made([seed], asked, report)

    def _take_notes(self) -> None:
        """What the generator has to say, as soon as it says it."""
        notes = self.loaded.generator.notes
        self.notes += [note for note in notes if note not in self.notes]
        notes.clear()

    def _finished(self, sound: Made, is_cancelled: IsCancelled) -> Variation | None:
        """None for one without sound, which costs the others nothing; a note tells of it."""
        extender = self._extender(sound.seed)
        samples, follow = sound.samples, self.request.follow
        if self.window is not None and self._is_empty(samples):
            samples = np.zeros_like(samples)  # silence is refused, whatever lies around it
        try:
            clip = finish(
                samples,
                self.rate_hz,
                self._imposed,
                follow,
                sound.seed,
                extender,
                is_cancelled,
                clean_pauses=self.request.clean_pauses,
                finishing=self.request.finishing,
                overhang=self._overhang,
            )
        except EngineError as error:
            self.notes.append(str(error))
            return None
        start = self._start_of(sound.seed)
        variation = Variation(
            clip=clip,
            seed=sound.seed,
            bandwidth_hz=self.loaded.capabilities.reach_hz,
            start_name=start.name if start else "",
            start_strength=self._spread.strength_of(sound.seed) if self._starts else None,
            extended_to_hz=extender.reach_hz if extender else None,
            **self.compare(clip),
        )
        return variation if self.window is None else self.window.spliced(variation)

    def _check_highs(self, request: GenerationRequest) -> None:
        """A checkpoint that reaches as far as anybody hears gets none."""
        capabilities = self.loaded.capabilities
        if request.upscaler and not capabilities.lacks_highs:
            title, reach = self.loaded.checkpoint.title, f"{capabilities.reach_hz / 1000:g} kHz"
            self.notes.append(f"{title} reaches {reach} by itself: no highs were added.")
            self._highs = None
        elif self._highs is not None:
            self.notes += self._highs.upscaler.notes

    def _extender(self, seed: int) -> Upscaler | None:
        """What adds the highs to a sound, None for nothing."""
        if self._counted is not None:
            return self._counted.begin(seed, self.loaded.capabilities.reach_hz)
        extender = self.loaded.extender if self.request.extend_bandwidth else None
        return MendedExtender(extender) if extender and self.request.finishing > 1 else extender

    @property
    def _is_melody(self) -> bool:
        """Whether the imitation is a melody that music is made to: the music has loudness and
        pitches of its own, and goes on where the melody ends."""
        is_melody = self.loaded.capabilities.voice_route is VoiceRoute.MELODY
        return is_melody and self.request.imitation is not None

    @property
    def _imposed(self) -> np.ndarray | None:
        """What gives its time course to the finished sound, at the generator's rate: (frames,), or
        (frames, channels) where each channel follows its own."""
        if self._is_melody:
            return None
        return self.imitation if self._sides is None else self._sides.samples

    def compare(self, clip: AudioClip) -> Comparison:
        """A variation's similarity and match; None of both for words alone."""
        if self.matcher is None:
            return {"similarity": None, "match": None}
        return self.matcher.compare(clip)

    @property
    def _compared(self) -> Compared:
        """What a sound's kind is compared with."""
        if self.request.timbre is not None:
            return Compared.TIMBRE
        return Compared.EDITED if self.request.meant_elsewhere is None else Compared.TAKE

    def _followed(self) -> np.ndarray:
        """What gives the time course, mono at the generator's rate; asked for only where there is a
        voice or a sound that is edited."""
        if self.window is not None:
            return self.window.followed()
        return mono_at(filled(self.request.imitation), self.rate_hz)

    def _looped(self, samples: np.ndarray) -> np.ndarray:
        """What is followed, continued from its beginning after the end of a loop."""
        if not self._overhang:
            return samples
        missing = [(0, max(0, self.samples - self._overhang - len(samples)))]
        padded = np.pad(samples, missing + [(0, 0)] * (samples.ndim - 1))
        return wrapped(padded[: self.samples - self._overhang], self._overhang)

    def _clip(self, samples: np.ndarray | None) -> AudioClip | None:
        return None if samples is None else AudioClip.from_mono(samples, self.rate_hz)

    def _is_empty(self, samples: np.ndarray) -> bool:
        is_empty = is_silent(samples)
        return is_empty or (self.window is not None and is_silent(self.window.of_parts(samples)))

    def _find_starts(self, find_nearest: FindNearest) -> list[StartingSound]:
        """Sounds to start from, best first; none for noise."""
        if self.request.morph_sound is not None:
            first = self._looped(self._as_made(filled(self.request.imitation)))
            return [self._start("both sounds", first)]
        if self.request.start is Start.IMITATION and self.imitation is not None:
            is_itself = self.window is not None and self.window.voice is None
            name = ITSELF if is_itself else "the imitation"
            started = self.imitation if self._sides is None else self._sides.samples
            return [self._start(name, started)]
        if self.request.start is not Start.NEAREST:
            return []
        if self.request.start_sound is not None:
            name = self.request.start_sound_name or GIVEN
            self.notes.append(f"Started from {name}.")
            return [self._start(name, self._arranged(self.request.start_sound))]
        nearest = find_nearest(self.query, self.request.library_folder, self.loaded.hearing)
        if not nearest:
            self.notes.append("There is no sound to start from: started from noise.")
        used = [nearest[i] for i in range(len(nearest)) if self._is_used(i, len(nearest))]
        if used:
            names = dict.fromkeys(sound_name(sound.name) for sound in used)
            self.notes.append(f"Started from {', '.join(names)}.")
        return [self._start(one.name, self._arranged(one.clip)) for one in nearest]

    def _start(self, name: str, samples: np.ndarray) -> StartingSound:
        columns = np.ascontiguousarray(samples.reshape(len(samples), -1), np.float32)
        return StartingSound(name, AudioClip(columns, self.rate_hz))

    def _is_used(self, index: int, count: int) -> bool:
        return (index - self.request.seed) % count < self.request.variations

    def _start_of(self, seed: int) -> StartingSound | None:
        return self._starts[seed % len(self._starts)] if self._starts else None

    def _arranged(self, clip: AudioClip) -> np.ndarray:
        if self.window is not None:
            return self.window.arranged(clip)
        if self.imitation is None:
            return sustain(self._as_made(trim_silence(clip)), self.samples, self.rate_hz)
        return arrange(self._as_made(clip), self.imitation, self.rate_hz)

    def _morph(self) -> Morph | None:
        second, at = self.request.morph_sound, self.request.morph_at
        if second is None:
            return None
        samples = self._looped(self._as_made(second))
        return Morph(self._start("", samples).clip, at)

    def _as_made(self, clip: AudioClip) -> np.ndarray:
        """At the generator's rate; with its channels where the clip has them, (frames, channels),
        else mono, (frames,)."""
        channels = self.loaded.capabilities.channels
        if channels > 1 and clip.channels == channels:
            return resample(clip, self.rate_hz).samples
        return mono_at(clip, self.rate_hz)

    def _ended(self, sound: Made) -> Made:
        """Without what a model invents where that which it follows is over.

        The duration stays where a voice gives the time; words alone leave it to the sound, and so
        does an edit.
        """
        start, samples = self._start_of(sound.seed), sound.samples
        if self.window is not None or self._is_melody or self._overhang:
            return sound
        if self.imitation is None:
            source, note = start and start.clip.samples, DIES_AWAY
        else:
            is_followed = start is not None or self.request.follow > 0.0
            source, note = self.imitation if is_followed else None, SILENT_REST
        if source is None or len(source) >= len(samples):
            return sound
        if note not in self.notes:
            self.notes.append(note)
        ends = [let_ring(channel, len(source), self.rate_hz) for channel in samples.T]
        if self.imitation is not None:
            ends = [fit_length(end, len(samples)) for end in ends]
        ended, picture = np.stack(ends, axis=1), sound.picture
        if picture is not None:
            columns = -(-picture.shape[1] * len(ended) // len(samples))
            picture = picture[:, :columns]
        return replace(sound, samples=ended, picture=picture)

    @property
    def query(self) -> SoundQuery:
        """What real sounds are looked for by."""
        request = self.request
        imagined = self.loaded.imagine(request.text)
        if imagined is not None:
            imagined = Hearing.imagined(imagined)
        if self.matcher is None:
            return SoundQuery(None, request.text, request.balance, imagined)
        heard, likelihoods = self.matcher.heard, self.matcher.likelihoods
        return SoundQuery(heard, request.text, request.balance, imagined, likelihoods)
