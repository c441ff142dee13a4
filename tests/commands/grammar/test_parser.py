"""What the grammar takes: pasted paths, words in any locale, and nothing at all."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from qvim_studio import app
from qvim_studio.commands.cli import main
from qvim_studio.commands.grammar.parser import make_parser
from qvim_studio.core.errors import UsageError

DISPLAYS = ("DISPLAY", "WAYLAND_DISPLAY", "QT_QPA_PLATFORM")


@pytest.fixture
def no_display(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in DISPLAYS:
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setattr("sys.platform", "linux")


@pytest.mark.usefixtures("no_display")
def test_nothing_opens_the_window_where_there_is_a_display(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    opened: list[object] = []
    monkeypatch.setattr(app, "main", lambda arguments: opened.append(arguments) or 0)
    monkeypatch.setattr("qvim_studio.commands.cli.set_up_logging", lambda path: True)
    monkeypatch.setenv("DISPLAY", ":7")
    assert main([]) == 0 and opened == [[]]


@pytest.mark.usefixtures("no_display")
@pytest.mark.parametrize("platform", ["", "offscreen"])
def test_nothing_without_a_display_is_told_with_the_help(
    platform: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("qvim_studio.commands.cli.set_up_logging", lambda path: True)
    monkeypatch.setenv("QT_QPA_PLATFORM", platform)
    assert main([]) == 2
    errors = capsys.readouterr().err
    assert "no display to open the window on" in errors and "generate" in errors


def test_a_pasted_path_loses_what_cannot_be_seen(tmp_path: Path) -> None:
    take = tmp_path / "take.wav"
    take.touch()
    parse = make_parser().parse_args
    assert parse(["generate", f"\u202a{take}\u202c"]).imitation == take
    assert parse(["search", "--text", "x", "--folder", f'"{tmp_path}" ']).folder == tmp_path
    assert parse(["generate", "--text", "x", "-o", "\ufeffnew\u200b"]).output == Path("new")


def test_invisible_characters_alone_are_no_name() -> None:
    with pytest.raises(UsageError, match="got an empty name"):
        make_parser().parse_args(["generate", "\u202a\u202c"])


@pytest.mark.parametrize(
    "arguments",
    [
        ["generate", "--text"],
        ["generate", "--text", "x", "--negative"],
        ["search", "--folder", ".", "--text"],
        ["pack", "a.wav", "-o", "o", "--creator", "c", "--source", "s", "--name"],
    ],
)
def test_words_that_are_no_utf_8_are_refused_in_a_sentence(arguments: list[str]) -> None:
    with pytest.raises(UsageError, match=r"'T\\udcfcr', which is not valid UTF-8"):
        make_parser().parse_args([*arguments, os.fsdecode(b"T\xfcr")])


def test_words_in_utf_8_under_another_locale_are_read() -> None:
    misread = "Tür".encode().decode("ascii", "surrogateescape")
    assert make_parser().parse_args(["generate", "--text", misread]).text == "Tür"
