"""What the manager lists is the newest that it has seen."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from dataclasses import replace

import pytest
from fake_checkpoint_store import KNOWN, FakeCheckpointStore
from pytestqt.qtbot import QtBot

from qvim_studio.core.checkpoint_entry import CheckpointEntry
from qvim_studio.jobs.checkpoint_manager import CheckpointManager


class SlowStore(FakeCheckpointStore):
    """The first list takes until ``may_end`` is set."""

    def __init__(self) -> None:
        super().__init__()
        self.has_begun, self.may_end = threading.Event(), threading.Event()

    def list(self) -> tuple[CheckpointEntry, ...]:
        seen, is_first = super().list(), not self.has_begun.is_set()
        self.has_begun.set()
        if is_first:
            self.may_end.wait(10.0)
        return seen


@pytest.fixture
def store() -> SlowStore:
    return SlowStore()


@pytest.fixture
def manager(store: SlowStore, qtbot: QtBot) -> Iterator[CheckpointManager]:
    manager = CheckpointManager(lambda: store)
    yield manager
    assert manager.shutdown()


def test_a_slow_look_never_takes_the_place_of_a_later_one(
    manager: CheckpointManager, store: SlowStore, qtbot: QtBot
) -> None:
    manager.refresh()
    qtbot.waitUntil(store.has_begun.is_set)
    store.entries.append(replace(KNOWN, id="mine"))
    manager.refresh()
    qtbot.waitUntil(lambda: manager.listing is not None)
    store.may_end.set()
    qtbot.waitUntil(lambda: manager.is_idle)
    assert manager.listing is not None
    assert [entry.id for entry in manager.listing.entries][-1] == "mine"
