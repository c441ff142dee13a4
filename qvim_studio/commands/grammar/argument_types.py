"""What the parsers of several commands share: kinds of arguments and folders by default."""

from __future__ import annotations

import argparse
from pathlib import Path

from qvim_studio.core.text.file_names import pasted_name

RUNS_FOLDER = "training_runs"


def path_argument(text: str) -> Path:
    """Nothing is no path: it would mean the folder at hand."""
    name = pasted_name(text)
    if not name:
        raise argparse.ArgumentTypeError("got an empty name, expected that of a file or folder")
    return Path(name)


def add_import_options(parser: argparse.ArgumentParser) -> None:
    """Add what every import of one file asks: its name here, its licence, consent to a pickle."""
    parser.add_argument("--name", default="", help="default: the file's")
    parser.add_argument("--licence", default="unknown", help="as its authors name it")
    consent = "read a pickle; no code in it is run"
    parser.add_argument("--allow-pickle", action="store_true", help=consent)
