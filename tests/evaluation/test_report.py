"""A report that cannot be written whole is an error in a sentence."""

from __future__ import annotations

from pathlib import Path

import pytest
from PIL import Image
from ranking_engine import noise

from qvim_studio.core.errors import OutputError
from qvim_studio.evaluation.report import media_block


def test_sound_and_spectrogram_lie_where_the_page_looks_for_them(tmp_path: Path) -> None:
    text = media_block("made", noise(1), tmp_path / "media", "x")
    assert 'src="media/x.wav"' in text and (tmp_path / "media" / "x.wav").is_file()
    with Image.open(tmp_path / "media" / "x.png") as picture:
        assert picture.format == "PNG"


def test_spectrogram_that_cannot_be_written_is_named(tmp_path: Path) -> None:
    (tmp_path / "x.png").mkdir()
    with pytest.raises(OutputError, match=r"x\.png cannot be written to"):
        media_block("made", noise(1), tmp_path, "x")
