"""The grammar of ``qvim-studio data``: data sets are checked and built, songs become pairs."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from qvim_studio.commands import entries
from qvim_studio.commands.grammar.argument_types import RUNS_FOLDER, path_argument


def add_data(commands: Any) -> None:
    """Add the command and its actions."""
    parser = commands.add_parser("data", help="make the training set")
    actions = parser.add_subparsers(dest="action", metavar="ACTION", required=True)
    build = actions.add_parser("build", help="recordings and imitations into one checked set")
    what = "a data set, a folder with recordings, or CSV: reference,imitation[,label] or "
    what += "audio,caption"
    build.add_argument("inputs", nargs="+", type=path_argument, metavar="DIR|CSV", help=what)
    build.add_argument("--runs", type=path_argument, default=Path(RUNS_FOLDER), metavar="DIR")
    build.add_argument(
        "--map",
        metavar="MEANING=COLUMN,…",
        help="of an unknown table: audio=file,label=class; or folders: sub-folders are the labels",
    )
    build.add_argument("--check", action="store_true", help="count and doubt; build nothing")
    build.add_argument("--json", action="store_true")
    build.set_defaults(run=entries.build_data)
    pairs = actions.add_parser("pairs", help="songs into aligned pieces of a voice and its music")
    what = "folders: stems, *_vocals beside *_instrumental, or mixes"
    pairs.add_argument("songs", nargs="+", type=path_argument, metavar="DIR", help=what)
    pairs.add_argument(
        "--seconds",
        nargs="+",
        type=float,
        default=[30.0, 20.0],
        metavar="SEC",
        help="lengths of the pieces, the longest that fits first",
    )
    pairs.add_argument("--separate", action="store_true", help="take mixes apart with Demucs")
    pairs.add_argument("-o", "--output", type=path_argument, required=True, metavar="SET")
    pairs.add_argument("--json", action="store_true")
    pairs.set_defaults(run=entries.build_pairs)
