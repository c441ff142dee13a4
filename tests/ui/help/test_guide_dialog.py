"""The guide opens inside the program; its links lead somewhere."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from PySide6.QtCore import QUrl
from pytestqt.qtbot import QtBot

import qvim_studio
from qvim_studio.core.program.resources import resource_path
from qvim_studio.ui.help.guide_dialog import (
    GuideDialog,
    guide_pages,
    title_of,
    without_absent_pictures,
)
from qvim_studio.ui.window.main_window import MainWindow

PAGES = guide_pages()
LINK = re.compile(r"(?<!!)\[[^\]]*\]\(([^)#]+)(?:#[^)]*)?\)")
CODE = re.compile(r"`((?:\w+/)+\w+\.py|(?:\w+/)+)`")
PACKAGE = Path(qvim_studio.__file__).parent


@pytest.fixture
def dialog(qtbot: QtBot) -> GuideDialog:
    made = GuideDialog()
    qtbot.addWidget(made)
    return made


def test_the_guide_opens_with_the_window_s_help(window: MainWindow) -> None:
    dialog = window.help.open_guide()
    assert dialog.pages.count() == len(PAGES) and dialog.text.toPlainText()


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.stem)
def test_every_page_has_a_title_and_is_shown(page: Path, dialog: GuideDialog) -> None:
    assert dialog.open_page(page.stem)
    assert title_of(page) and dialog.text.toPlainText().startswith(title_of(page))


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.stem)
def test_links_between_pages_lead_somewhere(page: Path) -> None:
    links = LINK.findall(page.read_text(encoding="utf-8"))
    inner = [link for link in links if "://" not in link and not link.startswith("mailto:")]
    root = page.parent.parent.parent
    assert not [link for link in inner if not (page.parent / link).exists()], root


def test_a_link_to_another_page_opens_it_here(dialog: GuideDialog) -> None:
    dialog.text.anchorClicked.emit(QUrl("glossary.md"))
    assert dialog.pages.currentItem().text() == "Glossary"
    assert "adapter" in dialog.text.toPlainText()


def test_files_that_the_architecture_names_are_there() -> None:
    text = (resource_path("guide") / "architecture.md").read_text(encoding="utf-8")
    named = {name for name in CODE.findall(text) if not name.startswith(("tests/", "resources/"))}
    absent = {n for n in named if not (PACKAGE / n.removeprefix("qvim_studio/")).exists()}
    assert len(named) > 30 and absent <= {"families/<name>/"}


def test_pictures_that_do_not_ship_are_left_out(tmp_path: Path) -> None:
    (tmp_path / "there.png").touch()
    text = "![a](there.png) and ![b](../gone.png)"
    assert without_absent_pictures(text, tmp_path) == "![a](there.png) and "
