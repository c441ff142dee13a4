"""The guide opens inside the program; its links lead somewhere."""

from __future__ import annotations

import json
import math
import re
from pathlib import Path

import pytest
from PySide6.QtCore import QUrl
from pytestqt.qtbot import QtBot

import qvim_studio
from qvim_studio.audio.bandwidth import HEADSET_RATES_HZ, NARROW_HZ
from qvim_studio.audio.devices.recorder import PRE_ROLL_S
from qvim_studio.audio.files.reading import MAX_SECONDS
from qvim_studio.audio.files.take_notes import QUIET_PEAK
from qvim_studio.audio.following.voice_gate import HOLD_S
from qvim_studio.audio.trim import EDGE_WINDOWS, WINDOW_S
from qvim_studio.core.program.resources import resource_path
from qvim_studio.core.program.settings import Settings
from qvim_studio.core.request import DEFAULT_DURATION_S
from qvim_studio.core.sound_words import MAX_WORDS
from qvim_studio.ui.help.guide_dialog import (
    GuideDialog,
    guide_pages,
    title_of,
    without_absent_pictures,
)
from qvim_studio.ui.takes.level_meter import FLOOR_DB, WARNING_DB
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


def test_the_readme_leads_to_every_page_of_the_guide() -> None:
    root = resource_path("guide").parent.parent
    linked = {Path(link).name for link in LINK.findall((root / "README.md").read_text("utf-8"))}
    assert {page.name for page in PAGES} <= linked


def test_the_pages_on_takes_state_the_limits_that_count() -> None:
    recording, words = (
        " ".join((resource_path("guide") / name).read_text(encoding="utf-8").split())
        for name in ("recording.md", "words_and_voice.md")
    )
    starter = json.loads((resource_path("starter") / "studio.json").read_text(encoding="utf-8"))
    assert PRE_ROLL_S == 0.5 and "the half second before" in recording
    assert f"ends after {HOLD_S:g} seconds of quiet" in recording
    assert f"from \N{MINUS SIGN}{-FLOOR_DB:g} to 0 dBFS" in recording
    assert f"below \N{MINUS SIGN}{-20 * math.log10(QUIET_PEAK):.0f} dBFS" in recording
    assert f"within {-WARNING_DB:g} dB of full scale" in recording
    assert f"above {NARROW_HZ / 1000:g} kHz" in recording
    assert f"about {max(HEADSET_RATES_HZ) / 2000:g} kHz" in recording
    assert f"more than {-Settings().trim_threshold_db:g} dB below the loudest moment" in recording
    assert f"the last {EDGE_WINDOWS * WINDOW_S:g} seconds" in recording
    assert MAX_SECONDS == 600.0 and "up to ten minutes" in recording
    assert MAX_WORDS == 5 and "up to five words" in words
    assert DEFAULT_DURATION_S == 3.0 and "lasts three seconds" in words
    assert f"replaces {100 * starter['defaults']['strength']:g} %" in words


def test_files_that_the_architecture_names_are_there() -> None:
    text = (resource_path("guide") / "architecture.md").read_text(encoding="utf-8")
    named = {name for name in CODE.findall(text) if not name.startswith(("tests/", "resources/"))}
    absent = {n for n in named if not (PACKAGE / n.removeprefix("qvim_studio/")).exists()}
    assert len(named) > 30 and absent <= {"families/<name>/"}


def test_pictures_that_do_not_ship_are_left_out(tmp_path: Path) -> None:
    (tmp_path / "there.png").touch()
    text = "![a](there.png) and ![b](../gone.png)"
    assert without_absent_pictures(text, tmp_path) == "![a](there.png) and "
