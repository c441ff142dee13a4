"""``qvim-studio data pairs``: songs become a set of voices and their music."""

from __future__ import annotations

import argparse
from collections.abc import Callable
from dataclasses import asdict
from typing import Any

from qvim_studio.training.corpus.music.pair_set import build_pair_set
from qvim_studio.training.corpus.music.separation import DemucsSeparator, VoiceSeparator


def _separator() -> VoiceSeparator:
    from qvim_studio.training.loop.machine import find_machine

    return DemucsSeparator(str(find_machine().device))


def build_pairs(
    options: argparse.Namespace, make_separator: Callable[[], VoiceSeparator] = _separator
) -> dict[str, Any]:
    """Make the set of ``options.output`` from the songs of ``options.songs``."""
    separator = make_separator if options.separate else None
    report = build_pair_set(options.songs, options.output, options.seconds, separator)
    return {"summary": report.sentences(), **asdict(report)}
