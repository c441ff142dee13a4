"""Sets Markdown in a readable layout."""

from __future__ import annotations

from PySide6.QtGui import (
    QTextCharFormat,
    QTextCursor,
    QTextDocument,
    QTextFormat,
    QTextTable,
)

from qvim_studio.ui.widgets.card import GRID

HEADING_STEP = 1  # of Qt's font sizes above the text's


def set_well(document: QTextDocument) -> None:
    """Add distances to a Markdown document, shrink its headings, and remove the lines around
    tables."""
    for frame in document.rootFrame().childFrames():
        if isinstance(frame, QTextTable):
            look = frame.format()
            look.setBorder(0)
            look.setCellPadding(GRID // 4)
            look.setCellSpacing(0)
            frame.setFormat(look)
    block = document.begin()
    while block.isValid():
        cursor, look = QTextCursor(block), block.blockFormat()
        if look.headingLevel():
            look.setTopMargin(2 * GRID)
            cursor.movePosition(
                QTextCursor.MoveOperation.EndOfBlock, QTextCursor.MoveMode.KeepAnchor
            )
            size = QTextCharFormat()
            size.setProperty(QTextFormat.Property.FontSizeAdjustment, HEADING_STEP)
            cursor.mergeCharFormat(size)
        if cursor.currentTable() is None:
            look.setBottomMargin(GRID if cursor.currentList() is None else GRID // 2)
            cursor.setBlockFormat(look)
        block = block.next()
