"""Finds the authors of recordings, for licences that require credit.

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
# Of several alternative licences of a recording, one is chosen.
_PLAIN_LICENCES = (
    (re.compile(r"^.*\(take ([^)]+)\)"), r"\1"),
    (re.compile(r"^Expat \(MIT\)"), "MIT"),
    (re.compile(r" \(multi-licensed\)"), ""),
)
_NO_NAME = re.compile(
    r"^\(?public[ -]domain\)?$|^not applicable---public domain$|^copyright \(c\) |"
    r" ?<[^<>\s]*@[^<>\s]*>?",
    re.IGNORECASE,
)
_FREE = re.compile(r"(CC0|PUBLIC-DOMAIN|PD|UNLICENSE)\b")
_FILE_NAME = re.compile(r"^(COPYING|README|.*\.txt)$")

# Copies must include the MIT and BSD licenses; these are the shipped sounds under them.
NOTICES = """\
FluidR3 GM SoundFont samples: Copyright (c) 2000-2002, 2008 Frank Wen
keyboardsounds: audio samples of kbsim, Copyright (c) Thomas Lai
which-way-is-up: Copyright (c) Pekka Kujansuu, Olli Etuaho
kaboom: Copyright (c) Replit

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
CONNECTION WITH THE SOFTWARE OR THE USE OR OTHER DEALINGS IN THE SOFTWARE.

baresip: Copyright (c) Alfred E. Heggestad, Creytiv.com
Freedoom: Copyright (c) 2001-2003 Contributors to the Freedoom project
gunroar: Copyright (c) 2005 Kenta Cho

Redistribution and use in source and binary forms, with or without modification, are permitted
provided that the following conditions are met:

1. Redistributions of source code must retain the above copyright notice, this list of conditions
and the following disclaimer.
2. Redistributions in binary form must reproduce the above copyright notice, this list of conditions
and the following disclaimer in the documentation and/or other materials provided with the
distribution.
3. (baresip, Freedoom) Neither the name of the copyright holder nor the names of its contributors
may be used to endorse or promote products derived from this software without specific prior written
permission.

THIS SOFTWARE IS PROVIDED BY THE COPYRIGHT HOLDERS AND CONTRIBUTORS "AS IS" AND ANY EXPRESS OR
IMPLIED WARRANTIES, INCLUDING, BUT NOT LIMITED TO, THE IMPLIED WARRANTIES OF MERCHANTABILITY AND
FITNESS FOR A PARTICULAR PURPOSE ARE DISCLAIMED. IN NO EVENT SHALL THE COPYRIGHT HOLDER OR
CONTRIBUTORS BE LIABLE FOR ANY DIRECT, INDIRECT, INCIDENTAL, SPECIAL, EXEMPLARY, OR CONSEQUENTIAL
DAMAGES (INCLUDING, BUT NOT LIMITED TO, PROCUREMENT OF SUBSTITUTE GOODS OR SERVICES; LOSS OF USE,
DATA, OR PROFITS; OR BUSINESS INTERRUPTION) HOWEVER CAUSED AND ON ANY THEORY OF LIABILITY, WHETHER
IN CONTRACT, STRICT LIABILITY, OR TORT (INCLUDING NEGLIGENCE OR OTHERWISE) ARISING IN ANY WAY OUT OF
THE USE OF THIS SOFTWARE, EVEN IF ADVISED OF THE POSSIBILITY OF SUCH DAMAGE."""


def credit(source: str, label: str, licence: str, stated: str = "") -> tuple[str, str]:
    """(licence, author) of a recording; the author is empty where no name is known.

    stated: the author named by the data set itself.
    """
    for pattern, plain in _PLAIN_LICENCES:
        licence = pattern.sub(plain, licence)
    found = _IN_BRACKETS.match(licence)
    if found is not None:
        licence = found["licence"]
        author = _NO_NAME.sub("", found["author"]).strip(" ;")
        if not stated and author and not _FILE_NAME.match(author):
            return licence, author
    for (source_start, label_start), author in _AUTHORS.items():
        if source.startswith(source_start) and label.startswith(label_start):
            return licence, stated or author
    return licence, stated


def is_permissive(licence: str) -> bool:
    """Whether weights trained on a recording may be redistributed and their sounds sold."""
    plain = licence.upper().replace(" ", "-")
    return _PERMISSIVE.match(plain) is not None and _RESTRICTED.search(plain) is None


def is_free(licence: str) -> bool:
    """Whether a recording may be redistributed without naming its author."""
    return _FREE.match(licence.upper().replace(" ", "-")) is not None
