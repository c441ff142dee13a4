"""Authors come from the licence's brackets or from the table; file names are no authors."""

from __future__ import annotations

import pytest

from qvim_studio.training.sound_library.credits import credit, is_permissive


@pytest.mark.parametrize(
    ("source", "label", "licence", "expected"),
    [
        ("Somewhere", "a", "CC BY 3.0 (AcousticMemory)", ("CC BY 3.0", "AcousticMemory")),
        ("Somewhere", "a", "CC BY 3.0 (Jo (mixed by Al))", ("CC BY 3.0", "Jo (mixed by Al)")),
        ("Somewhere", "a", "BSD-3-Clause (COPYING)", ("BSD-3-Clause", "")),
        ("Somewhere", "a", "CC0", ("CC0", "")),
        ("Somewhere", "a", "CC0 (Not Applicable---Public Domain)", ("CC0", "")),
        ("Somewhere", "a", "GPL-3 or CC-BY-3.0 (take CC-BY-3.0) (Jo)", ("CC-BY-3.0", "Jo")),
        ("Somewhere", "a", "Expat (MIT) (Jo, Al)", ("MIT", "Jo, Al")),
        ("Somewhere", "a", "CC-BY-3.0 (Copyright (c) Jo)", ("CC-BY-3.0", "Jo")),
        (
            "Somewhere",
            "a",
            "CC-BY-3.0 (2009 Jo <jo@example.org> ; Al)",
            ("CC-BY-3.0", "2009 Jo ; Al"),
        ),
        ("lomiri-sounds", "sintesis", "CC-BY-4.0", ("CC-BY-4.0", "Mauricio Duarte")),
        ("hydrogen kit rumpf_kit_z01_h2", "beats", "CC-BY-3.0", ("CC-BY-3.0", "Emanuel Rumpf")),
    ],
)
def test_licence_and_author(
    source: str, label: str, licence: str, expected: tuple[str, str]
) -> None:
    assert credit(source, label, licence) == expected


@pytest.mark.parametrize(
    ("licence", "expected"),
    [
        *((name, True) for name in ("CC0", "CC0 1.0", "CC BY 3.0", "CC-BY-4.0", "Public Domain")),
        *((name, True) for name in ("MIT", "BSD-3-Clause", "Unlicense", "PD/CC-BY by folder")),
        *((name, False) for name in ("CC BY-NC 4.0", "CC-BY-SA-3.0", "unknown", "GPL-3.0", "")),
    ],
)
def test_weights_may_ship_only_where_every_licence_allows_it(licence: str, expected: bool) -> None:
    assert is_permissive(licence) is expected
