"""GPUs of every maker, as PyTorch tells of them; real ones only where a machine has one."""

from __future__ import annotations

from pathlib import Path

import pytest
import torch
from fake_torch import GIB, FakeGpu, FakeMps, FakeTorch
from tiny_checkpoint import build_tiny_checkpoint

from qvim_studio.checkpoints.checkpoint import Checkpoint
from qvim_studio.core.request import VramMode
from qvim_studio.families.catalog import find_checkpoint
from qvim_studio.families.plans import plan_for
from qvim_studio.memory.accelerators import Accelerator, Accelerators, read_gpu_use
from qvim_studio.memory.graphs import can_replay

NVIDIA = FakeTorch(cuda=FakeGpu(name="NVIDIA GeForce RTX 4070"))
TURING = FakeTorch(cuda=FakeGpu(name="NVIDIA GeForce RTX 2070", has_bfloat16=False))
AMD = FakeTorch(cuda=FakeGpu(name="AMD Radeon RX 7900 XTX"), hip="6.4.1")
APPLE = FakeTorch(mps=FakeMps())
INTEL = FakeTorch(xpu=FakeGpu(name="Intel(R) Arc(TM) A770"))
OLD_INTEL = FakeTorch(xpu=FakeGpu(name="Intel(R) Iris(R) Xe", has_bfloat16=False))


@pytest.fixture(scope="module")
def tiny(tmp_path_factory: pytest.TempPathFactory) -> Checkpoint:
    return find_checkpoint(str(build_tiny_checkpoint(tmp_path_factory.mktemp("tiny"))))


@pytest.mark.parametrize(
    ("library", "type", "title", "dtype"),
    [
        (NVIDIA, "cuda", "NVIDIA GeForce RTX 4070 (CUDA 13.0)", torch.bfloat16),
        (TURING, "cuda", "NVIDIA GeForce RTX 2070 (CUDA 13.0)", torch.float16),
        (AMD, "cuda", "AMD Radeon RX 7900 XTX (ROCm 6.4.1)", torch.bfloat16),
        (APPLE, "mps", "Apple GPU (MPS)", torch.float32),
        (INTEL, "xpu", "Intel(R) Arc(TM) A770 (XPU)", torch.bfloat16),
        (OLD_INTEL, "xpu", "Intel(R) Iris(R) Xe (XPU)", torch.float16),
    ],
)
def test_every_makers_gpu_is_found_named_and_given_a_precision_it_has(
    library: FakeTorch, type: str, title: str, dtype: torch.dtype, tiny: Checkpoint
) -> None:
    found = Accelerators(library).find()
    assert found is not None
    assert (found.type, found.title, found.dtype) == (type, title, dtype)
    plan = plan_for(tiny, VramMode.AUTO, Accelerators(library))
    assert (plan.device, plan.dtype, plan.accelerator) == (type, dtype, found)
    assert plan.mode is VramMode.HIGH


def test_passes_are_recorded_on_cuda_alone(tiny: Checkpoint) -> None:
    recording = [
        can_replay(plan_for(tiny, VramMode.HIGH, Accelerators(library)))
        for library in (NVIDIA, AMD, APPLE, INTEL)
    ]
    assert recording == [True, False, False, False]


def test_a_gpu_of_nvidia_comes_before_others() -> None:
    both = FakeTorch(cuda=FakeGpu(name="NVIDIA"), mps=FakeMps(), xpu=FakeGpu(name="Arc"))
    assert Accelerators(both).find().type == "cuda"


def test_free_memory_is_what_the_device_says() -> None:
    assert Accelerators(NVIDIA).free_bytes("cuda") == 8 * GIB
    assert Accelerators(INTEL).free_bytes("xpu") == 8 * GIB
    silent = FakeTorch(xpu=FakeGpu(free_bytes=None))
    assert Accelerators(silent).free_bytes("xpu") == 10 * GIB
    small = FakeTorch(mps=FakeMps(held_bytes=2, most_bytes=5))
    assert Accelerators(small).free_bytes("mps") == 3
    over = FakeTorch(mps=FakeMps(held_bytes=6, most_bytes=5))
    assert Accelerators(over).free_bytes("mps") == 0


def test_caches_of_the_gpus_that_are_there_are_freed() -> None:
    machine = FakeTorch(mps=FakeMps())
    Accelerators(machine).free_caches()
    assert machine.mps.did == ["emptied"]
    assert machine.cuda.did == machine.xpu.did == []


@pytest.mark.parametrize(
    ("library", "device", "share"), [(INTEL, "xpu", 0.25), (APPLE, "mps", 1 / 3)]
)
def test_memory_is_limited_and_waited_for(library: FakeTorch, device: str, share: float) -> None:
    machine, gpu = Accelerators(library), getattr(library, device)
    gpu.did.clear()
    machine.limit_memory(device, 4 * GIB)
    machine.synchronize(device)
    assert gpu.did == [pytest.approx(share), "waited"]


@pytest.mark.gpu
@pytest.mark.skipif(Accelerators().find() is None, reason="no GPU that PyTorch can use")
def test_a_real_gpu_is_named_counts_and_computes_in_its_precision(tmp_path: Path) -> None:
    machine = Accelerators()
    found = machine.find()
    assert isinstance(found, Accelerator) and found.title
    assert machine.free_bytes(found.type) > 0
    machine.restart_peak(found.type)
    ones = torch.ones(512, 512, dtype=found.dtype, device=found.type)
    assert (ones @ ones).float().cpu().eq(512).all()
    machine.synchronize(found.type)
    assert machine.peak_bytes(found.type) > 0
    machine.free_caches()


@pytest.mark.parametrize(
    ("library", "use"),
    [
        (AMD, (6 * GIB, 8 * GIB, 16 * GIB)),
        (INTEL, (6 * GIB, 8 * GIB, 16 * GIB)),
        (FakeTorch(xpu=FakeGpu(free_bytes=None)), (6 * GIB, 6 * GIB, 16 * GIB)),
        (APPLE, (1 * GIB, 1 * GIB, 12 * GIB)),
        (FakeTorch(), None),
    ],
)
def test_the_memory_in_use_of_every_makers_gpu_is_told(
    library: FakeTorch, use: tuple[int, int, int] | None
) -> None:
    assert read_gpu_use(Accelerators(library)) == use
