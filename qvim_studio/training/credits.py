"""Who made the recordings: authors that a licence asks to name, from the manifest or the sources.

Where the manifest names no author, the names below come from the copyright files of the Debian
packages fluid-soundfont, hydrogen-drumkits, lomiri-sounds and sound-theme-freedesktop, and from the
README of the pearl-master-studio kit.
"""

from __future__ import annotations

import re

# (beginning of the source, beginning of the label) → author
_AUTHORS: dict[tuple[str, str], str] = {
    ("hydrogen kit rumpf_kit_z01_h2", ""): "Emanuel Rumpf",
    ("hydrogen kit belofilms_GuitarStrums", ""): "Gabriel Verdugo Soto",
    ("hydrogen kit Audiophob", ""): "Audiophob",
    ("oramics/sampled DRUMS/pearl-master-studio", ""): "enoe",
    ("OpenRCT2 OpenSoundEffects", ""): "OpenRCT2 contributors",
    ("sound-theme-freedesktop", ""): "Dr. Richard Boulanger et al.",
    ("lomiri-sounds", "wooden drive"): "Amber Forest",
    ("lomiri-sounds", "sintesis"): "Mauricio Duarte",
    ("lomiri-sounds", "sintonia"): "Mauricio Duarte",
    ("lomiri-sounds", "mangor"): "Mauricio Duarte",
    ("lomiri-sounds", "sakenointi"): "TMetso",
    ("lomiri-sounds", "noti karinding"): "Wayne Taylor",
    ("lomiri-sounds", "camera focus"): "kwahmah_02",
    ("lomiri-sounds", "camera click"): "jdaniel1999",
    ("FluidR3 GM SoundFont samples", ""): "Frank Wen",
    ("Freedoom", ""): "Contributors to the Freedoom project",
    ("Kenney", ""): "Kenney Vleugels",
    ("BigSoundBank", ""): "Joseph Sardin",
}
# "CC BY 3.0 (AcousticMemory)" names an author, "BSD-3-Clause (COPYING)" a file.
_IN_BRACKETS = re.compile(r"^(?P<licence>[^(]+?) \((?P<author>.+)\)$")
_PERMISSIVE = re.compile(r"(CC0|CC-BY|MIT|BSD|UNLICENSE|APACHE|PUBLIC-DOMAIN|PD)\b")
_RESTRICTED = re.compile(r"-(NC|ND|SA)\b")
_FILE_NAME = re.compile(r"^(COPYING|README|.*\.txt)$")

# The MIT license asks that copies carry it; these are the shipped sounds that stand under it.
MIT_NOTICE = """\
FluidR3 GM SoundFont samples: Copyright (c) 2000-2002, 2008 Frank Wen

Permission is hereby granted, free of charge, to any person obtaining a copy of this software and
associated documentation files (the "Software"), to deal in the Software without restriction,
including without limitation the rights to use, copy, modify, merge, publish, distribute,
sublicense, and/or sell copies of the Software, and to permit persons to whom the Software is
furnished to do so, subject to the following conditions:

The above copyright notice and this permission notice shall be included in all copies or
substantial portions of the Software.

THE SOFTWARE IS PROVIDED "AS IS", WITHOUT WARRANTY OF ANY KIND, EXPRESS OR IMPLIED, INCLUDING BUT
NOT LIMITED TO THE WARRANTIES OF MERCHANTABILITY, FITNESS FOR A PARTICULAR PURPOSE AND
NONINFRINGEMENT. IN NO EVENT SHALL THE AUTHORS OR COPYRIGHT HOLDERS BE LIABLE FOR ANY CLAIM, DAMAGES
OR OTHER LIABILITY, WHETHER IN AN ACTION OF CONTRACT, TORT OR OTHERWISE, ARISING FROM, OUT OF OR IN
CONNECTION WITH THE SOFTWARE OR THE USE OR OTHER DEALINGS IN THE SOFTWARE."""


def credit(source: str, label: str, licence: str) -> tuple[str, str]:
    """(licence, author) of a recording; the author is empty where no name is known."""
    found = _IN_BRACKETS.match(licence)
    if found is not None:
        licence = found["licence"]
        if not _FILE_NAME.match(found["author"]):
            return licence, found["author"]
    for (source_start, label_start), author in _AUTHORS.items():
        if source.startswith(source_start) and label.startswith(label_start):
            return licence, author
    return licence, ""


def is_permissive(licence: str) -> bool:
    """Whether weights trained on a recording may ship and their sounds be sold."""
    plain = licence.upper().replace(" ", "-")
    return _PERMISSIVE.match(plain) is not None and _RESTRICTED.search(plain) is None
