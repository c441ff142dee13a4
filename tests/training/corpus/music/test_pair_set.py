"""Songs become aligned pieces in which somebody sings, and no artist is on both sides."""

from __future__ import annotations

import csv
import json
from pathlib import Path

import numpy as np
import pytest
import soundfile
from songs import RATE_HZ, played, sung, write_song, write_stem_file

from qvim_studio.commands import cli
from qvim_studio.commands.cli import main
from qvim_studio.core.clip import AudioClip
from qvim_studio.core.errors import StudioError, UsageError
from qvim_studio.training.corpus.music import pair_set
from qvim_studio.training.corpus.music.music_pairs import is_held_out, read_pairs
from qvim_studio.training.corpus.music.pair_set import build_pair_set, group_of, pieces_of
from qvim_studio.training.corpus.music.song_facts import SongFacts
from qvim_studio.training.corpus.music.songs import Song

LENGTHS = (3.0, 2.0)


class HalvingSeparator:
    """Takes any mix apart into two halves of its level."""

    name = "halves"

    def __init__(self) -> None:
        self.mixes = 0

    def separate(self, mix: AudioClip) -> tuple[AudioClip, AudioClip]:
        self.mixes += 1
        half = AudioClip(0.5 * mix.samples, mix.sample_rate)
        return half, half


def write_stems(folder: Path, name: str, seconds: float = 6.0) -> None:
    write_song(folder / name / "vocals.wav", sung(seconds))
    write_song(folder / name / "accompaniment.wav", played(seconds))


def rows_of(table: str) -> list[dict[str, str]]:
    with Path(table).open(newline="", encoding="utf-8") as file:
        return list(csv.DictReader(file))


def test_pieces_skip_silence_and_take_the_longest_length_that_fits() -> None:
    voice, music = sung(11.0, silent=(3.1, 5.9)), played(11.0)
    assert pieces_of(voice, music, RATE_HZ, LENGTHS) == [
        (0.0, 3.0),
        (pytest.approx(5.9), 3.0),
        (pytest.approx(8.9), 2.0),
    ]
    assert pieces_of(voice, 0 * music, RATE_HZ, LENGTHS) == []
    assert pieces_of(0 * voice, music, RATE_HZ, LENGTHS) == []


def test_pieces_of_both_sides_are_cut_at_the_same_moment(tmp_path: Path) -> None:
    """The music is the voice itself here: its pieces must be the same samples."""
    voice = sung(7.0, silent=(0.0, 1.0))
    write_song(tmp_path / "in" / "A_vocals.wav", voice)
    write_song(tmp_path / "in" / "A_instrumental.wav", voice)
    report = build_pair_set([tmp_path / "in"], tmp_path / "set", LENGTHS)
    assert report.pieces == 2
    for pair in read_pairs(tmp_path / "set" / "pairs.csv"):
        sides = [soundfile.read(path)[0] for path in (pair.voice, pair.music)]
        assert np.array_equal(*sides)
    first, second = rows_of(report.table)
    (begin, end) = (round(at_s * RATE_HZ) for at_s in (4.0, 7.0))
    piece = soundfile.read(tmp_path / "set" / second["voice"])[0]
    assert np.allclose(piece, voice[begin:end], atol=2**-15)
    assert (first["begin_s"], first["seconds"]) == ("1.0", "3.0")
    assert (second["begin_s"], second["seconds"]) == ("4.0", "3.0")


def test_table_is_what_train_music_reads_with_words_of_the_facts(tmp_path: Path) -> None:
    write_stems(tmp_path / "in", "Ann - One")
    (tmp_path / "in" / "metadata.csv").write_text("song,genre,mood,key\nAnn - One,pop,calm,Am\n")
    report = build_pair_set([tmp_path / "in"], tmp_path / "set", LENGTHS)
    (pair, _) = read_pairs(tmp_path / "set" / "pairs.csv")
    assert (pair.group, pair.words) == ("ann", "pop, calm, 120 bpm, A minor")
    row = rows_of(report.table)[0]
    assert (row["artist"], row["genre"], row["separated_by"]) == ("Ann", "pop", "")
    assert float(row["bpm"]) == pytest.approx(120.0, abs=0.5)


def test_no_artist_is_learned_from_and_held_out(tmp_path: Path) -> None:
    names = sorted((f"Artist {n}" for n in range(40)), key=lambda name: is_held_out(name.lower()))
    for name in (*names[:2], names[-1]):
        for spelled in (name, f"{name.upper()} feat. Guest"):
            write_stems(tmp_path / "in", f"{spelled} - Song", 2.5)
    report = build_pair_set([tmp_path / "in"], tmp_path / "set", LENGTHS)
    assert report.splits == {"train": 4, "held_out": 2}
    sides: dict[str, set[str]] = {}
    for row in rows_of(report.table):
        name = row["artist"].lower().removesuffix(" feat. guest")
        sides.setdefault(name, set()).add(row["split"])
        assert (row["split"] == "held_out") == is_held_out(row["group"])
    assert len(sides) == 3 and all(len(splits) == 1 for splits in sides.values())


def test_guests_and_spelling_make_no_other_artist() -> None:
    song = Song("x", None, (), None)
    names = ("The Band", "the band ", "THE_BAND feat. Guest", "The Band ft Guest")
    assert {group_of(SongFacts(artist=name), song) for name in names} == {"the band"}
    assert group_of(SongFacts(), song) == "x"


def test_mixes_are_taken_apart_once_and_the_rest_is_reused(tmp_path: Path) -> None:
    write_song(tmp_path / "in" / "Ann - Hit.wav", sung(4.0))
    separator = HalvingSeparator()
    with pytest.raises(StudioError, match="Mixes are taken apart with --separate"):
        build_pair_set([tmp_path / "in"], tmp_path / "set", LENGTHS)
    for _ in range(2):
        report = build_pair_set([tmp_path / "in"], tmp_path / "set", LENGTHS, lambda: separator)
        assert [row["separated_by"] for row in rows_of(report.table)] == ["halves"]
    assert separator.mixes == 1


def test_stems_of_another_rate_are_added_up_beside_the_voice(tmp_path: Path) -> None:
    at_s = np.arange(2 * RATE_HZ) / RATE_HZ
    low, high = (0.25 * np.sin(2 * np.pi * hz * at_s) for hz in (200.0, 400.0))
    write_song(tmp_path / "in" / "A_vocals.wav", sung(2.0))
    for name, stem in (("bass", low), ("drums", high)):
        soundfile.write(tmp_path / "in" / f"A_{name}.wav", stem[::2], RATE_HZ // 2)
    build_pair_set([tmp_path / "in"], tmp_path / "set", [2.0])
    (pair,) = read_pairs(tmp_path / "set" / "pairs.csv")
    music, rate = soundfile.read(pair.music)
    inside = slice(rate // 10, -rate // 10)  # the resampler rings at both ends
    assert rate == RATE_HZ
    assert np.allclose(music[inside], (low + high)[inside], atol=0.01)


def test_stem_files_give_the_voice_and_the_sum_of_the_other_stems(tmp_path: Path) -> None:
    voice, low, high = sung(2.0), played(2.0), played(2.0, chord=(12,))
    streams = [voice + low + high, 0 * low, low, high, voice]
    write_stem_file(tmp_path / "in" / "Ann - One.stem.mp4", streams)
    write_stem_file(tmp_path / "in" / "Bob - Two.stem.mp4", streams, ["a", "b", "c", "d"])
    report = build_pair_set([tmp_path / "in"], tmp_path / "set", [2.0])
    (pair,) = read_pairs(tmp_path / "set" / "pairs.csv")
    assert pair.group == "ann" and rows_of(report.table)[0]["separated_by"] == ""
    for path, wanted in ((pair.voice, voice), (pair.music, low + high)):
        assert np.abs(soundfile.read(path)[0] - wanted).max() < 3 * 2**-15
    (skipped,) = report.skipped
    assert "Bob - Two.stem.mp4 holds the stems a, b, c, d" in skipped


def test_songs_whose_facts_have_changed_are_named_again(tmp_path: Path) -> None:
    write_stems(tmp_path / "in", "Ann - One", 2.5)
    for genre in ("pop", "rock"):
        (tmp_path / "in" / "metadata.csv").write_text(f"song,genre\nAnn - One,{genre}\n")
        report = build_pair_set([tmp_path / "in"], tmp_path / "set", LENGTHS)
        assert rows_of(report.table)[0]["genre"] == genre


def test_pieces_that_were_deleted_are_cut_again(tmp_path: Path) -> None:
    write_stems(tmp_path / "in", "Ann - One", 2.5)
    for _ in range(2):
        build_pair_set([tmp_path / "in"], tmp_path / "set", LENGTHS)
        (pair,) = read_pairs(tmp_path / "set" / "pairs.csv")
        pair.music.unlink()


def test_pieces_of_a_set_inside_the_folder_of_songs_are_no_songs(tmp_path: Path) -> None:
    write_song(tmp_path / "Ann - Hit.wav", sung(4.0))
    for _ in range(2):
        report = build_pair_set([tmp_path], tmp_path / "set", LENGTHS, HalvingSeparator)
        assert (report.songs, report.skipped) == (1, ())


def test_songs_of_one_name_are_two_songs(tmp_path: Path) -> None:
    for album in ("first", "second"):
        write_stems(tmp_path / album, "Ann - One", 2.5)
    report = build_pair_set([tmp_path], tmp_path / "set", LENGTHS)
    assert (report.songs, report.artists, report.pieces) == (2, 1, 2)
    assert len({pair.voice for pair in read_pairs(tmp_path / "set" / "pairs.csv")}) == 2


def test_set_that_holds_no_artist_out_says_so(tmp_path: Path) -> None:
    names = sorted((f"Artist {n}" for n in range(40)), key=lambda name: is_held_out(name.lower()))
    write_stems(tmp_path / "in", f"{names[0]} - Song", 2.5)
    report = build_pair_set([tmp_path / "in"], tmp_path / "set", LENGTHS)
    assert "No artist is held out" in report.sentences()[1]
    write_stems(tmp_path / "in", f"{names[-1]} - Song", 2.5)
    report = build_pair_set([tmp_path / "in"], tmp_path / "set", LENGTHS)
    assert len(report.sentences()) == 1
    write_stems(tmp_path / "alone", f"{names[-1]} - Song", 2.5)
    report = build_pair_set([tmp_path / "alone"], tmp_path / "set", LENGTHS)
    assert report.splits == {"train": 1}  # nothing else would be left to learn from


def test_interrupted_sets_go_on_after_the_songs_that_are_done(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("A - a", "B - b"):
        write_stems(tmp_path / "in", name, 2.5)
    cut, done = pair_set._cut_song, []

    def dying(song: Song, *rest: object) -> object:
        if done:
            raise KeyboardInterrupt
        done.append(song.name)
        return cut(song, *rest)  # pyright: ignore[reportArgumentType]

    monkeypatch.setattr(pair_set, "_cut_song", dying)
    with pytest.raises(KeyboardInterrupt):
        build_pair_set([tmp_path / "in"], tmp_path / "set", LENGTHS)
    assert not (tmp_path / "set" / "pairs.csv").exists()
    asked: list[str] = []
    monkeypatch.setattr(
        pair_set, "_cut_song", lambda song, *rest: asked.append(song.name) or cut(song, *rest)
    )
    assert build_pair_set([tmp_path / "in"], tmp_path / "set", LENGTHS).songs == 2
    assert (done, asked) == (["A - a"], ["B - b"])


def test_songs_that_give_nothing_are_named(tmp_path: Path) -> None:
    write_stems(tmp_path / "in", "Ann - One", 2.5)
    write_song(tmp_path / "in" / "short_vocals.wav", sung(1.0))
    write_song(tmp_path / "in" / "short_music.wav", played(1.0))
    write_song(tmp_path / "in" / "odd_vocals.wav", sung(4.0))
    write_song(tmp_path / "in" / "odd_music.wav", played(2.0))
    write_song(tmp_path / "in" / "alone_vocals.wav", sung(2.5))
    text = "\n".join(build_pair_set([tmp_path / "in"], tmp_path / "set", LENGTHS).sentences())
    assert "1 pieces" in text
    assert "short has no 2 s in which a voice sings" in text
    assert "odd has a voice of 4.0 s and music of 2.0 s" in text
    assert "alone has parts of a song, but no voice beside its music" in text


def test_impossible_lengths_and_folders_are_refused(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="at least 1 s"):
        build_pair_set([tmp_path], tmp_path / "set", [0.5])
    with pytest.raises(StudioError, match="no folder"):
        build_pair_set([tmp_path / "gone"], tmp_path / "set")
    with pytest.raises(StudioError, match="holds no sounds"):
        build_pair_set([tmp_path], tmp_path / "set")


def test_command_builds_the_set_and_prints_what_it_holds(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(cli, "set_up_logging", lambda path: True)
    write_stems(tmp_path / "in", "Ann - One")
    arguments = ["data", "pairs", str(tmp_path / "in"), "-o", str(tmp_path / "set")]
    assert main([*arguments, "--seconds", "2", "3"]) == 0
    assert "2 pieces (2 train), 0.1 minutes, of 1 songs" in capsys.readouterr().out
    assert main([*arguments, "--seconds", "3", "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["pieces"] == 2
