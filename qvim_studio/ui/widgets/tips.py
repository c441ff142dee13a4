"""Sets tooltips, which wrap long texts and name the keys of the same action."""

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
    """The content of a tooltip: a short text itself, a long text wrapped to at most ``TIP_PX``."""
    return _wrapped(text, text_scale())


@lru_cache(maxsize=1024)
def _wrapped(text: str, scale: float) -> str:
    """The wrapped text at a text scale, which determines typeface and width."""
    width = round(TIP_PX * scale) - FRAME_PX
    metrics = QFontMetrics(font())
    lines = text.split("\n")
    if all(metrics.horizontalAdvance(line) <= width for line in lines):
        return text
    words = "<br>".join(escape(line) for line in lines)
    return f'<table width="{width}"><tr><td>{words}</td></tr></table>'


def set_tip(widget: QWidget, text: str) -> None:
    """Set the explanation of a widget; keys in the tooltip are kept."""
    widget.setProperty(_TEXT, text)
    _show(widget)


def set_tip_keys(widget: QWidget, keys: str) -> None:
    """Name the keys of a widget's action in its tooltip; "" for none."""
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
