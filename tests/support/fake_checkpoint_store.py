"""A store of checkpoints without disk or network: tests say when a download goes on."""

from __future__ import annotations

import threading
from dataclasses import replace
from pathlib import Path

from qvim_studio.core.checkpoint_entry import GPU_MODES, CheckpointEntry
from qvim_studio.core.checkpoint_store import ImportedCheckpoint, IsCancelled, OnBytes
from qvim_studio.core.errors import CancelledError, CheckpointError, PickledWeightsError
from qvim_studio.core.request import VramMode

GB = 10**9
MEMORY = dict(zip((*GPU_MODES, VramMode.CPU), (3 * GB, 2 * GB, 1 * GB, GB // 2, 2 * GB)))
SHIPPED = CheckpointEntry(
    "starter", "QVIM Studio Starter", "Apache-2.0", "yes", True, 20, 2.0, MEMORY, 48_000_000
)
KNOWN = CheckpointEntry(
    "audioldm-s-full-v2",
    "AudioLDM S (full, v2)",
    "CC BY-NC-SA 4.0",
    "no",
    False,
    25,
    2.5,
    MEMORY,
    1_600_000_000,
    "cvssp/audioldm-s-full-v2",
)
TOTAL = 1000


class FakeCheckpointStore:
    """offline, problems: what it answers. pickled: weights that a folder or download holds as
    pickles. goes_on: set by a test to let bytes come."""

    def __init__(self) -> None:
        self.entries = [SHIPPED, KNOWN]
        self.offline = False
        self.problems: tuple[str, ...] = ()
        self.pickled: tuple[str, ...] = ()
        self.goes_on = threading.Event()
        self.discarded: list[str] = []
        self.consents: list[bool] = []
        self.used = ""  # while something was imported

    def list(self) -> tuple[CheckpointEntry, ...]:
        return tuple(self.entries)

    def is_offline(self) -> bool:
        return self.offline

    def free_bytes(self) -> int:
        return 75 * GB

    def download(
        self,
        id: str,
        on_bytes: OnBytes,
        is_cancelled: IsCancelled,
        allow_pickle: bool = False,
        on_converted: OnBytes = lambda done, total: None,
    ) -> None:
        self._check_consent(allow_pickle)
        on_bytes(TOTAL // 2, TOTAL)
        while not self.goes_on.wait(0.01):
            if is_cancelled():
                raise CancelledError("Cancelled.")
        on_bytes(TOTAL, TOTAL)
        self._install(id, True)

    def discard(self, id: str) -> None:
        self.discarded.append(id)

    def import_source(
        self, source: Path, allow_pickle: bool = False, used: str = ""
    ) -> ImportedCheckpoint:
        self.used = used
        if source.suffix == ".txt":
            raise CheckpointError(f"{source.name} cannot be converted. Give a checkpoint.")
        self._check_consent(allow_pickle)
        own = replace(SHIPPED, id=source.name, title=source.name, commercial="no", is_own=True)
        self.entries.append(replace(own, is_import=source.is_file()))
        return ImportedCheckpoint(source.name, "AudioLDM of size s." if source.is_file() else "")

    def verify(self, id: str) -> tuple[str, ...]:
        return self.problems

    def remove(self, id: str) -> int:
        self._install(id, False)
        return 1_600_000_000

    def _check_consent(self, allow_pickle: bool) -> None:
        if self.pickled and not allow_pickle:
            raise PickledWeightsError("Pickles.", self.pickled)
        self.consents.append(allow_pickle)

    def _install(self, id: str, is_installed: bool) -> None:
        for place, entry in enumerate(self.entries):
            if entry.id == id:
                self.entries[place] = replace(entry, is_installed=is_installed)
            elif entry.voice_part == id:
                self.entries[place] = replace(entry, hears_voice=is_installed)
