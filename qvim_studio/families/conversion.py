"""Finds the family whose published form a file or folder has, and converts it to the studio's."""

from __future__ import annotations

import pkgutil
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path

from qvim_studio import families
from qvim_studio.checkpoints.conversion import Converted
from qvim_studio.core.errors import CheckpointError


def convert(source: Path) -> Converted:
    """What is to be written, its weights mapped from the source.

    A family takes part by a module ``conversion`` that holds ``SOURCE``, ``recognizes_source`` and
    ``convert_source``. Raises CheckpointError if no family knows the source or it is damaged.
    """
    known = []
    for package in pkgutil.iter_modules(families.__path__):
        name = f"{families.__name__}.{package.name}.conversion"
        if not package.ispkg or find_spec(name) is None:
            continue
        module = import_module(name)
        if module.recognizes_source(source):
            return module.convert_source(source)
        known.append(module.SOURCE)
    raise CheckpointError(f"{source} cannot be converted. Give one of these: {'; '.join(known)}.")
