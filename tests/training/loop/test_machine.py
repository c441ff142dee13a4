"""A trainer's process reuses freed memory instead of asking the system for new pages."""

from __future__ import annotations

import contextlib
import json
import logging
import platform
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
import torch

from qvim_studio.commands import cli
from qvim_studio.commands.training import parts as command
from qvim_studio.training.loop import machine

# In a process of its own, whose memory nobody has used yet.
FAULTS = """
import ctypes
import json
import resource
from qvim_studio.training.loop.heap import kept_memory

libc = ctypes.CDLL(None)
libc.malloc.restype = ctypes.c_void_p
libc.malloc.argtypes = [ctypes.c_size_t]
libc.free.argtypes = [ctypes.c_void_p]
SIZE = 64 * 2**20

def step():
    memory = libc.malloc(SIZE)
    ctypes.memset(memory, 1, SIZE)
    libc.free(memory)

def count_faults():
    step()
    step()
    before = resource.getrusage(resource.RUSAGE_SELF).ru_minflt
    for _ in range(10):
        step()
    return resource.getrusage(resource.RUSAGE_SELF).ru_minflt - before

usual = count_faults()
with kept_memory():
    kept = count_faults()
print(json.dumps([usual, kept, count_faults()]))
"""


@pytest.mark.skipif(platform.libc_ver()[0] != "glibc", reason="an option of glibc")
def test_freed_memory_is_used_again_until_the_trainer_is_done() -> None:
    """Pages that the system has to hand out during ten steps after two."""
    done = subprocess.run(
        [sys.executable, "-c", FAULTS], check=True, capture_output=True, text=True, timeout=120
    )
    usual, kept, afterwards = json.loads(done.stdout)
    assert 4 * kept < usual
    assert afterwards > 10_000  # in each of ten steps all 16,384 pages are new


def test_every_trainer_keeps_what_it_frees(monkeypatch: pytest.MonkeyPatch) -> None:
    done: list[object] = []

    @contextmanager
    def keeping() -> Iterator[None]:
        done.append("keep")
        yield
        done.append("give back")

    monkeypatch.setattr(cli, "set_up_logging", lambda path: True)
    monkeypatch.setattr(machine, "kept_memory", keeping)
    monkeypatch.setitem(command.PARTS, "clap", lambda options: done.append(options.part))
    assert cli.main(["train", "clap"]) == 0
    assert done == ["keep", "clap", "give back"]


@pytest.mark.parametrize("error", [None, RuntimeError("a bug")])
def test_a_trainer_leaves_the_process_as_it_was(error: Exception | None) -> None:
    ours, handler = logging.getLogger("qvim_studio"), logging.NullHandler()
    logging.getLogger().addHandler(handler)
    handler.setLevel(logging.ERROR)
    before = torch.get_num_threads(), ours.level
    try:
        with contextlib.suppress(RuntimeError), machine.prepared_process(before[0] + 1):
            assert torch.get_num_threads() == before[0] + 1
            assert handler.level == ours.level == logging.INFO
            if error is not None:
                raise error
        assert (torch.get_num_threads(), ours.level) == before
        assert handler.level == logging.ERROR
    finally:
        logging.getLogger().removeHandler(handler)


@pytest.mark.parametrize("multiplies", [True, False])
def test_a_processor_that_would_emulate_bfloat16_computes_in_float32(
    multiplies: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(machine, "processor_multiplies_bfloat16", lambda: multiplies)
    layer, given = torch.nn.Linear(4, 4), torch.ones(1, 4)
    with machine.mixed_precision(torch.device("cpu")):
        made = layer(given)
    assert made.dtype is (torch.bfloat16 if multiplies else torch.float32)
