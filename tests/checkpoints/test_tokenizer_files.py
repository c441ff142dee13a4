from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path

import huggingface_hub
import pytest

from qvim_studio.checkpoints.tokenizer_files import find_tokenizer

WHOLE = {"model": {"vocab": {"a": 0, "b": 1}}, "added_tokens": [{"content": "b"}, {"content": "c"}]}


@pytest.fixture
def source(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A file of weights; the hub's cache is empty."""
    monkeypatch.setattr(huggingface_hub.constants, "HF_HUB_CACHE", str(tmp_path / "cache"))
    (tmp_path / "files").mkdir()
    return tmp_path / "files" / "clap.pt"


def write(folder: Path, files: Mapping[str, str]) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    for name, text in files.items():
        (folder / name).write_text(text, encoding="utf-8")


def test_without_a_tokenizer_there_are_no_files(source: Path) -> None:
    assert find_tokenizer(source, 3) == {}


def test_the_tokenizer_beside_the_file_is_found_by_its_number_of_words(source: Path) -> None:
    write(source.parent, {"tokenizer.json": json.dumps(WHOLE)})
    assert set(find_tokenizer(source, 3)) == {"tokenizer/tokenizer.json"}
    assert find_tokenizer(source, 4) == {}


def test_older_pairs_of_files_are_found_together(source: Path) -> None:
    write(source.parent / "tokenizer", {"vocab.json": '{"a": 0, "b": 1}'})
    assert find_tokenizer(source, 2) == {}
    write(source.parent / "tokenizer", {"merges.txt": "a b"})
    assert set(find_tokenizer(source, 2)) == {"tokenizer/vocab.json", "tokenizer/merges.txt"}


def test_a_tokenizer_of_the_hubs_cache_is_found(source: Path) -> None:
    snapshot = source.parent.parent / "cache/models--FacebookAI--roberta-base/snapshots/abc"
    write(snapshot, {"tokenizer.json": json.dumps(WHOLE)})
    assert set(find_tokenizer(source, 3)) == {"tokenizer/tokenizer.json"}


@pytest.mark.parametrize("text", ["no json", "[]", '{"model": 3}'])
def test_damaged_files_are_passed_over(source: Path, text: str) -> None:
    write(source.parent, {"tokenizer.json": text})
    assert find_tokenizer(source, 3) == {}
