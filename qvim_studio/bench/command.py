"""``qvim-studio bench ui`` and ``bench library``: measure on this machine in its present state."""

from __future__ import annotations

import argparse
from typing import Any

from qvim_studio.bench.filled_library import VARIATIONS
from qvim_studio.core.errors import UsageError


def bench_ui(options: argparse.Namespace) -> dict[str, Any]:
    """See measure_window for the keys."""
    if options.clips < VARIATIONS:
        raise UsageError(
            f"--clips must be at least {VARIATIONS}, got {options.clips}. Ask for more."
        )
    from qvim_studio.bench.window import measure_window

    return _shown(measure_window(options.clips, is_quick=options.quick), options)


def bench_library(options: argparse.Namespace) -> dict[str, Any]:
    """See measure_library for the keys."""
    if options.sounds < 1:
        raise UsageError(f"--sounds must be at least 1, got {options.sounds}. Ask for more.")
    from qvim_studio.bench.sounds import measure_library

    return _shown(measure_library(options.sounds), options)


def _shown(result: dict[str, Any], options: argparse.Namespace) -> dict[str, Any]:
    if not options.json:
        for name, value in result.items():
            print(f"{name:20} {value}")
    return result
