"""Songs are found as MUSDB, as pairs of names, as stems and as mixes."""

from __future__ import annotations

from pathlib import Path

import pytest

from qvim_studio.training.corpus.music.songs import Song, artist_of_name, find_songs


def put(folder: Path, *names: str) -> None:
    for name in names:
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.touch()


def summary(song: Song) -> tuple[str, str | None, list[str], str | None]:
    name = song.voice and song.voice.name
    return song.name, name, [path.name for path in song.music], song.mix and song.mix.name


def test_musdb_folders_are_named_by_artist_and_title(tmp_path: Path) -> None:
    for part in ("mixture", "vocals", "drums", "bass", "other", "accompaniment"):
        put(tmp_path, f"train/Ann - One/{part}.wav")
    for part in ("mixture", "vocals", "drums", "bass", "other"):
        put(tmp_path, f"test/Bob - Two/{part}.wav")
    assert [summary(song) for song in find_songs([tmp_path])] == [
        ("Ann - One", "vocals.wav", ["accompaniment.wav"], "mixture.wav"),
        ("Bob - Two", "vocals.wav", ["drums.wav", "bass.wav", "other.wav"], "mixture.wav"),
    ]


@pytest.mark.parametrize(
    ("voice", "music"),
    [
        ("Song_vocals.wav", "Song_instrumental.wav"),
        ("Song (Vocals).flac", "Song (Instrumental).flac"),
        ("Song-Vocal.mp3", "Song-Karaoke.mp3"),
        ("Song vocals.wav", "Song no_vocals.wav"),
        ("Song_acapella.wav", "Song_minus_one.wav"),
    ],
)
def test_pairs_are_joined_by_what_their_names_share(tmp_path: Path, voice: str, music: str) -> None:
    put(tmp_path, voice, music)
    assert [summary(song) for song in find_songs([tmp_path])] == [("Song", voice, [music], None)]


def test_other_sounds_are_mixes_and_a_voice_alone_is_no_song(tmp_path: Path) -> None:
    put(tmp_path, "Ann - Hit.mp3", "Solo_vocals.wav", "Bassline.wav")
    found = {song.name: (song.files, song.mix) for song in find_songs([tmp_path])}
    hit = tmp_path / "Ann - Hit.mp3"
    assert found["Ann - Hit"] == ((hit,), hit)
    assert found["Solo"] == ((), None)
    assert found["Bassline"][1] is not None


def test_artist_stands_before_the_dash() -> None:
    assert (artist_of_name("Ann - One"), artist_of_name("one-two")) == ("Ann", "")


def test_stem_files_are_songs_and_other_videos_are_not(tmp_path: Path) -> None:
    put(tmp_path, "train/Ann - One.stem.mp4", "clip.mp4", "Bob.STEM.M4A")
    found = {song.name: (song.files, song.is_mix) for song in find_songs([tmp_path])}
    assert found == {
        "Ann - One": ((tmp_path / "train" / "Ann - One.stem.mp4",), False),
        "Bob": ((tmp_path / "Bob.STEM.M4A",), False),
    }
