"""``qvim-studio data pairs``: songs become aligned pieces of a voice and its music, with words.

``train music`` reads the table of the set. Artists are its groups: no artist is both learned from
and held out. Every finished song is kept, so that an interrupted command resumes.
"""

from __future__ import annotations

import csv
import hashlib
import json
import logging
import re
from collections.abc import Callable, Collection, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np

from qvim_studio.audio.files.reading import (
    check_output_folder,
    read_audio,
    write_atomically,
    write_text_file,
    write_wav,
)
from qvim_studio.audio.files.stem_file import read_stems
from qvim_studio.audio.resample import resample
from qvim_studio.core.clip import AudioClip
from qvim_studio.core.errors import AudioFileError, StudioError, UsageError
from qvim_studio.training.corpus.music.music_pairs import (
    HELD_OUT_EVERY,
    PAIRS_TABLE,
    held_out_groups,
)
from qvim_studio.training.corpus.music.separation import VoiceSeparator
from qvim_studio.training.corpus.music.song_facts import (
    SongFacts,
    facts_of,
    read_fact_tables,
    with_measured,
)
from qvim_studio.training.corpus.music.songs import VOICE_NAMES, Song, find_songs
from qvim_studio.training.corpus.sets.listing import as_words

log = logging.getLogger(__name__)

SONGS_FOLDER = "songs"  # of records of finished songs
SIDES = ("voice", "music")
_PIECE = re.compile(r"-[0-9a-f]{8}-\d{2,}$")  # ends the name of a piece, see _song_id
SEGMENT_S = (30.0, 20.0)  # MusicGen's window, and what train music crops from it
SHORTEST_S = 1.0
STEP_S = 1.0  # after a silent place, the next piece is looked for so much later
FRAME_S = 0.05
AUDIBLE_DB = -40.0  # frames this far below the loudest moment are silent
VOICE_SHARE, MUSIC_SHARE = 0.3, 0.5  # of a piece in which they are audible, at least
MAX_DIFFERENCE_S = 1.0  # of the lengths of stems; more means two recordings
SET_FORMAT = 1  # raised when the same song would be cut differently
NONE_HELD_OUT = (
    "No artist is held out, so evaluate music has only music to judge that was learned from. The "
    f"artist's name decides, for about one artist in {HELD_OUT_EVERY}: add songs of more artists."
)
COLUMNS = (
    *("voice", "music", "words", "group", "split", "song", "begin_s", "seconds"),
    *("artist", "genre", "mood", "language", "bpm", "key", "separated_by"),
)


@dataclass(frozen=True)
class PairSetReport:
    """skipped: one sentence for each song without pieces. splits: pieces by split."""

    table: str
    songs: int
    artists: int
    pieces: int
    minutes: float
    splits: dict[str, int]
    skipped: tuple[str, ...]

    def sentences(self) -> list[str]:
        """For a terminal."""
        parts = ", ".join(f"{count} {split}" for split, count in self.splits.items())
        pieces = f"{self.pieces} pieces ({parts}), {self.minutes:.1f} minutes"
        songs = f"of {self.songs} songs by {self.artists} artists"
        notes = [] if "held_out" in self.splits else [NONE_HELD_OUT]
        return [f"{pieces}, {songs}", *notes, *self.skipped]


def build_pair_set(
    folders: Sequence[Path],
    set_folder: Path,
    segment_s: Sequence[float] = SEGMENT_S,
    make_separator: Callable[[], VoiceSeparator] | None = None,
) -> PairSetReport:
    """Make ``set_folder/pairs.csv`` and the sounds beside it.

    segment_s: lengths of pieces, of which the longest is tried first. make_separator: for songs
    that are there only as a mix; None skips them. Raises StudioError if no song gives a piece.
    """
    lengths = sorted(set(segment_s), reverse=True)
    if not lengths or min(lengths) < SHORTEST_S:
        raise UsageError(f"Pieces last at least {SHORTEST_S:g} s, got {list(segment_s)}.")
    absent = next((folder for folder in folders if not folder.is_dir()), None)
    if absent is not None:
        raise StudioError(f"There is no folder {absent}. Give folders with songs or stems.")
    # The set may lie in a folder of songs; its own pieces are no songs.
    sides = {(set_folder / side).resolve() for side in SIDES}
    songs = [song for song in find_songs(folders) if not _is_piece(song, sides)]
    if not songs:
        raise StudioError(f"{', '.join(map(str, folders))} holds no sounds. Give folders of songs.")
    check_output_folder(set_folder)
    (set_folder / SONGS_FOLDER).mkdir(parents=True, exist_ok=True)
    tables = read_fact_tables(folders)
    separators: list[VoiceSeparator] = []
    rows: list[dict[str, Any]] = []
    skipped: list[str] = []
    used = 0
    for number, song in enumerate(songs, start=1):
        if not song.files:
            skipped.append(f"{song.name} has parts of a song, but no voice beside its music.")
            continue
        if song.is_mix and make_separator is None:
            skipped.append(f"{song.name} is a mix. Mixes are taken apart with --separate.")
            continue
        facts = facts_of(song, tables)
        record = set_folder / SONGS_FOLDER / f"{_song_id(song)}.json"
        stamp = _stamp(song, lengths, facts)
        found = _finished(record, stamp, set_folder)
        if found is None:
            if song.is_mix and make_separator is not None and not separators:
                separators.append(make_separator())
            try:
                found = _cut_song(song, facts, lengths, separators, set_folder)
            except AudioFileError as error:
                skipped.append(str(error))
                continue
            write_text_file(record, json.dumps({"stamp": stamp, "rows": found}, indent=1))
        if not found:
            skipped.append(f"{song.name} has no {lengths[-1]:g} s in which a voice sings to music.")
        rows += found
        used += bool(found)
        log.info("%d of %d songs", number, len(songs))
    if not rows:
        raise StudioError(f"No song gives a pair of voice and music; the first: {skipped[0]}")
    held_out = held_out_groups(row["group"] for row in rows)
    for row in rows:
        row["split"] = "held_out" if row["group"] in held_out else "train"
    write_atomically(set_folder / PAIRS_TABLE, lambda path: _write_table(path, rows))
    splits = [row["split"] for row in rows]
    return PairSetReport(
        table=str(set_folder / PAIRS_TABLE),
        songs=used,
        artists=len({row["group"] for row in rows}),
        pieces=len(rows),
        minutes=sum(row["seconds"] for row in rows) / 60,
        splits={split: splits.count(split) for split in dict.fromkeys(splits)},
        skipped=tuple(skipped),
    )


def group_of(facts: SongFacts, song: Song) -> str:
    """The artist without guests, however it is written; without an artist, the song."""
    words = f" {as_words(facts.artist)} "
    for guests in (" feat ", " ft ", " featuring "):
        words = words.partition(guests)[0]
    return words.strip() or as_words(song.name)


def pieces_of(
    voice: np.ndarray, music: np.ndarray, rate: int, lengths: Sequence[float]
) -> list[tuple[float, float]]:
    """Begin and length in seconds of pieces in which both are audible; none overlap.

    voice, music: mono (samples,), which begin together. lengths: the longest first.
    """
    is_sung, is_played = (_audible_frames(samples, rate) for samples in (voice, music))
    frames = min(len(is_sung), len(is_played))
    found, begin = [], 0
    while True:
        begin += int(np.argmax(is_sung[begin:frames])) if is_sung[begin:frames].any() else frames
        for length in lengths:
            end = begin + round(length / FRAME_S)
            if (
                end <= frames
                and is_sung[begin:end].mean() >= VOICE_SHARE
                and is_played[begin:end].mean() >= MUSIC_SHARE
            ):
                found.append((begin * FRAME_S, length))
                begin = end
                break
        else:
            begin += round(STEP_S / FRAME_S)
        if begin + round(lengths[-1] / FRAME_S) > frames:
            return found


def _audible_frames(samples: np.ndarray, rate: int) -> np.ndarray:
    """(frames,) bool: louder than AUDIBLE_DB below the loudest frame."""
    width = round(FRAME_S * rate)
    count = len(samples) // width
    power = np.square(samples[: count * width].reshape(count, width)).mean(axis=1)
    return power > power.max(initial=0.0) * 10 ** (AUDIBLE_DB / 10)


def _cut_song(
    song: Song,
    facts: SongFacts,
    lengths: Sequence[float],
    separators: Sequence[VoiceSeparator],
    set_folder: Path,
) -> list[dict[str, Any]]:
    """Write the pieces of a song; their rows of the table. Raises AudioFileError."""
    voice, music, separated_by = _sides(song, separators)
    facts = with_measured(facts, music)
    group, name = group_of(facts, song), _song_id(song)
    rows = []
    rate = voice.sample_rate
    for number, (begin_s, seconds) in enumerate(
        pieces_of(voice.mono(), music.mono(), rate, lengths)
    ):
        begin, end = round(begin_s * rate), round((begin_s + seconds) * rate)
        files = {side: f"{side}/{name}-{number:02d}.wav" for side in SIDES}
        sung = AudioClip.from_mono(voice.mono()[begin:end], rate)
        played = AudioClip(np.ascontiguousarray(music.samples[begin:end]), rate)
        for side, clip in zip(SIDES, (sung, played), strict=True):
            write_wav(set_folder / files[side], clip, "PCM_16")
        rows.append(
            {
                **files,
                "words": facts.words,
                "group": group,
                "song": song.name,
                "begin_s": round(begin_s, 3),
                "seconds": seconds,
                **asdict(facts),
                "separated_by": separated_by,
            }
        )
    return rows


def _sides(song: Song, separators: Sequence[VoiceSeparator]) -> tuple[AudioClip, AudioClip, str]:
    """Voice and music of one rate and length, and the separator's name, empty for stems."""
    if song.stems is not None:
        voice, music, separated_by = *_sides_of_stems(song.stems), ""
    elif song.voice is None:
        voice, music = separators[0].separate(read_audio(song.files[0]))
        separated_by = separators[0].name
    else:
        voice = read_audio(song.voice)
        stems = [resample(read_audio(path), voice.sample_rate) for path in song.music]
        music, separated_by = _added(stems), ""
    lengths = len(voice.samples), len(music.samples)
    if abs(lengths[0] - lengths[1]) > MAX_DIFFERENCE_S * voice.sample_rate:
        seconds = [length / voice.sample_rate for length in lengths]
        raise AudioFileError(
            f"{song.name} has a voice of {seconds[0]:.1f} s and music of {seconds[1]:.1f} s, which "
            "are not of one recording. Export both with the same beginning and end."
        )
    length = min(lengths)
    voice, music = (
        AudioClip(np.ascontiguousarray(side.samples[:length]), side.sample_rate)
        for side in (voice, music)
    )
    return voice, music, separated_by


def _sides_of_stems(path: Path) -> tuple[AudioClip, AudioClip]:
    """The voice of a stem file and the sum of its other stems. Raises AudioFileError."""
    stems = read_stems(path)
    sung = [stem for name, stem in stems if name in VOICE_NAMES]
    played = [stem for name, stem in stems if name not in VOICE_NAMES]
    if len(sung) != 1 or not played:
        names = ", ".join(name for name, _ in stems)
        raise AudioFileError(
            f"{path.name} holds the stems {names}; expected one called {VOICE_NAMES[0]} beside "
            "others. Rename its stems, or give them as WAV."
        )
    return sung[0], _added([resample(stem, sung[0].sample_rate) for stem in played])


def _added(stems: Sequence[AudioClip]) -> AudioClip:
    """The sum of stems, as long as the shortest; in mono where their channels differ."""
    if len(stems) == 1:
        return stems[0]
    length = min(len(stem.samples) for stem in stems)
    is_alike = len({stem.channels for stem in stems}) == 1
    sides = [stem.samples if is_alike else stem.mono()[:, None] for stem in stems]
    total = np.stack([side[:length] for side in sides]).sum(axis=0, dtype=np.float32)
    return AudioClip(total, stems[0].sample_rate)


def _song_id(song: Song) -> str:
    """A short name that differs for every song, even of one title."""
    digest = hashlib.sha256(str(song.files[0].resolve()).encode()).hexdigest()[:8]
    return f"{'-'.join(as_words(song.name).split())[:40]}-{digest}"


def _stamp(song: Song, lengths: Sequence[float], facts: SongFacts) -> str:
    """Changes whenever the song would be cut or named differently."""
    files = [(str(path), path.stat().st_size, path.stat().st_mtime_ns) for path in song.files]
    known = json.dumps([SET_FORMAT, files, list(lengths), asdict(facts)])
    return hashlib.sha256(known.encode()).hexdigest()


def _is_piece(song: Song, sides: Collection[Path]) -> bool:
    """sides: the folders of the pieces."""
    mix = song.mix
    return mix is not None and bool(_PIECE.search(mix.stem)) and mix.parent.resolve() in sides


def _finished(record: Path, stamp: str, set_folder: Path) -> list[dict[str, Any]] | None:
    """The rows of a song that was cut before, if they still hold and all pieces are there."""
    try:
        stored = json.loads(record.read_text(encoding="utf-8"))
        rows = stored["rows"]
        are_there = all((set_folder / row[side]).is_file() for row in rows for side in SIDES)
        return rows if stored["stamp"] == stamp and are_there else None
    except (OSError, ValueError, KeyError, TypeError):
        return None


def _write_table(path: Path, rows: Sequence[dict[str, Any]]) -> None:
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.DictWriter(file, COLUMNS)
        writer.writeheader()
        writer.writerows(rows)
