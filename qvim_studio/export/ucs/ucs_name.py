"""Builds and parses file names of the Universal Category System.

``CatID(-UserCategory)_(VendorCategory-)FXName_CreatorID_SourceID(_UserData)``; no part holds
``_`` or ``-``.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from qvim_studio.core.errors import UsageError
from qvim_studio.export.files.ascii_text import to_ascii
from qvim_studio.export.ucs.categories import find_category

MAX_FX_NAME = 25  # characters; the standard's advice
MAX_BLOCK = 40
_BLOCK = re.compile(r"[A-Za-z0-9](?:[A-Za-z0-9 ]*[A-Za-z0-9])?")
_LABELS = {
    "fx_name": "FXName",
    "creator": "CreatorID",
    "source": "SourceID",
    "user_category": "UserCategory",
    "vendor_category": "VendorCategory",
    "user_data": "UserData",
}


@dataclass(frozen=True)
class UcsName:
    """The parts of a file name without its ending; ASCII letters, digits and inner spaces only.

    Such names survive every file system, drag and database. Raises UsageError for others.
    """

    cat_id: str
    fx_name: str
    creator: str
    source: str
    user_category: str = ""
    vendor_category: str = ""
    user_data: str = ""

    def __post_init__(self) -> None:
        find_category(self.cat_id)
        for field, label in _LABELS.items():
            text = getattr(self, field)
            is_optional = field not in ("fx_name", "creator", "source")
            if is_optional and not text:
                continue
            limit = MAX_FX_NAME if field == "fx_name" else MAX_BLOCK
            if not _BLOCK.fullmatch(text) or len(text) > limit:
                raise UsageError(
                    f"The {label} of a UCS name takes 1 to {limit} letters, digits and inner "
                    f"spaces of ASCII, got {text!r}. Shorten or reword it."
                )

    def __str__(self) -> str:
        head = f"{self.cat_id}-{self.user_category}" if self.user_category else self.cat_id
        middle = f"{self.vendor_category}-{self.fx_name}" if self.vendor_category else self.fx_name
        blocks = [head, middle, self.creator, self.source]
        return "_".join([*blocks, self.user_data] if self.user_data else blocks)


def parse_name(stem: str) -> UcsName:
    """Parse a file name without its ending. Raises UsageError if it is no UCS name.

    >>> parse_name("ANMLDog_Big Bark_JD_FIELD").fx_name
    'Big Bark'
    """
    blocks = stem.split("_")
    if len(blocks) not in (4, 5):
        raise UsageError(
            f"{stem!r} has {len(blocks)} parts between underscores, expected 4 or 5: "
            "CatID_FXName_CreatorID_SourceID. Rename the file."
        )
    cat_id, _, user_category = blocks[0].partition("-")
    vendor_category, _, fx_name = blocks[1].rpartition("-")
    return UcsName(
        cat_id,
        fx_name,
        blocks[2],
        blocks[3],
        user_category,
        vendor_category,
        blocks[4] if len(blocks) == 5 else "",
    )


def clean_block(text: str, fallback: str, limit: int = MAX_BLOCK) -> str:
    """The text as one part of a name: transliterated, with whole words if they fit.

    >>> clean_block("Türglocke, zweimal", "Sound", limit=12)
    'Turglocke'
    """
    words = re.findall("[A-Za-z0-9]+", to_ascii(text))
    block = ""
    for word in words:
        longer = f"{block} {word}".strip()
        if len(longer) > limit:
            break
        block = longer
    return block or (words[0][:limit] if words else fallback)


def fx_name_of(text: str) -> str:
    """An FXName from a description.

    >>> fx_name_of("a big dog, barking")
    'A Big Dog Barking'
    """
    name = clean_block(text, "Sound", MAX_FX_NAME)
    return " ".join(word[:1].upper() + word[1:] for word in name.split(" "))
