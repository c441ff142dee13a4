"""Names that never change, and files that are whole when they appear."""

from __future__ import annotations

from pathlib import Path

import pytest

from qvim_studio.core.errors import OutputError
from qvim_studio.export.files.clip_writer import EncodedClip
from qvim_studio.rendering.output_tree import clear_partial, write_row
from qvim_studio.rendering.render_journal import JournalRow

CLIPS = (EncodedClip("01", b"first", "{}"), EncodedClip("fit_01", b"fitted", "{}"))


@pytest.mark.parametrize(
    ("take", "is_spread", "name"),
    [
        ("a.wav", False, "a_take-4f00_01.wav"),
        (str(Path("dogs") / "big" / "a.wav"), False, "dogs/big/a_take-4f00_01.wav"),
        (str(Path("dogs") / "a.wav"), True, "dogs/4f/a_take-4f00_01.wav"),
        (str(Path("..") / "b" / "a.wav"), False, "b/a_take-4f00_01.wav"),
        (str(Path("/elsewhere/a.wav").absolute()), False, "a_take-4f00_01.wav"),
        ("", True, "4f/a_take-4f00_01.wav"),
    ],
)
def test_sounds_lie_as_their_takes_do(
    take: str, is_spread: bool, name: str, tmp_path: Path
) -> None:
    row = JournalRow("4f00", take, {})
    names = write_row(tmp_path, row, "a take", CLIPS, is_spread=is_spread)
    assert names == [name, name.replace("_01", "_fit_01")]
    assert [(tmp_path / each).read_bytes() for each in names] == [b"first", b"fitted"]
    assert all((tmp_path / each).with_suffix(".json").read_text() == "{}" for each in names)
    clear_partial(tmp_path)
    assert not list(tmp_path.rglob(".*"))


def test_nothing_of_a_row_appears_before_all_of_it_is_whole(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    replace = Path.replace

    def fail(self: Path, target: Path) -> Path:
        if target.name.endswith("_fit_01.wav"):  # the last file, still on its way
            raise OSError(28, "No space left on device")
        return replace(self, target)

    monkeypatch.setattr(Path, "replace", fail)
    with pytest.raises(OutputError, match="the disk is full"):
        write_row(tmp_path, JournalRow("k", "a.wav", {}), "a", CLIPS, is_spread=False)
    assert [path.name for path in tmp_path.iterdir()] == [".partial"]
