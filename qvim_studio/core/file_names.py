"""File names as people read them."""

from __future__ import annotations

import re

_JOINT = re.compile(r"_+|(?<=[^\W\d_])-(?=[^\W\d_])")  # the hyphens of a date are none


def readable_name(stem: str) -> str:
    """ "bell 01 sleigh bells" for bell_01_sleigh-bells."""
    return _JOINT.sub(" ", stem).strip()
