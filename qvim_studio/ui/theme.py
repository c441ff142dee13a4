"""How the studio looks: two quiet palettes, one accent, one type scale, an 8-pixel grid."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from pathlib import Path

from PySide6.QtCore import QObject, Qt, QTemporaryDir, Signal, Slot
from PySide6.QtGui import QColor, QFont, QFontDatabase, QGuiApplication, QPalette
from PySide6.QtWidgets import QApplication

from qvim_studio.core.resources import resource_path
from qvim_studio.core.settings import Theme
from qvim_studio.ui.icons import write_icon_file

GRID = 8  # px; every distance is a multiple of half of it
RADIUS = 10
FONT_FAMILIES = ["Inter", "SF Pro Text", "Segoe UI", "Noto Sans", "DejaVu Sans"]
DESIGNED_PERCENT = 100
SCALE_PROPERTY = "textScalePercent"
CAPTION_PX, BODY_PX, TITLE_PX, DISPLAY_PX = 11, 13, 15, 20


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

    @property
    def is_dark(self) -> bool:
        return QColor(self.window).lightness() < 128


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
    """The palette of a theme; "system" follows the desktop and is dark where it says nothing."""
    if theme is Theme.SYSTEM:
        scheme = QGuiApplication.styleHints().colorScheme()
        return LIGHT if scheme is Qt.ColorScheme.Light else DARK
    return LIGHT if theme is Theme.LIGHT else DARK


def load_fonts() -> None:
    """Make the bundled Inter known, so that the studio looks the same on every desktop."""
    for name in ("Inter-Regular.otf", "Inter-SemiBold.otf"):
        QFontDatabase.addApplicationFont(str(resource_path("fonts", name)))


def text_scale() -> float:
    """How much larger than designed texts are; kept by the application, which all share."""
    application = QGuiApplication.instance()
    percent = application.property(SCALE_PROPERTY) if application is not None else None
    return (percent or DESIGNED_PERCENT) / DESIGNED_PERCENT


def font(px: int = BODY_PX, semibold: bool = False) -> QFont:
    """The studio's typeface at a size of the scale; digits keep their places."""
    result = QFont()
    result.setFamilies(FONT_FAMILIES)
    result.setPixelSize(round(px * text_scale()))
    result.setWeight(QFont.Weight.DemiBold if semibold else QFont.Weight.Normal)
    if hasattr(QFont, "Tag"):
        result.setFeature(QFont.Tag("tnum"), 1)
    return result


class StudioTheme(QObject):
    """The palette in force; dresses the application and tells everything that paints itself.

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
        """Change dress and the size of texts at once."""
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

    The few icons that a style sheet wants as files are written into ``icon_folder``.
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
    sheet = _STYLE_SHEET
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


_STYLE_SHEET = """
* { font-family: $families; font-size: $body; outline: none; }
QMainWindow, QDialog, #page { background: @window; }
QWidget { color: @text; }
QToolTip { background: @raised; color: @text; border: 1px solid @line; padding: 4px 8px; }

#card { background: @surface; border: 1px solid @line; border-radius: 10px; }
#cardTitle { color: @text; font-size: $body; font-weight: 600; }
#secondary { color: @secondary; }
#caption { color: @secondary; font-size: $caption; }
#appName { font-size: $title; font-weight: 600; }
#dialogTitle { font-size: $display; font-weight: 600; }
#value { color: @text; font-weight: 600; }

QPushButton {
  background: @raised; border: 1px solid @line; border-radius: 8px;
  padding: 0 14px; min-height: 34px; font-weight: 600;
}
QPushButton:hover { background: @hover; }
QPushButton:pressed { background: @line; }
QPushButton:focus { border-color: @accent; }
QPushButton:disabled { color: @faint; background: @surface; border-color: @line; }
QPushButton#primary { background: @accent; color: @on_accent; border-color: @accent; }
QPushButton#primary:hover { background: @accent_hover; border-color: @accent_hover; }
QPushButton#primary:focus { border-color: @text; }
QPushButton#primary:disabled { background: @raised; color: @faint; border-color: @line; }
QPushButton#record[recording="true"] { border-color: @danger; color: @danger; }
QPushButton#record[recording="true"]:hover { background: @raised; }

QPushButton#tab {
  background: transparent; border: none; border-bottom: 2px solid transparent; border-radius: 0;
  padding: 0 2px; min-height: 28px; color: @secondary;
}
QPushButton#tab:hover { color: @text; }
QPushButton#tab:checked { color: @text; border-bottom-color: @accent; }
QPushButton#tab:focus { border-bottom-color: @text; }

QToolButton {
  background: transparent; border: 1px solid transparent; border-radius: 8px;
  min-width: 30px; min-height: 30px; max-height: 30px; padding: 0;
}
QToolButton:hover { background: @hover; }
QToolButton:pressed { background: @line; }
QToolButton:checked { background: @raised; border-color: @line; }
QToolButton:focus { border-color: @accent; }
QToolButton#withText { padding: 0 4px; color: @secondary; }
QToolButton#withText:hover { color: @text; }
QToolButton#withText::menu-indicator { image: none; }
QPushButton#fold {
  background: transparent; border-color: transparent; padding: 0 4px; min-height: 30px;
  color: @secondary; font-weight: 400;
}
QPushButton#fold:hover { background: @hover; color: @text; }
QPushButton#fold:checked { background: @raised; border-color: @line; }
QPushButton#fold:focus { border-color: @accent; }

QToolButton#hint {
  color: @warning; border: 1px solid @line; padding: 0 10px; background: @raised;
}
QToolButton#hint:hover { border-color: @warning; }
QToolButton#chip {
  background: @raised; border: 1px solid @line; border-radius: 12px; padding: 0 10px;
  min-width: 0; min-height: 22px; max-height: 22px; color: @secondary; font-size: $caption;
}
QToolButton#chip:hover { background: @hover; color: @text; }
QToolButton#chip:checked { background: @hover; color: @text; border-color: @accent; }
QToolButton#chip:focus { border-color: @accent; }
QToolButton#segment {
  background: @raised; border: 1px solid @line; border-radius: 0; padding: 0 10px;
  color: @secondary; margin: 0;
}
QToolButton#segment[place="first"] {
  border-top-left-radius: 8px; border-bottom-left-radius: 8px;
}
QToolButton#segment[place="last"] {
  border-top-right-radius: 8px; border-bottom-right-radius: 8px;
}
QToolButton#segment:hover { background: @hover; color: @text; }
QToolButton#segment:checked { background: @hover; color: @text; border-color: @faint; }
QToolButton#segment:focus { border-color: @accent; }

QLineEdit, QSpinBox, QDoubleSpinBox, QComboBox {
  background: @raised; border: 1px solid @line; border-radius: 8px;
  padding: 0 10px; min-height: 32px;
  selection-background-color: @accent; selection-color: @on_accent;
}
QSpinBox, QDoubleSpinBox { max-height: 32px; padding: 0; }
QLineEdit { lineedit-clear-button-icon: url("@clear"); }
QLineEdit QToolButton { min-width: 0; min-height: 0; border: none; background: transparent; }
QComboBox#compact { font-size: $caption; padding: 0 4px 0 8px; min-height: 28px; }
QComboBox#compact::drop-down { width: 18px; }
QLineEdit:hover, QSpinBox:hover, QDoubleSpinBox:hover, QComboBox:hover { border-color: @hover; }
QLineEdit:focus, QSpinBox:focus, QDoubleSpinBox:focus, QComboBox:focus { border-color: @accent; }
QLineEdit:disabled, QSpinBox:disabled, QDoubleSpinBox:disabled, QComboBox:disabled {
  color: @faint; background: @surface; placeholder-text-color: @faint;
}
QSpinBox QLineEdit, QDoubleSpinBox QLineEdit {
  background: transparent; border: none; border-radius: 0; padding: 0; min-height: 0;
}
QSpinBox::up-button, QSpinBox::down-button,
QDoubleSpinBox::up-button, QDoubleSpinBox::down-button {
  width: 18px; border: none; background: transparent; subcontrol-origin: border;
}
QSpinBox::up-button, QDoubleSpinBox::up-button {
  subcontrol-position: top right; margin: 4px 4px 0 0;
}
QSpinBox::down-button, QDoubleSpinBox::down-button {
  subcontrol-position: bottom right; margin: 0 4px 4px 0;
}
QSpinBox::up-arrow, QDoubleSpinBox::up-arrow { image: url("@arrow_up"); width: 10px; height: 10px; }
QSpinBox::down-arrow, QDoubleSpinBox::down-arrow {
  image: url("@arrow_down"); width: 10px; height: 10px;
}
QComboBox::drop-down { border: none; width: 26px; }
QComboBox::down-arrow { image: url("@arrow_down"); width: 10px; height: 10px; }
QComboBox QAbstractItemView {
  background: @surface; border: 1px solid @line; padding: 4px;
  selection-background-color: @hover; selection-color: @text;
}

QSlider { min-height: 24px; background: transparent; }
QSlider::groove:horizontal { height: 4px; border-radius: 2px; background: @hover; }
QSlider::sub-page:horizontal { height: 4px; border-radius: 2px; background: @accent; }
QSlider::sub-page:horizontal:disabled { background: @hover; }
QSlider::handle:horizontal {
  width: 16px; height: 16px; margin: -6px 0; border-radius: 8px; background: @text;
}
QSlider::handle:horizontal:hover { background: @accent_hover; }
QSlider::handle:horizontal:focus { background: @accent; }
QSlider::handle:horizontal:disabled { background: @faint; }

QCheckBox { spacing: 8px; min-height: 28px; }
QCheckBox::indicator {
  width: 18px; height: 18px; border-radius: 5px; border: 1px solid @faint; background: @raised;
}
QCheckBox::indicator:hover, QCheckBox::indicator:focus { border-color: @accent; }
QCheckBox::indicator:checked {
  background: @accent; border-color: @accent; image: url("@check_mark");
}
QCheckBox::indicator:checked:focus { border-color: @text; }

QListView { background: transparent; border: none; }
QTableView {
  background: @surface; border: 1px solid @line; border-radius: 8px;
  selection-background-color: @hover; selection-color: @text;
}
QTableView::item { padding: 0 6px; border: none; }
QTableView QLineEdit#cell, QTableView QLineEdit {
  min-height: 0; border-radius: 0; padding: 0 4px; border-color: @accent;
}
QHeaderView { background: transparent; border: none; }
QHeaderView::section {
  background: transparent; color: @secondary; font-size: $caption; border: none;
  border-bottom: 1px solid @line; padding: 6px 9px;
}
QProgressBar {
  background: @hover; border: none; border-radius: 2px; max-height: 4px; min-height: 4px;
}
QProgressBar::chunk { background: @accent; border-radius: 2px; }
QScrollArea, QScrollArea > QWidget > QWidget { background: transparent; border: none; }
QScrollBar:vertical { background: transparent; width: 10px; margin: 2px; }
QScrollBar::handle:vertical { background: @faint; border-radius: 3px; min-height: 32px; }
QScrollBar::handle:vertical:hover { background: @secondary; }
QScrollBar::add-line, QScrollBar::sub-line { height: 0; width: 0; }
QScrollBar::add-page, QScrollBar::sub-page { background: transparent; }
QScrollBar:horizontal { height: 0; }

QDialogButtonBox { dialogbuttonbox-buttons-have-icons: 0; }

QMenuBar { background: @window; color: @secondary; padding: 2px 12px; }
QMenuBar::item { padding: 4px 10px; border-radius: 6px; }
QMenuBar::item:selected { background: @hover; color: @text; }
QMenu { background: @surface; border: 1px solid @line; padding: 4px; }
QMenu::item { padding: 6px 24px 6px 12px; border-radius: 6px; }
QMenu::item:selected { background: @hover; }
QMenu::item:disabled { color: @faint; }
QMenu::separator { height: 1px; background: @line; margin: 4px 8px; }

QStatusBar { background: @window; color: @secondary; font-size: $caption; }
QStatusBar::item { border: none; }
QTextEdit {
  background: @surface; border: 1px solid @line; border-radius: 8px; padding: 8px;
  color: @secondary; font-size: $caption;
}
QKeySequenceEdit { min-width: 150px; }
#problem { color: @danger; }
QPushButton#chipButton { min-height: 26px; padding: 0 10px; font-weight: 400; color: @secondary; }
QPushButton#chipButton:hover { color: @text; }
#messageBar { border-radius: 10px; border: 1px solid @line; background: @raised; }
#messageBar[kind="error"] { border-color: @danger; }
#messageBar[kind="notice"] { border-color: @line; }
#badge {
  font-size: $caption; border: 1px solid @line; border-radius: 8px; padding: 1px 8px;
  color: @warning;
}
#badge[kind="good"] { color: @accent; }
QProgressBar { background: @hover; border: none; border-radius: 2px; max-height: 4px; }
QProgressBar::chunk { background: @accent; border-radius: 2px; }
#chip { color: @secondary; }
#chip:hover { color: @text; }
"""
