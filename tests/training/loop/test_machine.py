"""Memory of a trainer's process: handed out again instead of mapped anew."""

from __future__ import annotations

import contextlib
import logging
import platform
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
import torch

from qvim_studio.commands import cli
from qvim_studio.commands import training as command
from qvim_studio.training.loop import machine

FAULTS = """
import ctypes
import resource
from qvim_studio.training.loop.machine import kept_memory

if {keeps}:
    kept = kept_memory()
    kept.__enter__()
libc = ctypes.CDLL(None)
libc.malloc.restype = ctypes.c_void_p
libc.malloc.argtypes = [ctypes.c_size_t]
libc.free.argtypes = [ctypes.c_void_p]
SIZE = 64 * 2**20

def step():
    memory = libc.malloc(SIZE)
    ctypes.memset(memory, 1, SIZE)
    libc.free(memory)

step()
step()
before = resource.getrusage(resource.RUSAGE_SELF).ru_minflt
for _ in range(10):
    step()
print(resource.getrusage(resource.RUSAGE_SELF).ru_minflt - before)
"""
is_glibc = platform.libc_ver()[0] == "glibc"


def count_faults(keeps: bool) -> int:
    """Pages that the system had to hand out during ten steps after two."""
    script = FAULTS.format(keeps=keeps)
    done = subprocess.run(
        [sys.executable, "-c", script], check=True, capture_output=True, text=True, timeout=120
    )
    return int(done.stdout)


@pytest.mark.skipif(not is_glibc, reason="an option of glibc")
def test_freed_memory_is_used_again() -> None:
    assert 4 * count_faults(keeps=True) < count_faults(keeps=False)


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


@pytest.mark.skipif(not is_glibc, reason="an option of glibc")
def test_memory_is_given_back_after_a_trainer() -> None:
    script = FAULTS.replace("if {keeps}:", "if True:").replace(
        "kept.__enter__()", "kept.__enter__()\n    kept.__exit__(None, None, None)"
    )
    done = subprocess.run(
        [sys.executable, "-c", script], check=True, capture_output=True, text=True, timeout=120
    )
    assert int(done.stdout) > 10_000  # every one of 16,384 pages anew, in each of ten steps


@pytest.mark.parametrize("multiplies", [True, False])
def test_a_processor_that_would_emulate_bfloat16_computes_in_float32(
    multiplies: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(machine, "processor_multiplies_bfloat16", lambda: multiplies)
    layer, given = torch.nn.Linear(4, 4), torch.ones(1, 4)
    with machine.mixed_precision(torch.device("cpu")):
        made = layer(given)
    assert made.dtype is (torch.bfloat16 if multiplies else torch.float32)
