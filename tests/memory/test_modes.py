"""Memory modes: what they store, what visits the device, and that their estimates are true."""

from __future__ import annotations

from dataclasses import replace

import pytest
import torch
from live_elements import LiveElements
from tiny_checkpoint import build_tiny_checkpoint
from torch import nn

from qvim_studio.bench.shapes import hifigan, unet_of_size, vae_of_audioldm
from qvim_studio.checkpoints.checkpoint import Checkpoint
from qvim_studio.core.request import VramMode
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
from qvim_studio.memory.compute_plan import ComputePlan
from qvim_studio.memory.footprint import Footprint, Stage
from qvim_studio.memory.modes import GIB, STORED_BYTES, TRAITS, estimate_peak_bytes, stage_bytes
from qvim_studio.networks.files.meta_device import without_values

MODES = (VramMode.HIGH, VramMode.BALANCED, VramMode.LOW, VramMode.MINIMAL)
# AudioLDM s, m and l: weights of UNet, VAE and vocoder as their configurations give them.
SIZES = {
    "s": PartSizes(185_000_000, 180_000_000, 55_000_000, 55_000_000, 11_800_000, 128, 128, 1024),
    "m": PartSizes(416_000_000, 410_000_000, 55_000_000, 55_000_000, 26_500_000, 192, 128, 1024),
    "l": PartSizes(739_000_000, 730_000_000, 55_000_000, 55_000_000, 47_200_000, 256, 128, 1024),
}
GPU = Accelerator("cuda", "Some GPU", torch.float16)


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
