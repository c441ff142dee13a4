"""Finds a RoBERTa tokenizer for a CLAP, whose original files have none."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

from huggingface_hub import constants

WHOLE_FILE = "tokenizer.json"
PAIRS = ("vocab.json", "merges.txt")  # older tokenizers' two files
EXTRAS = ("tokenizer_config.json", "special_tokens_map.json")
FOLDER = "tokenizer"
# Repositories whose files the hub's cache may hold already.
CACHED = ("*roberta-base", "cvssp--audioldm*", "*--clap-htsat*", "lukewys--laion_clap")


def find_tokenizer(source: Path, words: int) -> dict[str, bytes]:
    """The files of a tokenizer with ``words`` words, by their paths in a checkpoint, from beside
    the source or from the hub's cache; empty without either. Nothing is downloaded."""
    for place in _places(source.parent):
        files = _files_of(place)
        if files and _word_count(files) == words:
            return {f"{FOLDER}/{name}": content for name, content in files.items()}
    return {}


def _places(beside: Path) -> Iterator[Path]:
    yield from (beside / FOLDER, beside)
    cache = Path(constants.HF_HUB_CACHE)
    for name in CACHED:
        for snapshot in sorted(cache.glob(f"models--{name}/snapshots/*")):
            yield from (snapshot / FOLDER, snapshot)


def _files_of(place: Path) -> dict[str, bytes]:
    names = (WHOLE_FILE,) if (place / WHOLE_FILE).is_file() else PAIRS
    if not all((place / name).is_file() for name in names):
        return {}
    there = [name for name in (*names, *EXTRAS) if (place / name).is_file()]
    try:
        return {name: (place / name).read_bytes() for name in there}
    except OSError:
        return {}


def _word_count(files: dict[str, bytes]) -> int:
    """The size of the vocabulary; 0 for damaged files."""
    try:
        if WHOLE_FILE in files:
            whole = json.loads(files[WHOLE_FILE])
            added = {each["content"] for each in whole.get("added_tokens", ())}
            return len(added | whole["model"]["vocab"].keys())
        return len(json.loads(files[PAIRS[0]]))
    except (ValueError, KeyError, TypeError, AttributeError):
        return 0
