"""Turns text from anywhere into one line that every program can hold."""

from __future__ import annotations

import re
import unicodedata

_SURROGATES = re.compile("[\ud800-\udfff]+")
_DIRECTIONS = re.compile("[\u200e\u200f\u202a-\u202e\u2066-\u2069\ufeff]")  # invisible
_GAPS = re.compile(r"[\s\x00-\x1f\x7f-\x9f]+")


def one_line(text: str) -> str:
    """The text in one line: composed letters (NFC), spaces for breaks and control characters.

    Bytes of a file's name or a command that are not valid UTF-8 are read as Latin-1, the most
    likely encoding.
    """
    text = _SURROGATES.sub(_as_latin, text)
    return _GAPS.sub(" ", unicodedata.normalize("NFC", _DIRECTIONS.sub("", text))).strip()


def is_text(name: str) -> bool:
    """Whether a file name can be written as UTF-8; names from old archives often cannot."""
    return _SURROGATES.search(name) is None


def _as_latin(match: re.Match[str]) -> str:
    try:
        return match[0].encode("utf-8", "surrogateescape").decode("cp1252", "replace")
    except UnicodeEncodeError:  # halves of characters, which stand for no byte
        return "\ufffd" * len(match[0])
