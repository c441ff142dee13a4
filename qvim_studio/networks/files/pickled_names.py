"""The file names of pickled weights, whole or split, and of the safetensors made from them."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable
from pathlib import PurePath

from qvim_studio.core.errors import CheckpointError
from qvim_studio.networks.files.weight_names import SHARD_INDEX

PICKLE_INDEX = ".bin.index.json"  # the index of a split pickle; safetensors have their own
# The libraries' names for a pickle and for the safetensors file of the same part.
_STEMS = {"diffusion_pytorch_model": "diffusion_pytorch_model", "pytorch_model": "model"}
_PICKLED = re.compile(
    rf"(?P<stem>{'|'.join(_STEMS)})(?P<part>-\d{{5}}-of-(?P<count>\d{{5}}))?\.bin"
)


def is_pickled(path: PurePath) -> bool:
    """Whether the libraries give pickled weights, or a part of them, this name."""
    return _PICKLED.fullmatch(path.name) is not None


def safetensors_name(name: str) -> str:
    """The name of the safetensors file for a pickle; a part becomes a part."""
    found = _match(name)
    return f"{_STEMS[found['stem']]}{found['part'] or ''}.safetensors"


def whole_names(name: str) -> tuple[str, str]:
    """The names of the safetensors file and of the index of split safetensors; either replaces a
    pickle."""
    whole = f"{_STEMS[_match(name)['stem']]}.safetensors"
    return whole, f"{whole}{SHARD_INDEX}"


def parts_by_index(paths: Iterable[PurePath]) -> dict[PurePath, list[PurePath]]:
    """The parts of split pickles by the index that their safetensors need; whole pickles need none.

    Raises CheckpointError if one of the parts is not among the paths.
    """
    parts: dict[PurePath, list[PurePath]] = defaultdict(list)
    for path in paths:
        if _match(path.name)["part"]:
            parts[path.with_name(whole_names(path.name)[1])].append(path)
    for found in parts.values():
        count = int(_match(found[0].name)["count"])
        if len(found) != count:
            raise CheckpointError(
                f"{len(found)} of {count} parts of split weights are there (such as {found[0]}), "
                "expected all of them. Copy or download the checkpoint again."
            )
    return parts


def _match(name: str) -> re.Match[str]:
    found = _PICKLED.fullmatch(name)
    if found is None:
        raise ValueError(f"expected a name of pickled weights, got {name}")
    return found
