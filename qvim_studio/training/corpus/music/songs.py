"""Finds songs in folders: as a voice beside its music, as stems, as stem files, or as a mix."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from qvim_studio.audio.files.stem_file import STEM_SUFFIXES, is_stem_file, title_of_stem_file
from qvim_studio.core.text.audio_formats import SOUND_SUFFIXES
from qvim_studio.training.corpus.sets.listing import sounds_below

VOICE_NAMES = ("vocals", "vocal", "voice", "vox", "acapella", "a cappella")
MUSIC_NAMES = ("accompaniment", "instrumental", "no vocals", "music", "karaoke", "minus one")
STEM_NAMES = ("drums", "bass", "other", "guitar", "piano", "keys", "synth", "strings")
MIX_NAMES = ("mixture", "mix", "master")
_SUFFIXES = SOUND_SUFFIXES | {Path(suffix).suffix for suffix in STEM_SUFFIXES}
_JOINT = r"[\s._-]+|^"
_PARTS = "|".join(
    name.replace(" ", r"[\s_-]?")
    for name in (*MUSIC_NAMES, *VOICE_NAMES, *STEM_NAMES, *MIX_NAMES)  # "no vocals" before "vocals"
)
_NAMED = re.compile(rf"^(?P<song>.*?)(?:{_JOINT})[(\[]?(?P<part>{_PARTS})[)\]]?$", re.IGNORECASE)


@dataclass(frozen=True)
class Song:
    """Files of one song. name: "Artist - Title", or what the files or their folder are called.

    voice, music: both there, or neither and a mix, or nothing at all where a voice stands alone.
    music: several stems are added up. stems: a file that holds them all.
    """

    name: str
    voice: Path | None
    music: tuple[Path, ...]
    mix: Path | None
    stems: Path | None = None

    @property
    def is_mix(self) -> bool:
        """Whether voice and music are only there together."""
        return self.voice is None and self.stems is None

    @property
    def files(self) -> tuple[Path, ...]:
        """What the pair is made of."""
        if self.voice is not None:
            return (self.voice, *self.music)
        return tuple(path for path in (self.stems or self.mix,) if path is not None)


def find_songs(folders: Sequence[Path]) -> list[Song]:
    """All songs below the folders, by name.

    MUSDB (``vocals.wav`` beside ``accompaniment.wav`` or other stems in a folder for each song),
    ``*_vocals`` beside ``*_instrumental`` (any joint, brackets too), stem files (``*.stem.mp4``),
    and mixes: all other sounds.
    """
    parts: dict[tuple[Path, str], dict[str, Path]] = defaultdict(dict)
    songs: list[Song] = []
    for folder in folders:
        for path in sorted(sounds_below(folder, _SUFFIXES)):
            found = _NAMED.match(path.stem)
            if is_stem_file(path):
                songs.append(Song(title_of_stem_file(path), None, (), None, path))
            elif path.suffix.lower() not in SOUND_SUFFIXES:
                continue  # a video
            elif found is None:
                songs.append(Song(path.stem, None, (), path))
            else:
                part = re.sub(r"[\s_-]+", " ", found["part"]).lower()
                parts[(path.parent, found["song"])].setdefault(part, path)
    songs += [_joined(folder, name, files) for (folder, name), files in parts.items()]
    return sorted(songs, key=lambda song: (song.name, song.files))


def artist_of_name(name: str) -> str:
    """The first half of "Artist - Title"; empty for other names."""
    artist, joint, _ = name.partition(" - ")
    return artist.strip() if joint else ""


def _joined(folder: Path, name: str, files: dict[str, Path]) -> Song:
    """A song of its parts; a song without a name of its own is called as its folder."""
    voice = _first(VOICE_NAMES, files)
    music = _first(MUSIC_NAMES, files)
    stems = tuple(files[stem] for stem in STEM_NAMES if stem in files)
    mix = _first(MIX_NAMES, files)
    title = name.strip(" ._-") or folder.name
    if voice is not None and (music is not None or stems):
        return Song(title, voice, stems if music is None else (music,), mix)
    return Song(title, None, (), mix)


def _first(names: Iterable[str], files: dict[str, Path]) -> Path | None:
    return next((files[name] for name in names if name in files), None)
