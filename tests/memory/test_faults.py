"""Memory that ran out is recognized whatever says so, and refused before the run if it can be."""

from __future__ import annotations

import errno
from pathlib import Path

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
    is_out_of_memory,
    memory_faults_as_errors,
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
    with pytest.raises(OutOfMemoryError, match="Close other programs"), memory_faults_as_errors():
        raise error


@pytest.mark.parametrize(
    "error", [RuntimeError("shapes differ"), OSError(errno.ENOENT, "gone"), ValueError("x")]
)
def test_other_errors_stay_what_they_are(error: Exception) -> None:
    with pytest.raises(type(error)) as same, memory_faults_as_errors():
        raise error
    assert same.value is error


def test_a_run_that_cannot_fit_is_refused_in_a_sentence(monkeypatch: pytest.MonkeyPatch) -> None:
    held = psutil.Process().memory_info().rss
    monkeypatch.setattr(memory_faults, "free_bytes", lambda: GIB)
    check_room(held + GIB // 2, 60.0)
    with pytest.raises(OutOfMemoryError, match=r"Sounds of 60 s need about .* GiB are free\. Ask"):
        check_room(held + 3 * GIB, 60.0)


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
