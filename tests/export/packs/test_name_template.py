"""Names by a template: numbers where they would collide, and patterns that are refused."""

from __future__ import annotations

from dataclasses import replace

import pytest

from qvim_studio.core.errors import UsageError
from qvim_studio.export.packs.name_template import NameParts, NameTemplate

DOG = NameParts("ANMLDog", "big dog", "MK", "QVIM", "Pack", 7)


def test_every_field_is_filled() -> None:
    pattern = "{catid} {category} {fxname} {creator} {source} {library} {seed} {number}"
    assert NameTemplate(pattern).names([DOG]) == ["ANMLDog ANIMALS Big Dog MK QVIM Pack 7 001"]
    bare = replace(DOG, creator="", source="", library="", title="")
    names = NameTemplate("{fxname}_{creator}_{source}_{library}").names([bare])
    assert names == ["Sound_Creator_Source_Library"]


def test_clips_are_counted_within_their_name_whatever_its_case() -> None:
    clips = [DOG, replace(DOG, title="cat"), replace(DOG, title="BIG DOG")]
    assert NameTemplate("{fxname}_{number}").names(clips) == [
        "Big Dog_001",
        "Cat_001",
        "BIG DOG_002",
    ]
    assert NameTemplate("{fxname}").names(clips) == ["Big Dog_001", "Cat", "BIG DOG_002"]


def test_a_number_takes_as_many_digits_as_the_largest_needs() -> None:
    names = NameTemplate("{number}").names([DOG] * 1_000)
    assert (names[0], names[-1]) == ("0001", "1000")


def test_a_name_that_looks_like_a_numbered_one_is_not_taken_twice() -> None:
    clips = [replace(DOG, title=title) for title in ("dog", "dog", "dog 001")]
    names = NameTemplate("{fxname}").names(clips)
    assert names == ["Dog_001", "Dog_002", "Dog 001"]
    joined = [replace(DOG, title="a", source=source) for source in ("b", "b", "b 001")]
    assert len(set(NameTemplate("{fxname}_{source}").names(joined))) == 3


@pytest.mark.parametrize(
    ("pattern", "reason"),
    [
        ("", "no field at all"),
        ("dog", "no field at all"),
        ("{fxname", "cannot be read"),
        ("{warmth}", "unknown field {warmth}"),
        ("{seed:5d}", "unknown field {seed:5d}"),
        ("{seed!r}", "unknown field {seed!r}"),
        ("{fxname}/{seed}", "holds '/'"),
        ("{fxname}ü", "holds 'ü'"),
    ],
)
def test_patterns_that_name_no_files_are_refused(pattern: str, reason: str) -> None:
    with pytest.raises(UsageError, match=reason.replace("{", r"\{")):
        NameTemplate(pattern)
