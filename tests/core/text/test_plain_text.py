"""Text from anywhere as one line."""

from __future__ import annotations

import pytest

from qvim_studio.core.text.plain_text import is_text, one_line


@pytest.mark.parametrize(
    ("text", "line"),
    [
        (" a\r\n\tb\x00c ", "a b c"),
        ("u\u0308ber", "über"),
        ("a\u200e\u202eb", "ab"),
        ("T\udcfcr", "Tür"),  # a byte of Latin-1 in a file's name
        ("\ud800x", "\ufffdx"),
    ],
)
def test_text_becomes_one_line_of_whole_characters(text: str, line: str) -> None:
    assert one_line(text) == line


def test_a_name_with_stray_bytes_is_no_text() -> None:
    assert is_text("Tür")
    assert not is_text("T\udcfcr")
