"""Prepares a request: the condition, the followed sound and the starting sounds."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from qvim_studio.audio.files.take_notes import mixing_notes, shortened_notes
from qvim_studio.audio.following.arranging import arrange, sustain
from qvim_studio.audio.loop_seam import wrapped
from qvim_studio.audio.resample import mono_at, resample
from qvim_studio.audio.trim import trim_silence
from qvim_studio.core.capabilities import Input, VoiceRoute
from qvim_studio.core.clip import AudioClip
from qvim_studio.core.match import Compared
from qvim_studio.core.provenance import Provenance
from qvim_studio.core.request import DEFAULT_MORPH_AT, GenerationRequest, Start, filled
from qvim_studio.core.result import GenerationResult, Variation
from qvim_studio.core.sound_query import SoundQuery
from qvim_studio.core.text.file_names import sound_name
from qvim_studio.families.protocol import Asked, Morph, Voice
from qvim_studio.families.upscaling import Upscaler
from qvim_studio.generation.defaults import fill_defaults, filled_options
from qvim_studio.generation.edit_window import ITSELF, EditWindow
from qvim_studio.generation.finish.highs import CountedHighs, LoadedHighs
from qvim_studio.generation.finish.mended import MendedExtender
from qvim_studio.generation.loaded import Loaded
from qvim_studio.generation.matching import Comparison, Matcher, query_of
from qvim_studio.generation.morph import between
from qvim_studio.generation.sides import Sides, sides_for
from qvim_studio.generation.spreading import Spread
from qvim_studio.generation.starts import FindNearest, NearestSound, StartingSound
from qvim_studio.networks.qvim.encoder import Branch
from qvim_studio.voice.embedder import level_for_embedding

GIVEN = "the given sound"
LIKELY = 0.5  # above it, a found sound is more likely than not of the target's kind


class PreparedRun:
    """A request on a loaded checkpoint, before any sound is made."""

    def __init__(
        self, loaded: Loaded, request: GenerationRequest, highs: LoadedHighs | None = None
    ) -> None:
        """highs: the upscaler that replaces the quick extension."""
        self.loaded = loaded
        self._highs = highs
        self.rate_hz = loaded.capabilities.sample_rate_hz
        given = (request.imitation, request.timbre, request.start_sound, request.morph_sound)
        self.notes = [note for clip in given if clip is not None for note in mixing_notes(clip)]
        asked_s = request.duration_s
        request = fill_defaults(request, loaded)
        if request.edit is None and asked_s is None:
            title = loaded.checkpoint.title
            self.notes += shortened_notes(request.imitation, filled(request.duration_s), title)
        if request.text.strip() and not loaded.capabilities.takes(Input.TEXT):
            title = loaded.checkpoint.title
            self.notes.append(f"{title} takes no words: {request.text.strip()!r} does not count.")
        self.notes += [f"LoRA: {lora.described}." for lora in loaded.checkpoint.loras]
        self._check_highs(request)
        self.window: EditWindow | None = None
        if request.edit is not None:
            self.window = EditWindow.of(request.edit, request.imitation, self.rate_hz)
            self.notes += self.window.notes(request.imitation)
        duration_s = filled(request.duration_s) + request.overhang_s
        self.request = request
        self.samples = round(duration_s * self.rate_hz)
        self._overhang = round(request.overhang_s * self.rate_hz)
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
        self._made_at_once = request.variations
        self.embedding: np.ndarray | None = None
        self.matcher: Matcher | None = None
        self.imitation: np.ndarray | None = None  # mono at the generator's rate
        self._sides: Sides | None = None
        self._starts: list[StartingSound] = []
        self._spread = Spread(self._asked.strength, 0.0)
        self._counted: CountedHighs | None = None

    @property
    def provenance(self) -> Provenance:
        """The provenance of the sounds that are made."""
        own = self.loaded.checkpoint.provenance()
        if self._highs is not None:
            own = own.with_parts_of(self._highs.checkpoint.provenance())
        return own if self.window is None else self.window.provenance(own)

    @property
    def embedded_as(self) -> Branch:
        """The branch of the encoder for the target: "reference" for morphs and for edits without an
        imitation."""
        is_itself = self.window is not None and self.request.imitation is None
        is_sound = is_itself or self.request.morph_sound is not None
        return "reference" if is_sound else "imitation"

    def estimated_bytes(self) -> int:
        """The estimated peak memory of this run, known in advance."""
        loaded, batch = self.loaded, self._made_at_once
        extra = loaded.generator.extra_bytes(self._asked, batch)
        planned = loaded.plan.estimated_bytes(loaded.footprint, self._asked.duration_s, batch)
        added = 0 if self._highs is None else self._highs.estimated_bytes(self._asked.duration_s)
        return extra + planned + added

    def encode(self, find_nearest: FindNearest) -> None:
        """Embed the imitation, find the starting sounds and prepare the conditions."""
        target, voice = self.request.target, None
        if target is not None:
            self.embedding = self._embedded(target)
            voice = Voice(target, self.embedding)
            if self.request.morph_sound is None:
                self._follow(target)
        self._asked = replace(self._asked, voice=voice, followed=self._clip(self.imitation))
        generator, asked = self.loaded.generator, self._asked
        generator.notes.clear()
        self._conditions = [generator.condition(each) for each in self._each_asked(asked)]
        self._take_notes()
        self._starts = self._find_starts(find_nearest)
        if self._starts:
            seeds = range(self.request.seed, self.request.seed + self.request.variations)
            by_seed = {seed: self._starts[seed % len(self._starts)] for seed in seeds}
            starts = {seed: start.clip for seed, start in by_seed.items()}
            found = {seed: one.found for seed, one in by_seed.items() if one.found is not None}
            self._asked = replace(self._asked, starts=starts, found=found)
            self._spread = self._spread_over_starts()

    def _spread_over_starts(self) -> Spread:
        """The spread of the variations over found and given sounds; edits and requests that start
        from the imitation keep the requested strength."""
        is_spread = self.request.start is Start.NEAREST and self.window is None
        return Spread(
            self._asked.strength,
            is_spread * (self.request.variety or 0.0),
            tuple(start.found is not None for start in self._starts),
            self.loaded.checkpoint.defaults.likely_nearer,
        )

    def _embedded(self, target: AudioClip) -> np.ndarray:
        """(960,): the target's embedding, or one between the two sounds of a morph."""
        embedder, branch = self.loaded.embedder, self.embedded_as
        embedding = embedder.embed(level_for_embedding(target), branch)
        other, at = self.request.morph_sound, self.request.morph_at
        if other is None:
            return embedding
        second = embedder.embed(level_for_embedding(other), branch)
        return between(embedding, second, DEFAULT_MORPH_AT if at is None else at)

    def _follow(self, target: AudioClip) -> None:
        """Take over the time course of the imitation or of the edited sound."""
        self.imitation = self._followed()
        self._sides = self._find_sides()
        followed = AudioClip.from_mono(self.imitation, self.rate_hz)
        self.matcher = Matcher.of(
            self.loaded.hearing, target, self.embedded_as, followed, self._compared
        )
        self.imitation = self._looped(self.imitation)

    @property
    def _is_made_by_sides(self) -> bool:
        """Whether the generator makes one channel and the sound has several."""
        return self._sides is not None and self.loaded.capabilities.channels == 1

    def _each_asked(self, asked: Asked) -> list[Asked]:
        sides = self._sides
        if not self._is_made_by_sides or sides is None:
            return [asked]
        return [sides.asked_of(source, asked) for source in range(len(sides.sources))]

    def _find_sides(self) -> Sides | None:
        """The sides of the regenerated sound; None where its channels hold the same."""
        imitation, samples = self.request.imitation, None
        if self.window is not None:
            is_itself = self.request.given_target is None
            samples = self.window.followed_sides() if is_itself else None
        elif imitation is not None and self.request.start is Start.IMITATION:
            samples = self._looped(resample(imitation, self.rate_hz).samples)
        return None if samples is None else sides_for(samples, self.loaded.capabilities)

    def _take_notes(self) -> None:
        """Collect the generator's notes as soon as they exist."""
        notes = self.loaded.generator.notes
        self.notes += [note for note in notes if note not in self.notes]
        notes.clear()

    def result(self, variations: tuple[Variation, ...]) -> GenerationResult:
        """The result that holds these variations, with the notes so far."""
        return GenerationResult(self.request, self.provenance, variations, notes=tuple(self.notes))

    def _check_highs(self, request: GenerationRequest) -> None:
        """Drop the upscaler if the checkpoint's sounds already reach the limit of hearing."""
        capabilities = self.loaded.capabilities
        if request.upscaler and not capabilities.lacks_highs:
            title, reach = self.loaded.checkpoint.title, f"{capabilities.reach_hz / 1000:g} kHz"
            self.notes.append(f"{title} reaches {reach} by itself: no highs were added.")
            self._highs = None
        elif self._highs is not None:
            self.notes += self._highs.upscaler.notes

    def _extender(self, seed: int) -> Upscaler | None:
        """The extender that adds the highs to a sound; None adds none."""
        if self._counted is not None:
            return self._counted.begin(seed, self.loaded.capabilities.reach_hz)
        extender = self.loaded.extender if self.request.extend_bandwidth else None
        if extender is None or self.request.finishing == 1:
            return extender
        return MendedExtender(extender, fills_gaps=self.request.finishing > 3)

    @property
    def _extended_to_hz(self) -> float | None:
        """The upper limit of the extender in Hz; None without an extender."""
        if self._counted is not None:
            return self._counted.reach_hz
        extender = self.loaded.extender if self.request.extend_bandwidth else None
        return extender.reach_hz if extender else None

    @property
    def _is_melody(self) -> bool:
        """Whether the imitation is a melody for music: the music has its own loudness and pitches,
        and continues after the end of the melody."""
        is_melody = self.loaded.capabilities.voice_route is VoiceRoute.MELODY
        return is_melody and self.request.imitation is not None

    def compare(self, clip: AudioClip) -> Comparison:
        """A variation's similarity and match; both None for words alone."""
        if self.matcher is None:
            return {"similarity": None, "match": None}
        return self.matcher.compare(clip)

    @property
    def _compared(self) -> Compared:
        """The sound or words that the kind of a variation is compared with."""
        if self.request.timbre is not None:
            return Compared.TIMBRE
        return Compared.EDITED if self.request.given_target is None else Compared.TAKE

    def _followed(self) -> np.ndarray:
        """The sound that gives the time course, mono at the generator's rate; called only with a
        voice or an edited sound."""
        if self.window is not None:
            return self.window.followed()
        return mono_at(filled(self.request.imitation), self.rate_hz)

    def _looped(self, samples: np.ndarray) -> np.ndarray:
        """The followed sound; for a loop, its end is continued by its beginning."""
        if not self._overhang:
            return samples
        missing = [(0, max(0, self.samples - self._overhang - len(samples)))]
        padded = np.pad(samples, missing + [(0, 0)] * (samples.ndim - 1))
        return wrapped(padded[: self.samples - self._overhang], self._overhang)

    def _clip(self, samples: np.ndarray | None) -> AudioClip | None:
        return None if samples is None else AudioClip.from_mono(samples, self.rate_hz)

    def _find_starts(self, find_nearest: FindNearest) -> list[StartingSound]:
        """Sounds to start from, best first; empty for noise."""
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
        return [
            self._start(one.name, self._arranged(one.clip), self._found(one)) for one in nearest
        ]

    def _start(
        self, name: str, samples: np.ndarray, found: AudioClip | None = None
    ) -> StartingSound:
        columns = np.ascontiguousarray(samples.reshape(len(samples), -1), np.float32)
        return StartingSound(name, AudioClip(columns, self.rate_hz), found)

    def _found(self, sound: NearestSound) -> AudioClip | None:
        """The found sound itself if it is likely of the target's kind; None otherwise and for
        edits."""
        is_likely = (sound.likelihood or 0.0) > LIKELY
        return sound.clip if is_likely and self.window is None else None

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
        """A clip at the generator's rate: (frames, channels) with the channels of the made sounds
        where the clip has them, else mono, (frames,)."""
        channels = self.loaded.capabilities.channels
        if channels > 1 and clip.channels == channels:
            return resample(clip, self.rate_hz).samples
        return mono_at(clip, self.rate_hz)

    @property
    def query(self) -> SoundQuery:
        """The query for real sounds."""
        imagined = self.loaded.imagine(self.request.text)
        return query_of(self.loaded.hearing, self.request, self.matcher, imagined)
