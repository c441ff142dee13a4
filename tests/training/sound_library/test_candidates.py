"""Recordings may be bundled where their licences allow it and they are of the things themselves."""

from __future__ import annotations

from pathlib import Path

import pytest

from qvim_studio.core.errors import StudioError
from qvim_studio.training.corpus.corpus import Corpus, CorpusItem
from qvim_studio.training.sound_library.candidates import animal_sounds, may_be_committed
from qvim_studio.training.sound_library.library_mending import LEFT_OUT, MENDED_LABELS


def item(path: str, label: str = "dog", **facts: object) -> CorpusItem:
    values = {"licence": "CC0", "commit_allowed": True, "source": "somewhere", **facts}
    source, licence, allowed = values["source"], values["licence"], values["commit_allowed"]
    author = str(values.get("author", ""))
    return CorpusItem(
        path, label, "sfx", str(source), str(licence), "train", 8e3, bool(allowed), 0, 0,
        author=author,
    )  # fmt: skip


def listed(tmp_path: Path, *items: CorpusItem) -> list[str]:
    """The recordings that may be committed; the audio of all of them is there."""
    for one in items:
        (tmp_path / one.path).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / one.path).touch()
    candidates = may_be_committed(Corpus(tmp_path, items, {}), [tmp_path])
    return [one.recording for one in candidates]


def test_only_what_its_licence_and_its_author_allow_is_a_candidate(tmp_path: Path) -> None:
    assert listed(
        tmp_path,
        item("free.wav"),
        item("kept back.wav", commit_allowed=False),
        item("kenney.wav", commit_allowed=False, source="Kenney in pythonarcade/arcade"),
        item("named.wav", licence="CC BY 4.0", author="Jo"),
        item("unnamed.wav", licence="CC BY 4.0"),
        item("no sale.wav", licence="CC BY-NC 4.0", author="Jo"),
    ) == ["free.wav", "kenney.wav", "named.wav"]


def test_imitations_by_a_mouth_are_no_recordings_but_voices_are(tmp_path: Path) -> None:
    assert listed(
        tmp_path,
        item("a.wav", "engine, own voice"),
        item("b.wav", "pop (mouth)"),
        item("c.wav", "voice of a mouth"),
        item("d.wav", "mouthpiece"),
    ) == ["c.wav", "d.wav"]


def test_misnamed_recordings_are_left_out_or_get_their_better_label(tmp_path: Path) -> None:
    (left_out, *_), (mended, *_) = sorted(LEFT_OUT), MENDED_LABELS
    for path in (left_out, mended):
        (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / path).touch()
    items = (item(left_out), item(mended))
    (candidate,) = may_be_committed(Corpus(tmp_path, items, {}), [tmp_path])
    assert (candidate.recording, candidate.label) == (mended, MENDED_LABELS[mended])


def test_sounds_of_one_label_are_counted_and_lie_in_any_of_the_folders(tmp_path: Path) -> None:
    items = (item("a.wav"), item("b.wav", "rain"), item("c.wav"))
    for folder, name in (("one", "a.wav"), ("two", "b.wav"), ("two", "c.wav")):
        (tmp_path / folder).mkdir(exist_ok=True)
        (tmp_path / folder / name).touch()
    folders = [tmp_path / "one", tmp_path / "two"]
    found = may_be_committed(Corpus(tmp_path, items, {}), folders)
    assert [(one.label, one.rank) for one in found] == [("dog", 0), ("rain", 0), ("dog", 1)]
    assert [one.path.parent.name for one in found] == ["one", "two", "two"]


def test_a_recording_that_is_in_no_folder_is_named(tmp_path: Path) -> None:
    with pytest.raises(StudioError, match=r"no gone\.wav in any folder.*--audio DIR"):
        may_be_committed(Corpus(tmp_path, (item("gone.wav"),), {}), [])


def test_animals_are_named_after_their_files_and_credit_their_author(tmp_path: Path) -> None:
    for name in ("wolf.mp3", "cow.mp3"):
        (tmp_path / name).touch()
    cow, wolf = animal_sounds(tmp_path)
    assert (cow.recording, cow.label, wolf.label) == ("animals/cow", "cow", "wolf")
    assert (cow.licence, cow.author) == ("CC0", "Joseph Sardin")
