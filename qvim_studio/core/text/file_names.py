"""Turns file names into readable text, and pasted text into file names."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable
from pathlib import Path

from qvim_studio.core.text.plain_text import one_line

_JOINT = re.compile(r"_+|(?<=[^\W\d_])-(?=[^\W\d_])")  # hyphens of a date do not join words
_BUNDLED = re.compile(r"^[a-z]+(?:-[a-z]+)*_\d\d_(?=[a-z])")  # class and number

_QUOTES = ('"', "'")
_INVISIBLE = ("Cc", "Cf", "Zs", "Zl", "Zp")  # Unicode categories: controls, marks, spaces


def readable_name(stem: str) -> str:
    """The name as words.

    >>> readable_name("bell_01_sleigh-bells")
    'bell 01 sleigh bells'
    """
    return one_line(_JOINT.sub(" ", stem))


def sound_name(stem: str) -> str:
    """The words alone if the file is named as in the bundled library; else as ``readable_name``.

    >>> sound_name("bell_01_sleigh-bells")
    'sleigh bells'
    """
    return readable_name(_BUNDLED.sub("", stem))


def pasted_path(text: str) -> Path:
    """The path that a pasted text names, see ``pasted_name``."""
    return Path(pasted_name(text))


def pasted_name(text: str) -> str:
    """The name of a file or folder, without what programs add when they copy it.

    Invisible marks such as U+202A, spaces and quotes around the name are removed, unless a file or
    folder has that very name.
    """
    if _is_there(text):
        return text
    begin, end = 0, len(text)
    while begin < end and _is_invisible(text[begin]):
        begin += 1
    while begin < end and _is_invisible(text[end - 1]):
        end -= 1
    bare = text[begin:end]
    is_quoted = len(bare) > 2 and bare[0] == bare[-1] and bare[0] in _QUOTES
    return pasted_name(bare[1:-1]) if is_quoted else bare


def _is_invisible(character: str) -> bool:
    return unicodedata.category(character) in _INVISIBLE


def is_file(path: Path) -> bool:
    """Whether the path is a file; False also for impossible names (too long, with a NUL)."""
    return _answer(path.is_file)


def is_folder(path: Path) -> bool:
    """Whether the path is a folder, likewise."""
    return _answer(path.is_dir)


def _is_there(text: str) -> bool:
    return bool(text) and _answer(Path(text).exists)


def _answer(question: Callable[[], bool]) -> bool:
    try:
        return question()
    except (OSError, ValueError):
        return False
