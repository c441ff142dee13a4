"""Recordings of real mouths and voices whose class is known, for judging and never for learning."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path

from qvim_studio.audio.files.reading import read_audio
from qvim_studio.audio.following.onsets import split_at_onsets
from qvim_studio.audio.trim import trim_take
from qvim_studio.core.clip import AudioClip
from qvim_studio.core.errors import StudioError
from qvim_studio.training.corpus.labels import MOUTH_CLASSES
from qvim_studio.training.corpus.layouts import MANIFEST, read_rows


def real_takes(
    data_folder: Path, wanted: Mapping[str, tuple[str, ...]]
) -> Iterator[tuple[str, AudioClip, tuple[str, ...]]]:
    """Name, sound and right classes of the takes of ``data_folder/voice_dev`` with a wanted label.

    Repeated noises of a mouth are cut as the studio cuts a take, one for each. Raises StudioError
    where the folder has no manifest.
    """
    manifest = data_folder / MANIFEST
    if not manifest.is_file():
        raise StudioError(
            f"There are no real imitations in {data_folder}. Give a folder with a {MANIFEST}, or "
            "leave --data out."
        )
    for row in read_rows(manifest, ("path", "label", "split")):
        if row["label"] not in wanted or row["split"] != "voice_dev":
            continue
        take = trim_take(read_audio(data_folder / row["path"]))
        sounds = split_at_onsets(take) if wanted is MOUTH_CLASSES else [take]
        for number, sound in enumerate(sounds, 1):
            name = f"{row['label']} {number}" if len(sounds) > 1 else row["label"]
            yield name, sound, wanted[row["label"]]
