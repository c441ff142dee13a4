from __future__ import annotations

import os
import subprocess
import sys
import time
from pathlib import Path

PARENT = """
import sys, time
sys.path.insert(0, sys.argv[1])
from qvim_studio.core.request import GenerationRequest
from qvim_studio.jobs.engine.engine_process import EngineProcess

if __name__ == "__main__":
    engine = EngineProcess("scripted_engine:make_engine")
    def on_progress(progress):
        if progress.phase == "denoise":
            print(engine.process_id, flush=True)
    engine.generate(GenerationRequest(text="wait"), on_progress, lambda: False)
"""


def test_the_child_ends_with_a_parent_that_is_killed(tmp_path: Path) -> None:
    script = tmp_path / "parent.py"
    script.write_text(PARENT)
    support = Path(__file__).parents[3] / "tests" / "support"
    parent = subprocess.Popen(
        [sys.executable, str(script), str(support)], stdout=subprocess.PIPE, text=True
    )
    child = int(parent.stdout.readline())
    parent.kill()
    parent.wait()
    parent.stdout.close()
    deadline = time.monotonic() + 5
    while _is_running(child) and time.monotonic() < deadline:
        time.sleep(0.02)
    assert not _is_running(child)


def _is_running(process_id: int) -> bool:
    try:
        os.kill(process_id, 0)
    except ProcessLookupError:
        return False
    status = Path(f"/proc/{process_id}/stat")
    return not status.exists() or status.read_text().rsplit(")", 1)[1].split()[0] != "Z"
