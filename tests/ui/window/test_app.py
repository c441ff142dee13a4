"""The studio as a program: its start, its end, what it imports."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

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


def start(home: Path, *arguments: str) -> subprocess.Popen[str]:
    folders = {
        "HOME": str(home),
        "XDG_CONFIG_HOME": str(home / "config"),
        "XDG_DATA_HOME": str(home / "data"),
        "XDG_STATE_HOME": str(home / "state"),
        "XDG_MUSIC_DIR": str(home / "Music"),
        "QT_QPA_PLATFORM": "offscreen",
    }
    return subprocess.Popen(
        [sys.executable, "-c", SCRIPT, *arguments],
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
