"""The studio as a program: its start, its end, what it imports."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest
import soundfile

from qvim_studio.core.program.resources import resource_path
from qvim_studio.session.session_file import load_session

SCRIPT = """
import json, sys, time
began = time.perf_counter()
from PySide6.QtCore import QTimer
import qvim_studio.app as app

class Window(app.MainWindow):
    def showEvent(self, event):
        super().showEvent(event)
        QTimer.singleShot(0, self.report)

    def report(self):
        heavy = [m for m in ("torch", "diffusers", "transformers") if m in sys.modules]
        print(json.dumps({"seconds": time.perf_counter() - began, "heavy": heavy}), flush=True)

app.MainWindow = Window
sys.exit(app.main(sys.argv[1:]))
"""

# Ended by a signal as soon as the first of its sounds is there.
MAKING = """
import os, signal, sys
import qvim_studio.app as app

class Window(app.MainWindow):
    def __init__(self, *arguments):
        super().__init__(*arguments)
        self.controller.imitation_changed.connect(self.make)
        self._services.queue.progressed.connect(self.end)

    def make(self, imitation):
        self.request.variations.setValue(8)
        self.request.duration.setValue(2.0)
        self.request.details.steps.setValue(2)
        self.request.generate_button.click()

    def end(self, progress):
        if progress.arrived is not None:
            os.kill(os.getpid(), signal.SIGTERM)

app.MainWindow = Window
sys.exit(app.main(sys.argv[1:]))
"""


def start(home: Path, *arguments: str, script: str = SCRIPT) -> subprocess.Popen[str]:
    folders = {
        "HOME": str(home),
        "XDG_CONFIG_HOME": str(home / "config"),
        "XDG_DATA_HOME": str(home / "data"),
        "XDG_STATE_HOME": str(home / "state"),
        "XDG_MUSIC_DIR": str(home / "Music"),
        "QT_QPA_PLATFORM": "offscreen",
    }
    return subprocess.Popen(
        [sys.executable, "-c", script, *arguments],
        env=os.environ | folders,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no SIGTERM to send")
def test_the_window_opens_without_torch_and_closes_cleanly_on_a_signal(tmp_path: Path) -> None:
    studio = start(tmp_path)
    report = json.loads(studio.stdout.readline())
    assert report["heavy"] == []
    studio.send_signal(signal.SIGTERM)
    _, errors = studio.communicate(timeout=20)
    assert studio.returncode == 0, errors
    assert "Traceback" not in errors
    logs = list(tmp_path.rglob("studio.log"))
    assert len(logs) == 1
    assert "QVIM Studio" in logs[0].read_text()


@pytest.mark.slow
@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no SIGTERM to send")
def test_a_signal_while_the_real_engine_makes_sounds_keeps_what_is_finished_and_the_request(
    tmp_path: Path,
) -> None:
    take = str(resource_path("examples", "dog_woof.flac"))
    studio = start(tmp_path, take, script=MAKING)
    _, errors = studio.communicate(timeout=120)
    assert studio.returncode == 0, errors
    kept = list((tmp_path / "Music").rglob("*.wav"))
    assert 1 <= len(kept) < 8
    for path in kept:
        assert soundfile.info(path).frames == 2 * 48_000
        assert json.loads(path.with_suffix(".json").read_text())["request"]["steps"] == 2
    (session,) = tmp_path.rglob("session.json")
    (job,) = load_session(session).jobs
    assert job.was_running and job.request["variations"] == 8
