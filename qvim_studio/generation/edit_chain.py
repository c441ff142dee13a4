"""Edits long stretches, and parts that lie far apart, window by window."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

import numpy as np

from qvim_studio.audio.splice import CROSSFADE_S, MAX_PEAK, SILENT_RMS, splice
from qvim_studio.core.capabilities import Capabilities, Windows
from qvim_studio.core.clip import AudioClip
from qvim_studio.core.edit import CONTEXT_S, Edit
from qvim_studio.core.engine import IsCancelled, OnProgress
from qvim_studio.core.errors import EngineError
from qvim_studio.core.recipe_form import MAX_SEED
from qvim_studio.core.request import MAX_VARIATIONS, WINDOWS_FROM_S, GenerationRequest, filled
from qvim_studio.core.result import Progress, Variation, best_first
from qvim_studio.core.sound_query import SoundQuery
from qvim_studio.generation.finish.highs import LoadedHighs
from qvim_studio.generation.loaded import Loaded
from qvim_studio.generation.phase_clock import PhaseClock
from qvim_studio.generation.preparation import PreparedRun
from qvim_studio.generation.run import OnMade, Run
from qvim_studio.generation.starts import FindNearest, NearestSound
from qvim_studio.generation.windowed_run import SILENT_SHARE
from qvim_studio.voice.hearing import Hearing

Found = Sequence[NearestSound]

JOINT_S = 0.15  # the fading end of a stretch, which the next stretch makes again
EVENED_S = 1.0  # on either side of a joint, over which levels are compared
QUIET_SHARE = 0.05  # of the level of the whole imitation; quieter moments are ignored
# Between the seeds of neighboring stretches: a multiple of every likely number of starting sounds,
# so that all stretches start from the same one.
SEED_STEP_OF_STRETCH = 840 * 1_000_003


@dataclass(frozen=True)
class Stretch:
    """Parts that one window makes: start and end of each in seconds of the sound. is_open: the
    next window makes the sound after the last part, so this window takes no sound from there."""

    parts_s: tuple[tuple[float, float], ...]
    is_open: bool = False


def is_edited_in_windows(request: GenerationRequest, capabilities: Capabilities) -> bool:
    """Whether the window of a request's edit is too long for one piece."""
    if request.edit is None:
        return False
    from_s = WINDOWS_FROM_S if request.in_windows else capabilities.max_s
    return request.natural_s > min(from_s, capabilities.max_s) + 1e-6


def windows_for(capabilities: Capabilities) -> Windows:
    """The length of an edit's windows, and of the surrounding sound that the model takes into
    account."""
    windows = capabilities.windows
    return windows or Windows.within(WINDOWS_FROM_S, CONTEXT_S, capabilities.max_s)


def stretches_of(edit: Edit, windows: Windows, max_s: float) -> list[Stretch]:
    """The stretches of an edit, one for each window, in order of time. max_s: the length of a
    window with its surroundings."""
    context_s = windows.overlap_s
    longest_s = min(windows.length_s - context_s, max_s - 2 * context_s)
    found: list[Stretch] = []
    for begin_s, end_s in edit.parts_s:
        before = found[-1] if found else None
        if before is not None and end_s - before.parts_s[0][0] <= longest_s:
            found[-1] = Stretch((*before.parts_s, (begin_s, end_s)))
            continue
        count = max(1, math.ceil((end_s - begin_s - JOINT_S) / (longest_s - JOINT_S) - 1e-9))
        step_s = (end_s - begin_s - JOINT_S) / count
        found += [
            Stretch(
                ((begin_s + number * step_s, begin_s + (number + 1) * step_s + JOINT_S),),
                is_open=number + 1 < count,
            )
            for number in range(count)
        ]
    return found


class EditChain(PreparedRun):
    """The steps of an edit of several windows; each window continues the result of the one before.

    Only the sound and one window are in memory.
    """

    def __init__(
        self, loaded: Loaded, request: GenerationRequest, highs: LoadedHighs | None = None
    ) -> None:
        """highs: the upscaler that replaces the quick extension."""
        super().__init__(loaded, request, highs)
        self._given = request
        self._edit = filled(request.edit)
        capabilities = loaded.capabilities
        self._windows = windows_for(capabilities)
        self._stretches = stretches_of(self._edit, self._windows, capabilities.max_s)
        longest_s = self._windows.length_s + self._windows.overlap_s
        self._asked = replace(self._asked, duration_s=min(longest_s, capabilities.max_s))
        self._made_at_once = 1
        self._find_nearest: FindNearest | None = None

    def encode(self, find_nearest: FindNearest) -> None:
        """Find starting sounds for the first window, which all windows use; each window embeds its
        own part of the imitation."""
        found: list[Found] = []

        def find_once(query: SoundQuery, folder: str | None, hearing: Hearing) -> Found:
            if not found:
                found.append(find_nearest(query, folder, hearing))
            return found[0]

        self._find_nearest = find_once

    def make(
        self,
        on_progress: OnProgress,
        is_cancelled: IsCancelled,
        on_made: OnMade,
        clock: PhaseClock,
    ) -> tuple[Variation, ...]:
        """Like ``Run.make``; the variations are compared by their first windows."""
        made: list[Variation] = []
        for number in range(self.request.variations):
            try:
                variation = self._variation(number, on_progress, is_cancelled, clock)
            except EngineError as error:
                self.notes.append(str(error))
                continue
            made.append(variation)
            on_made(variation, None)
        if not made:
            raise EngineError(self.notes[-1])
        return best_first(made)

    def _variation(
        self, number: int, on_progress: OnProgress, is_cancelled: IsCancelled, clock: PhaseClock
    ) -> Variation:
        sound, rate = self._edit.sound, self._edit.sound.sample_rate
        frames = max(len(sound.samples), round(self._edit.end_s * rate))
        whole = np.zeros((frames, sound.channels), np.float32)
        whole[: len(sound.samples)] = sound.samples
        end, first = len(sound.samples), None
        seed, count = self.request.seed + number, len(self._stretches)
        for place, stretch in enumerate(self._stretches):
            begin, edit = self._part_of(stretch, AudioClip(whole[:end], rate))
            made = self._made_in(
                edit,
                self._section(stretch),
                (seed + place * SEED_STEP_OF_STRETCH) % (MAX_SEED - MAX_VARIATIONS),
                _share(on_progress, number * count + place, self.request.variations * count),
                is_cancelled,
                clock,
            )
            samples = made.clip.samples
            whole[begin : begin + len(samples)] = samples
            end = max(end, begin + len(samples))
            if place and self._stretches[place - 1].is_open:
                first_s, last_s = stretch.parts_s[0]
                part = whole[: round(last_s * rate)]
                is_met = not stretch.is_open and len(part) < len(sound.samples)
                self._even(part, round(first_s * rate), is_met=is_met)
            first = first or made
        return replace(filled(first), clip=AudioClip(whole, rate), seed=seed)

    def _even(self, sound: np.ndarray, joint: int, *, is_met: bool) -> None:
        """Let a stretch begin at the level at which the one before ended. Models often make sounds
        a little louder than their surroundings, which would add up over many stretches.

        sound: up to the end of the stretch, changed in place. is_met: kept sound follows, whose
        level the end of the stretch already has.
        """
        edit, take = self._edit, self.request.imitation
        rate = edit.sound.sample_rate
        near = round(EVENED_S * rate)
        was, now = _rms(sound[joint - near : joint]), _rms(sound[joint : joint + near])
        if edit.above_hz is not None or min(was, now) < SILENT_RMS:
            return
        wanted = 1.0
        if take is not None:
            at = round((joint / rate - edit.begin_s) * take.sample_rate)
            near = round(EVENED_S * take.sample_rate)
            sung = (_rms(take.samples[max(0, at - near) : at]), _rms(take.samples[at : at + near]))
            if min(sung) < QUIET_SHARE * _rms(take.samples):
                return
            wanted = sung[1] / sung[0]
        part = sound[joint:]
        room = max(1.0, MAX_PEAK / max(float(np.abs(part).max()), SILENT_RMS))
        gain_db = 20 * np.log10(min(wanted * was / now, room))
        place = np.arange(len(part), dtype=np.float32) / len(part)
        ramp = np.minimum(place * len(part) / (CROSSFADE_S * rate), 1.0)
        course_db = gain_db * ramp * ((1.0 - place) if is_met else 1.0)
        part *= (10.0 ** (course_db / 20.0))[:, None].astype(np.float32)

    def _part_of(self, stretch: Stretch, sound: AudioClip) -> tuple[int, Edit]:
        """The edit of one window, and the frame of the sound at which the window begins. sound: as
        much as exists."""
        rate, context_s = sound.sample_rate, self._windows.overlap_s
        begin_s, end_s = stretch.parts_s[0][0], stretch.parts_s[-1][1]
        begin = max(0, math.floor((begin_s - context_s) * rate))
        # One frame more than the part, so that the part ends within the sound after rounding.
        end = math.floor((end_s if stretch.is_open else end_s + context_s) * rate) + 1
        around = AudioClip(sound.samples[begin:end], rate)
        parts_s = [(one - begin / rate, other - begin / rate) for one, other in stretch.parts_s]
        kept_s = tuple((early[1], late[0]) for early, late in pairwise(parts_s))
        edit = replace(
            self._edit,
            sound=around,
            begin_s=parts_s[0][0],
            end_s=parts_s[-1][1],
            kept_s=kept_s,
            context_s=context_s,
        )
        return begin, edit

    def _section(self, stretch: Stretch) -> AudioClip | None:
        """The imitation's part of a stretch, silent after the end of the imitation."""
        take = self.request.imitation
        if take is None:
            return None
        begin, end = (
            round((at_s - self._edit.begin_s) * take.sample_rate)
            for at_s in (stretch.parts_s[0][0], stretch.parts_s[-1][1])
        )
        section = np.zeros((end - begin, take.channels), np.float32)
        there = take.samples[begin:end]
        section[: len(there)] = there
        return AudioClip(section, take.sample_rate)

    def _made_in(
        self,
        edit: Edit,
        section: AudioClip | None,
        seed: int,
        on_progress: OnProgress,
        is_cancelled: IsCancelled,
        clock: PhaseClock,
    ) -> Variation:
        """One window, spliced into the sound around it."""
        if section is not None and self._is_pause(section):
            silence = AudioClip(np.zeros((round(edit.window_s[1] * 48_000), 1), np.float32), 48_000)
            return Variation(splice(edit, silence), seed, None, self.loaded.capabilities.reach_hz)
        request = self._given.with_changes(edit=edit, imitation=section, variations=1, seed=seed)
        run = Run(self.loaded, request, self._highs)
        known = len(run.notes)
        run.encode(filled(self._find_nearest))
        try:
            (made,) = run.make(on_progress, is_cancelled, lambda variation, picture: None, clock)
        finally:
            self.notes.extend(note for note in run.notes[known:] if note not in self.notes)
        return made

    def _is_pause(self, section: AudioClip) -> bool:
        loudest = float(np.abs(filled(self.request.imitation).samples).max(initial=0.0))
        return bool(np.abs(section.samples).max(initial=0.0) <= SILENT_SHARE * loudest)


def _rms(samples: np.ndarray) -> float:
    return float(np.sqrt(np.mean(np.square(samples, dtype=np.float64)))) if samples.size else 0.0


def _share(on_progress: OnProgress, done: int, total: int) -> OnProgress:
    """The progress of one window as a share of the progress of all windows."""

    def on_step(progress: Progress) -> None:
        step, steps = done * progress.steps + progress.step, total * progress.steps
        on_progress(replace(progress, step=step, steps=steps))

    return on_step
