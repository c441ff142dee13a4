"""Writes the starter's model card: its parts, training data, training and evaluation."""

from __future__ import annotations

import csv
import re
from collections import Counter
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from qvim_studio.training.corpus.corpus import INDEX_FILE, RATES_HZ, Corpus, load_corpus
from qvim_studio.training.corpus.imitations import read_entries
from qvim_studio.training.loop.loop import LOG_FILE
from qvim_studio.training.sound_library.credits import credit

CARD_NAME = "README.md"
RESTORED_CARD = "restored.md"  # in the runs' folder: the card of the restored checkpoint
# The trainers of each part of the checkpoint, and the folders of their logs.
TRAINERS = {
    "qvim": (("qvim", "qvim"), ("qvim", "qvim/upper"), ("qvim", "qvim/finish")),
    "adapter": (("adapter", "adapter"),),
    "audio_tower": (("targets", "corpus"),),
    "text_encoder": (("clap", "clap"),),
    "unet": (("unet", "unet"),),
    "vae": (("vae", "vae"), ("decoder", "decoder")),
    "vocoder": (("vocoder", "vocoder"), ("decoder", "decoder")),
    "bandwidth": (("bandwidth", "bandwidth"),),
    "listener": (("listener", "listener"),),
    "student": (("student", "student"),),
}
PAUSE_FACTOR = 20  # a gap in a log this many times longer than usual counts as a pause
HOW_TO_MEASURE = (
    "Not measured yet: `qvim-studio evaluate --json > figures.json`, then "
    "`qvim-studio train starter --evaluation figures.json`."
)


def write_model_card(
    folder: Path, run_root: Path, title: str, licence: str, evaluation: Sequence[str]
) -> None:
    """Write ``README.md`` into the checkpoint's folder. evaluation: lines for people."""
    corpus_folder = run_root / "corpus"
    has_corpus = (corpus_folder / INDEX_FILE).is_file()
    restored = _restored_rows(run_root / RESTORED_CARD)
    lines = [
        f"# {title}",
        "",
        "The small checkpoint that ships with QVIM Studio. It turns a vocal imitation into sounds",
        "that follow the imitation. Written by `qvim-studio train starter`.",
        "",
        "## Parts",
        "",
        "| part | MiB | trained with | steps | minutes |",
        "|---|---|---|---|---|",
        *(_part_row(folder / part, run_root, restored.get(part)) for part in TRAINERS),
        "",
        "Steps and minutes come from the logs of the trainings, which may have begun with the",
        "weights of an earlier version (`qvim-studio train restore`). Parts taken over unchanged",
        "keep the values of its card; a dash marks unknown values. All parts are trained by",
        "`qvim-studio data build DIR`, then `qvim-studio train all --minutes N`.",
        "",
        "## Data",
        "",
        *(_data(load_corpus(corpus_folder)) if has_corpus else ["See `ATTRIBUTIONS.md`."]),
        "",
        "The audio tower, and with it the 512-d sound space, is aiSFX (Ma, Lerch, ISMIR 2022),",
        "weights CC BY 4.0, stored in 8 bits and whitened over the recordings above. For words",
        "without a recording, the text tower learned their meaning from all-MiniLM-L6-v2",
        "(Sentence-BERT, Reimers, Gurevych, 2019), Apache License 2.0.",
        "",
        "## Evaluation",
        "",
        *([f"- {line.strip()}" for line in evaluation] or [HOW_TO_MEASURE]),
        "",
        "## Limits",
        "",
        "- The model works at 16 kHz; a bandwidth extension adds the band above 7 kHz.",
        "- It knows the kinds of sounds in its training set and few words.",
        "- It is small enough for a laptop's processor and less varied than AudioLDM.",
        "",
        "## Licence",
        "",
        f"{licence}.",
        "",
    ]
    (folder / CARD_NAME).write_text("\n".join(lines), encoding="utf-8")


def training_time(log_file: Path) -> tuple[int, float]:
    """Steps and minutes of a training by its log, without pauses; zeros without a log."""
    if not log_file.is_file():
        return 0, 0.0
    with log_file.open(newline="", encoding="utf-8") as file:
        rows = [(int(row["step"]), float(row["time"])) for row in csv.DictReader(file)]
    if len(rows) < 2:
        return (rows[-1][0] if rows else 0), 0.0
    gaps = np.diff([seconds for _, seconds in rows])
    usual = float(np.median(gaps))
    taken = gaps[(gaps > 0) & (gaps <= PAUSE_FACTOR * usual)]
    # The log has no start of the steps before the first row, which count with the usual time.
    return rows[-1][0], (float(taken.sum()) + usual) / 60


def _part_row(part: Path, run_root: Path, restored: str | None) -> str:
    """The card's row for a part. restored: steps and minutes in the restored checkpoint's card."""
    size = sum(file.stat().st_size for file in part.rglob("*") if file.is_file())
    trainers = TRAINERS[part.name]
    facts = [training_time(run_root / run / LOG_FILE) for _, run in trainers]
    commands = ", ".join(dict.fromkeys(f"`train {command}`" for command, _ in trainers))
    steps = " + ".join(f"{count:,}" if count else "–" for count, _ in facts)
    minutes = " + ".join(f"{value:.0f}" if count else "–" for count, value in facts)
    times = f"{steps} | {minutes}"
    if restored and not any(count for count, _ in facts):
        times = restored
    return f"| {part.name} | {size / 2**20:.1f} | {commands} | {times} |"


def _restored_rows(card: Path) -> dict[str, str]:
    """Steps and minutes of each part in another checkpoint's card; empty without one."""
    if not card.is_file():
        return {}
    rows = re.findall(
        r"^\| (\w+) \| [^|]* \| [^|]* \| (.*) \|$", card.read_text(encoding="utf-8"), re.M
    )
    return dict(rows)


def _plain(licence: str) -> str:
    """A licence in its usual spelling: CC-BY-3.0, CC0, public domain."""
    if re.match(r"(?i)(public[ -]domain|PD)$", licence):
        return "public domain"
    return re.sub(r"^CC0[ -]1\.0$", "CC0", re.sub(r"^CC BY ", "CC-BY-", licence))


def _data(corpus: Corpus) -> list[str]:
    minutes = sum(item.length for item in corpus.items) / RATES_HZ[1] / 60
    train, held_out = (len(corpus.indices(split)) for split in ("train", "held_out"))
    real = len(read_entries(corpus.folder))
    imitated = (
        f"{real:,} imitations are people's, the others a program's."
        if real
        else "All imitations are a program's (synthetic), none are people's."
    )
    licences = Counter(
        _plain(credit(item.source, item.label, item.licence)[0]) for item in corpus.items
    ).most_common()
    return [
        f"{len(corpus.items):,} recordings, {minutes:.0f} minutes: {train:,} to train with,",
        f"{held_out} held out by reference. {imitated}",
        "",
        "| licence of the recordings | number |",
        "|---|---|",
        *(f"| {name} | {count} |" for name, count in licences),
        "",
        "Sources and authors: `ATTRIBUTIONS.md`, section on what the weights learned from.",
    ]
