from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QFontMetrics, QTextDocumentFragment
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QWidget
from pytestqt.qtbot import QtBot

from qvim_studio.session.services import Services
from qvim_studio.ui.sounds.history_delegate import title_lines
from qvim_studio.ui.widgets.splitter import HANDLE_PX, Splitter
from qvim_studio.ui.widgets.theme import BODY_PX, StudioTheme, font
from qvim_studio.ui.window.main_window import MainWindow

FIVE_WORDS = "alte schwere Holztür knarrt langsam"


@pytest.fixture
def splitter(qtbot: QtBot) -> Splitter:
    splitter = Splitter(Qt.Orientation.Horizontal, "pair", lambda room: 100)
    qtbot.addWidget(splitter)
    for least in (50, 60):
        panel = QWidget()
        panel.setMinimumWidth(least)
        splitter.addWidget(panel)
    splitter.resize(500 + HANDLE_PX, 100)
    splitter.show()
    return splitter


def drag(splitter: Splitter, by_px: int) -> None:
    handle = splitter.handle(1)
    at = handle.rect().center()
    is_wide = splitter.orientation() is Qt.Orientation.Horizontal
    aim = at + (QPoint(by_px, 0) if is_wide else QPoint(0, by_px))
    button, no_key = Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier
    QTest.mousePress(handle, button, no_key, at)
    QTest.mouseMove(handle, aim)
    QTest.mouseRelease(handle, button, no_key, aim)


def test_the_designed_size_holds_until_the_user_chooses(splitter: Splitter) -> None:
    assert splitter.sizes() == [400, 100]
    splitter.resize(900 + HANDLE_PX, 100)
    assert splitter.sizes() == [800, 100]
    drag(splitter, -350)
    assert splitter.sizes() == [450, 450]
    splitter.resize(600 + HANDLE_PX, 100)
    assert splitter.sizes() == [300, 300]


def test_no_panel_is_dragged_away(splitter: Splitter) -> None:
    drag(splitter, 2000)
    assert splitter.sizes() == [440, 60]
    drag(splitter, -2000)
    assert splitter.sizes() == [50, 450]


@pytest.mark.parametrize("kept", [None, "", "wide", "-1", "1", "nan", "1e400"])
def test_a_share_that_is_none_counts_as_never_chosen(splitter: Splitter, kept: object) -> None:
    splitter.restore(kept)
    assert splitter.share is None
    assert splitter.sizes() == [400, 100]


def test_a_border_that_was_moved_is_there_in_the_next_session(
    window: MainWindow, services: Services, theme: StudioTheme, qtbot: QtBot
) -> None:
    drag(window.findChild(Splitter, "columns"), -100)
    chosen = window.library.width()
    window.close()
    again = MainWindow(services, theme)
    qtbot.addWidget(again)
    again.resize(window.size())
    again.show()
    qtbot.waitUntil(lambda: abs(again.library.width() - chosen) <= 1)
    qtbot.waitUntil(lambda: services.tasks.is_idle)


@pytest.mark.parametrize(
    ("width", "least", "most"),
    [(1010, 330, 345), (1280, 330, 345), (1920, 480, 540), (2560, 600, 640)],
)
def test_the_history_grows_with_the_window(
    window: MainWindow, width: int, least: int, most: int, qtbot: QtBot
) -> None:
    window.resize(width, 800)
    qtbot.waitUntil(lambda: window.width() == width)
    qtbot.waitUntil(lambda: least <= window.library.width() <= most)


def test_every_border_between_panels_is_moved_by_the_user(
    with_take: MainWindow, generate: Callable[[MainWindow], None], qtbot: QtBot
) -> None:
    generate(with_take)
    qtbot.waitUntil(with_take.imitation.result.isVisible)
    with_take.resize(1400, 1300)
    qtbot.waitUntil(lambda: with_take._services.tasks.is_idle)
    for name in ("columns", "sounds", "waves", "history"):
        splitter = with_take.findChild(Splitter, name)
        qtbot.waitUntil(lambda s=splitter: all(size > 60 for size in s.sizes()))
        before = splitter.sizes()
        drag(splitter, 40)  # the details of the history are as high as they need to be
        assert splitter.sizes()[1] < before[1], name


def test_the_library_can_be_made_narrow_and_stays_usable(window: MainWindow, qtbot: QtBot) -> None:
    drag(window.findChild(Splitter, "columns"), 2000)
    qtbot.waitUntil(lambda: window.library.width() < 336)
    for part in (window.history.search, window.history.order, window.history.view):
        assert part.visibleRegion().boundingRect().width() == part.width() > 0


def test_five_german_words_fit_over_their_clips(
    with_take: MainWindow, generate: Callable[[MainWindow], None], theme: StudioTheme
) -> None:
    metrics = QFontMetrics(font(BODY_PX, semibold=True))
    room = 200  # of 336, less margins, the count and the time
    assert title_lines(FIVE_WORDS, metrics, 1000) == [FIVE_WORDS]
    lines = title_lines(FIVE_WORDS, metrics, room)
    assert " ".join(lines) == FIVE_WORDS and len(lines) == 2
    assert all(metrics.horizontalAdvance(line) <= room for line in lines)
    assert title_lines("Rhabarberbarbara" * 3, metrics, room)[0].endswith("…")
    lines = title_lines(f"{FIVE_WORDS} {FIVE_WORDS} {FIVE_WORDS}", metrics, room)
    assert lines[0] == "alte schwere Holztür knarrt" and lines[1].endswith("…")
    with_take.request.text.setText(FIVE_WORDS)
    generate(with_take)
    model = with_take.history.model
    tips = [model.index(n).data(Qt.ItemDataRole.ToolTipRole) for n in range(2)]
    assert tips[0] == FIVE_WORDS
    assert QTextDocumentFragment.fromHtml(tips[1]).toPlainText().strip().startswith(FIVE_WORDS)


def test_a_long_word_in_a_heading_is_painted(with_take: MainWindow, generate: Callable) -> None:
    with_take.request.text.setText(FIVE_WORDS)
    generate(with_take)
    view, model = with_take.history.view, with_take.history.model
    two_lines = view.grab(view.visualRect(model.index(0))).toImage()
    model.set_all([replace(entry, asked="Tür", title="Tür") for entry in model.entries])
    model.show(model.filter)
    assert view.grab(view.visualRect(model.index(0))).toImage() != two_lines
