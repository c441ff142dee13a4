"""Any text in the letters of ASCII, for what holds no others: names in DAWs, bext, UCS."""

from __future__ import annotations

from anyascii import anyascii

from qvim_studio.core.text.plain_text import one_line


def to_ascii(text: str) -> str:
    """Transliterated: "Tur" for Tür, "Gou Jiao" or the like for 狗叫; nothing is left out."""
    return anyascii(one_line(text))
