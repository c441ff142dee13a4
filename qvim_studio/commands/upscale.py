"""What ``qvim-studio upscale`` does: highs for a recording that lacks them, by AudioSR."""

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

MADE_BY = "Highs made by AudioSR"


def upscale(options: argparse.Namespace) -> dict[str, Any]:
    """Write the sound at 48 kHz, each channel at its level; the file itself is never changed."""
    noted = read_noted(options.sound)
    output: Path = options.output
    if is_file(output):
        raise OutputError(
            f"{output} is there already and is not overwritten. Choose another name, or delete "
            "that file first."
        )
    check_output_folder(output.parent)
    from qvim_studio.families.audiosr.parts import load_audiosr
    from qvim_studio.families.audiosr.sizes import footprint_of
    from qvim_studio.families.audiosr.upscaler import AudioSrUpscaler
    from qvim_studio.families.protocol import Report
    from qvim_studio.memory.compute_plan import make_plan
    from qvim_studio.memory.faults import told_memory_faults

    given = {
        "steps": options.steps,
        "guidance": options.guidance,
        "known_hz": options.known_hz,
    }
    values = OptionValues({name: value for name, value in given.items() if value is not None})
    with told_memory_faults():
        plan = make_plan(VramMode(options.vram_mode), footprint_of(options.checkpoint))
        parts = load_audiosr(options.checkpoint, plan)
        report = Report(_show_step, lambda: False)
        upscaler = AudioSrUpscaler(parts, values, options.seed, report)
        print_notes([*noted.notes, *upscaler.notes])
        clip = resample(noted.clip, upscaler.input_rate_hz)
        extended = AudioClip(upscaler.extend(clip.samples), upscaler.output_rate_hz)
    print(file=sys.stderr)
    depth = 32 if np.abs(extended.samples).max() > 1.0 else 24
    meta = ClipMetadata(output.stem, description=MADE_BY, is_generated=True, notes=MADE_BY)
    write_sound(output, extended, meta, FileFormat(bit_depth=depth, is_dithered=False))
    if not options.json:
        print(f"{output}: {extended.duration_s:.2f} s at {extended.sample_rate} Hz")
    return {
        "sound": str(output),
        "sample_rate": extended.sample_rate,
        "reach_hz": upscaler.reach_hz,
        "notes": [*noted.notes, *upscaler.notes],
    }


def _show_step(done: int, steps: int, picture: np.ndarray | None) -> None:
    print(f"\r{100 * done / steps:5.1f} %", end="", file=sys.stderr)
