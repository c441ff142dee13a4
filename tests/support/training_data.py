"""Small recordings, imitations and tables in the layouts that ``data build`` reads."""

from __future__ import annotations

import csv
import json
from collections.abc import Iterable, Mapping
from pathlib import Path

import numpy as np
import soundfile
from tiny_checkpoint import make_tiny_unet

from qvim_studio.families.audioldm.student import (
    STUDENT_FOLDER,
    StudentCard,
    fingerprint,
    save_student,
)
from qvim_studio.training.corpus.corpus import CorpusItem
from qvim_studio.training.starter.starter import PARTS
from qvim_studio.training.trainers.targets import targets_path

SAMPLE_RATE = 32_000


def tone(hz: float, seconds: float = 0.1) -> np.ndarray:
    return 0.8 * np.sin(2 * np.pi * hz * np.arange(int(SAMPLE_RATE * seconds)) / SAMPLE_RATE)


def write_tone(path: Path, hz: float, seconds: float = 0.1) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    soundfile.write(path, tone(hz, seconds), SAMPLE_RATE)
    return path


def write_table(path: Path, rows: Iterable[Mapping[str, object]]) -> Path:
    rows = list(rows)
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.DictWriter(file, list(rows[0]))
        writer.writeheader()
        writer.writerows(rows)
    return path


def write_pairs(folder: Path, references: int, takes: int) -> Path:
    """A table with ``takes`` imitations of each of ``references`` tones; every sound differs."""
    rows = []
    for number in range(references):
        reference = f"sounds/{number}.wav"
        write_tone(folder / reference, 200 + 10 * number)
        for take in range(takes):
            imitation = f"voices/{number}_{take}.wav"
            write_tone(folder / imitation, 3000 + 100 * number + 10 * take)
            rows.append({"reference": reference, "imitation": imitation, "label": f"l{number}"})
    return write_table(folder / "pairs.csv", rows)


def write_vimsketch(folder: Path, keys: Iterable[str], takes: int) -> Path:
    """The archive's own folder, file lists without a header."""
    root = folder / "Vim_Sketch_Dataset"
    references, imitations = [], []
    for number, key in enumerate(keys):
        references.append(f"{number:03d}_{key}")
        write_tone(root / "references" / references[-1], 200 + 10 * number)
        for take in range(takes):
            imitations.append(f"{100 * number + take:05d}_{key}")
            hz = 3000 + 100 * number + 10 * take
            write_tone(root / "vocal_imitations" / imitations[-1], hz)
    (root / "reference_file_names.csv").write_text("\n".join(references))
    (root / "vocal_imitation_file_names.csv").write_text("\n".join(imitations))
    return folder


def write_aes(folder: Path, classes: Iterable[str], queries: int) -> Path:
    """A title line, then one row for an item and its queries; names without their suffix."""
    lines = ["AES QVIM,,,,,", "Label,Class,Items,Query 1,Query 2,Query 3"]
    for number, name in enumerate(classes):
        write_tone(folder / "Items" / name / f"item{number}.wav", 200 + 10 * number)
        made = [f"q{number}_{query}" for query in range(queries)]
        for query, file in enumerate(made):
            write_tone(folder / "Queries" / name / f"{file}.wav", 3000 + 100 * number + query)
        cells = [f"Some {name}", name, f"item{number}", *made, *[""] * (3 - queries)]
        lines.append(",".join(cells))
    (folder / "DEV Dataset.csv").write_text("\n".join(lines))
    return folder


def unit(rng: np.random.Generator, *shape: int) -> np.ndarray:
    values = rng.standard_normal(shape)
    return (values / np.linalg.norm(values, axis=-1, keepdims=True)).astype(np.float32)


def write_corpus(folder: Path, clap_id: str, items: int = 3, length: int = 16_000) -> Path:
    """A corpus of noises with targets in one space, and embeddings of two imitations of each."""
    folder.mkdir()
    rng = np.random.default_rng(0)
    rows = [
        CorpusItem(f"{i}.wav", "x", "sfx", "s", "CC0", "train", 8e3, True, i * length, length)
        for i in range(items)
    ]
    (folder / "index.json").write_text(json.dumps([vars(row) for row in rows]))
    for rate in (16_000, 32_000):
        noise = rng.uniform(-0.4, 0.4, items * length * rate // SAMPLE_RATE)
        np.save(folder / f"audio_{rate}.npy", noise.astype(np.float16))
    null = np.full(512, 512**-0.5, np.float32)
    vectors = {"embeddings": unit(rng, items, 512), "voices": unit(rng, 2 * items, 512)}
    np.savez(targets_path(folder, clap_id), **vectors, null=null)
    np.savez(folder / "embeddings.npz", voices=unit(rng, items, 2, 960))
    return folder


def hold_out_first(corpus: Path) -> Path:
    """The same corpus, its first item kept from training."""
    index = corpus / "index.json"
    index.write_text(index.read_text().replace('"train"', '"held_out"', 1))
    return corpus


def make_runs(root: Path) -> None:
    """Run folders with every part of the starter, the UNet and its student's card
    real, the others an empty configuration."""
    for name, run in PARTS.items():
        (root / run / name).mkdir(parents=True)
        (root / run / name / "config.json").write_text("{}")
    unet = make_tiny_unet()
    unet.save_pretrained(root / PARTS["unet"] / "unet")
    card = StudentCard(fingerprint(unet.state_dict()), 4.0, 4, 0.2, 0.4)
    save_student({}, card, root / PARTS[STUDENT_FOLDER] / STUDENT_FOLDER)
