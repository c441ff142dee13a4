"""How a memory mode is carried out: device, precision, what is kept where, how many at once."""

from __future__ import annotations

from dataclasses import dataclass

import psutil
import torch

from qvim_studio.core.errors import OutOfMemoryError, UsageError
from qvim_studio.core.request import VramMode
from qvim_studio.models.checkpoints import Checkpoint

GIB = 2**30
RESERVE_BYTES = int(0.7 * GIB)  # left to a DAW and the desktop on the same card
STEPS_DOWN = (VramMode.HIGH, VramMode.BALANCED, VramMode.LOW, VramMode.MINIMAL, VramMode.CPU)
# Measured: bfloat16 halves the time of AudioLDM-s (370 MB in float16) and nothing of the starter.
HEAVY_UNET_BYTES = 100 * 2**20
# Free memory that each mode wants for AudioLDM-s, in GiB (computed from sizes of its parts).
WANTED_GIB = {
    VramMode.HIGH: 1.8,
    VramMode.BALANCED: 1.3,
    VramMode.LOW: 1.0,
    VramMode.MINIMAL: 0.7,
}


@dataclass(frozen=True)
class ComputePlan:
    """max_batch: variations denoised at once. swaps_parts: the UNet leaves the GPU before the
    VAE and the vocoder enter it. text_on_cpu: the text tower never enters it."""

    mode: VramMode
    device: str
    dtype: torch.dtype
    max_batch: int
    swaps_parts: bool = False
    text_on_cpu: bool = True


def make_plan(mode: VramMode, checkpoint: Checkpoint) -> ComputePlan:
    """The plan of a mode on this machine. Raises UsageError where a GPU mode finds no GPU."""
    if mode is VramMode.AUTO:
        mode = _best_mode()
    if mode is VramMode.CPU:
        # One at a time: batching gains nothing on a processor, and so a seed gives the same
        # bits whatever is made beside it.
        return ComputePlan(mode, "cpu", cpu_dtype(checkpoint), max_batch=1)
    if not torch.cuda.is_available():
        raise UsageError(
            f"The memory mode {mode.value!r} needs an NVIDIA GPU that PyTorch can use, found "
            "none. Choose the mode auto or cpu."
        )
    dtype = torch.bfloat16 if torch.cuda.is_bf16_supported() else torch.float16
    return {
        VramMode.HIGH: ComputePlan(mode, "cuda", dtype, max_batch=8, text_on_cpu=False),
        VramMode.BALANCED: ComputePlan(mode, "cuda", dtype, max_batch=4),
        VramMode.LOW: ComputePlan(mode, "cuda", dtype, max_batch=2, swaps_parts=True),
        VramMode.MINIMAL: ComputePlan(mode, "cuda", dtype, max_batch=1, swaps_parts=True),
    }[mode]


def cpu_dtype(checkpoint: Checkpoint) -> torch.dtype:
    """bfloat16 where the processor multiplies it and the UNet is big enough to gain from it."""
    multiplies = torch.cpu._is_avx512_bf16_supported() or torch.cpu._is_amx_tile_supported()
    is_heavy = _unet_bytes(checkpoint) >= HEAVY_UNET_BYTES
    return torch.bfloat16 if multiplies and is_heavy else torch.float32


def step_down(mode: VramMode) -> VramMode:
    """The next smaller mode. Raises OutOfMemoryError where there is none."""
    position = STEPS_DOWN.index(mode)
    if position + 1 == len(STEPS_DOWN):
        free = psutil.virtual_memory().available / GIB
        raise OutOfMemoryError(
            f"The memory of this computer is full ({free:.1f} GiB free). Close other programs, "
            "or ask for fewer variations or a shorter duration."
        )
    return STEPS_DOWN[position + 1]


def _unet_bytes(checkpoint: Checkpoint) -> int:
    files = (checkpoint.installed_folder() / "unet").glob("*.safetensors")
    return max((file.stat().st_size for file in files), default=0)


def _best_mode() -> VramMode:
    if not torch.cuda.is_available():
        return VramMode.CPU
    free = (torch.cuda.mem_get_info()[0] - RESERVE_BYTES) / GIB
    fitting = (mode for mode, wanted in WANTED_GIB.items() if wanted <= free)
    return next(fitting, VramMode.CPU)
