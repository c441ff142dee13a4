"""Finds texts that a window shows only in part, and lengthens texts as translations do."""

from __future__ import annotations

import math
import re

from PySide6.QtCore import QPoint, QRect, Qt
from PySide6.QtGui import QFontMetrics
from PySide6.QtWidgets import (
    QAbstractButton,
    QAbstractScrollArea,
    QAbstractSpinBox,
    QCheckBox,
    QComboBox,
    QHeaderView,
    QLabel,
    QPushButton,
    QStyle,
    QStyleOptionComboBox,
    QWidget,
)

from qvim_studio.ui.request.given_sounds import GivenChip
from qvim_studio.ui.widgets.card import ElidedComboBox, ElidedLabel
from qvim_studio.ui.widgets.terse_button import TerseButton

ELIDED = (ElidedLabel, ElidedComboBox, GivenChip, TerseButton)  # their tooltips hold the whole text
_KEPT = re.compile(r"(\{[^}]*\}|&.|\n)")  # places to fill in, keys and lines


def stretched(text: str) -> str:
    """The text at 130 % of its length: every third letter of a word is doubled, and texts that are
    still too short get an "o" at the end for each missing letter."""
    parts = _KEPT.split(text)
    longer = "".join(
        part if _KEPT.fullmatch(part) else re.sub(r"(\w\w)(\w)", r"\1\2\2", part) for part in parts
    )
    missing = math.ceil(1.3 * len(text)) - len(longer)
    return longer + "o" * max(missing, 0)


def cut_texts(window: QWidget) -> list[str]:
    """Every text of visible widgets that has too little room, or that a parent cuts off, each with
    its widget's class."""
    found = []
    for widget in window.findChildren(QWidget):
        if not widget.isVisibleTo(window) or isinstance(widget, ELIDED):
            continue
        text = _text(widget)
        if text and (not _has_room(widget, text) or _is_cut_by_parent(widget, window)):
            found.append(f"{type(widget).__name__}: {text}")
    return found


def _text(widget: QWidget) -> str:
    if isinstance(widget, (QLabel, QAbstractButton)):
        return widget.text()
    if isinstance(widget, QComboBox):
        return "" if widget.isEditable() else widget.currentText()
    if isinstance(widget, QAbstractSpinBox):
        return widget.text()
    if isinstance(widget, QHeaderView):
        return " ".join(_heads(widget))
    return ""


def _heads(header: QHeaderView) -> list[str]:
    if header.orientation() is not Qt.Orientation.Horizontal or header.isHidden():
        return []
    model = header.model()
    heads = (model.headerData(n, Qt.Orientation.Horizontal) for n in range(header.count()))
    return [str(head) for head in heads if head]


def _has_room(widget: QWidget, text: str) -> bool:
    metrics = widget.fontMetrics()
    if isinstance(widget, QLabel) and widget.wordWrap():
        widest = max(metrics.horizontalAdvance(word) for word in text.split() or [""])
        return widget.heightForWidth(widget.width()) <= widget.height() + 1 and (
            widest <= widget.contentsRect().width()
        )
    if isinstance(widget, QHeaderView):
        return all(
            widget.sectionSize(n) >= widget.sectionSizeFromContents(n).width()
            for n in range(widget.count())
            if not widget.isSectionHidden(n)
        )
    if isinstance(widget, QComboBox):
        option = QStyleOptionComboBox()
        widget.initStyleOption(option)
        part = QStyle.SubControl.SC_ComboBoxEditField
        kind = QStyle.ComplexControl.CC_ComboBox
        room = widget.style().subControlRect(kind, option, part, widget).width()
        return metrics.horizontalAdvance(text) <= room
    if isinstance(widget, QAbstractSpinBox):
        margins = widget.lineEdit().textMargins()
        room = widget.lineEdit().width() - margins.left() - margins.right()
        return metrics.horizontalAdvance(text) <= room
    if isinstance(widget, (QPushButton, QCheckBox)):
        return widget.width() >= widget.sizeHint().width()
    return _plain_px(metrics, text) <= widget.width()


def _plain_px(metrics: QFontMetrics, text: str) -> int:
    plain = re.sub(r"<[^>]*>", "", text)
    return max(metrics.horizontalAdvance(line) for line in plain.split("\n"))


def _is_cut_by_parent(widget: QWidget, window: QWidget) -> bool:
    """Whether the widget reaches outside of a parent sideways; content of a scroll area may lie
    below its lower edge."""
    parent = widget.parentWidget()
    place = QRect(QPoint(0, 0), widget.size())
    while parent is not None and parent is not window:
        corner = widget.mapTo(parent, QPoint(0, 0))
        place = QRect(corner, widget.size())
        if isinstance(parent, QAbstractScrollArea):
            return place.left() < 0 or place.right() > parent.width()
        parent = parent.parentWidget()
    return parent is window and not window.rect().contains(
        QRect(widget.mapTo(window, QPoint(0, 0)), widget.size())
    )
