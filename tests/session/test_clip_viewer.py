from __future__ import annotations

from pathlib import Path

import numpy as np
import soundfile
from pytestqt.qtbot import QtBot

from qvim_studio.jobs.background_tasks import BackgroundTasks
from qvim_studio.library.clip_entry import ClipEntry
from qvim_studio.session.clip_viewer import ClipViewer


def entry(path: Path) -> ClipEntry:
    return ClipEntry(path, "g", path.stem, 0.0, 1.0, None, 0, "Starter", "CC0-1.0")


def test_a_clip_stays_looked_at_when_the_one_before_could_not_be_read(
    tmp_path: Path, qtbot: QtBot
) -> None:
    soundfile.write(tmp_path / "here.wav", 0.5 * np.sin(np.arange(4800) * 0.1), 48_000)
    tasks = BackgroundTasks()
    viewer = ClipViewer(tasks)
    here = entry(tmp_path / "here.wav")
    with qtbot.waitSignal(viewer.analyzed):
        viewer.view(entry(tmp_path / "gone.wav"))
        viewer.view(here)
    assert viewer.entry is here
    assert tasks.shutdown()


def test_a_clip_that_cannot_be_read_is_not_looked_at(tmp_path: Path, qtbot: QtBot) -> None:
    tasks = BackgroundTasks()
    viewer = ClipViewer(tasks)
    with qtbot.waitSignal(viewer.pictured) as pictured:
        viewer.view(entry(tmp_path / "gone.wav"))
    assert pictured.args == [None]
    assert viewer.entry is None
    assert tasks.shutdown()
