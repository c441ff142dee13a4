"""The folders that all trainers share, below ``--runs``."""

from __future__ import annotations

import argparse
from pathlib import Path

from qvim_studio.core.errors import StudioError
from qvim_studio.training.corpus.corpus import load_corpus

STARTER_ID = "starter"


def run_folder(options: argparse.Namespace, part: str) -> Path:
    """The folder of a part that belongs to a checkpoint; each checkpoint has its own."""
    name = Path(options.checkpoint).name
    return options.runs / (part if name == STARTER_ID else f"{part}-{name}")


def made(options: argparse.Namespace, part: str, command: str) -> Path:
    """The result of an earlier ``command`` at ``part`` of the runs. Raises StudioError if it is
    missing."""
    path = options.runs / part
    if not path.exists():
        load_corpus(corpus_folder(options))  # a missing folder of the runs is reported first
        raise StudioError(
            f"There is no {path}, with which this begins. Make it first: qvim-studio train "
            f"{command}. Or take it from a finished checkpoint: qvim-studio train restore"
        )
    return path


def corpus_folder(options: argparse.Namespace) -> Path:
    return options.runs / "corpus"
