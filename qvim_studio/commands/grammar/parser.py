"""The grammar of the command line: every command, its options, and what runs it."""

from __future__ import annotations

import argparse
import os
from pathlib import Path
from typing import Any, NoReturn

import qvim_studio
from qvim_studio.commands import entries
from qvim_studio.commands.grammar.argument_types import RUNS_FOLDER
from qvim_studio.commands.grammar.argument_types import path_argument as _path
from qvim_studio.commands.grammar.automation_parser import add_automation
from qvim_studio.commands.grammar.bench_parser import add_bench
from qvim_studio.commands.grammar.checkpoint_parser import add_checkpoints
from qvim_studio.commands.grammar.data_parser import add_data
from qvim_studio.commands.grammar.encoder_parser import add_encoders
from qvim_studio.commands.grammar.evaluate_parser import add_evaluate
from qvim_studio.commands.grammar.lora_parser import add_choices, add_loras
from qvim_studio.commands.grammar.render_parser import add_render
from qvim_studio.commands.grammar.token_parser import add_tokens
from qvim_studio.core.control_kind import ControlKind
from qvim_studio.core.errors import UsageError
from qvim_studio.core.request import (
    DEFAULT_BALANCE,
    DEFAULT_MORPH_AT,
    SamplerName,
    Start,
    VramMode,
)

OUTPUT_FOLDER = "qvim-output"
TRAINED_PARTS = (
    *("imitations", "targets", "restore", "clap", "vae", "vocoder", "decoder", "bandwidth"),
    *("qvim", "distill", "ears", "calibration", "adapter", "unet", "listener", "film"),
    *("joint", "control", "light", "student", "music"),
    *("library", "examples", "starter", "all"),
)


def make_parser() -> argparse.ArgumentParser:
    """The whole grammar of the command line."""
    parser = _Parser(prog="qvim-studio", description=qvim_studio.__doc__)
    version = f"qvim-studio {qvim_studio.__version__}"
    parser.add_argument("--version", action="version", version=version)
    parser.set_defaults(run=_open_window)
    commands = parser.add_subparsers(dest="command", metavar="COMMAND")
    _add_studio(commands)
    _add_generate(commands)
    _add_edit(commands)
    _add_restyle(commands)
    _add_morph(commands)
    add_render(commands, _path, _words)
    _add_embed(commands)
    _add_search(commands)
    _add_upscale(commands)
    add_tokens(commands)
    add_checkpoints(commands)
    add_encoders(commands)
    add_loras(commands)
    add_data(commands)
    _add_train(commands)
    add_evaluate(commands)
    _add_pack(commands)
    _add_kit(commands)
    add_automation(commands)
    add_bench(commands)
    return parser


def _words(text: str) -> str:
    """The typed text; UTF-8 that was typed under another locale is decoded as UTF-8."""
    try:
        return os.fsencode(text).decode()
    except UnicodeDecodeError as error:
        raise argparse.ArgumentTypeError(
            f"got {text!a}, which is not valid UTF-8. Type it again in a UTF-8 terminal"
        ) from error


def _parts(text: str) -> list[tuple[float, float]]:
    try:
        pairs = [part.split("-") for part in text.split(",")]
        return [(float(begin_s), float(end_s)) for begin_s, end_s in pairs]
    except ValueError as error:
        raise argparse.ArgumentTypeError(
            f"got {text!r}, expected begins and ends in seconds, such as 0.5-0.8,1.2-1.4"
        ) from error


class _Parser(argparse.ArgumentParser):
    """Reports bad usage like every other error: one sentence, status 2. Options have one name."""

    def __init__(self, **options: Any) -> None:
        super().__init__(**options, allow_abbrev=False)

    def error(self, message: str) -> NoReturn:
        raise UsageError(f"{message[:1].upper()}{message[1:]}. See {self.prog} --help.")


def _add_studio(commands: Any) -> None:
    parser = commands.add_parser("studio", help="open the studio window")
    parser.add_argument("imitation", nargs="?", type=_path, help="audio file to open")
    parser.set_defaults(run=entries.studio)


def _add_generate(commands: Any) -> None:
    parser = commands.add_parser("generate", help="make sounds from an imitation, words or both")
    parser.add_argument("imitation", nargs="?", type=_path, help="audio file of the imitation")
    parser.add_argument(
        "--duration", type=float, metavar="SEC", help="up to 600; default: as the imitation"
    )
    parser.add_argument(
        "--fit", type=int, default=0, metavar="N", help="real sounds that follow the imitation"
    )
    parser.add_argument("--loop", action="store_true", help="sounds that repeat without a seam")
    parser.add_argument(
        "--compare", nargs="+", default=[], metavar="ID|DIR", help="the same with these checkpoints"
    )
    _add_making(parser)
    parser.set_defaults(run=entries.generate)


MEASURED = 0.0  # of --highs: where the sound itself ends


def _add_edit(commands: Any) -> None:
    parser = commands.add_parser("edit", help="regenerate a part of a sound, or continue it")
    parser.add_argument("sound", type=_path, help="audio file; it is never changed")
    where = parser.add_mutually_exclusive_group(required=True)
    where.add_argument(
        "--part", nargs=2, type=float, metavar=("BEGIN", "END"), help="in seconds; regenerated"
    )
    where.add_argument(
        "--repair",
        type=_parts,
        metavar="BEGIN-END,…",
        help="several parts, in seconds, such as 0.5-0.8,1.2-1.4; regenerated together",
    )
    where.add_argument("--continue", dest="seconds", type=float, metavar="SEC", help="go on for")
    where.add_argument(
        "--highs",
        nargs="?",
        type=float,
        const=MEASURED,
        metavar="HZ",
        help="only what lies above; without a number, above what the sound holds",
    )
    parser.add_argument(
        "--imitation", type=_path, metavar="FILE", help="your voice: what comes there, and when"
    )
    _add_making(parser)
    parser.set_defaults(run=entries.edit)


def _add_restyle(commands: Any) -> None:
    parser = commands.add_parser("restyle", help="the same course in time, another sound")
    parser.add_argument("sound", type=_path, help="audio file; it is never changed")
    _add_making(parser)
    parser.set_defaults(run=entries.restyle)


def _add_morph(commands: Any) -> None:
    parser = commands.add_parser("morph", help="sounds between two sounds")
    parser.add_argument("sound", type=_path, help="audio file of the first; it is never changed")
    parser.add_argument("other", type=_path, help="audio file of the second")
    where = parser.add_mutually_exclusive_group()
    where.add_argument(
        "--at", type=float, default=DEFAULT_MORPH_AT, help="0 the first .. 1 the second"
    )
    where.add_argument("--over-time", action="store_true", help="from the first to the second")
    parser.add_argument("--duration", type=float, metavar="SEC", help="default: the longer one's")
    _add_making(parser)
    parser.set_defaults(run=entries.morph)


def _add_making(parser: argparse.ArgumentParser) -> None:
    """What all commands take that make sounds."""
    parser.add_argument("--timbre", type=_path, metavar="FILE", help="what it should sound like")
    parser.add_argument(
        "--start-from", type=_path, metavar="FILE", help="the sound that all variations start from"
    )
    parser.add_argument("--text", type=_words, default="", help="what it should be, in words")
    parser.add_argument(
        "--negative", type=_words, default="", metavar="T", help="what it should not be"
    )
    parser.add_argument("--balance", type=float, help="0 voice only .. 1 text only")
    parser.add_argument("--variations", type=int, default=4, metavar="N")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--steps", type=int, metavar="N", help="denoising steps")
    parser.add_argument("--guidance", type=float, metavar="G")
    parser.add_argument(
        "--option",
        dest="options",
        action="append",
        default=[],
        metavar="NAME=VALUE",
        help="what else the checkpoint lets be set; see checkpoints describe",
    )
    add_choices(parser)
    parser.add_argument("--follow", type=float, default=0.7, help="0 loose .. 1 tight")
    parser.add_argument("--start", choices=[start.value for start in Start])
    parser.add_argument("--strength", type=float, help="how far a start is noised, 0..1")
    parser.add_argument("--library", type=_path, metavar="DIR", help="sounds for --start nearest")
    parser.add_argument("--sampler", choices=[name.value for name in SamplerName])
    parser.add_argument(
        "--light", action="store_true", help="a quicker vocoder where it is about as good"
    )
    parser.add_argument("--checkpoint", default="starter", metavar="ID|DIR")
    parser.add_argument("--vram-mode", choices=[mode.value for mode in VramMode], default="auto")
    parser.add_argument("--no-trim", action="store_true", help="keep the silence around the take")
    parser.add_argument(
        "--keep-pauses", action="store_true", help="leave what was made where the voice pauses"
    )
    parser.add_argument(
        "--no-extension", action="store_true", help="add nothing above what the model makes"
    )
    parser.add_argument(
        "--upscaler", default="", metavar="ID|DIR", help="what makes the highs instead, slowly"
    )
    parser.add_argument("-o", "--output", type=_path, default=Path(OUTPUT_FOLDER), metavar="DIR")
    parser.add_argument("--json", action="store_true")


def _add_embed(commands: Any) -> None:
    parser = commands.add_parser("embed", help="QVIM embedding of a sound as .npy (960,)")
    parser.add_argument("audio", type=_path)
    encoder = "of encoders list; default: the starter's"
    parser.add_argument("--encoder", metavar="ID|FILE", help=encoder)
    parser.add_argument("--branch", choices=["imitation", "reference"], default="imitation")
    parser.add_argument("-o", "--output", type=_path, required=True, metavar="OUT.npy")
    parser.add_argument("--json", action="store_true")
    parser.set_defaults(run=entries.embed)


def _add_search(commands: Any) -> None:
    parser = commands.add_parser("search", help="the sounds of a folder nearest to an imitation")
    parser.add_argument("imitation", nargs="?", type=_path, help="audio file of the imitation")
    parser.add_argument("--folder", type=_path, required=True, metavar="DIR")
    parser.add_argument(
        "--text", type=_words, default="", help="what they are called, or mean, in words"
    )
    parser.add_argument(
        "--balance", type=float, default=DEFAULT_BALANCE, help="0 voice only .. 1 text only"
    )
    parser.add_argument("--top", type=int, default=10, metavar="N")
    parser.add_argument("--json", action="store_true")
    parser.set_defaults(run=entries.search)


def _add_upscale(commands: Any) -> None:
    parser = commands.add_parser("upscale", help="make the highs that a sound lacks")
    parser.add_argument("sound", type=_path, help="audio file; it is never changed")
    parser.add_argument(
        "--checkpoint",
        required=True,
        metavar="ID|DIR",
        help="an upscaler of checkpoints list",
    )
    parser.add_argument("--steps", type=int, metavar="N", help="denoising steps, 5 to 200")
    parser.add_argument("--guidance", type=float, metavar="G")
    parser.add_argument(
        "--known-hz", type=float, metavar="HZ", help="up to where the sound is real"
    )
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--vram-mode", choices=[mode.value for mode in VramMode], default="auto")
    parser.add_argument("-o", "--output", type=_path, required=True, metavar="OUT.wav")
    parser.add_argument("--json", action="store_true")
    parser.set_defaults(run=entries.upscale)


def _add_train(commands: Any) -> None:
    parser = commands.add_parser("train", help="make the starter's weights, part by part")
    parser.add_argument("part", choices=TRAINED_PARTS)
    parser.add_argument("--runs", type=_path, default=Path(RUNS_FOLDER), metavar="DIR")
    parser.add_argument("--minutes", type=float, default=30.0, help="time budget")
    parser.add_argument("--threads", type=int, default=os.cpu_count() or 1)
    parser.add_argument("--weights", type=_path, metavar="FILE", help="the teacher's file")
    parser.add_argument("--encoder", metavar="ID|FILE", help="adapter: an encoder of your own")
    parser.add_argument(
        "--audio",
        type=_path,
        nargs="+",
        default=[],
        metavar="DIR",
        help="distill, ears, calibration: more to learn from; library, examples: what the set was "
        "made of",
    )
    parser.add_argument(
        "--checkpoint",
        default="starter",
        metavar="ID|DIR",
        help="targets, adapter, film, joint, control, light, student, music: for which one",
    )
    parser.add_argument(
        "--kind",
        choices=[kind.value for kind in ControlKind],
        default=ControlKind.CONCAT.value,
        help="control: how the curves enter",
    )
    parser.add_argument(
        "--pairs", type=_path, metavar="TABLE", help="music: columns voice, music, words, group"
    )
    parser.add_argument(
        "--stored-bits", type=int, choices=[16, 8], default=16, help="music: of the frozen weights"
    )
    parser.add_argument(
        "--words",
        type=float,
        default=0.0,
        metavar="SHARE",
        help="film, joint: of captioned sounds, asked for in words beside the voice, 0..1",
    )
    parser.add_argument("--json", action="store_true")
    parser.add_argument(
        "--evaluation", type=_path, metavar="FILE", help="starter: what evaluate --json printed"
    )
    parser.set_defaults(run=entries.train)


def _add_pack(commands: Any) -> None:
    parser = commands.add_parser("pack", help="make a sample pack from clips")
    parser.add_argument("files", nargs="*", type=_path, metavar="FILE")
    parser.add_argument("--name", type=_words, help="of the pack")
    parser.add_argument("--creator", type=_words, help="who made it: you or your label")
    parser.add_argument("--source", type=_words, help="the SourceID of the file names")
    parser.add_argument("--commercial", action="store_true", help="refuse what may not be sold")
    parser.add_argument(
        "--category", type=_words, default="", metavar="CATID", help="default: from the words"
    )
    parser.add_argument(
        "--template", type=_words, metavar="T", help="of the names, with fields in braces"
    )
    parser.add_argument("--edits", type=_path, metavar="FILE.json", help="finishing of every clip")
    parser.add_argument("--bits", type=int, choices=[16, 24, 32], default=24)
    parser.add_argument("-o", "--output", type=_path, metavar="DIR")
    check = "check a pack that is there against its manifest; make none"
    parser.add_argument("--verify", type=_path, metavar="DIR|ZIP", help=check)
    parser.add_argument("--json", action="store_true")
    parser.set_defaults(run=entries.pack)


def _add_kit(commands: Any) -> None:
    parser = commands.add_parser("kit", help="make a drum kit from several sounds in one take")
    parser.add_argument("take", type=_path)
    parser.add_argument(
        "--text", type=_words, default="", help="what the sounds should be, in words"
    )
    parser.add_argument("--variations", type=int, default=3, metavar="N", help="of each sound")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--steps", type=int, metavar="N", help="denoising steps")
    parser.add_argument("--checkpoint", default="starter", metavar="ID|DIR")
    parser.add_argument("-o", "--output", type=_path, required=True, metavar="DIR")
    parser.add_argument("--json", action="store_true")
    parser.set_defaults(run=entries.kit)


def _open_window(options: argparse.Namespace) -> dict[str, Any]:
    """Without a command, open the window if there is a display."""
    if not entries.has_display():
        raise UsageError(
            "Got no command, and there is no display to open the window on. "
            f"Give a command.\n\n{make_parser().format_help()}"
        )
    options.imitation = None
    return entries.studio(options)
