"""Chooses varied, correctly named and different recordings for the bundled sound library."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import soundfile
import soxr

from qvim_studio.audio.levels import fade, rms_dbfs, true_peak_dbfs
from qvim_studio.audio.trim import trim_silence
from qvim_studio.core.clip import AudioClip, without_offset
from qvim_studio.core.errors import StudioError, reason_of
from qvim_studio.core.sound_words import words_of_scores
from qvim_studio.core.text.everyday_words import CLASSES_OF_WORD, kind_of
from qvim_studio.training.corpus.everyday import CLASS_OF
from qvim_studio.training.corpus.labels import UNKNOWN_KIND, sound_kind, words

MAX_RATE_HZ = 48_000
MAX_SECONDS = 8.0
MAX_PER_KIND = 24
PEAK_DBFS, RMS_DBFS = -6.0, -18.0  # the first to be reached: clicks and hums sound equally loud
FADE_IN_S, FADE_OUT_S = 0.001, 0.01
CUT_FADE_S = 0.1  # where a longer sound ends at MAX_SECONDS
SAME_COSINE = 0.97  # of the tagger's embeddings: closer ones are duplicates
JUDGED_WORDS = 10
CLEAR_SCORE = 0.6
# Kinds among the tagger's words; it cannot confirm others ("laser").
_HEARABLE = {CLASS_OF.get(kind_of(word), kind_of(word)) for word in CLASSES_OF_WORD}


@dataclass(frozen=True)
class Candidate:
    """A recording that may be bundled.

    recording: its path below the folder of audio. rank: 0 for the first sound of its label, 1 for
    the second, and so on; low ranks are chosen first, for variety.
    """

    recording: str
    path: Path
    label: str
    source: str
    licence: str
    author: str
    bandwidth_hz: float
    rank: int

    @property
    def kind(self) -> str:
        return sound_kind(self.label, self.source)

    @property
    def words(self) -> str:
        return words(self.label, self.source)


@dataclass(frozen=True, eq=False)
class Listened:
    """The tagger's analysis of a sound. scores: by AudioSet's display names."""

    embedding: np.ndarray
    scores: Mapping[str, float]


def load_listen() -> Callable[[AudioClip], Listened]:
    """Load the bundled tagger; returns a function that analyzes a clip. Raises CheckpointError."""
    from qvim_studio.voice.tagger import Tagger, tagger_samples

    tagger = Tagger.from_folder()

    def listen(clip: AudioClip) -> Listened:
        tagged = tagger.listen([tagger_samples(clip)])
        return Listened(tagged.embeddings[0], tagger.named(tagged.scores[0]))

    return listen


def read_sound(path: Path) -> AudioClip:
    """A recording in its bundled form: mono at its own rate up to 48 kHz, trimmed, leveled, faded.

    Raises StudioError if the file cannot be read or holds silence.
    """
    try:
        raw, sample_rate = soundfile.read(path, dtype="float32", always_2d=True)
    except (OSError, soundfile.SoundFileError) as error:
        raise StudioError(
            f"A sound of the library cannot be read: {path} ({reason_of(error)}). Name the folders "
            "that the training set was made of with --audio DIR."
        ) from error
    mono = without_offset(raw.mean(axis=1))
    if sample_rate > MAX_RATE_HZ:
        mono = soxr.resample(mono, sample_rate, MAX_RATE_HZ)
        sample_rate = MAX_RATE_HZ
    whole = trim_silence(AudioClip.from_mono(np.ascontiguousarray(mono), sample_rate))
    clip = AudioClip(whole.samples[: int(MAX_SECONDS * sample_rate)], sample_rate)
    peak = true_peak_dbfs(clip)
    if peak < -80.0:
        raise StudioError(f"{path} is silent: a sound of the library must be heard. Leave it out.")
    gain_db = min(PEAK_DBFS - peak, RMS_DBFS - rms_dbfs(clip))
    levelled = AudioClip(clip.samples * np.float32(10 ** (gain_db / 20)), sample_rate)
    is_cut = len(clip.samples) < len(whole.samples)
    return fade(levelled, FADE_IN_S, CUT_FADE_S if is_cut else FADE_OUT_S)


def is_misnamed(kind: str, scores: Mapping[str, float]) -> bool:
    """Whether the tagger clearly finds another kind of sound and no trace of the named kind.

    scores: by AudioSet's display names.
    """
    wanted = CLASS_OF.get(kind, kind)
    words = words_of_scores(scores, JUDGED_WORDS)
    if wanted not in _HEARABLE or not words or words[0].score <= CLEAR_SCORE:
        return False
    return wanted not in {CLASS_OF.get(one.kind, one.kind) for one in words}


def choose(
    candidates: Iterable[Candidate],
    kept: Collection[str],
    listen: Callable[[AudioClip], Listened],
    max_per_kind: int = MAX_PER_KIND,
) -> list[Candidate]:
    """Choose different labels first, then the widest bandwidth, at most ``max_per_kind`` of a kind.

    kept: recordings that are taken regardless of the rules. Other sounds are taken once, under the
    right name, and only if a rule knows their kind.
    """
    counts: Counter[str] = Counter()
    contents: set[str] = set()
    embeddings: list[np.ndarray] = []
    chosen = []

    def order(one: Candidate) -> tuple[bool, int, float, str]:
        return (one.recording not in kept, one.rank, -one.bandwidth_hz, one.recording)

    for candidate in sorted(candidates, key=order):
        is_kept = candidate.recording in kept
        is_full = counts[candidate.kind] >= max_per_kind
        if not is_kept and (is_full or candidate.kind == UNKNOWN_KIND):
            continue
        clip = read_sound(candidate.path)
        content = hashlib.sha256(clip.samples.tobytes()).hexdigest()
        listened = listen(clip)
        unit = listened.embedding / max(float(np.linalg.norm(listened.embedding)), 1e-9)
        if not is_kept:
            is_known = bool(embeddings) and float(max(np.stack(embeddings) @ unit)) > SAME_COSINE
            is_wrong = is_misnamed(candidate.kind, listened.scores)
            if content in contents or is_known or is_wrong:
                continue
        contents.add(content)
        embeddings.append(unit)
        counts[candidate.kind] += 1
        chosen.append(candidate)
    return chosen
