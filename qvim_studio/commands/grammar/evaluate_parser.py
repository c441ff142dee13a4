"""The grammar of ``qvim-studio evaluate``."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from qvim_studio.commands import entries
from qvim_studio.commands.grammar.argument_types import RUNS_FOLDER, path_argument
from qvim_studio.core.request import VramMode

MUSIC = "music"  # instead of sounds


def add_evaluate(commands: Any) -> None:
    """Add the command."""
    parser = commands.add_parser("evaluate", help="measure how well a checkpoint follows a voice")
    parser.add_argument(
        "what", nargs="?", choices=[MUSIC], help="music: a tuned checkpoint against the untuned one"
    )
    what = "reference,imitation[,label]; music: voice,music,words,group"
    parser.add_argument("--pairs", type=path_argument, metavar="CSV", help=what)
    parser.add_argument(
        "--data", type=path_argument, metavar="DIR", help="real imitations: manifest.csv"
    )
    parser.add_argument(
        "--lora", type=path_argument, metavar="DIR", help="music: what train music left"
    )
    untuned = "music: what another checkpoint than MusicGen was tuned from; default: its base"
    parser.add_argument("--untuned", default="", metavar="ID|DIR", help=untuned)
    parser.add_argument(
        "--aes",
        type=path_argument,
        metavar="DIR",
        help="AES QVIM challenge: write its similarities.json and, for DEV, its figures",
    )
    parser.add_argument(
        "--score",
        choices=["ears", "encoder"],
        default="ears",
        help="aes: what the program searches by, or the checkpoint's encoder alone",
    )
    parser.add_argument(
        "-o", "--output", type=path_argument, default=Path("output"), metavar="DIR", help="of --aes"
    )
    parser.add_argument("--runs", type=path_argument, default=Path(RUNS_FOLDER), metavar="DIR")
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
    parser.add_argument(
        "--report", type=path_argument, metavar="DIR", help="write a page with players"
    )
    parser.add_argument("--json", action="store_true")
    parser.set_defaults(run=entries.evaluate)
