"""What ``qvim-studio upscale`` does: highs for a recording that lacks them."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from typing import Any

import numpy as np

from qvim_studio.audio.files.reading import read_noted
from qvim_studio.commands.export import print_notes
from qvim_studio.commands.new_file import check_new_file, show_step, write_new_sound
from qvim_studio.core.clip import AudioClip
from qvim_studio.core.options import OptionValues
from qvim_studio.core.recipe_form import MAX_SEED
from qvim_studio.core.request import VramMode
from qvim_studio.families.catalog import find_upscaler
from qvim_studio.families.known import upscaler_by_id
from qvim_studio.families.upscaling import Upscaler
from qvim_studio.generation.windows import SEED_STEP


def upscale(options: argparse.Namespace) -> dict[str, Any]:
    """Write the sound at 48 kHz, each channel at its level; the file itself is never changed."""
    noted = read_noted(options.sound)
    output: Path = options.output
    check_new_file(output)
    checkpoint = find_upscaler(options.checkpoint)
    family = upscaler_by_id(checkpoint.family)
    from qvim_studio.families.plans import upscaler_plan_for
    from qvim_studio.families.protocol import Report
    from qvim_studio.generation.finish.upscale_windows import upscale_windows, with_highs
    from qvim_studio.memory.faults import memory_faults_as_errors

    given = {
        "steps": options.steps,
        "guidance": options.guidance,
        "known_hz": options.known_hz,
    }
    values = OptionValues({name: value for name, value in given.items() if value is not None})
    with memory_faults_as_errors():
        plan = upscaler_plan_for(checkpoint, VramMode(options.vram_mode))
        loaded = family.load(checkpoint, plan)
        notes = [*noted.notes, *loaded.notes]
        print_notes(notes)
        windows = upscale_windows(noted.clip)

        def prepared(number: int) -> Upscaler:
            def on_step(done: int, steps: int, picture: np.ndarray | None) -> None:
                show_step(number * steps + done, len(windows) * steps, picture)

            seed = (options.seed + number * SEED_STEP) % (MAX_SEED + 1)
            return loaded.prepared(values, seed, Report(on_step, lambda: False))

        rate_hz, input_rate_hz = family.output_rate_hz, prepared(0).input_rate_hz
        parts = with_highs(
            noted.clip,
            windows,
            input_rate_hz,
            rate_hz,
            lambda samples, number: prepared(number).extend(samples),
        )
        extended = AudioClip(np.concatenate(list(parts)), rate_hz)
    print(file=sys.stderr)
    write_new_sound(output, extended, f"Highs made by {checkpoint.title}")
    if not options.json:
        print(f"{output}: {extended.duration_s:.2f} s at {extended.sample_rate} Hz")
    return {
        "sound": str(output),
        "sample_rate": extended.sample_rate,
        "reach_hz": family.reach_hz,
        "notes": notes,
    }
