"""The guide inside the program: its pages on the left, the chosen one on the right."""

from __future__ import annotations

import re
from pathlib import Path

from PySide6.QtCore import Qt, QUrl, Slot
from PySide6.QtGui import QDesktopServices
from PySide6.QtWidgets import QDialog, QHBoxLayout, QListWidget, QTextBrowser, QWidget

from qvim_studio.core.program.resources import resource_path
from qvim_studio.ui.help.markdown import set_well
from qvim_studio.ui.widgets.card import GRID
from qvim_studio.ui.widgets.fitting import resize_on_screen

PAGE_NAME = Qt.ItemDataRole.UserRole
FIRST = "first_sound"  # the page that opens; the others follow by title
LIST_CHARACTERS = 26
PICTURE = re.compile(r"!\[[^\]]*\]\(([^)]+)\)")


class GuideDialog(QDialog):
    """Links between pages stay inside; others open in the browser."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setWindowTitle(self.tr("Guide"))
        resize_on_screen(self, 920, 680)
        self.pages = QListWidget(self)
        self.pages.setAccessibleName(self.tr("Pages"))
        self.pages.setSpacing(GRID // 2)
        self.pages.setFixedWidth(self.fontMetrics().averageCharWidth() * LIST_CHARACTERS)
        self.text = QTextBrowser(self)
        self.text.setAccessibleName(self.tr("Page"))
        self.text.setOpenLinks(False)
        self.text.setOpenExternalLinks(False)
        self.text.anchorClicked.connect(self._on_link)
        row = QHBoxLayout(self)
        row.setContentsMargins(2 * GRID, 2 * GRID, 2 * GRID, 2 * GRID)
        row.setSpacing(2 * GRID)
        row.addWidget(self.pages)
        row.addWidget(self.text, 1)
        for path in guide_pages():
            self.pages.addItem(title_of(path))
            self.pages.item(self.pages.count() - 1).setData(PAGE_NAME, path.stem)
        self.pages.currentRowChanged.connect(self._on_row)
        self.pages.setCurrentRow(0)

    def open_page(self, name: str) -> bool:
        """Show the page of that name. Returns False if the guide has no such page."""
        for row in range(self.pages.count()):
            if self.pages.item(row).data(PAGE_NAME) == name:
                self.pages.setCurrentRow(row)
                return True
        return False

    @Slot(int)
    def _on_row(self, row: int) -> None:
        item = self.pages.item(row)
        if item is None:
            return
        path = resource_path("guide") / f"{item.data(PAGE_NAME)}.md"
        self.text.document().setBaseUrl(QUrl.fromLocalFile(f"{path.parent}/"))
        self.text.setMarkdown(
            without_absent_pictures(path.read_text(encoding="utf-8"), path.parent)
        )
        set_well(self.text.document())

    @Slot(QUrl)
    def _on_link(self, url: QUrl) -> None:
        name = Path(url.path()).stem
        if url.isRelative() and self.open_page(name):
            return
        if url.scheme() in ("http", "https"):
            open_in_browser(url)
        elif url.fragment():
            self.text.scrollToAnchor(url.fragment())


def guide_pages() -> tuple[Path, ...]:
    """The first page, and the others by title."""
    pages = resource_path("guide").glob("*.md")
    return tuple(sorted(pages, key=lambda path: (path.stem != FIRST, title_of(path))))


def without_absent_pictures(text: str, folder: Path) -> str:
    """Pictures lie beside the source and do not ship with the program."""
    return PICTURE.sub(lambda m: m[0] if (folder / m[1]).is_file() else "", text)


def title_of(page: Path) -> str:
    """Its first heading."""
    return page.read_text(encoding="utf-8").split("\n", 1)[0].lstrip("# ")


def open_in_browser(url: QUrl) -> None:
    """The user's own browser opens it; the studio itself connects to nothing."""
    QDesktopServices.openUrl(url)
