"""What ``qvim-studio upscale`` does: highs for a recording that lacks them."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from typing import Any

import numpy as np

from qvim_studio.audio.files.reading import check_output_folder, read_noted
from qvim_studio.audio.resample import resample
from qvim_studio.commands.export import print_notes
from qvim_studio.core.clip import AudioClip
from qvim_studio.core.errors import OutputError
from qvim_studio.core.options import OptionValues
from qvim_studio.core.request import VramMode
from qvim_studio.core.text.file_names import is_file
from qvim_studio.export.files.metadata import ClipMetadata
from qvim_studio.export.files.sound_file import FileFormat, write_sound
from qvim_studio.families.catalog import find_upscaler
from qvim_studio.families.known import upscaler_by_id


def upscale(options: argparse.Namespace) -> dict[str, Any]:
    """Write the sound at 48 kHz, each channel at its level; the file itself is never changed."""
    noted = read_noted(options.sound)
    output: Path = options.output
    if is_file(output):
        raise OutputError(
            f"{output} already exists and is not overwritten. Choose another name, or delete "
            "that file first."
        )
    check_output_folder(output.parent)
    checkpoint = find_upscaler(options.checkpoint)
    family = upscaler_by_id(checkpoint.family)
    from qvim_studio.families.plans import upscaler_plan_for
    from qvim_studio.families.protocol import Report
    from qvim_studio.memory.faults import told_memory_faults

    given = {
        "steps": options.steps,
        "guidance": options.guidance,
        "known_hz": options.known_hz,
    }
    values = OptionValues({name: value for name, value in given.items() if value is not None})
    with told_memory_faults():
        plan = upscaler_plan_for(checkpoint, VramMode(options.vram_mode))
        loaded = family.load(checkpoint, plan)
        upscaler = loaded.prepared(values, options.seed, Report(_show_step, lambda: False))
        notes = [*noted.notes, *loaded.notes]
        print_notes(notes)
        clip = resample(noted.clip, upscaler.input_rate_hz)
        extended = AudioClip(upscaler.extend(clip.samples), upscaler.output_rate_hz)
    print(file=sys.stderr)
    depth = 32 if np.abs(extended.samples).max() > 1.0 else 24
    made_by = f"Highs made by {checkpoint.title}"
    meta = ClipMetadata(output.stem, description=made_by, is_generated=True, notes=made_by)
    write_sound(output, extended, meta, FileFormat(bit_depth=depth, is_dithered=False))
    if not options.json:
        print(f"{output}: {extended.duration_s:.2f} s at {extended.sample_rate} Hz")
    return {
        "sound": str(output),
        "sample_rate": extended.sample_rate,
        "reach_hz": upscaler.reach_hz,
        "notes": notes,
    }


def _show_step(done: int, steps: int, _picture: np.ndarray | None) -> None:
    print(f"\r{100 * done / steps:5.1f} %", end="", file=sys.stderr)
