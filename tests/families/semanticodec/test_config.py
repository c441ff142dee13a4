"""The settings of SemantiCodec fit each other, or are refused."""

from __future__ import annotations

from pathlib import Path

from qvim_studio.families.semanticodec.family import FAMILY


def test_folders_are_known_by_their_index(folder: Path, tmp_path: Path) -> None:
    assert FAMILY.recognizes(folder) and not FAMILY.recognizes(tmp_path)
