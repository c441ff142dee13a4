"""Tables of voices and music: useless tables are refused, whole groups are held out."""

from __future__ import annotations

from pathlib import Path

import pytest
from training_data import write_table

from qvim_studio.core.errors import StudioError
from qvim_studio.training.corpus.music.music_pairs import (
    MusicPair,
    is_held_out,
    read_pairs,
    sentence_of,
)
from qvim_studio.training.corpus.sets.layouts import read_layout


def test_whole_groups_are_held_out_by_their_names() -> None:
    names = [f"singer {number}" for number in range(1000)]
    assert 60 < sum(map(is_held_out, names)) < 140


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("voice,music\n", "names no recordings"),
        ("voice,words\na.wav,pop\n", "no column music"),
        ("voice,music\na.wav,b.wav\n", "Line 2 .* is not a file"),
    ],
)
def test_tables_without_pairs_or_files_are_refused(tmp_path: Path, text: str, message: str) -> None:
    table = tmp_path / "pairs.csv"
    table.write_text(text, encoding="utf-8")
    with pytest.raises(StudioError, match=message):
        read_pairs(table)


def test_tables_of_spreadsheets_are_read_with_semicolons(tmp_path: Path) -> None:
    for name in ("a.wav", "b.wav"):
        (tmp_path / name).touch()
    table = tmp_path / "pairs.csv"
    table.write_text("voice;music;words;group\na.wav;b.wav;slow, sad;Ann\n", encoding="utf-8")
    assert read_pairs(table) == [
        MusicPair(tmp_path / "a.wav", tmp_path / "b.wav", "slow, sad", "Ann")
    ]


def test_the_same_table_is_a_set_of_music_and_voices_that_imitate_it(tmp_path: Path) -> None:
    held_out = next(name for name in map(str, range(99)) if is_held_out(name))
    row = {"voice": "voice/a.wav", "music": "music/a.wav", "words": "pop, 98 bpm", "group": "ann"}
    row |= {"artist": "Ann", "genre": "pop", "mood": "calm", "bpm": "98.2", "key": "F# minor"}
    other = {**row, "voice": "voice/b.wav", "music": "music/b.wav", "group": held_out}
    write_table(tmp_path / "pairs.csv", [row, other])
    for given in (tmp_path, tmp_path / "pairs.csv"):
        listing = read_layout(given)
        assert listing.layout == "music pairs"
        first, second = listing.recordings
        assert first.path == tmp_path / "music" / "a.wav"
        assert (first.label, first.kind, first.author) == ("pop", "music", "Ann")
        assert first.captions == ("pop, 98 bpm", "calm pop music at 98 bpm in F# minor")
        assert (first.split, second.split) == ("train", "test")
        assert [(take.path.name, take.reference.name) for take in listing.takes] == [
            ("a.wav", "a.wav"),
            ("b.wav", "b.wav"),
        ]


@pytest.mark.parametrize(
    ("facts", "sentence"),
    [
        ({"genre": "rock"}, "rock music"),
        ({"bpm": "120.4"}, "music at 120 bpm"),
        ({"mood": "sad", "key": "A minor", "bpm": "0"}, "sad music in A minor"),
        ({"bpm": "unknown"}, ""),
        ({"bpm": "nan"}, ""),
        ({"bpm": "-5"}, ""),
        ({"bpm": "98,4"}, "music at 98 bpm"),
        ({}, ""),
    ],
)
def test_sentences_say_what_is_known(facts: dict[str, str], sentence: str) -> None:
    assert sentence_of(facts) == sentence
