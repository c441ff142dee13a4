"""The grammar of ``qvim-studio loras``, and of the options that choose what the user added."""

from __future__ import annotations

import argparse
from typing import Any

from qvim_studio.commands import entries
from qvim_studio.commands.grammar.argument_types import add_import_options, path_argument


def add_loras(commands: Any) -> None:
    """Add the command and its actions."""
    parser = commands.add_parser("loras", help="LoRAs that requests mix into a checkpoint")
    actions = parser.add_subparsers(dest="action", metavar="ACTION", required=True)
    actions.add_parser("list", help="what was imported, and for which checkpoint")
    action = actions.add_parser("import", help="keep a LoRA, LoHa or LoKr for a checkpoint")
    what = "of peft, kohya's scripts, LyCORIS or diffusers; nothing in it is run"
    action.add_argument("source", type=path_argument, metavar="FILE|DIR", help=what)
    base = "the checkpoint that it was trained on; default: the one that peft names"
    action.add_argument("--base", default="", metavar="ID", help=base)
    add_import_options(action)
    action = actions.add_parser("remove", help="delete an imported LoRA")
    action.add_argument("lora", metavar="ID")
    for action in actions.choices.values():
        action.add_argument("--json", action="store_true")
        action.set_defaults(run=entries.keep_loras)


def add_choices(parser: argparse.ArgumentParser) -> None:
    """Add ``--encoder`` and ``--lora``, which name options of a checkpoint."""
    encoder = "who hears the voice: own, or one of encoders list that an adapter fits"
    parser.add_argument("--encoder", default="", metavar="ID", help=encoder)
    lora = "of loras list, with a weight (default: 1); may be given several times"
    parser.add_argument(
        "--lora",
        dest="loras",
        action="append",
        default=[],
        metavar="ID[:WEIGHT]",
        help=lora,
    )
