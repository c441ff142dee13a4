"""The grammar of the command ``render``: each column of a list is an option as well."""

from __future__ import annotations

import argparse
from collections.abc import Callable
from pathlib import Path
from typing import Any

from qvim_studio.commands import entries
from qvim_studio.rendering.columns import COLUMNS

RENDER_FOLDER = "qvim-render"
DEFAULT_RETRIES = 2
PREFIX = "every_"  # of the names under which the options of rows are parsed


def add_render(commands: Any, path: Callable[[str], Path], words: Callable[[str], str]) -> None:
    """path, words: how the command line reads names of files and texts."""
    parser = commands.add_parser(
        "render",
        help="make sounds from many takes, overnight; resumes where it was interrupted",
        epilog="Options that are also columns count for rows whose cell is empty.",
    )
    parser.add_argument(
        "source",
        type=path,
        metavar="LIST.csv|FOLDER",
        help="a row for each take (column take; any option below as a column), or a folder",
    )
    parser.add_argument("-o", "--output", type=path, default=Path(RENDER_FOLDER), metavar="DIR")
    parser.add_argument(
        "--recipe", type=path, metavar="FILE", help="defaults: a made sound, or its .json"
    )
    parser.add_argument(
        "--workers", type=int, metavar="N", help="default: as memory and cores allow"
    )
    parser.add_argument(
        "--ray", metavar="ADDRESS", help="render on a Ray cluster; local starts one here"
    )
    parser.add_argument(
        "--retries",
        type=int,
        default=DEFAULT_RETRIES,
        metavar="N",
        help="of a row whose worker ended or failed",
    )
    parser.add_argument("--json", action="store_true")
    rows = parser.add_argument_group("options of every row")
    for name, column in COLUMNS.items():
        rows.add_argument(
            f"--{name.replace('_', '-')}",
            dest=f"{PREFIX}{name}",
            type=words,
            metavar="VALUE",
            help=column.expected,
        )
    rows.add_argument(
        "--option", dest="options", action="append", default=[], metavar="NAME=VALUE",
        help="what else the checkpoint lets be set; see checkpoints describe",
    )  # fmt: skip
    parser.set_defaults(run=entries.render)


def given_cells(options: argparse.Namespace) -> dict[str, str]:
    """The options of every row as cells of a row."""
    found = {name: getattr(options, f"{PREFIX}{name}") for name in COLUMNS}
    return {name: text for name, text in found.items() if text is not None}
