"""Draws the studio's own line icons as vectors in the palette's colors."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import QByteArray, QRectF, QSize, Qt
from PySide6.QtGui import QIcon, QPainter, QPixmap, QPixmapCache
from PySide6.QtSvg import QSvgRenderer
from PySide6.QtWidgets import QPushButton

ICON_PX = 18
BUTTON_GAP_PX = 6
DISABLED_OPACITY = 0.4
_SCALES = (1, 2, 3)

# Bodies of 24 x 24 drawings; "C" stands for the color. Lines are 1.8 wide with round ends.
_LINE = 'fill="none" stroke="C" stroke-width="1.8" stroke-linecap="round" stroke-linejoin="round"'
_STAR = "M12 4.2l2.4 5 5.5.7-4 3.8 1 5.5-4.9-2.7-4.9 2.7 1-5.5-4-3.8 5.5-.7z"
_DRAWINGS = {
    "record": '<circle cx="12" cy="12" r="6.5" fill="C"/>',
    "stop": '<rect x="6.5" y="6.5" width="11" height="11" rx="2" fill="C"/>',
    "play": '<path d="M8.2 5.6v12.8a.9.9 0 0 0 1.4.75l9.4-6.4a.9.9 0 0 0 0-1.5L9.6 4.85a.9.9 0 0 0'
    '-1.4.75z" fill="C"/>',
    "folder": f'<path d="M3.5 7.5a2 2 0 0 1 2-2h4l2 2.5h7a2 2 0 0 1 2 2v6.5a2 2 0 0 1-2 2h-13a2 2 '
    f'0 0 1-2-2z" {_LINE}/>',
    "gear": f'<path d="M4 7h9M19 7h1M4 17h1M11 17h9" {_LINE}/>'
    f'<circle cx="16" cy="7" r="2.6" {_LINE}/><circle cx="8" cy="17" r="2.6" {_LINE}/>',
    "close": f'<path d="M6.5 6.5l11 11M17.5 6.5l-11 11" {_LINE}/>',
    "dice": f'<rect x="4.5" y="4.5" width="15" height="15" rx="3.5" {_LINE}/>'
    '<circle cx="9" cy="9" r="1.4" fill="C"/><circle cx="15" cy="15" r="1.4" fill="C"/>'
    '<circle cx="15" cy="9" r="1.4" fill="C"/><circle cx="9" cy="15" r="1.4" fill="C"/>',
    "lock": f'<rect x="5.5" y="10.5" width="13" height="9" rx="2.2" {_LINE}/>'
    f'<path d="M8.5 10.5V8a3.5 3.5 0 0 1 7 0v2.5" {_LINE}/>',
    "wave": f'<path d="M3.5 10.5v3M7.75 7v10M12 4v16M16.25 8v8M20.5 10.5v3" {_LINE}/>',
    "mic": f'<rect x="9" y="3.5" width="6" height="11" rx="3" {_LINE}/>'
    f'<path d="M5.5 11.5a6.5 6.5 0 0 0 13 0M12 18v2.5" {_LINE}/>',
    "reveal": f'<path d="M13.5 5h5.5v5.5M19 5l-8 8M10 6H7a2 2 0 0 0-2 2v9a2 2 0 0 0 2 2h9a2 2 0 0 '
    f'0 2-2v-3" {_LINE}/>',
    "clock": f'<circle cx="12" cy="12" r="8" {_LINE}/><path d="M12 7.5V12l3 2" {_LINE}/>',
    "alert": f'<path d="M12 4.2l8.6 15H3.4z" {_LINE}/><path d="M12 10v4" {_LINE}/>'
    '<circle cx="12" cy="16.7" r="1.1" fill="C"/>',
    "info": f'<circle cx="12" cy="12" r="8.5" {_LINE}/><path d="M12 11v5" {_LINE}/>'
    '<circle cx="12" cy="8" r="1.1" fill="C"/>',
    "spectrum": f'<path d="M4 19.5h16M5.5 15h5M13 15h5.5M8 10.5h8M5.5 6h3M11 6h7.5" {_LINE}/>',
    "curve": f'<path d="M3.5 16.5c4 0 4-9 8.5-9s4.5 6 8.5 6" {_LINE}/>',
    "loop": f'<path d="M16.5 3.5l3 3-3 3M4.5 11.5v-1a4 4 0 0 1 4-4h11M7.5 20.5l-3-3 3-3M19.5 12.5v1'
    f'a4 4 0 0 1-4 4h-11" {_LINE}/>',
    "fit": f'<path d="M4 6v12M20 6v12M7.5 12h9M10 9l-3 3 3 3M14 9l3 3-3 3" {_LINE}/>',
    "previous": f'<path d="M14.5 6l-6 6 6 6" {_LINE}/>',
    "next": f'<path d="M9.5 6l6 6-6 6" {_LINE}/>',
    "hands_free": '<circle cx="12" cy="12" r="3" fill="C"/>'
    f'<path d="M7.4 16.6a6.5 6.5 0 0 1 0-9.2M16.6 7.4a6.5 6.5 0 0 1 0 9.2" {_LINE}/>'
    f'<path d="M4.6 19.4a10.5 10.5 0 0 1 0-14.8M19.4 4.6a10.5 10.5 0 0 1 0 14.8" {_LINE}/>',
    "eye_off": f'<path d="M3 12c2-4 5.5-6 9-6s7 2 9 6c-2 4-5.5 6-9 6s-7-2-9-6z" {_LINE}/>'
    f'<path d="M4.5 4.5l15 15" {_LINE}/>',
    "pencil": f'<path d="M5 19l1-4.2L16.2 4.6a1.7 1.7 0 0 1 2.4 0l.8.8a1.7 1.7 0 0 1 0 2.4L9.2 18z'
    f'M14 7l3 3" {_LINE}/>',
    "level": f'<path d="M5 9.5h14M5 14.5h14" {_LINE}/>',
    "star": f'<path d="{_STAR}" fill="C"/>',
    "star_outline": f'<path d="{_STAR}" {_LINE}/>',
    "search": f'<circle cx="10.5" cy="10.5" r="6" {_LINE}/><path d="M15 15l5 5" {_LINE}/>',
    "more": '<circle cx="5.5" cy="12" r="1.7" fill="C"/><circle cx="12" cy="12" r="1.7" fill="C"/>'
    '<circle cx="18.5" cy="12" r="1.7" fill="C"/>',
    "pause": '<rect x="7" y="6" width="3.4" height="12" rx="1.2" fill="C"/>'
    '<rect x="13.6" y="6" width="3.4" height="12" rx="1.2" fill="C"/>',
    "plus": f'<path d="M12 5.5v13M5.5 12h13" {_LINE}/>',
    "arrow_up": f'<path d="M6 15l6-6 6 6" {_LINE}/>',
    "arrow_down": f'<path d="M6 9l6 6 6-6" {_LINE}/>',
    "check": f'<path d="M5.5 12.5l4.2 4.2 8.8-9.2" {_LINE.replace("1.8", "3")}/>',
}


def icon(name: str, color: str) -> QIcon:
    """An icon that is sharp at every screen scale and pale if its button is disabled."""
    result = QIcon()
    for scale in _SCALES:
        result.addPixmap(icon_pixmap(name, color, ICON_PX, scale))
        result.addPixmap(_paled_pixmap(name, color, scale), QIcon.Mode.Disabled)
    return result


def set_button_icon(button: QPushButton, name: str, color: str, disabled_color: str) -> None:
    """Put an icon before a button's text, with a gap that style sheets cannot set."""
    result = QIcon()
    for scale in _SCALES:
        for mode, tint in ((QIcon.Mode.Normal, color), (QIcon.Mode.Disabled, disabled_color)):
            result.addPixmap(icon_pixmap(name, tint, ICON_PX, scale, BUTTON_GAP_PX), mode)
    button.setIconSize(QSize(ICON_PX + BUTTON_GAP_PX, ICON_PX))
    button.setIcon(result)


def icon_pixmap(name: str, color: str, px: int, scale: float, gap_px: int = 0) -> QPixmap:
    """An icon at ``px`` logical pixels for a screen's scale, then ``gap_px`` empty pixels."""
    # Qt's own cache ends with the application; a pixmap that outlives it crashes the exit
    key = f"icon {name} {color} {px} {scale} {gap_px}"
    pixmap = QPixmap()
    if QPixmapCache.find(key, pixmap):
        return pixmap
    pixmap = QPixmap(round((px + gap_px) * scale), round(px * scale))
    pixmap.fill(Qt.GlobalColor.transparent)
    painter = QPainter(pixmap)
    QSvgRenderer(QByteArray(_svg(name, color).encode())).render(
        painter, QRectF(0, 0, pixmap.height(), pixmap.height())
    )
    painter.end()
    pixmap.setDevicePixelRatio(scale)
    QPixmapCache.insert(key, pixmap)
    return pixmap


def _paled_pixmap(name: str, color: str, scale: float) -> QPixmap:
    """The pixmap of an icon for a disabled button."""
    key = f"paled icon {name} {color} {scale}"
    result = QPixmap()
    if QPixmapCache.find(key, result):
        return result
    pixmap = icon_pixmap(name, color, ICON_PX, scale)
    result = QPixmap(pixmap.size())
    result.setDevicePixelRatio(scale)
    result.fill(Qt.GlobalColor.transparent)
    painter = QPainter(result)
    painter.setOpacity(DISABLED_OPACITY)
    painter.drawPixmap(0, 0, pixmap)
    painter.end()
    QPixmapCache.insert(key, result)
    return result


def write_icon_file(name: str, color: str, folder: Path) -> Path:
    """Write an icon as an SVG file, for style sheets, and return its path."""
    path = folder / f"{name}_{color.lstrip('#')}.svg"
    path.write_text(_svg(name, color), encoding="utf-8")
    return path


def _svg(name: str, color: str) -> str:
    body = _DRAWINGS[name].replace('"C"', f'"{color}"')
    return f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 24 24">{body}</svg>'
