"""Trains the ears (networks.ears): small projections over networks that stay as they are.

Real sounds teach the place of each kind; rendered imitations, spoken onomatopoeia and recorded
people teach the places of voices that mean it. A larger tagger teaches what sounds mean; without
one, the ears' own tagger does. The weights of the parts were chosen by hand on the real sets.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from functools import partial
from itertools import islice
from pathlib import Path

import numpy as np
import torch
from torch import nn
from torch.nn import functional

from qvim_studio.audio.files.reading import read_audio
from qvim_studio.audio.trim import trim_take
from qvim_studio.core.clip import AudioClip
from qvim_studio.networks.ears import Ears, Features
from qvim_studio.networks.qvim.qvim_front_end import QVIM_SAMPLE_RATE
from qvim_studio.training.corpus.corpus import Corpus, load_corpus
from qvim_studio.training.corpus.imitations import MAX_SECONDS
from qvim_studio.training.corpus.labels import (
    CATCH_ALL,
    CLASS_OF,
    KINDS,
    MOUTH_CLASSES,
    PEOPLE_KINDS,
    VOICE_CLASSES,
    sound_kind,
)
from qvim_studio.training.corpus.onomatopoeia import ONOMATOPOEIA, TEACHING_VOICES, VOICES, speak
from qvim_studio.training.corpus.real_takes import real_takes
from qvim_studio.training.corpus.sets.sound_sets import MANIFEST
from qvim_studio.training.corpus.sets.tables import read_rows
from qvim_studio.training.corpus.voice_renderer import render_imitation
from qvim_studio.training.encoder.ears_calibration import bundled_by, calibrate_ears, check_people
from qvim_studio.training.encoder.efficientat_teacher import EfficientAtTeacher
from qvim_studio.training.encoder.familiarity import learn_familiar
from qvim_studio.training.encoder.meaning import learn_meaning
from qvim_studio.training.encoder.refinement import (
    RefinementTraining,
    learn_refinement,
    render_name,
)
from qvim_studio.training.encoder.taught import (
    Source,
    Taught,
    hear_as_teacher,
    hear_taught,
    item_clip,
)
from qvim_studio.training.loop.loop import whole_folder
from qvim_studio.training.loop.ranks import bootstrap_interval, reciprocal_ranks
from qvim_studio.voice.hearing import FeatureExtractor, PreparedSound

log = logging.getLogger(__name__)

LabelledTake = tuple[str, AudioClip, tuple[str, ...]]  # name, sound, right classes
TAUGHT = 1500  # renders that the teacher hears, beside all sounds
RENDERED_SEED = 5  # of the order of the sounds that are imitated
VOICE_CLASSES_END = "Music"  # AudioSet's ontology: human voices and animals come before
NO_VOICES = frozenset(
    {
        *("Hands", "Finger snapping", "Clapping", "Walk, footsteps", "Run", "Shuffle"),
        *("Heart sounds, heartbeat", "Heart murmur", "Clip-clop", "Wheeze"),
    }
)
SPEECH = frozenset(
    {
        *("Speech", "Child speech, kid speaking", "Conversation", "Narration, monologue"),
        *("Babbling", "Speech synthesizer"),
    }
)


@dataclass(frozen=True)
class EarsTraining:
    """Hyper-parameters with their reasons.

    short_s: a second speaker imitates the beginnings of longer sounds only, within this range,
    because people's takes are short. sounds, voices, words: of a batch. temperature: of the cosines
    with the kinds' centers. dropout, noise: on the features, which are many for few takes. least:
    sounds that a kind needs to be learned.
    """

    short_s: tuple[float, float] = (0.6, 1.8)
    steps: int = 800
    sounds: int = 256
    voices: int = 96
    words: int = 64
    learning_rate: float = 2e-3
    weight_decay: float = 1e-3
    temperature: float = 0.1
    dropout: float = 0.3
    noise: float = 0.02
    least: int = 3
    seed: int = 0
    refinement: RefinementTraining = field(default_factory=RefinementTraining)


def run(
    corpus_folder: Path,
    run_folder: Path,
    target: Path,
    people: Sequence[Path] = (),
    teacher_weights: Path | None = None,
) -> None:
    """Compute the features of everything (kept in ``run_folder``), train, and write the ears to
    ``target``.

    people: folders with a manifest of recorded imitations. teacher_weights: of EfficientAT's
    ``mn04_as``. Raises UsageError without people, CheckpointError if the weights misfit.
    """
    check_people(people)
    options = EarsTraining()
    corpus = load_corpus(corpus_folder)
    run_folder.mkdir(parents=True, exist_ok=True)
    extractor = FeatureExtractor.of_program()
    teacher = None if teacher_weights is None else EfficientAtTeacher(teacher_weights)
    sounds = hear_taught(run_folder, "sounds", extractor, _corpus_sounds(corpus), "reference")
    voices = hear_taught(run_folder, "voices", extractor, _rendered(corpus, options), "imitation")
    words = hear_taught(run_folder, "words", extractor, _spoken(options), "imitation")
    persons = hear_taught(run_folder, "people", extractor, _people(people), "imitation")
    meanings = teacher and torch.cat(
        [
            hear_as_teacher(run_folder, "sounds", teacher, _corpus_sounds(corpus)),
            hear_as_teacher(
                run_folder, "voices", teacher, islice(_rendered(corpus, options), TAUGHT)
            ),
        ]
    )
    classes = extractor.tagger.classes
    ears = train_ears(sounds, voices, words, persons, classes, options, meanings)
    known = bundled_by(ears, run_folder, extractor)
    calibration = calibrate_ears(ears, known, run_folder, extractor, corpus, people)
    with whole_folder(target) as folder:
        ears.save(folder)
        calibration.save(folder)
    judged: dict[str, tuple[Taught, Taught]] = {
        "spoken": (sounds, _prepared_takes(extractor, _spoken_by_others())),
        "rendered, unseen": _unseen(corpus, run_folder, extractor, options),
    }
    for folder in people:
        for name, wanted in (("real mouths", MOUTH_CLASSES), ("real voices", VOICE_CLASSES)):
            judged[name] = (sounds, _prepared_takes(extractor, real_takes(folder, wanted)))
    for name, (known_sounds, takes) in judged.items():
        mean, low, high = judge_ears(ears, known_sounds, takes)
        log.info("%s: class MRR %.3f, 95 %% interval %.3f to %.3f", name, mean, low, high)


def train_ears(
    sounds: Taught,
    voices: Taught,
    words: Taught,
    people: Taught,
    classes: Sequence[str],
    options: EarsTraining,
    meanings: torch.Tensor | None = None,
) -> Ears:
    """sounds: real ones. voices: rendered imitations. words: spoken onomatopoeia. people: recorded
    imitations. classes: names of the tagger's scores. meanings: (rows, features), what a teacher
    hears in all sounds and in the first voices; without, the tagger's embeddings count."""
    torch.manual_seed(options.seed)
    counts: dict[str, int] = {}
    for (kind,) in sounds.kinds:
        counts[kind] = counts.get(kind, 0) + 1
    kinds = tuple(sorted(k for k, n in counts.items() if n >= options.least and k != CATCH_ALL))
    ears = Ears(kinds)
    others = [taught.features.embedding for taught in (words, people)]
    learn_familiar(ears, voices.features.embedding, others, options.seed)
    _standardize(ears, sounds.features)
    both = [sounds.features, voices.features]
    if meanings is None:
        meanings = torch.cat([features.tagged for features in both])
    standardized = torch.cat([ears.standardized(features) for features in both])
    learn_meaning(ears, standardized[: len(meanings)], meanings)
    first_music = list(classes).index(VOICE_CLASSES_END)
    for index, name in enumerate(classes):
        ears.is_voice[index] = index < first_music and name not in NO_VOICES
        ears.is_speech[index] = name in SPEECH
    drawn = {
        name: _Lessons(ears, taught)
        for name, taught in (("sounds", sounds), ("voices", _joined(voices, people)))
    }
    drawn["words"] = _Lessons(ears, words)
    _learn_kinds(ears, drawn, options)
    learn_refinement(ears, sounds, voices, options.refinement)
    return ears.eval().requires_grad_(False)


@torch.no_grad()
def judge_ears(ears: Ears, sounds: Taught, takes: Taught) -> tuple[float, float, float]:
    """Mean reciprocal rank of the first sound of a right class, and its 95 % bootstrap interval
    over the takes. takes: their kinds are the right classes."""
    classes = np.array([CLASS_OF.get(kind, kind) for (kind,) in sounds.kinds])
    similarity = ears.hear_voices(takes.features) @ ears.hear_sounds(sounds.features).T
    relevant = np.stack([np.isin(classes, right) for right in takes.kinds])
    ranks = reciprocal_ranks(similarity.numpy(), relevant)
    return float(ranks.mean()), *bootstrap_interval(ranks)


def _prepared_takes(extractor: FeatureExtractor, takes: Iterator[LabelledTake]) -> Taught:
    """Recordings and right classes of takes that no training uses."""
    names, clips, right = zip(*takes, strict=True)
    taught = [extractor.features([PreparedSound.of(clip)], "imitation") for clip in clips]
    columns = (torch.cat(rows) for rows in zip(*(vars(one).values() for one in taught)))
    return Taught(Features(*columns), right, names)


def _unseen(
    corpus: Corpus, run_folder: Path, extractor: FeatureExtractor, options: EarsTraining
) -> tuple[Taught, Taught]:
    """The sounds that the corpus holds out, and the voice renderer's imitations of them."""
    sounds = _corpus_sounds(corpus, "held_out")
    renders = _rendered(corpus, options, "held_out")
    taught = hear_taught(run_folder, "held_out", extractor, sounds, "reference")
    voices = hear_taught(run_folder, "held_out_voices", extractor, renders, "imitation")
    right = tuple((CLASS_OF.get(kind, kind),) for (kind,) in voices.kinds)
    return taught, replace(voices, kinds=right)


def _spoken_by_others() -> Iterator[LabelledTake]:
    """The words by speakers that no training uses."""
    for name, phonemes in ONOMATOPOEIA.items():
        for word in phonemes:
            for voice in VOICES:
                yield word, speak(word, voice), (name,)


class _Lessons:
    """Standardized features and the kinds that are right for each, drawn evenly over the kinds."""

    def __init__(self, ears: Ears, taught: Taught) -> None:
        place = {kind: index for index, kind in enumerate(ears.kinds)}
        rows = [i for i, kinds in enumerate(taught.kinds) if any(kind in place for kind in kinds)]
        self.inputs = ears.standardized(_rows(taught.features, rows))
        self.right = torch.zeros(len(rows), len(ears.kinds), dtype=torch.bool)
        for row, index in enumerate(rows):
            for kind in taught.kinds[index]:
                if kind in place:
                    self.right[row, place[kind]] = True
        first = self.right.int().argmax(dim=1).numpy()
        weights = 1 / np.sqrt(np.bincount(first, minlength=len(ears.kinds))[first])
        self._odds = weights / weights.sum()

    def draw(self, count: int, rng: np.random.Generator) -> tuple[torch.Tensor, torch.Tensor]:
        rows = rng.choice(len(self.inputs), count, p=self._odds)
        return self.inputs[rows], self.right[rows]


def _learn_kinds(ears: Ears, lessons: dict[str, _Lessons], options: EarsTraining) -> None:
    """Cosines with the centers of the right kind, and of its class, against those of all others."""
    nn.init.normal_(ears.centers, 0, 0.1)
    nn.init.zeros_(ears.words.weight)
    nn.init.zeros_(ears.words.bias)
    trained = [*ears.to_kinds.parameters(), *ears.words.parameters(), ears.voice_shift]
    trained.append(ears.centers)
    optimizer = torch.optim.AdamW(trained, options.learning_rate, weight_decay=options.weight_decay)
    schedule = torch.optim.lr_scheduler.CosineAnnealingLR(optimizer, options.steps)
    rng = np.random.default_rng(options.seed)
    of_class = [CLASS_OF.get(kind, kind) for kind in ears.kinds]
    same_class = torch.tensor([[one == other for other in of_class] for one in of_class]).float()
    branches: tuple[tuple[str, int, Callable[[torch.Tensor], torch.Tensor]], ...] = (
        ("sounds", options.sounds, ears.kinds_of_sounds),
        ("voices", options.voices, ears.kinds_of_voices),
        ("words", options.words, ears.kinds_of_words),
    )
    for _ in range(options.steps):
        loss = torch.zeros(())
        for name, count, place in branches:
            inputs, right = lessons[name].draw(count, rng)
            noisy = functional.dropout(inputs, options.dropout)
            noisy = noisy + options.noise * torch.randn_like(noisy)
            centers = functional.normalize(ears.centers, dim=1)
            scores = (place(noisy) @ centers.T / options.temperature).log_softmax(dim=1)
            for is_right in (right, (right.float() @ same_class) > 0):
                found = scores.masked_fill(~is_right, float("-inf")).logsumexp(dim=1)
                loss = loss - 0.5 * found.mean()
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        schedule.step()


def _standardize(ears: Ears, features: Features) -> None:
    """Means and spreads of real sounds."""
    ears.tagged_mean.copy_(features.tagged.mean(dim=0))
    ears.tagged_spread.copy_(features.tagged.std(dim=0) + 1e-3)
    spectrum = features.spectrum - features.spectrum.mean(dim=1, keepdim=True)
    ears.spectrum_mean.copy_(spectrum.mean(dim=0))


def _joined(first: Taught, second: Taught) -> Taught:
    """Both together, without the encoder's embeddings."""
    kinds = first.kinds + second.kinds
    taught = [
        torch.cat([getattr(side.features, name) for side in (first, second)])
        for name in ("tagged", "scores", "spectrum")
    ]
    features = Features(torch.zeros(len(kinds), 0), *taught)
    return Taught(features, kinds, first.names + second.names)


def _rows(features: Features, rows: Sequence[int]) -> Features:
    return Features(*(values[list(rows)] for values in vars(features).values()))


def _corpus_sounds(corpus: Corpus, split: str = "train") -> Source:
    for index in corpus.indices(split):
        item = corpus.items[index]
        kinds = (sound_kind(item.label, item.source),)
        yield item.path, kinds, partial(item_clip, corpus, int(index))


def _rendered(corpus: Corpus, options: EarsTraining, split: str = "train") -> Source:
    """Imitations of all sounds by the voice renderer; those by a second speaker come last."""
    indices = np.random.default_rng(RENDERED_SEED).permutation(corpus.indices(split)).tolist()
    longest = int(options.short_s[1] * QVIM_SAMPLE_RATE)
    longer = [index for index in indices if corpus.items[index].length > longest]
    for speaker, imitated in enumerate((indices, longer if split == "train" else [])):
        for index in imitated:
            item = corpus.items[index]
            kinds = (sound_kind(item.label, item.source),)
            read = partial(_render, corpus, index, speaker, options)
            yield render_name(item.path, speaker), kinds, read


def _spoken(options: EarsTraining) -> Source:
    """By speakers that the evaluation never hears; the words are its own."""
    rng = np.random.default_rng(options.seed)
    of_class: dict[str, list[str]] = {}
    for kind in KINDS:
        of_class.setdefault(CLASS_OF.get(kind, kind), []).append(kind)
    for name, phonemes in ONOMATOPOEIA.items():
        for word in phonemes:
            for voice in TEACHING_VOICES:
                pitch = int(rng.integers(20, 80))
                yield f"{word} {voice}", tuple(of_class[name]), partial(speak, word, voice, pitch)


def _people(folders: Sequence[Path]) -> Source:
    for folder in folders:
        for row in read_rows(folder / MANIFEST, ("path", "label", "split")):
            kinds = PEOPLE_KINDS.get(row["label"].replace("-", " "))
            if kinds is not None and row["split"] == "imitations":
                yield row["path"], kinds, partial(_recorded_take, folder / row["path"])


def _render(corpus: Corpus, index: int, speaker: int, options: EarsTraining) -> AudioClip:
    rng = np.random.default_rng((0, index, speaker))
    seconds = rng.uniform(*options.short_s) if speaker else MAX_SECONDS
    samples = corpus.samples(corpus.items[index], QVIM_SAMPLE_RATE)
    beginning = samples[: int(seconds * QVIM_SAMPLE_RATE)]
    voice = render_imitation(beginning, QVIM_SAMPLE_RATE, rng)
    return AudioClip.from_mono(voice.astype(np.float32), QVIM_SAMPLE_RATE)


def _recorded_take(path: Path) -> AudioClip:
    return trim_take(read_audio(path))
