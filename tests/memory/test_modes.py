"""Memory modes: what they store, what visits the device, and that their estimates are true."""

from __future__ import annotations

import contextlib
import gc
import threading
import time
import weakref
from dataclasses import replace
from typing import Any

import pytest
import torch
from live_elements import LiveElements
from tiny_checkpoint import build_tiny_checkpoint, make_tiny_unet
from torch import nn

from qvim_studio.bench.shapes import hifigan, unet_of_size, vae_of_audioldm
from qvim_studio.checkpoints.checkpoint import Checkpoint
from qvim_studio.core.request import VramMode
from qvim_studio.families.audioldm.family import FAMILY
from qvim_studio.families.audioldm.parts import load_audioldm
from qvim_studio.families.audioldm.sizes import (
    UNET_ELEMENTS,
    VAE_ELEMENTS,
    VOCODER_ELEMENTS,
    PartSizes,
    footprint_of,
    part_sizes,
)
from qvim_studio.families.catalog import find_checkpoint
from qvim_studio.memory import offload
from qvim_studio.memory.accelerators import Accelerator
from qvim_studio.memory.compute_plan import ComputePlan, plan_for_gpu
from qvim_studio.memory.footprint import Footprint, Stage
from qvim_studio.memory.modes import GIB, STORED_BYTES, TRAITS, estimate_peak_bytes, stage_bytes
from qvim_studio.memory.offload import stream, visiting
from qvim_studio.memory.stored_weights import StoredWeight, store_weights
from qvim_studio.networks.files.meta_device import without_values
from qvim_studio.training.trainers.unet import make_unet

MODES = (VramMode.HIGH, VramMode.BALANCED, VramMode.LOW, VramMode.MINIMAL)
# AudioLDM s, m and l: weights of UNet, VAE and vocoder as their configurations give them.
SIZES = {
    "s": PartSizes(185_000_000, 180_000_000, 55_000_000, 55_000_000, 11_800_000, 128, 128, 1024),
    "m": PartSizes(416_000_000, 410_000_000, 55_000_000, 55_000_000, 26_500_000, 192, 128, 1024),
    "l": PartSizes(739_000_000, 730_000_000, 55_000_000, 55_000_000, 47_200_000, 256, 128, 1024),
}
GPU = Accelerator("cuda", "Some GPU", torch.float16)


def test_eight_bits_change_a_weight_by_less_than_a_percent() -> None:
    weight = torch.randn(33, 7, 3, 3, generator=torch.Generator().manual_seed(0))
    for bits, limit in ((8, 0.01), (4, 0.12)):
        stored = StoredWeight(weight, bits)
        assert stored().shape == weight.shape
        assert (stored() - weight).norm() / weight.norm() < limit
        used = stored.codes.nbytes + stored.scale.nbytes
        assert used <= weight.numel() * bits / 8 * 1.2


def test_a_layer_that_would_change_too_much_stays_as_it_is() -> None:
    torch.manual_seed(0)
    network = nn.Sequential(nn.Conv2d(64, 64, 3), nn.Linear(128, 128))
    with torch.no_grad():
        network[0].weight.normal_().flatten()[::64] = 6.0  # leaves the others too few steps
    exact = network[1](torch.ones(1, 128))
    share = store_weights(network, 4)
    assert isinstance(network[0], nn.Conv2d)
    assert share == pytest.approx(128 * 128 / (64 * 64 * 9 + 64 + 128 * 128 + 128))
    assert (network[1](torch.ones(1, 128)) - exact).norm() / exact.norm() < 0.3


def test_a_stored_unet_computes_nearly_the_same() -> None:
    torch.manual_seed(0)
    unet = make_unet((32, 64), 1).eval()
    given = (torch.randn(1, 12, 16, 16), torch.tensor(500))
    label = nn.functional.normalize(torch.randn(1, 512), dim=-1)
    with torch.no_grad():
        exact = unet(*given, None, class_labels=label).sample
        share = store_weights(unet, 8)
        made = unet(*given, None, class_labels=label).sample
    assert share > 0.8
    assert (made - exact).norm() / exact.norm() < 0.02


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
    assert largest < copies.peak <= largest + next_largest
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


def test_a_streamed_unet_takes_as_much_as_estimated() -> None:
    """Two blocks as stored and the layer that is unpacked, of the UNet of AudioLDM-m."""
    with without_values():
        unet = unet_of_size("m")
    blocks = sorted(sum(p.numel() for p in unit.parameters()) for unit in offload._units(unet))
    layer = max(p.numel() for p in unet.parameters())
    needed = sum(blocks[-2:]) * STORED_BYTES + 2 * layer
    sizes = replace(SIZES["m"], largest_layer=layer)
    denoise, _ = footprint_of(sizes).stages
    estimated = stage_bytes(denoise, TRAITS[VramMode.MINIMAL], 2, streams=True)
    assert needed <= estimated < 1.3 * needed


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


@pytest.mark.parametrize("size", SIZES)
def test_modes_take_less_and_less(size: str) -> None:
    needs = [estimate_peak_bytes(footprint_of(SIZES[size]), mode, 10.24, batch=8) for mode in MODES]
    assert needs == sorted(needs, reverse=True)
    assert len(set(needs)) == len(needs)


def test_the_promised_caps_hold() -> None:
    """By arithmetic over counted tensors: no GPU was at hand."""
    assert estimate_peak_bytes(footprint_of(SIZES["m"]), VramMode.LOW, 10.24, batch=2) < 6 * GIB
    assert estimate_peak_bytes(footprint_of(SIZES["l"]), VramMode.LOW, 10.24, batch=2) < 6 * GIB
    assert estimate_peak_bytes(footprint_of(SIZES["s"]), VramMode.MINIMAL, 10.24) < 2 * GIB


@pytest.mark.parametrize(
    ("seconds", "measured_bytes"), [(3.0, 721_317_888), (30.0, 897_617_920), (120.0, 1_650_000_000)]
)
def test_the_estimate_for_the_processor_is_no_less_than_what_was_measured(
    seconds: float, measured_bytes: int
) -> None:
    """The starter in fresh processes, float32, one variation (Linux, torch 2.13)."""
    sizes = PartSizes(10_401_032, 10_145_792, 1_459_585, 3_670_786, 663_552, 64, 24, 768)
    estimate = estimate_peak_bytes(footprint_of(sizes), VramMode.CPU, seconds, bytes_per_value=4)
    assert measured_bytes <= estimate < 1.25 * measured_bytes


@pytest.mark.parametrize("mode", [VramMode.HIGH, VramMode.MINIMAL])
def test_decoding_in_pieces_takes_no_more_for_longer_sounds(mode: VramMode) -> None:
    """Of a checkpoint whose denoising takes next to nothing."""
    sizes = replace(SIZES["s"], unet=1, storable=1, largest_layer=1, unet_width=0)
    short, piece, long = (
        estimate_peak_bytes(footprint_of(sizes), mode, s) for s in (2.56, 5.12, 60.0)
    )
    assert short < piece == long


@pytest.fixture(scope="module")
def tiny(tmp_path_factory: pytest.TempPathFactory) -> Checkpoint:
    return find_checkpoint(str(build_tiny_checkpoint(tmp_path_factory.mktemp("tiny"))))


def test_auto_takes_the_highest_mode_that_fits(tiny: Checkpoint) -> None:
    needs = FAMILY.footprint(tiny)

    def chosen(free_bytes: int) -> ComputePlan:
        return plan_for_gpu(VramMode.AUTO, needs, GPU, free_bytes)

    plenty = 100 * GIB
    assert chosen(plenty).mode is VramMode.HIGH
    seen = [chosen(plenty)]
    while seen[-1].device != "cpu":
        plan = seen[-1]
        seen.append(chosen(plan.estimated_bytes(needs, 10.24, plan.max_batch) - 1))
        assert len(seen) < 10
    assert {plan.mode for plan in seen} <= {*MODES, VramMode.CPU}
    assert seen[-1].mode is VramMode.CPU


def test_too_small_a_cap_streams_the_unet(tiny: Checkpoint) -> None:
    plan = plan_for_gpu(VramMode.MINIMAL, FAMILY.footprint(tiny), GPU, 0)
    assert plan.mode is VramMode.MINIMAL and plan.streams


def test_a_loaded_minimal_plan_stores_the_unet(tiny: Checkpoint) -> None:
    plan = ComputePlan(VramMode.MINIMAL, "cpu", torch.float32, TRAITS[VramMode.MINIMAL])
    stored = load_audioldm(tiny, plan).unet
    whole = load_audioldm(tiny, replace(plan, traits=TRAITS[VramMode.LOW])).unet
    sizes = part_sizes(tiny.installed_folder())

    def size(network: nn.Module) -> int:
        return sum(t.nbytes for t in (*network.parameters(), *network.buffers()))

    saved = sizes.storable * (4 - STORED_BYTES - 2 / 64)  # scales are float32 here
    assert size(whole) - size(stored) == pytest.approx(saved, rel=0.02)


@pytest.mark.parametrize(("size", "width", "frames"), [("s", 128, 64), ("m", 192, 32)])
def test_counted_activations_are_as_estimated(size: str, width: int, frames: int) -> None:
    with without_values(), torch.inference_mode():
        unet, vae, vocoder = unet_of_size(size).eval(), vae_of_audioldm(), hifigan()
        with LiveElements() as live:
            unet(
                torch.zeros(2, 8, frames, 16),
                torch.zeros((), dtype=torch.long),
                None,
                class_labels=torch.zeros(2, 512),
            )
        assert live.peak == pytest.approx(2 * frames * 16 * width * UNET_ELEMENTS, rel=0.1)
        stage = footprint_of(SIZES[size]).stages[0]
        weights = sum(value.numel() for value in unet.parameters())
        assert stage.weights == pytest.approx(weights, rel=1e-2)
        assert 1.1 * stage.activation_bytes(frames * 0.04, 2) >= 2 * live.peak
        with LiveElements() as live:
            vae.decode(torch.zeros(1, 8, frames, 16))
        assert live.peak == pytest.approx(4 * frames * 64 * 128 * VAE_ELEMENTS, rel=0.1)
        with LiveElements() as live:
            vocoder(torch.zeros(1, 4 * frames, 64))
        assert live.peak == pytest.approx(4 * frames * 160 * 1024 * VOCODER_ELEMENTS, rel=0.1)


def test_what_computes_on_the_processor_takes_nothing_of_a_gpu() -> None:
    denoise = Stage("denoise", 10**9)
    text = Stage("text", 10**9, row_bytes=10**8, on_processor=True)
    both, one = Footprint((text, denoise)), Footprint((denoise,))
    for mode in (VramMode.HIGH, VramMode.LOW, VramMode.MINIMAL):
        assert estimate_peak_bytes(both, mode, 5.0) == estimate_peak_bytes(one, mode, 5.0)
    wide = estimate_peak_bytes(both, VramMode.CPU, 5.0) - estimate_peak_bytes(
        one, VramMode.CPU, 5.0
    )
    assert wide >= 4 * 10**9
