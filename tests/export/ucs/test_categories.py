"""The Universal Category System: the table, suggestions, names and templates."""

from __future__ import annotations

import time

import pytest

from qvim_studio.core.errors import UsageError
from qvim_studio.export.packs.name_template import NameParts, NameTemplate
from qvim_studio.export.ucs.categories import best_category, categories, find_category, suggest


def test_the_table_is_the_whole_standard() -> None:
    table = categories()
    assert len(table) == 752 and len({row.category for row in table.values()}) == 82
    assert table["ANMLDog"].category == "ANIMALS" and table["ANMLDog"].sub_category == "DOG"
    assert all(cat_id.isascii() and cat_id.isalnum() for cat_id in table)


@pytest.mark.parametrize(
    ("text", "cat_id"),
    [
        ("a big dog barking in a hall", "ANMLDog"),
        ("pew pew", "LASRGun"),
        ("water dripping", "WATRDrip"),
        ("a creaking door", "DOORCreak"),
        ("glass breaking", "GLASBrk"),
        ("glass breaking on stone", "GLASBrk"),
        ("large dog", "ANMLDog"),
        ("car passing by on wet road", "VEHCar"),
        ("thunder", "THUN"),
        ("heavy rain", "RAIN"),
        ("footsteps", "FEETHmn"),
        ("explosion", "EXPLReal"),
        ("motorcycle", "VEHMoto"),
        ("kick drum", "MUSCPerc"),
        ("horse neigh", "ANMLHors"),
        ("qqq zzz", "DSGNSynth"),
        ("", "DSGNSynth"),
    ],
)
def test_words_find_their_category(text: str, cat_id: str) -> None:
    assert best_category(text).cat_id == cat_id


def test_tags_count_as_words() -> None:
    assert best_category("take 3", ["dog", "bark"]).cat_id == "ANMLDog"
    assert suggest("dog", top=3)[0].category.cat_id == "ANMLDog"
    assert len(suggest("door", top=3)) == 3


def test_suggesting_is_quick() -> None:
    suggest("warm up")
    begin = time.perf_counter()
    for _ in range(100):
        suggest("a heavy wooden door slams in a large hall", ["slam", "door"])
    assert (time.perf_counter() - begin) / 100 < 0.01


def test_an_unknown_category_is_one_sentence_with_a_hint() -> None:
    with pytest.raises(UsageError, match=r"no UCS category 'ANMLDoggo'.*ANML"):
        find_category("ANMLDoggo")


DOG = NameParts("ANMLDog", "bark", "MK", "QVIM", "Pack", 7)


def test_numbers_count_within_each_name() -> None:
    cat = NameParts("ANMLCat", "meow", "MK", "QVIM")
    assert NameTemplate().names([DOG, cat, DOG]) == [
        "ANMLDog_Bark_MK_QVIM_001",
        "ANMLCat_Meow_MK_QVIM_001",
        "ANMLDog_Bark_MK_QVIM_002",
    ]


def test_a_template_without_a_number_gets_one_only_where_names_collide() -> None:
    template = NameTemplate("{library}_{fxname}_{seed}")
    assert template.names([DOG]) == ["Pack_Bark_7"]
    assert template.names([DOG, DOG]) == ["Pack_Bark_7_001", "Pack_Bark_7_002"]


def test_case_alone_is_a_collision() -> None:
    loud = NameParts("ANMLDog", "BARK", "MK", "QVIM", "Pack", 7)
    assert NameTemplate("{fxname}").names([DOG, loud]) == ["Bark_001", "BARK_002"]


@pytest.mark.parametrize(
    ("pattern", "words"),
    [
        ("{nonsense}", "unknown field {nonsense}"),
        ("{", "cannot be read"),
        ("plain", "no field at all"),
        ("../{fxname}", "holds '.'"),
        ("{fxname!r}.{seed.real}", "unknown field {seed.real}"),
    ],
)
def test_bad_templates_are_one_sentence(pattern: str, words: str) -> None:
    with pytest.raises(UsageError, match=words):
        NameTemplate(pattern)
