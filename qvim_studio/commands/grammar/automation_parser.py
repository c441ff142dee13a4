"""The grammar of ``qvim-studio serve`` and ``qvim-studio mcp``."""

from __future__ import annotations

import argparse
from typing import Any

from qvim_studio.commands import entries
from qvim_studio.commands.grammar.argument_types import path_argument

DEFAULT_PORT = 8480


def add_automation(commands: Any) -> None:
    """Add both commands."""
    serve = commands.add_parser("serve", help="let other programs of this computer ask for sounds")
    port = "on loopback alone; 0 takes any free one"
    serve.add_argument("--port", type=int, default=DEFAULT_PORT, metavar="N", help=port)
    serve.add_argument(
        "--token-file", type=path_argument, metavar="FILE", help="default: in the data folder"
    )
    _add_places(serve)
    serve.set_defaults(run=entries.serve)
    mcp = commands.add_parser("mcp", help="tools for assistants, over standard input and output")
    _add_places(mcp)
    mcp.set_defaults(run=entries.mcp)


def _add_places(parser: argparse.ArgumentParser) -> None:
    allow = "a folder whose files may be named, besides the output; may be given several times"
    parser.add_argument(
        "--allow", type=path_argument, action="append", default=[], metavar="DIR", help=allow
    )
    output = "gets sounds and packs; default: QVIM Studio in the music folder"
    parser.add_argument("-o", "--output", type=path_argument, metavar="DIR", help=output)
