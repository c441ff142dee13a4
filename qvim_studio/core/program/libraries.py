"""Lists the installed libraries that the program uses, with their licences."""

from __future__ import annotations

from dataclasses import dataclass
from importlib import metadata

from packaging.requirements import InvalidRequirement, Requirement
from packaging.utils import canonicalize_name

OURS = "qvim-studio"
CONTRIBUTORS_EXTRAS = ("test", "dev")  # never loaded by the program
UNKNOWN_LICENCE = "see its package"
MAX_NAME_LENGTH = 60  # of a licence; some packages put the whole text there
_CLASSIFIER = "License :: OSI Approved :: "
# What is inside packages, under licences of its own: (name, package, licence).
INSIDE = (
    ("FFmpeg", "av", "LGPL-3.0-or-later"),
    ("libsndfile", "soundfile", "LGPL-2.1-or-later"),
    ("libsoxr", "soxr", "LGPL-2.1-or-later"),
    ("OpenBLAS", "numpy", "BSD-3-Clause"),
    ("PortAudio", "sounddevice", "MIT"),
    ("Qt", "pyside6-essentials", "LGPL-3.0-only"),
    ("x264 and x265", "av", "GPL-2.0-or-later"),
)


@dataclass(frozen=True)
class Library:
    """An installed package, or a library inside a package, which then has the package's version."""

    name: str
    version: str
    licence: str


def list_libraries(ours: str = OURS) -> list[Library]:
    """Every installed package that ours needs or can use on this machine, and the libraries inside,
    sorted by name."""
    found = _needed(ours)
    found.pop(ours, None)
    inside = [
        Library(f"{name} (in {package})", found[package].version, licence)
        for name, package, licence in INSIDE
        if package in found
    ]
    return sorted([*found.values(), *inside], key=lambda library: library.name.lower())


def _needed(root: str) -> dict[str, Library]:
    """By canonical name: the installed packages that ``root`` requires, also for its extras, and
    what those require."""
    found: dict[str, Library] = {}
    waiting = [(root, ""), *((root, extra) for extra in _extras(root))]
    seen: set[tuple[str, str]] = set()
    while waiting:
        name, extra = waiting.pop()
        if (name, extra) in seen:
            continue
        seen.add((name, extra))
        try:
            distribution = metadata.distribution(name)
        except metadata.PackageNotFoundError:
            continue
        found[name] = _library(distribution)
        for text in distribution.requires or ():
            needed = _requirement(text, extra)
            if needed is not None:
                required = canonicalize_name(needed.name)
                waiting += [(required, wanted) for wanted in ("", *needed.extras)]
    return found


def _extras(root: str) -> list[str]:
    try:
        named = metadata.metadata(root).get_all("Provides-Extra") or []
    except metadata.PackageNotFoundError:
        return []
    return [extra for extra in named if extra not in CONTRIBUTORS_EXTRAS]


def _requirement(text: str, extra: str) -> Requirement | None:
    """What a package requires on this machine; None if it requires nothing here."""
    try:
        requirement = Requirement(text)
    except InvalidRequirement:
        return None
    if requirement.marker is not None and not requirement.marker.evaluate({"extra": extra}):
        return None
    return requirement


def _library(distribution: metadata.Distribution) -> Library:
    about = distribution.metadata
    return Library(about["Name"], distribution.version, _licence(about))


def _licence(about: metadata.PackageMetadata) -> str:
    """In the package's own words."""
    if "License-Expression" in about:
        return about["License-Expression"]
    text = about["License"].strip() if "License" in about else ""
    if 0 < len(text) <= MAX_NAME_LENGTH and "\n" not in text and text != "UNKNOWN":
        return text
    classifiers = about.get_all("Classifier") or []
    names = [c.removeprefix(_CLASSIFIER) for c in classifiers if c.startswith(_CLASSIFIER)]
    return ", ".join(names) or UNKNOWN_LICENCE
