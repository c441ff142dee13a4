from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from qvim_studio.core.result import GpuUse
from qvim_studio.jobs.engine.memory_watch import MIB, read_memory

HOLD = "held = bytearray(200 * 2**20); print('held', flush=True); input()"


def test_the_engine_in_its_own_process_counts_as_the_program() -> None:
    before = read_memory(nvidia_smi=None).own
    with subprocess.Popen(
        [sys.executable, "-c", HOLD], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    ) as engine:
        assert engine.stdout is not None
        engine.stdout.readline()
        during = read_memory(nvidia_smi=None).own
        engine.communicate(b"\n")
    assert during - before > 200 * MIB


@pytest.mark.skipif(sys.platform == "win32", reason="a shell script stands for the driver's tool")
@pytest.mark.parametrize(
    ("rows", "own_mib"),
    [("US, 700\n1, 300", 700), ("1, 300", 0), ("", 0), ("1, [N/A]", None)],
)
def test_of_the_gpu_only_our_processes_count(
    tmp_path: Path, rows: str, own_mib: int | None
) -> None:
    rows = rows.replace("US", str(os.getpid()))
    program = tmp_path / "nvidia-smi"
    program.write_text(
        f"#!/bin/sh\ncase $1 in *compute-apps*) printf '{rows}\\n';; *) echo '2048, 6144';; esac\n"
    )
    program.chmod(0o755)
    memory = read_memory(str(program))
    assert (memory.gpu_used, memory.gpu_total) == (2048 * MIB, 6144 * MIB)
    assert memory.gpu_own == (None if own_mib is None else own_mib * MIB)


def test_a_gpu_that_no_program_tells_of_is_what_the_engine_says() -> None:
    use = GpuUse(own=1 * MIB, used=3 * MIB, total=8 * MIB)
    memory = read_memory(None, lambda: use)
    assert (memory.gpu_own, memory.gpu_used, memory.gpu_total) == use


def test_without_a_gpu_none_is_told() -> None:
    memory = read_memory(None, lambda: None)
    assert (memory.gpu_own, memory.gpu_used, memory.gpu_total) == (None, 0, 0)
