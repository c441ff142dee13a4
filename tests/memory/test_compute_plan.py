"""A mode becomes a plan for the machine: the highest that fits, and the processor without a GPU."""

from __future__ import annotations

import pytest
import torch
from fake_torch import FakeGpu, FakeMps, FakeTorch

from qvim_studio.core.checkpoint_entry import RESERVE_BYTES
from qvim_studio.core.errors import OutOfMemoryError, UsageError
from qvim_studio.core.request import VramMode
from qvim_studio.memory.accelerators import Accelerator, Accelerators
from qvim_studio.memory.compute_plan import (
    PLANNED_DURATION_S,
    ComputePlan,
    cpu_dtype,
    make_plan,
    plan_for_gpu,
    require_accelerator,
    step_down,
)
from qvim_studio.memory.footprint import Footprint, Stage
from qvim_studio.memory.modes import GIB

MODES = (VramMode.HIGH, VramMode.BALANCED, VramMode.LOW, VramMode.MINIMAL)


GPU = Accelerator("cuda", "Some GPU", torch.float16)

# In the order of the modes: text on the processor, a UNet whose layers can be stored, a decoder.
NEEDS = Footprint(
    (
        Stage("text", 10**7, on_processor=True),
        Stage("denoise", 4 * 10**8, row_bytes=10**8, rows=2, is_batched=True,
              storable=39 * 10**7, largest_layer=10**7),
        Stage("decode", 5 * 10**7, row_bytes_per_s=10**7),
    )
)  # fmt: skip


def test_auto_takes_the_highest_mode_that_fits() -> None:
    def chosen(free_bytes: int) -> ComputePlan:
        return plan_for_gpu(VramMode.AUTO, NEEDS, GPU, free_bytes)

    plenty = 100 * GIB
    assert chosen(plenty).mode is VramMode.HIGH
    seen = [chosen(plenty)]
    while seen[-1].device != "cpu":
        plan = seen[-1]
        seen.append(chosen(plan.estimated_bytes(NEEDS, 10.24, plan.max_batch) - 1))
        assert len(seen) < 10
    assert {plan.mode for plan in seen} <= {*MODES, VramMode.CPU}
    assert seen[-1].mode is VramMode.CPU


def test_too_small_a_cap_streams_the_unet() -> None:
    plan = plan_for_gpu(VramMode.MINIMAL, NEEDS, GPU, 0)
    assert plan.mode is VramMode.MINIMAL and plan.streams


NVIDIA = FakeTorch(cuda=FakeGpu(name="NVIDIA GeForce RTX 4070"))


AMD = FakeTorch(cuda=FakeGpu(name="AMD Radeon RX 7900 XTX"), hip="6.4.1")


INTEL = FakeTorch(xpu=FakeGpu(name="Intel(R) Arc(TM) A770"))


def test_a_machine_without_a_gpu_computes_on_the_processor() -> None:
    nothing = Accelerators(FakeTorch())
    assert nothing.find() is None
    assert make_plan(VramMode.AUTO, NEEDS, nothing).device == "cpu"


def test_a_mode_that_needs_a_gpu_names_every_kind_and_the_build_that_finds_none() -> None:
    with pytest.raises(UsageError) as refused:
        make_plan(VramMode.LOW, NEEDS, Accelerators(FakeTorch()))
    text = str(refused.value)
    assert "'low'" in text and "PyTorch 2.13.0+cpu finds none" in text
    assert all(name in text for name in ("NVIDIA", "AMD", "Apple", "Intel", "auto or cpu"))


def test_the_processor_is_used_where_it_is_asked_for_whatever_there_is() -> None:
    assert make_plan(VramMode.CPU, NEEDS, Accelerators(NVIDIA)).device == "cpu"
    assert require_accelerator(VramMode.HIGH, Accelerators(INTEL)).type == "xpu"


@pytest.mark.parametrize(
    "full",
    [
        FakeTorch(cuda=FakeGpu(name="AMD", free_bytes=RESERVE_BYTES), hip="6.4"),
        FakeTorch(mps=FakeMps(held_bytes=12 * GIB)),
        FakeTorch(xpu=FakeGpu(name="Arc", free_bytes=RESERVE_BYTES)),
    ],
)
def test_auto_leaves_a_gpu_that_is_full(full: FakeTorch) -> None:
    assert make_plan(VramMode.AUTO, NEEDS, Accelerators(full)).device == "cpu"


def test_steps_down_lead_from_every_mode_to_the_processor_and_no_further() -> None:
    order = [VramMode.HIGH]
    while order[-1] is not VramMode.CPU:
        order.append(step_down(order[-1]))
    assert order == [*MODES, VramMode.CPU]
    with pytest.raises(OutOfMemoryError):
        step_down(VramMode.CPU)


def test_a_chosen_mode_is_tried_even_where_it_does_not_fit() -> None:
    plan = plan_for_gpu(VramMode.HIGH, NEEDS, GPU, 0)
    assert (plan.mode, plan.device, plan.streams) == (VramMode.HIGH, "cuda", False)


def test_some_memory_of_a_gpu_is_left_to_others() -> None:
    def machine(free_bytes: int) -> Accelerators:
        return Accelerators(FakeTorch(cuda=FakeGpu(name="AMD", free_bytes=free_bytes), hip="6.4"))

    high = make_plan(VramMode.HIGH, NEEDS, machine(0))
    needed = high.estimated_bytes(NEEDS, PLANNED_DURATION_S, high.max_batch)
    plans = [
        make_plan(VramMode.AUTO, NEEDS, machine(needed + RESERVE_BYTES - short)) for short in (0, 1)
    ]
    assert [plan.mode for plan in plans] == [VramMode.HIGH, VramMode.BALANCED]


@pytest.mark.parametrize(
    ("multiplies", "weights", "dtype"),
    [
        (True, 50_000_000, torch.bfloat16),
        (True, 49_999_999, torch.float32),
        (False, 50_000_000, torch.float32),
    ],
)
def test_a_processor_computes_in_half_precision_where_it_can_and_gains(
    multiplies: bool, weights: int, dtype: torch.dtype, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(torch.cpu, "_is_avx512_bf16_supported", lambda: multiplies)
    monkeypatch.setattr(torch.cpu, "_is_amx_tile_supported", lambda: False)
    assert cpu_dtype(Footprint((Stage("text", 1), Stage("denoise", weights)))) is dtype
