"""Memory that ran out is recognized whatever says so, and refused before the run if it can be."""

from __future__ import annotations

import errno
import sys
from pathlib import Path
from types import SimpleNamespace

import psutil
import pytest
import torch
from tiny_checkpoint import build_tiny_checkpoint

from qvim_studio.core.errors import OutOfMemoryError
from qvim_studio.core.request import VramMode
from qvim_studio.families.audioldm import parts as audioldm
from qvim_studio.families.catalog import find_checkpoint
from qvim_studio.families.plans import plan_for
from qvim_studio.memory import faults as memory_faults
from qvim_studio.memory.faults import (
    check_room,
    free_bytes,
    is_out_of_memory,
    told_memory_faults,
)

GIB = 2**30


def test_this_torchs_allocator_of_the_processor_is_recognized() -> None:
    with pytest.raises(RuntimeError) as refused:
        torch.empty(2**58, dtype=torch.uint8)
    assert is_out_of_memory(refused.value), f"torch {torch.__version__} says: {refused.value}"


@pytest.mark.parametrize(
    "error",
    [
        MemoryError(),
        torch.OutOfMemoryError("injected"),
        RuntimeError("could not create a primitive"),  # torch 2.13, by hand under ulimit -v
        RuntimeError("[enforce fail at alloc_cpu.cpp:124] DefaultCPUAllocator: can't allocate"),
        RuntimeError("MPS backend out of memory (MPS allocated: 17 GB, max allowed: 18 GB)."),
        OSError(errno.ENOMEM, "Cannot allocate memory"),
    ],
    ids=repr,
)
def test_every_way_to_say_it_is_one_sentence(error: Exception) -> None:
    with pytest.raises(OutOfMemoryError, match="Close other programs"), told_memory_faults():
        raise error


@pytest.mark.parametrize(
    "error", [RuntimeError("shapes differ"), OSError(errno.ENOENT, "gone"), ValueError("x")]
)
def test_other_errors_stay_what_they_are(error: Exception) -> None:
    with pytest.raises(type(error)) as same, told_memory_faults():
        raise error
    assert same.value is error


def test_a_run_that_cannot_fit_is_refused_in_a_sentence(monkeypatch: pytest.MonkeyPatch) -> None:
    held = psutil.Process().memory_info().rss
    monkeypatch.setattr(memory_faults, "free_bytes", lambda: GIB)
    check_room(held + GIB // 2, 60.0)
    with pytest.raises(OutOfMemoryError, match=r"Sounds of 60 s need about .* GiB are free\. Ask"):
        check_room(held + 3 * GIB, 60.0)


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no such limits")
def test_a_limit_of_the_process_counts(monkeypatch: pytest.MonkeyPatch) -> None:
    import resource

    used = psutil.Process().memory_info().vms
    monkeypatch.setattr(memory_faults, "CGROUP", Path("/nowhere"))
    monkeypatch.setattr(resource, "getrlimit", lambda kind: (used + 1000, used + 1000))
    assert free_bytes() < 10 * 2**20


def test_a_containers_limit_counts(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    memory = SimpleNamespace(available=64 * GIB)
    monkeypatch.setattr(psutil, "virtual_memory", lambda: memory)
    monkeypatch.setattr(psutil, "swap_memory", lambda: SimpleNamespace(free=0))
    monkeypatch.setattr(memory_faults, "CGROUP", tmp_path)
    assert free_bytes() <= 64 * GIB
    (tmp_path / "memory.max").write_text(f"{2 * GIB}\n")
    (tmp_path / "memory.current").write_text(f"{GIB}\n")
    (tmp_path / "memory.stat").write_text(f"anon 5\ninactive_file {GIB // 2}\n")
    assert free_bytes() == 2 * GIB - GIB + GIB // 2
    (tmp_path / "memory.max").write_text("max\n")
    assert free_bytes() > 2 * GIB


def test_memory_that_runs_out_while_loading_does_not_blame_the_files(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = build_tiny_checkpoint(tmp_path / "tiny")

    def fail(*arguments: object) -> None:
        raise RuntimeError("could not create a primitive")

    monkeypatch.setattr(audioldm, "load_mapped_network", fail)
    checkpoint = find_checkpoint(str(folder))
    plan = plan_for(checkpoint, VramMode.CPU)
    with pytest.raises(RuntimeError, match="primitive"):
        audioldm.load_unet(checkpoint, plan)
