"""The grammar of ``qvim-studio checkpoints``: what is known, fetched, imported and converted."""

from __future__ import annotations

import argparse
from typing import Any

from qvim_studio.commands import entries
from qvim_studio.commands.grammar.argument_types import path_argument


def add_checkpoints(commands: Any) -> None:
    """Add the command and its actions."""
    parser = commands.add_parser("checkpoints", help="list, fetch, import, convert, remove")
    actions = parser.add_subparsers(dest="action", metavar="ACTION", required=True)
    listing = actions.add_parser("list", help="every known checkpoint and its licence")
    listing.add_argument("--json", action="store_true")
    listing.set_defaults(run=entries.list_checkpoints)
    verify = actions.add_parser("verify", help="check files and load every part")
    verify.add_argument("checkpoint", nargs="?", default="starter", metavar="ID|DIR")
    verify.add_argument("--json", action="store_true")
    verify.set_defaults(run=entries.verify_checkpoint)
    _add_store(actions)


def _add_store(actions: Any) -> None:
    for name, text in (
        ("download", "fetch a known checkpoint; goes on where it was interrupted"),
        ("remove", "delete a downloaded checkpoint"),
        ("describe", "what a checkpoint takes, makes and lets be set"),
    ):
        action = actions.add_parser(name, help=text)
        action.add_argument("checkpoint", metavar="ID")
    kept = "make a folder or file of your own known by a name"
    action = actions.add_parser("import", help=kept)
    unrun = "nothing in it is run"
    action.add_argument("source", type=path_argument, metavar="DIR|FILE", help=unrun)
    action.add_argument(
        "--for", dest="fits", action="append", default=[], metavar="ID", help="which a CLAP is for"
    )
    action.add_argument(
        "--base", default="", metavar="ID", help="which a LoRA, FiLM or control curves change"
    )
    action.add_argument("--strength", type=float, metavar="S", help="of that change; default: 1")
    action = actions.add_parser("convert", help="write a published file as a folder of safetensors")
    action.add_argument("source", type=path_argument, metavar="FILE|DIR", help=unrun)
    new = "new; made by the command"
    action.add_argument("folder", type=path_argument, metavar="FOLDER", help=new)
    consent = "convert pickled weights too; they are read without running any code"
    for name in ("download", "import"):
        actions.choices[name].add_argument("--allow-pickle", action="store_true", help=consent)
    averaged = "take the averaged weights of a training (default: where there are any), or not"
    for name in ("import", "convert"):
        actions.choices[name].add_argument(
            "--ema", action=argparse.BooleanOptionalAction, help=averaged
        )
    for name in ("download", "remove", "describe", "import", "convert"):
        actions.choices[name].add_argument("--json", action="store_true")
        actions.choices[name].set_defaults(run=entries.store_checkpoint)
