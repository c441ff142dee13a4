"""Networks visit a device while they compute, and are home again after that and after errors."""

from __future__ import annotations

import contextlib
import gc
import threading
import time
import weakref
from typing import Any

import pytest
import torch
from tiny_checkpoint import make_tiny_unet
from torch import nn

from qvim_studio.memory import offload
from qvim_studio.memory.offload import stream, visiting


def test_a_visitor_is_home_again_even_after_an_error() -> None:
    network = nn.Linear(3, 3)
    weight = network.weight

    def fail_abroad() -> None:
        with visiting(network, "meta"):
            assert network.weight.device.type == "meta"
            raise RuntimeError("stop")

    with pytest.raises(RuntimeError, match="stop"):
        fail_abroad()
    assert network.weight is weight


class Copies:
    """Stands for ``offload._copy`` and counts: elements on the device at once, by which threads."""

    def __init__(self, fail_on_call: int | None = None) -> None:
        self.now = self.peak = 0
        self.threads: list[str] = []
        self._original = offload._copy
        self._fail_on_call = fail_on_call

    def __call__(self, network: nn.Module, device: str) -> list[Any]:
        self.threads.append(threading.current_thread().name)
        if len(self.threads) == self._fail_on_call:
            raise torch.OutOfMemoryError("no room for two")
        visitors = self._original(network, device)
        for visitor in visitors:
            count = visitor.there.numel()
            self.now += count
            weakref.finalize(visitor.there, self._part, count)
        self.peak = max(self.peak, self.now)
        return visitors

    def _part(self, count: int) -> None:
        self.now -= count


def pass_through(unet: nn.Module, device: str = "cpu") -> torch.Tensor:
    torch.manual_seed(0)
    with torch.inference_mode():
        return unet(
            torch.randn(1, 12, 8, 16).to(device),
            torch.zeros((), dtype=torch.long, device=device),
            None,
            class_labels=torch.ones(1, 512, device=device),
        ).sample


def test_a_streamed_network_has_two_blocks_on_the_device_at_a_time(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(offload, "_copy", copies := Copies())
    unet = make_tiny_unet().eval()
    blocks = [sum(p.numel() for p in unit.parameters()) for unit in offload._units(unet)]
    stream(unet, "meta")
    for _ in range(3):
        pass_through(unet, "meta")
    assert all(parameter.device.type == "cpu" for parameter in unet.parameters())
    largest, next_largest = sorted(blocks)[:-3:-1]
    assert largest <= copies.peak <= largest + next_largest  # one ahead, if there was time
    assert copies.now == 0


def test_blocks_come_one_ahead_once_their_order_is_known(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(offload, "_copy", copies := Copies())
    unet = make_tiny_unet().eval()
    exact = pass_through(unet)
    stream(unet, "cpu")
    assert pass_through(unet).equal(exact)
    calls = len(copies.threads)
    assert not any(name.startswith("prefetch") for name in copies.threads)
    assert pass_through(unet).equal(exact)
    assert len(copies.threads) == 2 * calls
    ahead = [name.startswith("prefetch") for name in copies.threads[calls:]]
    assert ahead == [False] + [True] * (calls - 1)


def test_a_block_that_finds_no_room_ahead_comes_in_its_turn(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    unet = make_tiny_unet().eval()
    exact = pass_through(unet)
    calls = sum(1 for _ in offload._units(unet))
    monkeypatch.setattr(offload, "_copy", copies := Copies(fail_on_call=calls + 5))
    stream(unet, "cpu")
    for _ in range(2):
        assert pass_through(unet).equal(exact)
    assert len(copies.threads) == 2 * calls + 1


def test_a_streamed_network_is_home_again_after_an_error(monkeypatch: pytest.MonkeyPatch) -> None:
    unet = make_tiny_unet().eval()
    exact = pass_through(unet)
    at_home = dict(unet.named_parameters())
    monkeypatch.setattr(offload, "_copy", copies := Copies())
    stream(unet, "cpu")
    pass_through(unet)
    with monkeypatch.context() as context:
        context.setattr(unet.mid_block.resnets[0].conv1, "forward", raise_stop)
        with pytest.raises(RuntimeError, match="stop"):
            pass_through(unet)
    assert all(parameter is at_home[name] for name, parameter in unet.named_parameters())
    deadline = time.monotonic() + 10  # the one that was on its way may still arrive
    while copies.now and time.monotonic() < deadline:
        time.sleep(0.01)
    assert copies.now == 0
    assert pass_through(unet).equal(exact)


class Witness(nn.Linear):
    """A layer that is only called where its weights are."""

    def forward(self, given: torch.Tensor) -> torch.Tensor:
        assert self.weight.device == given.device
        return super().forward(given)


class Crossroads(nn.Module):
    """Three layers, called in the order that is set."""

    def __init__(self) -> None:
        super().__init__()
        self.layers = nn.ModuleList(Witness(3, 3) for _ in range(3))
        self.order = (0, 1, 2)

    def forward(self, given: torch.Tensor) -> torch.Tensor:
        for position in self.order:
            given = self.layers[position](given)
        return given


def test_another_order_than_expected_brings_the_right_block() -> None:
    network = Crossroads()
    stream(network, "meta")
    for order in ((0, 1, 2), (0, 2, 1), (2, 1, 0), (0, 1, 2), (1, 0)):
        network.order = order
        with torch.inference_mode():
            network(torch.zeros(2, 3, device="meta"))
    assert all(parameter.device.type == "cpu" for parameter in network.parameters())


def test_a_streamed_network_that_nobody_wants_any_more_goes_at_once() -> None:
    network = Crossroads()
    stream(network, "cpu")
    for _ in range(2):
        network(torch.zeros(2, 3))
    weights = weakref.ref(network.layers[1].weight)
    gc.disable()
    try:
        del network
        assert weights() is None
    finally:
        gc.enable()


@pytest.mark.parametrize("last", [(0, 1, 0, 1), (0, 9)], ids=["back", "failed"])
def test_a_block_that_came_for_nothing_keeps_no_network(last: tuple[int, ...]) -> None:
    network = Crossroads()
    stream(network, "cpu")
    for order in ((0, 1, 2), last):
        network.order = order
        with contextlib.suppress(IndexError):
            network(torch.zeros(2, 3))
    weights = weakref.ref(network.layers[1].weight)
    gc.disable()
    try:
        del network
        deadline = time.monotonic() + 5.0
        while weights() is not None and time.monotonic() < deadline:  # it may still be on its way
            time.sleep(0.01)
        assert weights() is None
    finally:
        gc.enable()


@pytest.mark.gpu
@pytest.mark.skipif(not torch.cuda.is_available(), reason="no CUDA device")
def test_blocks_that_visit_a_gpu_give_what_the_network_gives_there() -> None:
    visited, resident = make_tiny_unet().eval(), make_tiny_unet().eval()
    resident.load_state_dict(visited.state_dict())
    expected = pass_through(resident.cuda(), "cuda")
    del resident
    stream(visited, "cuda")
    for _ in range(10):
        torch.testing.assert_close(pass_through(visited, "cuda"), expected)
    assert all(parameter.device.type == "cpu" for parameter in visited.parameters())


def raise_stop(*_: torch.Tensor) -> torch.Tensor:
    raise RuntimeError("stop")
