"""Recordings of real mouths and voices with known classes, for evaluation and never for
training."""

from __future__ import annotations

from collections.abc import Container, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from qvim_studio.audio.files.reading import read_audio
from qvim_studio.audio.following.onsets import split_at_onsets
from qvim_studio.audio.trim import trim_take
from qvim_studio.core.clip import AudioClip
from qvim_studio.core.errors import StudioError
from qvim_studio.training.corpus.labels import FURTHER_CLASSES, MOUTH_CLASSES, VOICE_CLASSES
from qvim_studio.training.corpus.sets.sound_sets import MANIFEST
from qvim_studio.training.corpus.sets.tables import read_rows

REPEATED = "(mouth)"  # ends the labels of recordings that hold a noise several times


def real_takes(
    data_folder: Path, wanted: Mapping[str, tuple[str, ...]]
) -> Iterator[tuple[str, AudioClip, tuple[str, ...]]]:
    """Name, sound and right classes of the takes of ``data_folder/voice_dev`` with a wanted label.

    Repeated noises of a mouth are cut as the studio cuts a take, one for each. Raises StudioError
    where the folder has no manifest.
    """
    for row in _rows(data_folder, wanted):
        sounds = _sounds(data_folder / row["path"], is_repeated=wanted is MOUTH_CLASSES)
        for number, sound in enumerate(sounds, 1):
            name = f"{row['label']} {number}" if len(sounds) > 1 else row["label"]
            yield name, sound, wanted[row["label"]]


@dataclass(frozen=True, eq=False)
class JudgedTake:
    """name: of this sound alone. source: the folder that its recordings lie in."""

    name: str
    label: str
    source: str
    classes: tuple[str, ...]
    clip: AudioClip


def judged_takes(data_folder: Path) -> Iterator[JudgedTake]:
    """Every sound of a mouth or voice whose class is known. Raises as ``real_takes`` does."""
    known = {**FURTHER_CLASSES, **MOUTH_CLASSES, **VOICE_CLASSES}
    for row in _rows(data_folder, known):
        label, path = row["label"], row["path"]
        sounds = _sounds(data_folder / path, is_repeated=label.endswith(REPEATED))
        for number, sound in enumerate(sounds, 1):
            source = Path(path).parent.name
            yield JudgedTake(f"{path} {number}", label, source, known[label], sound)


def _rows(data_folder: Path, wanted: Container[str]) -> list[dict[str, str]]:
    manifest = data_folder / MANIFEST
    if not manifest.is_file():
        raise StudioError(
            f"There are no real imitations in {data_folder}. Give a folder with a {MANIFEST}, or "
            "leave --data out."
        )
    rows = read_rows(manifest, ("path", "label", "split"))
    return [row for row in rows if row["label"] in wanted and row["split"] == "voice_dev"]


def _sounds(path: Path, *, is_repeated: bool) -> list[AudioClip]:
    take = trim_take(read_audio(path))
    return list(split_at_onsets(take)) if is_repeated else [take]
