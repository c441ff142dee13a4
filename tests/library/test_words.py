from __future__ import annotations

import time
from pathlib import Path

import pytest
from library_fixtures import add_clips

from qvim_studio.core.sound_words import SoundWord
from qvim_studio.library.folders import FolderKind
from qvim_studio.library.library import Library
from qvim_studio.library.sound_facts import SoundFacts
from qvim_studio.library.words import match_expression

FACTS = SoundFacts(1.0, 48_000, 1, "", b"\0" * 128)


@pytest.fixture
def dog(library: Library, tmp_path: Path) -> int:
    """One clip among others: starred words in every searched place."""
    add_clips(library, tmp_path / "out", "door creak", variations=1)
    dog = add_clips(library, tmp_path / "out", "Large dög, angry", variations=1)[0]
    library.sounds.set_tags(dog, ["yard-scene"])
    library.sounds.set_note(dog, "take the second bark")
    library.sounds.rename(dog, "Rex")
    return dog


@pytest.mark.parametrize(
    "text", ["dog", "ang", "LARGE d", "rex", "yard", "yard-sc", "second bark", "angry rex"]
)
def test_a_clip_is_found_by_any_of_its_words(library: Library, dog: int, text: str) -> None:
    assert library.search(text) == {dog}


@pytest.mark.parametrize("text", ["Scripted", "apache-2.0", "%Y", "%Y-%m-%d", "%B"])
def test_checkpoint_licence_and_date_find_all_of_them(
    library: Library, dog: int, text: str
) -> None:
    assert len(library.search(time.strftime(text))) == 2


@pytest.mark.parametrize("text", ["cat", "og", "dog door"])
def test_what_is_not_there_is_not_found(library: Library, dog: int, text: str) -> None:
    assert library.search(text) == set()


def test_nothing_asked_is_not_nothing_found(library: Library, dog: int) -> None:
    assert library.search("  ") is None
    assert library.search_folders("!", FolderKind.MADE, 5) == []


def test_a_removed_tag_no_longer_finds(library: Library, dog: int) -> None:
    library.sounds.set_tags(dog, [])
    assert library.search("yard") == set()


def test_words_in_one_kind_of_folder(library: Library, dog: int) -> None:
    found = library.search_folders("dog", FolderKind.MADE, 5)
    assert [entry.id for entry in found] == [dog]
    assert library.search_folders("dog", FolderKind.SOUNDS, 5) == []


def test_what_is_heard_finds_a_nameless_file_below_what_is_called_so(
    library: Library, tmp_path: Path
) -> None:
    folder = library.folders.add(tmp_path / "own", FolderKind.SOUNDS)
    rain = (SoundWord("rain", 0.9, "rain"), SoundWord("steam", 0.3, "hiss"))
    for name in ("REC_0042.wav", "long name of rain on a roof in autumn.wav", "REC_0043.wav"):
        words = rain if name == "REC_0042.wav" else ()
        library.adoption.record(folder, name, (1, 1), FACTS, "", words)
    found = library.search_folders("rain", FolderKind.SOUNDS, 10)
    assert [entry.path.name for entry in found] == [
        "long name of rain on a roof in autumn.wav", "REC_0042.wav"
    ]  # fmt: skip
    assert found[1].words == rain
    assert library.search("hiss") == library.search("stea") == {found[1].id}


def test_what_was_heard_once_is_forgotten_with_the_next_listening(
    library: Library, tmp_path: Path
) -> None:
    folder = library.folders.add(tmp_path / "own", FolderKind.SOUNDS)
    library.adoption.record(folder, "a.wav", (1, 1), FACTS, "", [SoundWord("rain", 0.9, "rain")])
    library.adoption.record(folder, "a.wav", (2, 2), FACTS, "")
    assert library.search("rain") == set()


def test_signs_of_the_search_language_are_only_signs() -> None:
    assert match_expression('a "b" OR c* (NEAR) col:d-e_f') == (
        '"a"* "b"* "OR"* "c"* "NEAR"* "col"* "d"* "e"* "f"*'
    )
