from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
import soundfile
from library_fixtures import VOICE, library  # noqa: F401
from pytestqt.qtbot import QtBot

from qvim_studio.core.clip import AudioClip
from qvim_studio.core.errors import EngineError, StudioError
from qvim_studio.jobs.listening.listening_process import ListeningProcess
from qvim_studio.jobs.listening.sound_indexer import IndexProgress, SoundIndexer
from qvim_studio.library.folders import FolderKind
from qvim_studio.library.library import Library


@pytest.fixture
def indexer(library: Library, tmp_path: Path, qtbot: QtBot) -> Iterator[SoundIndexer]:  # noqa: F811
    """Over a folder with three sounds and a broken one."""
    for name, level in (("quiet.wav", 0.1), ("deep/middle.flac", 0.5), ("loud.ogg", 0.9)):
        write_sound(tmp_path / "own" / name, level)
    (tmp_path / "own" / "broken.wav").write_bytes(b"no audio")
    library.folders.add(tmp_path / "own", FolderKind.SOUNDS)
    indexer = make_indexer(library)
    yield indexer
    assert indexer.shutdown()


def make_indexer(library: Library) -> SoundIndexer:  # noqa: F811
    listening = ListeningProcess("scripted_hearing:make_hearing_service")
    return SoundIndexer(library, listening, lambda: "scripted")


def write_sound(path: Path, level: float) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    soundfile.write(path, level * VOICE.samples, 48_000)


def run(indexer: SoundIndexer, qtbot: QtBot) -> int:
    with qtbot.waitSignal(indexer.finished) as finished:
        indexer.index()
    return finished.args[0]


def nearest(indexer: SoundIndexer, level: float) -> list[str]:
    voice = AudioClip(np.float32(level) * VOICE.samples / np.abs(VOICE.samples).max(), 48_000)
    embedding = indexer._listening.embed(voice, "imitation")
    hits = indexer._library.nearest("scripted", embedding, top=2)
    return [entry.path.name for entry in hits]


def test_sounds_are_found_by_what_they_are_heard_as(indexer: SoundIndexer, qtbot: QtBot) -> None:
    run(indexer, qtbot)
    found = indexer._library.search_folders("thunder", FolderKind.SOUNDS, 10)
    assert [entry.path.name for entry in found] == ["loud.ogg"]


def test_sounds_are_found_by_voice_and_only_changes_are_heard_again(
    indexer: SoundIndexer, tmp_path: Path, qtbot: QtBot
) -> None:
    news: list[IndexProgress] = []
    indexer.progressed.connect(news.append)
    assert run(indexer, qtbot) == 4
    assert (news[-1].done, news[-1].count) == (4, 4)
    assert news[-1].sounds_per_s > 0
    assert nearest(indexer, 0.5) == ["middle.flac", "quiet.wav"]
    assert run(indexer, qtbot) == 0
    write_sound(tmp_path / "own" / "quiet.wav", 0.48)
    os.utime(tmp_path / "own" / "quiet.wav", (1, 1))
    (tmp_path / "own" / "loud.ogg").unlink()
    assert run(indexer, qtbot) == 1
    assert nearest(indexer, 0.48) == ["quiet.wav", "middle.flac"]
    assert nearest(indexer, 0.9) == ["middle.flac", "quiet.wav"]
    assert not indexer.is_running


@pytest.mark.skipif(sys.platform in ("win32", "darwin"), reason="names are text there")
def test_sounds_whose_names_are_no_text_are_told_once(
    indexer: SoundIndexer, tmp_path: Path, qtbot: QtBot
) -> None:
    reported: list[StudioError] = []
    indexer.passed_over.connect(reported.append)
    (tmp_path / "own" / "quiet.wav").rename(tmp_path / "own" / os.fsdecode(b"T\xfcr.wav"))
    assert run(indexer, qtbot) == 3
    assert run(indexer, qtbot) == 0
    assert len(reported) == 1
    assert str(reported[0]).startswith("1 sounds in") and "Tür.wav" in str(reported[0])


def test_sounds_that_another_encoder_heard_are_heard_again(
    indexer: SoundIndexer,
    library: Library,  # noqa: F811
    qtbot: QtBot,
) -> None:
    run(indexer, qtbot)
    ids = [entry.id for entry in library.sounds.entries(FolderKind.SOUNDS)]
    library.vectors.add("older", ids, np.eye(3, dtype=np.float32))
    assert nearest(indexer, 0.5) == []
    assert run(indexer, qtbot) == 3
    assert nearest(indexer, 0.5) == ["middle.flac", "quiet.wav"]


def test_no_child_is_started_where_all_is_heard(
    indexer: SoundIndexer,
    library: Library,  # noqa: F811
    qtbot: QtBot,
) -> None:
    run(indexer, qtbot)
    again = make_indexer(library)
    try:
        assert run(again, qtbot) == 0
        assert again._listening._child.process is None
    finally:
        assert again.shutdown()


def test_a_paused_run_waits_and_goes_on(indexer: SoundIndexer, qtbot: QtBot) -> None:
    indexer.batch = 1
    done: list[int] = []

    def pause_after_the_first(progress: IndexProgress) -> None:
        done.append(progress.done)
        indexer.set_paused(True)

    indexer.progressed.connect(pause_after_the_first)
    indexer.index()
    qtbot.waitUntil(lambda: bool(done))
    # at most one more was in hand when the pause came
    qtbot.waitUntil(lambda: indexer.is_paused)
    assert indexer.is_running
    indexer.progressed.disconnect(pause_after_the_first)
    indexer.set_held(True)
    indexer.set_paused(False)
    assert not indexer._may_run.is_set()
    with qtbot.waitSignal(indexer.finished):
        indexer.set_held(False)
    assert len(indexer._library.sounds.entries(FolderKind.SOUNDS)) == 3


def test_a_stopped_run_keeps_what_it_heard(
    indexer: SoundIndexer,
    library: Library,  # noqa: F811
    qtbot: QtBot,
) -> None:
    indexer.batch = 1
    indexer.progressed.connect(lambda progress: indexer.set_paused(True))
    with qtbot.waitSignal(indexer.progressed):
        indexer.index()
    assert indexer.shutdown()
    again = make_indexer(library)
    try:
        assert run(again, qtbot) < 4
        assert len(library.sounds.entries(FolderKind.SOUNDS)) == 3
    finally:
        assert again.shutdown()


@pytest.mark.parametrize(("name", "words"), [("die.wav", "ended"), ("bug.wav", "error inside")])
def test_a_child_that_fails_is_told_and_started_anew(
    indexer: SoundIndexer,
    tmp_path: Path,
    qtbot: QtBot,
    name: str,
    words: str,
    caplog: pytest.LogCaptureFixture,
) -> None:
    write_sound(tmp_path / "own" / name, 0.3)
    with qtbot.waitSignal(indexer.failed) as failed:
        indexer.index()
    assert isinstance(failed.args[0], EngineError)
    assert words in str(failed.args[0])
    (tmp_path / "own" / name).unlink()
    assert run(indexer, qtbot) == 4


def test_a_folder_that_is_not_there_is_left_alone(
    indexer: SoundIndexer, tmp_path: Path, qtbot: QtBot
) -> None:
    run(indexer, qtbot)
    (tmp_path / "own").rename(tmp_path / "unplugged")
    assert run(indexer, qtbot) == 0
    assert len(indexer._library.sounds.entries(FolderKind.SOUNDS)) == 3
