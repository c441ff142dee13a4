"""A keeper of checkpoints without disk or network: tests say when a download goes on."""

from __future__ import annotations

import threading
from dataclasses import replace
from pathlib import Path

from qvim_studio.core.checkpoint_choice import GPU_MODES, CheckpointChoice
from qvim_studio.core.checkpoint_keeper import IsCancelled, OnBytes
from qvim_studio.core.errors import CancelledError, CheckpointError, PickledWeightsError
from qvim_studio.core.request import VramMode

GB = 10**9
MEMORY = dict(zip((*GPU_MODES, VramMode.CPU), (3 * GB, 2 * GB, 1 * GB, GB // 2, 2 * GB)))
SHIPPED = CheckpointChoice(
    "starter", "QVIM Studio Starter", "Apache-2.0", "yes", True, 20, 2.0, MEMORY, 48_000_000
)
KNOWN = CheckpointChoice(
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


class FakeKeeper:
    """offline, problems: what it answers. pickled: weights that a folder or download holds as
    pickles. goes_on: set by a test to let bytes come."""

    def __init__(self) -> None:
        self.choices = [SHIPPED, KNOWN]
        self.offline = False
        self.problems: tuple[str, ...] = ()
        self.pickled: tuple[str, ...] = ()
        self.goes_on = threading.Event()
        self.discarded: list[str] = []
        self.consents: list[bool] = []

    def list(self) -> tuple[CheckpointChoice, ...]:
        return tuple(self.choices)

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

    def import_folder(self, folder: Path, allow_pickle: bool = False) -> str:
        if folder.is_file():
            raise CheckpointError(f"{folder.name} is a single file. Convert it first.")
        self._check_consent(allow_pickle)
        own = replace(SHIPPED, id=folder.name, title=folder.name, commercial="no", is_own=True)
        self.choices.append(own)
        return folder.name

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
        for place, choice in enumerate(self.choices):
            if choice.id == id:
                self.choices[place] = replace(choice, is_installed=is_installed)
            elif choice.voice_part == id:
                self.choices[place] = replace(choice, hears_voice=is_installed)
