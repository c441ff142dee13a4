"""Sounds are found below a folder, and names become words, parts of sets and paths."""

from __future__ import annotations

from pathlib import Path

import pytest
from training_data import write_tone

from qvim_studio.training.corpus.sets.listing import (
    as_words,
    sounds_below,
    split_named,
    with_sound_suffix,
)


def test_linked_folders_are_entered_once_and_hidden_files_passed_over(tmp_path: Path) -> None:
    folder, elsewhere = tmp_path / "sounds", tmp_path / "elsewhere"
    write_tone(folder / "dog" / "a.wav", 300)
    write_tone(elsewhere / "b.wav", 400)
    (folder / "dog" / "._a.wav").write_bytes(b"of macOS")
    (folder / "dog" / "a.txt").write_bytes(b"no sound")
    (folder / "odd.wav").mkdir()
    try:
        (folder / "linked").symlink_to(elsewhere, target_is_directory=True)
        (folder / "round").symlink_to(folder, target_is_directory=True)
    except OSError:
        pytest.skip("links cannot be made here")
    found = [path.relative_to(folder).as_posix() for path in sounds_below(folder)]
    assert found == ["dog/a.wav", "linked/b.wav"]


@pytest.mark.parametrize(
    ("name", "split"),
    [
        ("train", "train"),
        ("clotho_captions_development", "train"),
        ("AudioCaps-val", "validation"),
        ("FSD50K.eval_audio.Evaluation", "test"),
        ("test_of_time", ""),
        ("contest", ""),
        ("", ""),
    ],
)
def test_the_last_word_of_a_name_is_the_part_of_the_set(name: str, split: str) -> None:
    assert split_named(name) == split


def test_names_become_words_in_any_language() -> None:
    assert as_words("Dog__Bark-01 (close).") == "dog bark 01 close"
    assert as_words("Türe_ZU") == "türe zu"


def test_a_name_without_a_suffix_gets_the_one_of_its_file_and_wav_first(tmp_path: Path) -> None:
    for name in ("a.flac", "a.wav", "b.FLAC", "take 1.5.ogg"):
        (tmp_path / name).touch()
    found = [with_sound_suffix(tmp_path / name).name for name in ("a", "b", "take 1.5", "gone")]
    assert found == ["a.wav", "b.FLAC", "take 1.5.ogg", "gone.wav"]
    assert with_sound_suffix(tmp_path / "c.mp3").name == "c.mp3"
