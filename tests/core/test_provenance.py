"""Where a sound comes from, for sounds that are made of two."""

from __future__ import annotations

import pytest

from qvim_studio.core.provenance import Provenance

OPEN = Provenance("starter", "Starter", "1", "CC0", "yes")


def of(licence: str, commercial: str) -> Provenance:
    return Provenance("audioldm", "AudioLDM", "2", licence, commercial)


@pytest.mark.parametrize(
    ("commercial", "sold"),
    [("yes", "yes"), ("conditional", "conditional"), ("no", "no"), ("perhaps", "perhaps")],
)
def test_the_stricter_of_two_says_whether_a_sound_may_be_sold(commercial: str, sold: str) -> None:
    other = of("CC BY-NC-SA 4.0", commercial)
    assert OPEN.with_parts_of(other).commercial == sold
    assert other.with_parts_of(OPEN).commercial == sold


def test_both_licences_are_named_once_and_the_checkpoint_stays() -> None:
    mixed = OPEN.with_parts_of(of("CC BY 4.0", "yes"))
    assert mixed.licence == "CC0 + CC BY 4.0"
    assert mixed.with_parts_of(OPEN) == mixed
    assert OPEN.with_parts_of(mixed).licence == "CC0 + CC BY 4.0"
    assert (mixed.checkpoint, mixed.revision) == ("starter", "1")
    assert OPEN.with_parts_of(OPEN) == OPEN
