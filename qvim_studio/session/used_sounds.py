"""Remembers where the sounds given to requests lie; recipes name them only by hash."""

from __future__ import annotations

import json
import logging
import threading
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from qvim_studio.audio.files.given_sound import GivenSound, SoundUse, read_given
from qvim_studio.core.errors import AudioFileError
from qvim_studio.core.request import clip_hash
from qvim_studio.core.text.text_file import save_text

log = logging.getLogger(__name__)

MAX_KEPT = 5_000  # sounds, the latest ones: about half a megabyte


class UsedSounds:
    """The places of sounds by hash, in a small file. Usable from several threads."""

    def __init__(self, file: Path) -> None:
        self._file = file
        self._lock = threading.Lock()
        self._places: dict[str, str] | None = None

    def remember(self, given: GivenSound) -> None:
        """Remember where a sound lies; a failure to write is logged."""
        name = clip_hash(given.clip)
        with self._lock:
            places = self._read()
            places.pop(name, None)
            places[name] = str(given.path)
            for oldest in list(places)[: max(0, len(places) - MAX_KEPT)]:
                del places[oldest]
            try:
                save_text(self._file, json.dumps(places))
            except (OSError, ValueError) as error:
                log.warning("The places of given sounds cannot be kept: %s", error)

    def place(self, sha256: str) -> Path | None:
        """Where a sound lay when it was given to a request; None if unknown."""
        with self._lock:
            place = self._read().get(sha256)
        return None if place is None else Path(place)

    def find(self, recipe: Mapping[str, Any]) -> tuple[dict[SoundUse, GivenSound], tuple[str, ...]]:
        """The sounds that the request of a recipe names by their hashes, and the names of those
        that are gone or are not what they were. May take a moment."""
        found: dict[SoundUse, GivenSound] = {}
        gone: list[str] = []
        for use in SoundUse:
            sha256 = recipe.get(f"{use.value}_sha256")
            if not sha256:
                continue
            name = str(recipe.get(f"{use.value}_name") or "")
            given = self._given(str(sha256), name)
            if given is None:
                gone.append(name)
            else:
                found[use] = given
        return found, tuple(gone)

    def _given(self, sha256: str, name: str) -> GivenSound | None:
        path = self.place(sha256)
        if path is None:
            return None
        try:
            given = read_given(path, name)
        except AudioFileError as error:
            log.info("A given sound is gone: %s", error)
            return None
        return given if clip_hash(given.clip) == sha256 else None

    def _read(self) -> dict[str, str]:
        if self._places is None:
            try:
                stored = json.loads(self._file.read_text(encoding="utf-8"))
                self._places = {str(name): str(place) for name, place in stored.items()}
            except FileNotFoundError:
                self._places = {}
            except (OSError, ValueError, AttributeError) as error:
                log.info("The places of given sounds cannot be read: %s", error)
                self._places = {}
        return self._places
