"""The grammar of the command line: every command, its options, and what runs it."""

from __future__ import annotations

import argparse
import os
from pathlib import Path
from typing import Any, NoReturn

import qvim_studio
from qvim_studio.commands import entries
from qvim_studio.core.control_kind import ControlKind
from qvim_studio.core.errors import UsageError
from qvim_studio.core.request import (
    DEFAULT_BALANCE,
    DEFAULT_MORPH_AT,
    SamplerName,
    Start,
    VramMode,
)
from qvim_studio.core.text.file_names import pasted_name

OUTPUT_FOLDER = "qvim-output"
RUNS_FOLDER = "training_runs"
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
    _add_embed(commands)
    _add_search(commands)
    _add_upscale(commands)
    _add_checkpoints(commands)
    _add_data(commands)
    _add_train(commands)
    _add_evaluate(commands)
    _add_pack(commands)
    _add_kit(commands)
    _add_bench(commands)
    return parser


def _path(text: str) -> Path:
    """Nothing is no path: it would mean the folder at hand."""
    name = pasted_name(text)
    if not name:
        raise argparse.ArgumentTypeError("got an empty name, expected that of a file or folder")
    return Path(name)


def _words(text: str) -> str:
    """Text for people; what was typed in UTF-8 under another locale is read as what it is."""
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
    parser.add_argument("--duration", type=float, metavar="SEC", help="default: as the imitation")
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
    parser = commands.add_parser("edit", help="make a part of a sound anew, or what comes after it")
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
    parser.add_argument("--encoder", type=_path, metavar="FILE", help="default: the starter's")
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


def _add_checkpoints(commands: Any) -> None:
    parser = commands.add_parser("checkpoints", help="list, fetch, import, convert, remove")
    actions = parser.add_subparsers(dest="action", metavar="ACTION", required=True)
    listing = actions.add_parser("list", help="every known checkpoint and its licence")
    listing.add_argument("--json", action="store_true")
    listing.set_defaults(run=entries.list_checkpoints)
    verify = actions.add_parser("verify", help="check files and load every part")
    verify.add_argument("checkpoint", nargs="?", default="starter", metavar="ID|DIR")
    verify.add_argument("--json", action="store_true")
    verify.set_defaults(run=entries.verify_checkpoint)
    _add_checkpoint_store(actions)


def _add_checkpoint_store(actions: Any) -> None:
    for name, text in (
        ("download", "fetch a known checkpoint; goes on where it was interrupted"),
        ("remove", "delete a downloaded checkpoint"),
        ("describe", "what a checkpoint takes, makes and lets be set"),
    ):
        action = actions.add_parser(name, help=text)
        action.add_argument("checkpoint", metavar="ID")
    action = actions.add_parser("import", help="make a folder of your own known by its name")
    action.add_argument("folder", type=_path, metavar="DIR")
    action = actions.add_parser("convert", help="write a published file as a folder of safetensors")
    action.add_argument("source", type=_path, metavar="FILE|DIR", help="nothing in it is run")
    action.add_argument("folder", type=_path, metavar="FOLDER", help="new; made by the command")
    consent = "convert pickled weights too; they are read without running any code"
    for name in ("download", "import"):
        actions.choices[name].add_argument("--allow-pickle", action="store_true", help=consent)
    for name in ("download", "remove", "describe", "import", "convert"):
        actions.choices[name].add_argument("--json", action="store_true")
        actions.choices[name].set_defaults(run=entries.store_checkpoint)


def _add_data(commands: Any) -> None:
    parser = commands.add_parser("data", help="make the training set")
    actions = parser.add_subparsers(dest="action", metavar="ACTION", required=True)
    build = actions.add_parser("build", help="recordings and imitations into one checked set")
    what = "folder with recordings, VimSketch, AES QVIM DEV, or CSV: reference,imitation[,label]"
    build.add_argument("inputs", nargs="+", type=_path, metavar="DIR|CSV", help=what)
    build.add_argument("--runs", type=_path, default=Path(RUNS_FOLDER), metavar="DIR")
    build.add_argument("--json", action="store_true")
    build.set_defaults(run=entries.build_data)


def _add_train(commands: Any) -> None:
    parser = commands.add_parser("train", help="make the starter's weights, part by part")
    parser.add_argument("part", choices=TRAINED_PARTS)
    parser.add_argument("--runs", type=_path, default=Path(RUNS_FOLDER), metavar="DIR")
    parser.add_argument("--minutes", type=float, default=30.0, help="time budget")
    parser.add_argument("--threads", type=int, default=os.cpu_count() or 1)
    parser.add_argument("--weights", type=_path, metavar="FILE", help="the teacher's file")
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
    parser.add_argument("--json", action="store_true")
    parser.add_argument(
        "--evaluation", type=_path, metavar="FILE", help="starter: what evaluate --json printed"
    )
    parser.set_defaults(run=entries.train)


def _add_evaluate(commands: Any) -> None:
    parser = commands.add_parser("evaluate", help="measure how well a checkpoint follows a voice")
    parser.add_argument("--pairs", type=_path, metavar="CSV", help="reference,imitation[,label]")
    parser.add_argument("--data", type=_path, metavar="DIR", help="real imitations: manifest.csv")
    parser.add_argument("--runs", type=_path, default=Path(RUNS_FOLDER), metavar="DIR")
    parser.add_argument("--checkpoint", default="starter", metavar="ID|DIR")
    parser.add_argument("--vram-mode", choices=[mode.value for mode in VramMode], default="auto")
    parser.add_argument("--clips", type=int, default=12, metavar="N", help="imitations of each set")
    parser.add_argument(
        "--variations",
        type=int,
        default=4,
        metavar="N",
        help="of each; the one shown first also counts by itself",
    )
    parser.add_argument("--steps", type=int, metavar="N", help="denoising steps")
    parser.add_argument("--report", type=_path, metavar="DIR", help="write a page with players")
    parser.add_argument("--json", action="store_true")
    parser.set_defaults(run=entries.evaluate)


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


def _add_bench(commands: Any) -> None:
    parser = commands.add_parser("bench", help="measure the studio")
    kinds = parser.add_subparsers(dest="kind", metavar="KIND", required=True)
    export = kinds.add_parser("export", help="a sample pack against plain writes of its audio")
    export.add_argument("--clips", type=int, default=500, metavar="N")
    export.add_argument("--seconds", type=float, default=3.0, help="of each clip")
    export.add_argument("--json", action="store_true")
    export.set_defaults(run=entries.bench_export)
    window = kinds.add_parser("ui", help="the window, its history and its event loop")
    window.add_argument("--clips", type=int, default=10_000, metavar="N", help="in the history")
    window.add_argument("--quick", action="store_true", help="one start; generate nothing")
    window.add_argument("--json", action="store_true")
    window.set_defaults(run=entries.bench_ui)
    library = kinds.add_parser("library", help="finding among many sounds")
    library.add_argument("--sounds", type=int, default=100_000, metavar="N")
    library.add_argument("--json", action="store_true")
    library.set_defaults(run=entries.bench_library)
    memory = kinds.add_parser("memory", help="peak memory and output error of every mode")
    memory.add_argument("--checkpoint", default="starter", metavar="ID|DIR")
    memory.add_argument("--seconds", type=float, default=5.0, metavar="SEC", help="of audio")
    memory.add_argument("--variations", type=int, default=4, metavar="N")
    memory.add_argument("--no-error", action="store_true", help="compute nothing, estimate only")
    memory.add_argument("--json", action="store_true")
    memory.set_defaults(run=entries.bench_memory)
    making = kinds.add_parser("generate", help="speed, memory and error of making a clip of 5 s")
    making.add_argument("--checkpoint", type=_path, metavar="DIR", help="default: random weights")
    making.add_argument("--size", choices=["s", "m", "l"], default="s", help="of random weights")
    making.add_argument("--rounds", type=int, default=2, metavar="N", help="clips of each in turn")
    busy = "of both, beside so many other programs that want a core each"
    making.add_argument("--busy", type=int, default=0, metavar="N", help=busy)
    making.add_argument("--steps", type=int, default=10, metavar="N", help="of both")
    making.add_argument("--seconds", type=float, default=5.0, metavar="SEC", help="of audio")
    modes = [mode.value for mode in VramMode if mode is not VramMode.AUTO]
    making.add_argument("--vram-mode", choices=modes, default="cpu", help="else both on the GPU")
    making.add_argument("--cap-gib", type=float, metavar="G", help="of the GPU for the studio")
    making.add_argument("--no-error", action="store_true", help="leave the trained weights out")
    making.add_argument("--json", action="store_true")
    making.set_defaults(run=entries.bench_generate)


def _open_window(options: argparse.Namespace) -> dict[str, Any]:
    """Without a command: the window, where there is a display."""
    if not entries.has_display():
        raise UsageError(
            "Got no command, and there is no display to open the window on. "
            f"Give a command.\n\n{make_parser().format_help()}"
        )
    options.imitation = None
    return entries.studio(options)
