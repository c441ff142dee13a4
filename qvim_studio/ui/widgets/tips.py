"""Tooltips: wrapped where they are long, with the keys that do the same."""

from __future__ import annotations

from functools import lru_cache
from html import escape

from PySide6.QtGui import QFontMetrics
from PySide6.QtWidgets import QWidget

from qvim_studio.ui.widgets.theme import font, text_scale

TIP_PX = 420  # the greatest width, at the designed text size
FRAME_PX = 40  # of it, for the margins of Qt's tooltips and tables
_TEXT, _KEYS = "tipText", "tipKeys"  # properties of the widget


def tip_text(text: str) -> str:
    """What a tooltip shows: the text itself, or as a box of at most ``TIP_PX`` where it is long."""
    return _wrapped(text, text_scale())


@lru_cache(maxsize=1024)
def _wrapped(text: str, scale: float) -> str:
    """At a size of texts, on which the typeface and the width depend."""
    width = round(TIP_PX * scale) - FRAME_PX
    metrics = QFontMetrics(font())
    lines = text.split("\n")
    if all(metrics.horizontalAdvance(line) <= width for line in lines):
        return text
    words = "<br>".join(escape(line) for line in lines)
    return f'<table width="{width}"><tr><td>{words}</td></tr></table>'


def set_tip(widget: QWidget, text: str) -> None:
    """Explain a widget; the keys that were named stay named."""
    widget.setProperty(_TEXT, text)
    _show(widget)


def set_tip_keys(widget: QWidget, keys: str) -> None:
    """Name the keys that do what the widget does, "" for none."""
    widget.setProperty(_KEYS, keys)
    _show(widget)


def _show(widget: QWidget) -> None:
    text, keys = (widget.property(name) or "" for name in (_TEXT, _KEYS))
    whole = f"{text} ({keys})" if text and keys else text
    shown = tip_text(whole)
    widget.setToolTip(shown)
    if shown != whole or widget.property("tipDescribes"):
        widget.setProperty("tipDescribes", True)
        widget.setAccessibleDescription(whole)  # a screen reader would spell the markup
