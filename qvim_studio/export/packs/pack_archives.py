"""Writes the zip of a pack and its Bitwig instruments, while the sounds are written.

Each sound's bytes go from memory into all places that hold it; nothing is read back. The
instruments hold the sounds themselves, which is why they lie beside the pack and not in it: the
zip would hold every sound twice.
"""

from __future__ import annotations

import contextlib
import zipfile
from collections.abc import Sequence
from pathlib import Path
from types import TracebackType

from qvim_studio.export.packs.pack_plan import PackPlan
from qvim_studio.export.packs.pack_texts import PackedClip
from qvim_studio.export.packs.presets import (
    KEYS_PER_BANK,
    PresetGroup,
    PresetSample,
    multisample_xml,
)
from qvim_studio.export.packs.zip_files import add_files, add_stored


class PackArchives:
    """The archives in ``staging``, complete when the context ends without an error."""

    def __init__(self, staging: Path, plan: PackPlan) -> None:
        self._plan = plan
        self._name = plan.options.folder_name
        self._bank_of = _banks_of(plan)
        self._files = contextlib.ExitStack()
        self._zip = self._open(staging / zip_name(self._name))
        self._banks = [self._open(staging / name) for name in bank_names(plan)]

    def __enter__(self) -> PackArchives:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._files.__exit__(kind, error, trace)

    def add_sound(self, entry: PackedClip, data: bytes) -> None:
        """Add the next sound of the plan, as it lies in the pack."""
        add_stored(self._zip, f"{self._name}/{entry.clip.path}", data)
        bank = self._bank_of[entry.clip.source.group]
        add_stored(self._banks[bank], entry.clip.path.name, data)

    def finish(self, pack: Path, packed: Sequence[PackedClip]) -> None:
        """Add everything but the sounds; ``pack`` must be complete."""
        sounds = {str(entry.clip.path) for entry in packed}
        add_files(self._zip, pack, self._name, without=sounds)
        groups = preset_groups(packed)
        for number, archive in enumerate(self._banks):
            bank = groups[number * KEYS_PER_BANK : (number + 1) * KEYS_PER_BANK]
            title = self._name if number == 0 else f"{self._name} {number + 1}"
            xml = multisample_xml(title, bank, self._plan.options.creator)
            add_stored(archive, "multisample.xml", xml)

    def _open(self, path: Path) -> zipfile.ZipFile:
        # A file of our own, unlike that of ZipFile, writes large pieces without copying them.
        file = self._files.enter_context(path.open("wb"))
        return self._files.enter_context(zipfile.ZipFile(file, "w", zipfile.ZIP_STORED))


def zip_name(pack_name: str) -> str:
    return f"{pack_name}.zip"


def bank_names(plan: PackPlan) -> list[str]:
    """The file names of the Bitwig instruments; the dot tells them from a pack "Name 2"."""
    name = plan.options.folder_name
    groups = len(dict.fromkeys(clip.source.group for clip in plan.clips))
    count = -(-groups // KEYS_PER_BANK)
    return [
        f"{name}.multisample" if number == 1 else f"{name}.{number}.multisample"
        for number in range(1, count + 1)
    ]


def preset_groups(packed: Sequence[PackedClip]) -> list[PresetGroup]:
    """The clips as preset groups; clips of one request share a key and take turns."""
    groups: dict[str, list[PackedClip]] = {}
    for entry in packed:
        groups.setdefault(entry.clip.source.group, []).append(entry)
    return [
        PresetGroup(
            members[0].clip.title,
            tuple(PresetSample(e.clip.path, e.frames, e.loop) for e in members),
        )
        for members in groups.values()
    ]


def _banks_of(plan: PackPlan) -> dict[str, int]:
    groups = dict.fromkeys(clip.source.group for clip in plan.clips)
    return {group: number // KEYS_PER_BANK for number, group in enumerate(groups)}
