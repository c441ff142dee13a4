"""The look of the studio: two palettes, one accent, one type scale, an 8-pixel grid."""

from __future__ import annotations

import re
from dataclasses import asdict, dataclass
from functools import lru_cache
from pathlib import Path

from PySide6.QtCore import QObject, Qt, QTemporaryDir, Signal, Slot
from PySide6.QtGui import QColor, QFont, QFontDatabase, QGuiApplication, QPalette
from PySide6.QtWidgets import QApplication

from qvim_studio.core.program.resources import resource_path
from qvim_studio.core.program.settings import Theme
from qvim_studio.ui.widgets.icons import write_icon_file
from qvim_studio.ui.widgets.style_sheet import STYLE_SHEET

GRID = 8  # px; every distance is a multiple of half of it
RADIUS = 10
FONT_FAMILIES = ["Inter", "SF Pro Text", "Segoe UI", "Noto Sans", "DejaVu Sans"]
DESIGNED_PERCENT = 100
SCALE_PROPERTY = "textScalePercent"
CAPTION_PX, BODY_PX, TITLE_PX, DISPLAY_PX = 11, 13, 15, 20
LINE_PX = 17  # of text in the body's size
_HEIGHTS = re.compile(r"((?:min|max)-height: )(2[2-9]|3\d)px")  # of controls that hold text


@dataclass(frozen=True)
class Palette:
    """Colors as #rrggbb. Text on ``surface`` has a contrast of at least 4.5 : 1."""

    window: str
    surface: str
    raised: str
    hover: str
    line: str
    text: str
    secondary: str
    faint: str
    accent: str
    accent_hover: str
    on_accent: str
    wave: str
    danger: str
    warning: str
    pitch: str


DARK = Palette(
    window="#121417",
    surface="#1a1d22",
    raised="#252931",
    hover="#2e333d",
    line="#2b2f38",
    text="#eceef1",
    secondary="#9ba3b0",
    faint="#5b6370",
    accent="#56d0b1",
    accent_hover="#6fdcc0",
    on_accent="#06231b",
    wave="#8b95a5",
    danger="#f4717a",
    warning="#e8b65a",
    pitch="#8fb4ff",
)
LIGHT = Palette(
    window="#f1f2f4",
    surface="#ffffff",
    raised="#eef0f3",
    hover="#e3e6eb",
    line="#dfe2e7",
    text="#191c21",
    secondary="#59616e",
    faint="#a3aab5",
    accent="#0a8468",
    accent_hover="#0b7159",
    on_accent="#ffffff",
    wave="#7b8594",
    danger="#c2343d",
    warning="#96640a",
    pitch="#2f62c9",
)


def palette_for(theme: Theme) -> Palette:
    """The palette of a theme; "system" follows the desktop and is dark without its preference."""
    if theme is Theme.SYSTEM:
        scheme = QGuiApplication.styleHints().colorScheme()
        return LIGHT if scheme is Qt.ColorScheme.Light else DARK
    return LIGHT if theme is Theme.LIGHT else DARK


def load_fonts() -> None:
    """Load the bundled Inter, so that the studio looks the same on every desktop."""
    for name in ("Inter-Regular.otf", "Inter-SemiBold.otf"):
        QFontDatabase.addApplicationFont(str(resource_path("fonts", name)))


def text_scale() -> float:
    """The factor between the present and the designed text size, stored in the application."""
    application = QGuiApplication.instance()
    percent = application.property(SCALE_PROPERTY) if application is not None else None
    return (percent or DESIGNED_PERCENT) / DESIGNED_PERCENT


def scaled(px: float) -> int:
    """A distance in px, scaled with the text size."""
    return round(px * text_scale())


def roomy(px: int) -> int:
    """The height of a control designed ``px`` high, plus the growth of its line of text."""
    return px + round((text_scale() - 1) * LINE_PX)


def font(px: int = BODY_PX, semibold: bool = False) -> QFont:
    """The studio's typeface at a size of the type scale, with digits of equal width."""
    return QFont(_font(round(px * text_scale()), semibold))


@lru_cache(maxsize=64)
def _font(px: int, semibold: bool) -> QFont:
    """The shared font object of a size, because painters request fonts often."""
    result = QFont()
    result.setFamilies(FONT_FAMILIES)
    result.setPixelSize(px)
    result.setWeight(QFont.Weight.DemiBold if semibold else QFont.Weight.Normal)
    if hasattr(QFont, "Tag"):
        result.setFeature(QFont.Tag("tnum"), 1)
    return result


class StudioTheme(QObject):
    """The current palette; styles the application and notifies widgets that paint themselves.

    Signal: changed (nothing; read ``palette``).
    """

    changed = Signal()

    def __init__(
        self,
        application: QApplication,
        theme: Theme = Theme.SYSTEM,
        text_percent: int = DESIGNED_PERCENT,
    ) -> None:
        super().__init__(application)
        application.setProperty(SCALE_PROPERTY, text_percent)
        self._text_percent = text_percent
        self._application = application
        self._icon_folder = QTemporaryDir()
        self._theme = theme
        self.palette = palette_for(theme)
        load_fonts()
        application.setFont(font())
        self._apply()
        QGuiApplication.styleHints().colorSchemeChanged.connect(self._on_color_scheme_changed)

    def set_theme(self, theme: Theme, text_percent: int | None = None) -> None:
        """Change the palette and the text size immediately."""
        self._theme = theme
        palette = palette_for(theme)
        percent = self._text_percent if text_percent is None else text_percent
        if palette != self.palette or percent != self._text_percent:
            self.palette, self._text_percent = palette, percent
            self._application.setProperty(SCALE_PROPERTY, percent)
            self._application.setFont(font())
            self._apply()
            self.changed.emit()

    @Slot()
    def _on_color_scheme_changed(self) -> None:
        self.set_theme(self._theme)

    def _apply(self) -> None:
        self._application.setPalette(_qt_palette(self.palette))
        self._application.setStyleSheet(style_sheet(self.palette, Path(self._icon_folder.path())))


def style_sheet(palette: Palette, icon_folder: Path) -> str:
    """The Qt style sheet with the palette's colors in place of ``@names``.

    Icons that style sheets need as files are written into ``icon_folder``.
    """
    icons = {
        "arrow_up": write_icon_file("arrow_up", palette.secondary, icon_folder).as_posix(),
        "arrow_down": write_icon_file("arrow_down", palette.secondary, icon_folder).as_posix(),
        "clear": write_icon_file("close", palette.secondary, icon_folder).as_posix(),
        "check_mark": write_icon_file("check", palette.on_accent, icon_folder).as_posix(),
    }
    values = {f"@{name}": value for name, value in (asdict(palette) | icons).items()}
    sizes = {"caption": CAPTION_PX, "body": BODY_PX, "title": TITLE_PX, "display": DISPLAY_PX}
    values |= {f"${name}": f"{round(px * text_scale())}px" for name, px in sizes.items()}
    values["$families"] = ", ".join(f'"{family}"' for family in FONT_FAMILIES)
    sheet = _HEIGHTS.sub(lambda found: f"{found[1]}{roomy(int(found[2]))}px", STYLE_SHEET)
    for name in sorted(values, key=len, reverse=True):  # "@accent_hover" before "@accent"
        sheet = sheet.replace(name, values[name])
    return sheet


def _qt_palette(palette: Palette) -> QPalette:
    role = QPalette.ColorRole
    colors = {
        role.Window: palette.window,
        role.WindowText: palette.text,
        role.Base: palette.surface,
        role.AlternateBase: palette.raised,
        role.Text: palette.text,
        role.Button: palette.raised,
        role.ButtonText: palette.text,
        role.PlaceholderText: palette.secondary,
        role.ToolTipBase: palette.raised,
        role.ToolTipText: palette.text,
        role.Highlight: palette.accent,
        role.HighlightedText: palette.on_accent,
        role.Link: palette.accent,
        role.Mid: palette.line,
    }
    result = QPalette()
    for color_role, color in colors.items():
        result.setColor(color_role, QColor(color))
    for color_role in (role.WindowText, role.Text, role.ButtonText):
        result.setColor(QPalette.ColorGroup.Disabled, color_role, QColor(palette.faint))
    return result
