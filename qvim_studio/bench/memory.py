"""``qvim-studio bench memory``: the memory and the error of each memory mode.

Peaks are estimated from counted tensors where no GPU is available. Errors are measured on trained
weights, with the mode's exact computation on the processor.
"""

from __future__ import annotations

import argparse
from dataclasses import replace
from typing import Any

import torch

from qvim_studio.bench.accuracy import Trial, relative_error
from qvim_studio.checkpoints.checkpoint import Checkpoint
from qvim_studio.core.checkpoint_entry import GPU_MODES
from qvim_studio.core.errors import UsageError
from qvim_studio.core.request import SamplerName, VramMode
from qvim_studio.families.audioldm.parts import load_audioldm
from qvim_studio.families.audioldm.sizes import PartSizes, footprint_of, part_sizes
from qvim_studio.families.catalog import find_checkpoint
from qvim_studio.memory.compute_plan import STEPS_DOWN, ComputePlan
from qvim_studio.memory.modes import TRAITS, estimate_peak_bytes
from qvim_studio.memory.stored_weights import StoredLayer

STEPS = 10
# No mode uses 4 bits because of their error, which is measured nevertheless.
FOUR_BITS = "4 bits (in no mode)"


def bench_memory(options: argparse.Namespace) -> dict[str, Any]:
    """Measure the estimated peak and the output error of every mode; prints one line for each
    unless --json is given."""
    if not 0.2 <= options.seconds <= 120.0 or options.variations < 1:
        raise UsageError(
            f"Got --seconds {options.seconds} and --variations {options.variations}, expected 0.2 "
            "to 120 seconds and at least one variation. Choose values in that range."
        )
    checkpoint = find_checkpoint(options.checkpoint)
    sizes = {checkpoint.id: part_sizes(checkpoint.installed_folder()), **_family_sizes()}
    peaks = {
        name: {
            mode.value: estimate_peak_bytes(
                footprint_of(size), mode, options.seconds, batch=options.variations
            )
            for mode in STEPS_DOWN
        }
        for name, size in sizes.items()
    }
    result = {
        "seconds_of_audio": options.seconds,
        "variations": options.variations,
        "is_measured_on_gpu": False,
        "estimated_peak_bytes": peaks,
        "output_error": (
            {} if options.no_error else measure_mode_errors(checkpoint, Trial(checkpoint))
        ),
    }
    if not options.json:
        print(report(result))
    return result


def measure_mode_errors(
    checkpoint: Checkpoint, trial: Trial, steps: int = STEPS
) -> dict[str, dict[str, float]]:
    """By mode: the relative distance of the latents from those of whole float32 weights, and the
    share of the UNet's stored size.

    The GPU's bfloat16 and all other parts of a mode are computed on the processor.
    """
    exact = ComputePlan(VramMode.CPU, "cpu", torch.float32, TRAITS[VramMode.CPU])
    reference = _latents(trial, checkpoint, exact, steps)[0]
    cases = {mode.value: TRAITS[mode] for mode in GPU_MODES}
    minimal = TRAITS[VramMode.MINIMAL]
    cases["minimal in float32"] = minimal
    cases[FOUR_BITS] = replace(minimal, stored_bits=4)
    errors = {}
    for name, traits in cases.items():
        is_exact = name.endswith("float32") or name == FOUR_BITS
        dtype = torch.float32 if is_exact else torch.bfloat16
        plan = replace(exact, dtype=dtype, traits=traits)
        latents, share = _latents(trial, checkpoint, plan, steps)
        errors[name] = {
            "relative_error": round(relative_error(latents, reference), 5),
            "stored_share": round(share, 3),
        }
    return errors


def report(result: dict[str, Any]) -> str:
    """The table for people."""
    peaks = result["estimated_peak_bytes"]
    asked = f"{result['variations']} variations of {result['seconds_of_audio']:g} s"
    lines = [
        f"Estimated peak in GiB: {asked} (counted tensors and the driver's share; no GPU)",
        f"{'':22}" + "".join(f"{name:>14}" for name in peaks),
    ]
    for mode in STEPS_DOWN:
        row = "".join(f"{peaks[name][mode.value] / 2**30:14.2f}" for name in peaks)
        lines.append(f"{mode.value:22}{row}")
    if result["output_error"]:
        lines += ["", f"{'':22}{'error':>14}{'UNet stored':>14}   (relative to float32)"]
    for name, row in result["output_error"].items():
        share = f"{100 * row['stored_share']:.0f} %"
        lines.append(f"{name:22}{row['relative_error']:14.4f}{share:>14}")
    return "\n".join(lines)


def _latents(
    trial: Trial, checkpoint: Checkpoint, plan: ComputePlan, steps: int
) -> tuple[torch.Tensor, float]:
    parts = load_audioldm(checkpoint, plan)
    layers = [module for module in parts.unet.modules() if isinstance(module, StoredLayer)]
    stored = sum(torch.Size(layer.stored.shape).numel() for layer in layers)
    with parts.denoising():
        latents = trial.sample(
            parts, SamplerName.DPM_SOLVER, steps, passes=plan.traits.guidance_passes
        )
    return latents, stored / part_sizes(checkpoint.installed_folder()).unet


def _family_sizes() -> dict[str, PartSizes]:
    from qvim_studio.bench.shapes import WIDTHS, sizes_of

    return {f"AudioLDM-{size}": sizes_of(size) for size in WIDTHS}
