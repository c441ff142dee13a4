"""What is mended by hand names kinds, labels and categories that there are."""

from __future__ import annotations

from qvim_studio.core.program.resources import library_rows
from qvim_studio.export.ucs.categories import find_category
from qvim_studio.training.corpus.labels import KINDS, UNKNOWN_KIND, sound_kind
from qvim_studio.training.sound_library.library_mending import LEFT_OUT, MENDED_LABELS, UCS_OF_KIND


def test_categories_of_kinds_are_in_the_standard() -> None:
    assert UCS_OF_KIND.keys() <= set(KINDS)
    for cat_id in UCS_OF_KIND.values():
        assert find_category(cat_id)


def test_mended_labels_have_kinds_and_what_is_left_out_does_not_ship() -> None:
    assert all(sound_kind(label) != UNKNOWN_KIND for label in MENDED_LABELS.values())
    assert not LEFT_OUT & {row["recording"] for row in library_rows()}
