"""Finds the family whose published form a file or folder has, and converts it to the studio's."""

from __future__ import annotations

import pkgutil
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from types import ModuleType

from qvim_studio import families
from qvim_studio.checkpoints import laion_clap
from qvim_studio.checkpoints.conversion import Converted
from qvim_studio.core.errors import CheckpointError


def convert(source: Path, *, averaged: bool | None = None) -> Converted:
    """The converted checkpoint, with weights mapped from the source.

    A family takes part by a module ``conversion`` that holds ``SOURCE``, ``recognizes_source`` and
    ``convert_source``, and ``HAS_AVERAGES`` if the latter takes ``averaged``: whether to take the
    averaged weights of a training, None for the choice of the family. A CLAP alone is a part.
    Raises CheckpointError for an unknown or damaged source.
    """
    known = converters()
    for module in known:
        if not module.recognizes_source(source):
            continue
        if hasattr(module, "HAS_AVERAGES"):
            return module.convert_source(source, averaged=averaged)
        if averaged is not None:
            raise CheckpointError(
                f"{source} holds one set of weights, so there is nothing to choose. Convert it "
                "without --ema and --no-ema."
            )
        return module.convert_source(source)
    titles = "; ".join(module.SOURCE for module in known)
    raise CheckpointError(f"{source} cannot be converted. Give one of these: {titles}.")


def converters() -> tuple[ModuleType, ...]:
    """The conversion modules of all families, then those of parts."""
    names = [
        f"{families.__name__}.{package.name}.conversion"
        for package in pkgutil.iter_modules(families.__path__)
        if package.ispkg
    ]
    own = [import_module(name) for name in names if find_spec(name) is not None]
    return (*own, laion_clap)
