"""What is known of a song: tables come first, then tags; tempo and key are measured at last."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from songs import RATE_HZ, played, write_song

from qvim_studio.core.clip import AudioClip
from qvim_studio.core.errors import StudioError
from qvim_studio.training.corpus.music.song_facts import (
    SongFacts,
    facts_of,
    read_fact_tables,
    with_measured,
)
from qvim_studio.training.corpus.music.songs import Song


def song_of(path: Path, name: str = "Ann - One") -> Song:
    return Song(name, None, (), path)


def test_tables_come_before_tags_and_tags_before_names(tmp_path: Path) -> None:
    path = write_song(tmp_path / "x.flac", played(0.2), artist="Tagged", genre="pop")
    assert facts_of(song_of(path), {}) == SongFacts(artist="Tagged", genre="pop")
    (tmp_path / "metadata.csv").write_text(
        "song,genre,bpm,key,mood,language\nann - one.wav,rock,98,F#m,calm,en\n"
    )
    facts = facts_of(song_of(path), read_fact_tables([tmp_path]))
    assert facts == SongFacts("Tagged", "rock", "calm", "en", 98.0, "F# minor")
    untagged = write_song(tmp_path / "y.wav", played(0.2))
    assert facts_of(song_of(untagged), {}).artist == "Ann"


def test_a_json_beside_the_song_or_in_the_folder_says_the_same(tmp_path: Path) -> None:
    path = write_song(tmp_path / "x.wav", played(0.2))
    path.with_suffix(".json").write_text(json.dumps({"mood": "sad", "bpm": "no number"}))
    (tmp_path / "metadata.json").write_text(
        json.dumps({"Ann - One": {"genre": "folk", "key": "?"}})
    )
    facts = facts_of(song_of(path), read_fact_tables([tmp_path]))
    assert facts == SongFacts(artist="Ann", genre="folk", mood="sad")


@pytest.mark.parametrize(("text", "bpm"), [("nan", 0.0), ("inf", 0.0), ("-3", 0.0), ("98,5", 98.5)])
def test_only_a_tempo_above_zero_is_known(tmp_path: Path, text: str, bpm: float) -> None:
    path = write_song(tmp_path / "x.wav", played(0.2))
    path.with_suffix(".json").write_text(json.dumps({"bpm": text}))
    assert facts_of(song_of(path), {}).bpm == bpm


def test_table_of_another_form_is_refused(tmp_path: Path) -> None:
    (tmp_path / "metadata.json").write_text('{"one": "rock"}')
    with pytest.raises(StudioError, match="expected an object with any of artist"):
        read_fact_tables([tmp_path])


def test_tempo_and_key_are_measured_only_where_nothing_says_them() -> None:
    clip = AudioClip.from_mono(played(8.0, 90.0, (9, 0, 4)).astype(np.float32), RATE_HZ)
    facts = with_measured(SongFacts(genre="pop"), clip)
    assert facts.bpm == pytest.approx(90.0, abs=0.5)
    assert facts.key == "A minor"
    assert facts.words == "pop, 90 bpm, A minor"
    known = SongFacts(bpm=120.0, key="C major")
    assert with_measured(known, clip) == known


def test_silence_is_measured_as_nothing() -> None:
    silence = AudioClip.from_mono(np.zeros(RATE_HZ, np.float32), RATE_HZ)
    assert with_measured(SongFacts(), silence) == SongFacts()
