"""Authors come from the licence's brackets or from the table; file names are no authors."""

from __future__ import annotations

import pytest

from qvim_studio.training.credits import credit


@pytest.mark.parametrize(
    ("source", "label", "licence", "expected"),
    [
        ("Somewhere", "a", "CC BY 3.0 (AcousticMemory)", ("CC BY 3.0", "AcousticMemory")),
        ("Somewhere", "a", "CC BY 3.0 (Jo (mixed by Al))", ("CC BY 3.0", "Jo (mixed by Al)")),
        ("Somewhere", "a", "BSD-3-Clause (COPYING)", ("BSD-3-Clause", "")),
        ("Somewhere", "a", "CC0", ("CC0", "")),
        ("lomiri-sounds", "sintesis", "CC-BY-4.0", ("CC-BY-4.0", "Mauricio Duarte")),
        ("hydrogen kit rumpf_kit_z01_h2", "beats", "CC-BY-3.0", ("CC-BY-3.0", "Emanuel Rumpf")),
    ],
)
def test_licence_and_author(
    source: str, label: str, licence: str, expected: tuple[str, str]
) -> None:
    assert credit(source, label, licence) == expected
