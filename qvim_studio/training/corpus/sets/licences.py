"""Reads licences as data sets write them: addresses, titles and short names become one form."""

from __future__ import annotations

import re

UNREADABLE = "unknown"
_ADDRESS = re.compile(r"creativecommons\.org/(licenses|publicdomain)/([a-z+-]+)/?(\d\.\d)?")
_SHORT = re.compile(r"\bcc[ -]?(by(?:[ -](?:nc|nd|sa))*)(?:[ -]v?(\d\.\d))?\b")
_CC0 = re.compile(r"\bcc[ -]?0\b|\bcc[ -]?zero\b|creative commons (0|zero)\b")
_VERSION = re.compile(r"\b(\d\.\d)\b")
_PARTS = (  # of a licence's title, in the order of its short name
    ("NC", re.compile(r"non[ -]?commercial")),
    ("ND", re.compile(r"no[ -]?deriv")),
    ("SA", re.compile(r"share[ -]?alike")),
)
_OTHERS = (
    ("public domain", re.compile(r"\bpublic[ -]?domain\b")),
    ("Sampling+", re.compile(r"\bsampling ?\+|\bsampling plus\b")),
    ("MIT", re.compile(r"\bmit\b|\bexpat\b")),
    ("Apache-2.0", re.compile(r"\bapache\b.*2")),
    ("BSD", re.compile(r"\bbsd\b")),
    ("Unlicense", re.compile(r"\bunlicense\b")),
    ("GPL", re.compile(r"\bgpl\b")),
    ("zlib", re.compile(r"\bzlib\b")),
    ("WTFPL", re.compile(r"\bwtfpl\b")),
)


def plain_licence(text: str) -> str:
    """ "CC-BY-NC-3.0" for its address or its title; "unknown" for any other text."""
    lowered = text.lower()
    if (address := _ADDRESS.search(lowered)) is not None:
        kind, name, version = address.groups()
        if kind == "publicdomain":
            return "CC0-1.0" if name == "zero" else "public domain"
        if name.startswith("sampling"):
            return f"Sampling+{f'-{version}' if version else ''}"
        return _named(name.upper(), version)
    if _CC0.search(lowered):
        return "CC0-1.0"
    if (short := _SHORT.search(lowered)) is not None:
        return _named(short[1].upper().replace(" ", "-"), short[2])
    if "attribution" in lowered:
        parts = "".join(f"-{name}" for name, pattern in _PARTS if pattern.search(lowered))
        version = _VERSION.search(lowered)
        return _named(f"BY{parts}", version and version[1])
    return next((name for name, pattern in _OTHERS if pattern.search(lowered)), UNREADABLE)


def _named(parts: str, version: str | None) -> str:
    return f"CC-{parts}{f'-{version}' if version else ''}"
