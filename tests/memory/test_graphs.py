"""Replayed passes: when they are captured, what they give, what happens where they cannot be.

A recorded pass without a GPU is a fake: it computes over the very tensors it was captured with and
gives its answers in the same one, as a graph does.
"""

from __future__ import annotations

from dataclasses import replace

import pytest
import torch
from tiny_checkpoint import make_tiny_unet

from qvim_studio.core.request import VramMode
from qvim_studio.memory.accelerators import Accelerator
from qvim_studio.memory.compute_plan import ComputePlan
from qvim_studio.memory.graphs import Pass, ReplayedUnet, can_replay, capture_pass
from qvim_studio.memory.modes import GRAPHS_KEPT, TRAITS


class FakeCapture:
    """Counts what it records, like capture_pass."""

    def __init__(self) -> None:
        self.shapes: list[tuple[int, ...]] = []

    def __call__(self, compute: Pass, inputs: tuple[torch.Tensor, ...]) -> Pass:
        self.shapes.append(tuple(inputs[0].shape))
        fixed = tuple(value.clone() for value in inputs)
        result = compute(*fixed)

        def replay(*values: torch.Tensor) -> torch.Tensor:
            for place, value in zip(fixed, values, strict=True):
                place.copy_(value)
            result.copy_(compute(*fixed))
            return result.clone()

        return replay


def some_inputs(seed: int, batch: int = 1, frames: int = 8) -> dict[str, torch.Tensor | None]:
    generator = torch.Generator().manual_seed(seed)
    return {
        "sample": torch.randn(batch, 12, frames, 16, generator=generator),
        "timestep": torch.tensor(100 * seed + 1),
        "encoder_hidden_states": None,
        "class_labels": torch.randn(batch, 512, generator=generator),
    }


@pytest.fixture(scope="module")
def unet() -> torch.nn.Module:
    torch.manual_seed(0)
    return make_tiny_unet(12).requires_grad_(False)


@torch.no_grad()
def test_shapes_are_captured_when_a_later_request_brings_them_again(unet: torch.nn.Module) -> None:
    capture = FakeCapture()
    replayed = ReplayedUnet(unet, capture)
    for _ in range(2):  # two steps of a request
        replayed(**some_inputs(1))
    assert not capture.shapes
    replayed.begin_request()
    replayed(**some_inputs(1, frames=16))
    assert not capture.shapes
    replayed(**some_inputs(1))
    replayed(**some_inputs(2))
    assert capture.shapes == [(1, 12, 8, 16)]


@torch.no_grad()
def test_replayed_passes_give_what_the_unet_gives_and_leave_older_answers(
    unet: torch.nn.Module,
) -> None:
    replayed = ReplayedUnet(unet, FakeCapture())
    replayed(**some_inputs(0))
    replayed.begin_request()
    answers = [replayed(**some_inputs(seed))[0] for seed in range(3)]
    for seed, answer in enumerate(answers):
        torch.testing.assert_close(answer, unet(**some_inputs(seed)).sample)


@torch.no_grad()
def test_only_the_shapes_used_last_are_kept(unet: torch.nn.Module) -> None:
    capture = FakeCapture()
    replayed = ReplayedUnet(unet, capture)
    sizes = range(1, GRAPHS_KEPT + 2)
    for batch in sizes:
        replayed(**some_inputs(0, batch))
    replayed.begin_request()
    for batch in (*sizes[:-1], 1, sizes[-1], 1):  # the last takes the place of 2, not of 1
        replayed(**some_inputs(0, batch))
    assert [shape[0] for shape in capture.shapes] == list(sizes)
    replayed(**some_inputs(0, 2))
    assert [shape[0] for shape in capture.shapes] == [*sizes, 2]


@torch.no_grad()
def test_a_refused_capture_costs_nothing_but_the_gain(
    unet: torch.nn.Module, caplog: pytest.LogCaptureFixture
) -> None:
    tries = []

    def refuse(compute: Pass, inputs: tuple[torch.Tensor, ...]) -> Pass:
        tries.append(inputs)
        raise RuntimeError("operation not permitted when stream is capturing")

    replayed = ReplayedUnet(unet, refuse)
    for seed in range(3):
        replayed.begin_request()
        answer = replayed(**some_inputs(seed))[0]
        torch.testing.assert_close(answer, unet(**some_inputs(seed)).sample)
    assert len(tries) == 1
    assert "not permitted" in caplog.text


def test_weights_that_move_or_are_unpacked_are_not_replayed() -> None:
    gpu = Accelerator("cuda", "Some GPU", torch.float16, has_graphs=True)
    plans = {
        mode: ComputePlan(mode, "cuda", torch.float16, TRAITS[mode], accelerator=gpu)
        for mode in TRAITS
    }
    can = {mode for mode, plan in plans.items() if can_replay(plan) and mode is not VramMode.CPU}
    assert can == {VramMode.HIGH, VramMode.BALANCED}
    without = replace(gpu, has_graphs=False)
    assert not can_replay(replace(plans[VramMode.HIGH], accelerator=without))
    assert not can_replay(replace(plans[VramMode.HIGH], device="cpu", accelerator=None))


@pytest.mark.gpu
@pytest.mark.skipif(not torch.cuda.is_available(), reason="no CUDA device")
@torch.inference_mode()
def test_a_real_graph_gives_what_the_unet_gives(unet: torch.nn.Module) -> None:
    on_gpu = make_tiny_unet(12).requires_grad_(False).cuda()
    replayed = ReplayedUnet(on_gpu, capture_pass)
    answers = []
    for seed in range(3):
        replayed.begin_request()
        given = {
            name: None if value is None else value.cuda()
            for name, value in some_inputs(seed).items()
        }
        answers.append((replayed(**given)[0], on_gpu(**given).sample))
    for answer, expected in answers:
        torch.testing.assert_close(answer, expected)
