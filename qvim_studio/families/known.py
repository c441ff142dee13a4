"""Lists all families: a folder each beside this module, and those of plugins."""

from __future__ import annotations

import logging
import pkgutil
from functools import cache
from importlib import import_module
from importlib.metadata import entry_points
from importlib.util import find_spec
from pathlib import Path

from qvim_studio import families
from qvim_studio.checkpoints.checkpoint import INDEX_FILE, Checkpoint
from qvim_studio.core.errors import CheckpointError, reason_of
from qvim_studio.core.text.json_text import as_object, read_json
from qvim_studio.families.protocol import Family
from qvim_studio.families.upscaling import UpscalerFamily

log = logging.getLogger(__name__)

PLUGINS = "qvim_studio.families"  # entry points of this group name a Family each


@cache
def all_families() -> tuple[Family, ...]:
    """Our own families first; plugins that cannot be imported, or have the name of another family,
    are left out."""
    names = [
        f"{families.__name__}.{package.name}.family"
        for package in pkgutil.iter_modules(families.__path__)
        if package.ispkg
    ]
    # Packages that serve other families, such as an upscaler, make no sounds of their own.
    own = [import_module(name).FAMILY for name in names if find_spec(name) is not None]
    found: dict[str, Family] = {family.id: family for family in own}
    for point in entry_points(group=PLUGINS):
        try:
            family: Family = point.load()
            name = family.id
        except Exception as error:  # noqa: BLE001 - code of others
            log.warning("The family %s of %s cannot be used: %r", point.name, point.value, error)
            continue
        if name in found:
            log.warning("The family %s of %s is left out: there is one", name, point.value)
        found.setdefault(name, family)
    return tuple(found.values())


def family_by_id(id: str) -> Family:
    """The family with that id. Raises CheckpointError for an unknown id."""
    known = {family.id: family for family in all_families()}
    if id not in known:
        raise CheckpointError(
            f"There is no family of generators {id!r}; there are {', '.join(known)}. Update QVIM "
            "Studio, or install the package that brings it."
        )
    return known[id]


@cache
def all_upscalers() -> tuple[UpscalerFamily, ...]:
    """All upscalers: the UPSCALER of each package with a module ``upscaling``."""
    names = [
        f"{families.__name__}.{package.name}.upscaling"
        for package in pkgutil.iter_modules(families.__path__)
        if package.ispkg
    ]
    return tuple(import_module(name).UPSCALER for name in names if find_spec(name) is not None)


def upscaler_by_id(id: str) -> UpscalerFamily:
    """The kind of upscaler with that id. Raises CheckpointError for an unknown id."""
    known = {upscaler.id: upscaler for upscaler in all_upscalers()}
    if id not in known:
        raise CheckpointError(
            f"There is no kind of upscaler {id!r}; there are {', '.join(known)}. Update QVIM "
            "Studio."
        )
    return known[id]


def upscaler_of_folder(folder: Path) -> UpscalerFamily | None:
    """The kind of upscaler that a folder holds; None for anything else."""
    return next((each for each in all_upscalers() if each.recognizes(folder)), None)


def family_of(checkpoint: Checkpoint) -> Family:
    """The family that makes sounds with it. Raises CheckpointError."""
    return family_by_id(checkpoint.family)


def family_of_folder(folder: Path) -> Family:
    """The family that recognizes the folder. Raises CheckpointError if none does."""
    for family in all_families():
        if family.recognizes(folder):
            return family
    try:
        index = as_object(read_json(folder / INDEX_FILE))
    except (OSError, ValueError) as error:
        raise CheckpointError(
            f"{folder} is no checkpoint folder: expected a readable {INDEX_FILE} or the files of "
            f"another family ({reason_of(error)}). Give the folder of a checkpoint: one in the "
            "diffusers layout (unet/, vae/, vocoder/, scheduler/), or as it was published."
        ) from error
    raise CheckpointError(
        f"{folder} holds a {index.get('_class_name')}, expected a checkpoint of one of the "
        f"families {', '.join(family.id for family in all_families())}. Choose another checkpoint."
    )
