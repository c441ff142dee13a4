"""What ``qvim-studio tokens encode|decode`` do: a sound becomes a small text file, and back."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

from qvim_studio.audio.files.reading import read_noted
from qvim_studio.commands.export import print_notes
from qvim_studio.commands.new_file import check_new_file, show_step, write_new_sound
from qvim_studio.core.clip import AudioClip
from qvim_studio.core.errors import UsageError
from qvim_studio.core.options import OptionValues
from qvim_studio.core.request import VramMode
from qvim_studio.families.catalog import find_checkpoint
from qvim_studio.families.known import family_of
from qvim_studio.families.sound_tokens import TokenCoder, load_tokens, save_tokens

if TYPE_CHECKING:
    from qvim_studio.checkpoints.checkpoint import Checkpoint


def encode(options: argparse.Namespace) -> dict[str, Any]:
    """Write the tokens of a sound as JSON; the format is that of families.sound_tokens."""
    noted = read_noted(options.sound)
    check_new_file(options.output)
    print_notes(noted.notes)
    from qvim_studio.memory.faults import memory_faults_as_errors

    with memory_faults_as_errors():
        coder = _load_coder(find_checkpoint(options.checkpoint), options)
        tokens = coder.encode_tokens(noted.clip)
    save_tokens(tokens, options.output)
    if not options.json:
        print(
            f"{options.output}: {len(tokens)} pairs of tokens, {tokens.duration_s:.2f} s at "
            f"{tokens.bits_per_s / 1000:.2f} kbit/s"
        )
    return {
        "tokens": str(options.output),
        "pairs": len(tokens),
        "bits_per_s": tokens.bits_per_s,
        "notes": list(noted.notes),
    }


def decode(options: argparse.Namespace) -> dict[str, Any]:
    """Write the sound of a file of tokens at the checkpoint's rate."""
    tokens = load_tokens(options.tokens)
    output: Path = options.output
    check_new_file(output)
    checkpoint = find_checkpoint(options.checkpoint)
    capabilities = family_of(checkpoint).describe(checkpoint)
    given = {"steps": options.steps, "guidance": options.guidance}
    values = OptionValues({name: value for name, value in given.items() if value is not None})
    from qvim_studio.families.protocol import Asked, Report
    from qvim_studio.memory.faults import memory_faults_as_errors

    asked = Asked(duration_s=tokens.duration_s, options=values.filled(capabilities.options))
    with memory_faults_as_errors():
        coder = _load_coder(checkpoint, options)
        report = Report(show_step, lambda: False)
        samples = coder.decode_tokens(tokens, asked, options.seed, report)
    print(file=sys.stderr)
    clip = AudioClip(samples, capabilities.sample_rate_hz)
    write_new_sound(output, clip, f"Made of tokens by {checkpoint.title}, {checkpoint.licence}")
    if not options.json:
        print(f"{output}: {clip.duration_s:.2f} s at {clip.sample_rate} Hz")
    return {"sound": str(output), "sample_rate": clip.sample_rate, "seed": options.seed}


def _load_coder(checkpoint: Checkpoint, options: argparse.Namespace) -> TokenCoder:
    """Raises UsageError for a checkpoint that knows no tokens."""
    from qvim_studio.families.plans import plan_for

    plan = plan_for(checkpoint, VramMode(options.vram_mode))
    generator = family_of(checkpoint).load(checkpoint, plan)
    if not isinstance(generator, TokenCoder):
        generator.close()
        raise UsageError(
            f"{checkpoint.title} does not speak in tokens that can be kept. Choose a checkpoint "
            "with an option named tokens, such as SemantiCodec."
        )
    return generator
