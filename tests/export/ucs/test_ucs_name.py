"""Names of the Universal Category System are built, parsed and refused by their parts."""

from __future__ import annotations

import random

import pytest

from qvim_studio.core.errors import UsageError
from qvim_studio.export.packs.name_template import NameParts, NameTemplate
from qvim_studio.export.ucs.categories import categories
from qvim_studio.export.ucs.ucs_name import (
    MAX_FX_NAME,
    UcsName,
    clean_block,
    fx_name_of,
    parse_name,
)


def random_text(rng: random.Random) -> str:
    alphabet = "abc XYZ 019 _-./\\:*?\"<>|#%&'\n\t\0äßéñ犬🐕\ud800"
    return "".join(rng.choice(alphabet) for _ in range(rng.randrange(60)))


def test_a_thousand_random_texts_parse_back() -> None:
    rng = random.Random(5)
    table = list(categories())
    clips = [
        NameParts(rng.choice(table), random_text(rng), random_text(rng), random_text(rng))
        for _ in range(1000)
    ]
    names = NameTemplate().names(clips)
    assert len({name.lower() for name in names}) == 1000
    for parts, name in zip(clips, names, strict=True):
        parsed = parse_name(name)
        assert str(parsed) == name and name.isascii()
        assert parsed.cat_id == parts.cat_id and parsed.fx_name == fx_name_of(parts.title)
        assert parsed.creator == clean_block(parts.creator, "Creator")
        assert parsed.user_data.isdigit()


def test_optional_parts_come_back() -> None:
    name = UcsName("ANMLDog", "Bark Short", "MK", "QVIM", "BIG", "ACME", "001 seed 7")
    assert str(name) == "ANMLDog-BIG_ACME-Bark Short_MK_QVIM_001 seed 7"
    assert parse_name(str(name)) == name


@pytest.mark.parametrize(
    ("stem", "words"),
    [
        ("dog", "has 1 parts"),
        ("ANMLDog_Bark_MK_QVIM_1_2", "has 6 parts"),
        ("NOPE_Bark_MK_QVIM", "no UCS category 'NOPE'"),
        ("ANMLDog__MK_QVIM", "FXName"),
        ("ANMLDog_Bark_M-K_QVIM", "CreatorID"),
        ("ANMLDog_Bark_MK_Q#", "SourceID"),
        ("ANMLDog_" + "x" * 26 + "_MK_QVIM", "1 to 25"),
        ("ANMLDog_Bark _MK_QVIM", "inner spaces"),
    ],
)
def test_bad_names_are_refused_with_their_part(stem: str, words: str) -> None:
    with pytest.raises(UsageError, match=words):
        parse_name(stem)


def test_fx_names_keep_whole_words() -> None:
    assert fx_name_of("a türe — slams; very_loudly indeed") == "A Ture Slams Very Loudly"
    assert len(fx_name_of("x" * 80)) == MAX_FX_NAME
    assert fx_name_of("犬") == "Quan" and fx_name_of("!?") == "Sound"
