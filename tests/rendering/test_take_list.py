"""Lists of takes: tables and folders, and the sentences for what nobody can render."""

from __future__ import annotations

import errno
import os
from pathlib import Path
from typing import Any

import pytest

from qvim_studio.core.errors import StudioError, UsageError
from qvim_studio.rendering.row_request import RowRequest, usual_values
from qvim_studio.rendering.take_list import ListedRow, RowReader, TakeList, checked_rows


def table(folder: Path, text: str, encoding: str = "utf-8") -> TakeList:
    (folder / "list.csv").write_bytes(text.encode(encoding))
    return TakeList(folder / "list.csv", folder / "made")


def read(takes: TakeList, **values: Any) -> list[RowRequest]:
    reader = RowReader(takes.base, usual_values() | values, {})
    reader.check_columns(takes)
    return [asked for _, asked in checked_rows(takes, reader)]


@pytest.mark.parametrize("separator", [",", ";", "\t"])
def test_cells_override_the_defaults(separator: str, tmp_path: Path) -> None:
    text = '\ufeffTake,Text,Seed,Keep-Pauses\ndogs/a.wav,"big, old",7,yes\n\n,rain,,\n'
    first, second = read(table(tmp_path, text.replace(",", separator)), variations=2)
    assert first.sounds == {"imitation": str(tmp_path / "dogs/a.wav")}
    message = first.values
    assert (message["seed"], message["clean_pauses"], message["variations"]) == (7, False, 2)
    assert message["text"] == f"big{separator} old" and first.title == "a"
    assert (second.values["text"], second.values["seed"], second.title) == ("rain", 0, "rain")
    assert second.values["clean_pauses"] is True and second.sounds == {}


def test_options_of_the_checkpoint_are_columns_too(tmp_path: Path) -> None:
    (asked,) = read(table(tmp_path, "text,variety\nrain,0.5\n"))
    assert asked.values["options"] == {"variety": 0.5}


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("text,colour\nx,red\n", "a column 'colour', which is not known; known are take, text,"),
        ("text,colour\nx,red\n", "variety"),
        ("text,text\nx,y\n", "several columns 'text'"),
        ("text,seed\nrain,1\nwind,soon\n", "Row 2 of list.csv: seed is 'soon', expected a whole"),
        ("text,variations\nrain,900\n", "Row 1 of list.csv: variations must lie between 1 and 64"),
        ("text,start\nrain,far\n", "expected one of noise, imitation, nearest"),
        ("text,loop\nrain,perhaps\n", "expected yes or no"),
        ("take,seed\n,5\n", "Row 1 of list.csv: Nothing to generate from"),
        ("text,checkpoint\nx,nowhere\n", "Row 1 of list.csv: There is no checkpoint 'nowhere'"),
        ("text,variety\nx,9\n", "Row 1 of list.csv: Variety"),
        ("text\nx,y\n", "Row 1 of list.csv has 2 cells under 1 columns"),
    ],
)
def test_what_nobody_can_render_is_refused_with_its_row(
    text: str, words: str, tmp_path: Path
) -> None:
    with pytest.raises(UsageError) as refused:
        read(table(tmp_path, text))
    assert words in str(refused.value)


def test_a_table_in_another_encoding_is_refused_with_a_sentence(tmp_path: Path) -> None:
    with pytest.raises(StudioError, match="CSV in UTF-8"):
        read(table(tmp_path, "text\nWäsche\n", "latin-1"))
    with pytest.raises(UsageError, match="no table or folder"):
        TakeList(tmp_path / "nothing", tmp_path)


def test_a_folder_is_every_sound_in_it_but_the_results(tmp_path: Path) -> None:
    names = ("b.wav", "dogs/a.FLAC", "notes.txt", ".hidden.wav", "made/b_01.wav", ".git/x.wav")
    for name in names:
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).touch()
    found = list(TakeList(tmp_path, tmp_path / "made"))
    take = str(Path("dogs") / "a.FLAC")
    assert found == [ListedRow("b.wav", "b.wav", {}), ListedRow(take, take, {})]


def test_results_cannot_lie_among_the_takes(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="Choose another output folder"):
        TakeList(tmp_path, tmp_path / "made" / "..")


def test_a_folder_that_cannot_be_read_is_not_passed_over(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "closed").mkdir()
    scan = os.scandir

    def refuse(folder: str) -> Any:
        if Path(folder).name == "closed":
            raise PermissionError(errno.EACCES, "Permission denied", str(folder))
        return scan(folder)

    monkeypatch.setattr(os, "scandir", refuse)
    with pytest.raises(StudioError, match=r"closed cannot be looked through \(Permission denied\)"):
        list(TakeList(tmp_path, tmp_path / "made"))


def test_paths_of_rows_lead_from_the_table_wherever_the_command_is_run(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "lists").mkdir()
    text = "take,library,timbre\na.wav,sounds,b.wav\n"
    (given,) = read(table(tmp_path / "lists", text))
    monkeypatch.chdir(tmp_path)
    (relative,) = read(TakeList(Path("lists/list.csv"), Path("made")))
    assert relative.values["library_folder"] == str(tmp_path / "lists" / "sounds")
    assert relative.sounds["timbre"] == str(tmp_path / "lists" / "b.wav")
    assert relative.fingerprint() == given.fingerprint()
