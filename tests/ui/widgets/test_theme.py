from __future__ import annotations

from pathlib import Path

import pytest
from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QColor, QFontInfo, QIcon, QImage, QPainter
from PySide6.QtWidgets import (
    QAbstractButton,
    QCheckBox,
    QLineEdit,
    QPushButton,
    QSlider,
    QToolButton,
    QWidget,
)
from pytestqt.qtbot import QtBot

from qvim_studio.core.program.settings import Theme
from qvim_studio.ui.waves.wave_painting import paint_legend
from qvim_studio.ui.widgets.icons import _DRAWINGS, icon, icon_pixmap
from qvim_studio.ui.widgets.theme import (
    DARK,
    LIGHT,
    Palette,
    StudioTheme,
    font,
    palette_for,
    style_sheet,
)


def contrast(first: str, second: str) -> float:
    """WCAG 2.1: relative luminance ratio."""
    levels = sorted((_luminance(QColor(first)), _luminance(QColor(second))))
    return (levels[1] + 0.05) / (levels[0] + 0.05)


def _luminance(color: QColor) -> float:
    linear = [
        c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4
        for c in (color.redF(), color.greenF(), color.blueF())
    ]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


@pytest.mark.parametrize("palette", [DARK, LIGHT], ids=["dark", "light"])
@pytest.mark.parametrize("ground", ["window", "surface", "raised"])
@pytest.mark.parametrize("name", ["text", "secondary"])
def test_text_is_readable_on_every_ground(palette: Palette, ground: str, name: str) -> None:
    assert contrast(getattr(palette, name), getattr(palette, ground)) >= 4.5


@pytest.mark.parametrize("palette", [DARK, LIGHT], ids=["dark", "light"])
def test_the_accent_is_readable_and_carries_readable_text(palette: Palette) -> None:
    assert contrast(palette.on_accent, palette.accent) >= 4.5
    assert contrast(palette.on_accent, palette.accent_hover) >= 4.5
    for name in ("accent", "danger", "warning", "wave"):
        assert contrast(getattr(palette, name), palette.surface) >= 3.0


@pytest.mark.parametrize("palette", [DARK, LIGHT], ids=["dark", "light"])
def test_the_legend_of_the_curves_is_readable_over_everything(
    palette: Palette, theme: StudioTheme
) -> None:
    for name in ("text", "warning", "pitch"):
        assert contrast(getattr(palette, name), palette.surface) >= 4.5
    grounds = []
    for below in ("#000000", "#ffffff", palette.wave):
        image = QImage(300, 60, QImage.Format.Format_RGB32)
        image.fill(QColor(below))
        painter = QPainter(image)
        paint_legend(painter, QRectF(image.rect()), ("loudness", "pitch", "all"), palette)
        painter.end()
        grounds.append(image.copy(240, 5, 40, 10))
        assert palette.surface in {image.pixelColor(x, 10).name() for x in range(240, 284)}
    assert grounds[0] == grounds[1] == grounds[2]


@pytest.mark.parametrize("palette", [DARK, LIGHT], ids=["dark", "light"])
def test_the_style_sheet_has_no_name_left(palette: Palette, tmp_path: Path) -> None:
    sheet = style_sheet(palette, tmp_path)
    assert "@" not in sheet
    assert "$" not in sheet
    assert len(list(tmp_path.glob("*.svg"))) == 4


def test_the_bundled_typeface_is_used(theme: StudioTheme) -> None:
    assert QFontInfo(font()).family() == "Inter"


def test_a_change_of_theme_is_announced_once(theme: StudioTheme) -> None:
    announced: list[Palette] = []
    theme.changed.connect(lambda: announced.append(theme.palette))
    theme.set_theme(Theme.LIGHT)
    theme.set_theme(Theme.LIGHT)
    theme.set_theme(Theme.DARK)
    assert announced == [LIGHT, DARK]
    assert palette_for(Theme.LIGHT) is LIGHT


@pytest.mark.parametrize("kind", [QToolButton, QCheckBox, QPushButton])
def test_the_focus_is_seen_on_what_is_checked(
    kind: type[QAbstractButton], theme: StudioTheme, qtbot: QtBot
) -> None:
    page = QWidget()
    qtbot.addWidget(page)
    button, other = kind(page), QLineEdit(page)
    button.setCheckable(True)
    button.setChecked(True)
    other.move(100, 100)
    page.show()
    other.setFocus()
    qtbot.waitUntil(other.hasFocus)
    before = button.grab().toImage()
    button.setFocus()
    assert button.grab().toImage() != before


def test_the_focus_is_seen_on_a_slider(theme: StudioTheme, qtbot: QtBot) -> None:
    page = QWidget()
    qtbot.addWidget(page)
    slider, other = QSlider(Qt.Orientation.Horizontal, page), QLineEdit(page)
    other.move(200, 100)
    page.show()
    other.setFocus()
    qtbot.waitUntil(other.hasFocus)
    before = slider.grab().toImage()
    slider.setFocus()
    after = slider.grab().toImage()
    changed = sum(
        before.pixel(x, y) != after.pixel(x, y)
        for x in range(before.width())
        for y in range(before.height())
    )
    assert changed > 60  # the whole handle, not a thin line


def test_the_icon_of_a_disabled_button_is_pale(theme: StudioTheme) -> None:
    record = icon("record", "#ff0000")
    modes = (QIcon.Mode.Normal, QIcon.Mode.Disabled)
    strong, pale = (record.pixmap(24, 24, mode).toImage().pixelColor(12, 12) for mode in modes)
    assert strong.red() == pale.red() == 255
    assert 0 < pale.alpha() < strong.alpha() / 2


@pytest.mark.parametrize("name", sorted(_DRAWINGS))
def test_every_icon_draws_something_in_its_color(name: str, theme: StudioTheme) -> None:
    image = icon_pixmap(name, "#ff0000", 24, 2.0).toImage()
    drawn = [
        image.pixelColor(x, y)
        for x in range(image.width())
        for y in range(image.height())
        if image.pixelColor(x, y).alpha() > 200
    ]
    assert image.width() == 48
    assert len(drawn) > 30
    assert all(color.green() < 40 for color in drawn)
