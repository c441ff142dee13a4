"""Reads found sounds for the list of candidates."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from qvim_studio.core.errors import AudioFileError
from qvim_studio.core.result import FoundSound
from qvim_studio.core.text.file_names import sound_name
from qvim_studio.library.adoption import read_entry
from qvim_studio.library.clip_entry import ClipEntry

log = logging.getLogger(__name__)


def read_found(found: Sequence[FoundSound]) -> tuple[ClipEntry, ...]:
    """The entries with lengths and waveforms; files that are gone are skipped."""
    entries = []
    for sound in found:
        try:
            entry = read_entry(Path(sound.path))
        except AudioFileError as error:
            log.info("A found sound is passed over: %s", error)
        else:
            title = sound_name(entry.path.stem)
            entries.append(replace(entry, title=title, match=sound.match))
    return tuple(entries)
