"""Names many clips by one template, without repeating a name."""

from __future__ import annotations

import string
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from qvim_studio.core.errors import UsageError
from qvim_studio.export.ucs.categories import find_category
from qvim_studio.export.ucs.ucs_name import clean_block, fx_name_of

UCS_TEMPLATE = "{catid}_{fxname}_{creator}_{source}_{number}"
FIELDS = ("catid", "category", "fxname", "creator", "source", "library", "seed", "number")
MIN_DIGITS = 3


@dataclass(frozen=True)
class NameParts:
    """The parts of a clip's name; any text is allowed and gets cleaned."""

    cat_id: str
    title: str
    creator: str
    source: str
    library: str = ""
    seed: int = 0


@dataclass(frozen=True)
class NameTemplate:
    """A pattern such as ``{catid}_{fxname}_{creator}_{source}_{number}``.

    ``{number}`` counts the clips that would else share a name; a pattern without it gets the
    number appended, after ``_``, where names collide. Raises UsageError for unknown fields.
    """

    pattern: str = UCS_TEMPLATE

    def __post_init__(self) -> None:
        try:
            fields = [
                part for part in string.Formatter().parse(self.pattern) if part[1] is not None
            ]
        except ValueError as error:
            raise UsageError(
                f"The name template {self.pattern!r} cannot be read ({error}). "
                "Put each field between one pair of braces."
            ) from error
        used = [name for _, name, _, _ in fields]
        typed = [_as_typed(*field) for field in fields]
        unknown = [name for name in (*used, *typed) if name not in FIELDS]
        if unknown or not used:
            got = f"the unknown field {{{unknown[0]}}}" if unknown else "no field at all"
            known = ", ".join(f"{{{name}}}" for name in FIELDS)
            raise UsageError(f"The name template has {got}, expected some of {known}. Change it.")
        outside = "".join(text for text, _, _, _ in string.Formatter().parse(self.pattern))
        if bad := sorted(set(outside) - set(string.ascii_letters + string.digits + " _-")):
            raise UsageError(
                f"The name template holds {bad[0]!r}, expected letters, digits, space, '_' and "
                "'-' around the fields. Take it out."
            )

    def names(self, clips: Sequence[NameParts]) -> list[str]:
        """One name for each clip, without ending; no two are equal, ignoring case."""
        bare = [self._fill(parts, "") for parts in clips]
        totals = Counter(name.lower() for name in bare)
        digits = max(MIN_DIGITS, len(str(max(totals.values(), default=0))))
        seen: Counter[str] = Counter()
        used: set[str] = set()
        names: list[str] = []
        for parts, base in zip(clips, bare, strict=True):
            name = ""
            while not name or name.lower() in used:
                seen[base.lower()] += 1
                number = f"{seen[base.lower()]:0{digits}d}"
                name = self._numbered(parts, base, number, collides=totals[base.lower()] > 1)
            used.add(name.lower())
            names.append(name)
        return names

    def _numbered(self, parts: NameParts, base: str, number: str, *, collides: bool) -> str:
        if "{number}" in self.pattern:
            return self._fill(parts, number)
        return f"{base}_{number}" if collides or int(number) > 1 else base

    def _fill(self, parts: NameParts, number: str) -> str:
        values = {
            "catid": parts.cat_id,
            "category": clean_block(find_category(parts.cat_id).category, "Misc"),
            "fxname": fx_name_of(parts.title),
            "creator": clean_block(parts.creator, "Creator"),
            "source": clean_block(parts.source, "Source"),
            "library": clean_block(parts.library, "Library"),
            "seed": str(parts.seed),
            "number": number,
        }
        return self.pattern.format(**values)


def _as_typed(_before: str, name: str | None, form: str | None, conversion: str | None) -> str:
    """What stands between the braces: a name alone, or one with Python's ``!r`` and ``:5d``, which
    no field has."""
    return (name or "") + (f"!{conversion}" if conversion else "") + (f":{form}" if form else "")
