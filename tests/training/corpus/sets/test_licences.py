"""Licences are read in every form in which data sets write them."""

from __future__ import annotations

import pytest

from qvim_studio.training.corpus.sets.licences import plain_licence
from qvim_studio.training.sound_library.credits import is_free, is_permissive


@pytest.mark.parametrize(
    ("text", "plain"),
    [
        ("http://creativecommons.org/publicdomain/zero/1.0/", "CC0-1.0"),
        ("http://creativecommons.org/licenses/by/3.0/", "CC-BY-3.0"),
        ("https://creativecommons.org/licenses/by-nc-sa/4.0/", "CC-BY-NC-SA-4.0"),
        ("http://creativecommons.org/licenses/sampling+/1.0/", "Sampling+-1.0"),
        ("Attribution NonCommercial", "CC-BY-NC"),
        ("Creative Commons Attribution-ShareAlike 3.0", "CC-BY-SA-3.0"),
        ("CC BY 4.0", "CC-BY-4.0"),
        ("cc-by-nc", "CC-BY-NC"),
        ("CC0", "CC0-1.0"),
        ("Creative Commons 0", "CC0-1.0"),
        ("Public Domain", "public domain"),
        ("MIT", "MIT"),
        ("GPL-3.0", "GPL"),
        ("WTFPL", "WTFPL"),
        ("ask me first", "unknown"),
        ("", "unknown"),
    ],
)
def test_every_form_becomes_one(text: str, plain: str) -> None:
    assert plain_licence(text) == plain


def test_what_may_be_sold_is_known_by_the_plain_form() -> None:
    assert is_permissive("CC-BY-3.0") and is_permissive("CC0-1.0") and is_free("CC0-1.0")
    assert not any(map(is_permissive, ("CC-BY-NC-3.0", "CC-BY-SA-4.0", "Sampling+-1.0", "unknown")))
