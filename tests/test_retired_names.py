"""The names that the project gave up stay given up."""

from __future__ import annotations

import ast
import re
from functools import cache
from pathlib import Path

ROOT = Path(__file__).parent.parent
SCRIPTS = sorted((ROOT / "qvim_studio").rglob("*.py"))
TEXTS = [*SCRIPTS, ROOT / "README.md", *sorted((ROOT / "resources/guide").rglob("*.md"))]

RETIRED = {  # each with what stands for it now
    "desk": "the thing that it wires",
    "shelf": "CheckpointManager",
    "keeper": "CheckpointStore",
    "arrivals": "PartialResult, DownloadJournal",
    "wishes": "RequestDraft",
    "told": "what is known or shown",
    "said": "what is known or shown",
    "meant": "what is asked for",
    "heard": "the words or the embedding of a sound",
}
# Ordinary words in sentences, and within a name that says whose: only a name of one word is vague.
ONLY_AS_NAMES = {"told", "said", "meant", "heard"}
PARTS = RETIRED.keys() - ONLY_AS_NAMES  # in any part of a name, and in sentences
GONE = {"CheckpointShelf", "CheckpointKeeper", "CheckpointChoice", "RequestWishes"}
STORED = {  # (file, name): the reason why it stays
    ("audio/loudness.py", "shelf"): "the kind of a filter in ITU-R BS.1770",
    ("checkpoints/download_journal.py", "arrivals"): "a file that earlier versions have written",
}
LISTENER = (  # one thing: the network that hears in noised latents where they lead
    "diffusion/sampler.py",
    "families/audioldm/",
    "training/trainers/listener.py",
    "training/starter/",
    "commands/",
)


ANY = re.compile("|".join((*RETIRED, *GONE, "listener")), re.IGNORECASE)


def place_of(path: Path) -> str:
    return path.relative_to(ROOT / "qvim_studio").as_posix()


@cache
def names_in(path: Path) -> frozenset[str]:
    source = path.read_text(encoding="utf-8")
    if not ANY.search(source):  # most files, which need no parsing
        return frozenset({path.stem})
    found = {path.stem}
    for node in ast.walk(ast.parse(source)):
        for kind in ("name", "id", "attr", "arg"):
            if isinstance(name := getattr(node, kind, None), str):
                found.add(name)
    return frozenset(found)


def words_of(name: str) -> set[str]:
    """The words of a name: "LastArrivals" and "last_arrivals" hold the same two."""
    return {word.lower() for word in re.findall(r"[A-Z]?[a-z]+|[A-Z]+(?![a-z])", name)}


def is_retired(name: str) -> bool:
    words = words_of(name)
    return name in GONE or bool(words & PARTS) or (len(words) == 1 and words <= ONLY_AS_NAMES)


def test_no_name_holds_a_retired_word() -> None:
    names = {(place_of(path), name) for path in SCRIPTS for name in names_in(path)}
    faults = {at for at in names if is_retired(at[1])}
    assert faults - STORED.keys() == set()


def test_no_sentence_holds_a_retired_word() -> None:
    pattern = re.compile(rf"\b({'|'.join(PARTS)})\b", re.IGNORECASE)
    faults = set()
    for path in TEXTS:
        name = place_of(path) if path in SCRIPTS else path.name
        for word in pattern.findall(path.read_text(encoding="utf-8")):
            faults.add((name, word.lower()))
    assert faults - STORED.keys() == set()


def test_every_exception_is_still_needed() -> None:
    for place, name in STORED:
        assert name in (ROOT / "qvim_studio" / place).read_text(encoding="utf-8"), place


def test_a_listener_is_one_thing() -> None:
    faults = {
        (place_of(path), name)
        for path in SCRIPTS
        for name in names_in(path)
        if "listener" in words_of(name) and not place_of(path).startswith(LISTENER)
    }
    assert faults == set()
