"""Any text becomes printable ASCII letters on one line, and no word of it is left out."""

from __future__ import annotations

import pytest

from qvim_studio.export.files.ascii_text import to_ascii


@pytest.mark.parametrize(
    ("text", "written"),
    [
        ("dog (big) #2", "dog (big) #2"),
        ("Tür", "Tur"),
        ("Tu\u0308r\nzu", "Tur zu"),
        ("Straße", "Strasse"),
        ("狗叫", "GouJiao"),
        ("T\udcfcr", "Tur"),
    ],
)
def test_letters_of_any_script_are_transliterated(text: str, written: str) -> None:
    assert to_ascii(text) == written


def test_every_script_leaves_something_to_read() -> None:
    for word in ("كلب", "собака", "σκύλος", "犬", "개", "כלב", "🐕"):
        assert to_ascii(word).strip() and to_ascii(word).isascii()
