"""Writes any text in ASCII letters, for names in DAWs, bext and UCS."""

from __future__ import annotations

from anyascii import anyascii

from qvim_studio.core.text.plain_text import one_line


def to_ascii(text: str) -> str:
    """The text transliterated: "Tur" for Tür, "Gou Jiao" or so for 狗叫; nothing is left out."""
    return anyascii(one_line(text))
