"""Icons are drawn in the colours of the palette, and again when it changes."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
import shiboken6
from PySide6.QtCore import QSize
from PySide6.QtGui import QColor, QIcon, QPainter, QPalette, QPixmap
from PySide6.QtWidgets import QApplication, QToolButton

import app.ui
from app.runtime import resources
from app.ui.style.icons import Icons, icon, pixmap

RED, GREEN = QColor("#cc0000"), QColor("#00aa00")


@pytest.fixture
def red_text(qapp: QApplication) -> Iterator[QPalette]:
    """The application's palette has red text on buttons, and grey text on disabled ones."""
    before = qapp.palette()
    palette = QPalette(before)
    palette.setColor(QPalette.ColorRole.ButtonText, RED)
    palette.setColor(QPalette.ColorGroup.Disabled, QPalette.ColorRole.ButtonText, GREEN)
    qapp.setPalette(palette)
    yield palette
    qapp.setPalette(before)


def colors(shown: QIcon, mode: QIcon.Mode = QIcon.Mode.Normal) -> set[str]:
    """The colours of all opaque pixels, without smoothed edges."""
    image = shown.pixmap(QSize(48, 48), 1.0, mode).toImage()
    pixels = (image.pixelColor(x, y) for x in range(48) for y in range(48))
    return {pixel.name() for pixel in pixels if pixel.alpha() == 255}


def names_in_the_code() -> set[str]:
    """Every string in `app.ui` that may be the name of an icon."""
    sources = Path(app.ui.__file__).parent.rglob("*.py")
    return {name for path in sources for name in re.findall(r'"([\w-]+)"', path.read_text("utf-8"))}


def test_every_icon_is_used_somewhere() -> None:
    names = {path.stem for path in resources.resource_path("icons").glob("*.svg")}
    assert names <= names_in_the_code() | {"portdeck"}


@pytest.mark.parametrize(
    "path", sorted(resources.resource_path("icons").glob("*.svg")), ids=lambda path: str(path.stem)
)
def test_every_icon_paints_something(path: Path, qapp: QApplication) -> None:
    image = pixmap(path.stem, 16, RED).toImage()
    assert any(image.pixelColor(x, y).alpha() for x in range(16) for y in range(16))


def test_a_missing_icon_is_named_in_the_error(qapp: QApplication) -> None:
    with pytest.raises(resources.ResourceMissing, match=r"no-such-icon\.svg"):
        icon("no-such-icon")


def test_a_pixmap_has_the_colour_asked_for_and_the_pixels_of_its_screen(
    qapp: QApplication,
) -> None:
    image = pixmap("stop", 16, RED, 2.0)
    assert (image.width(), image.devicePixelRatio()) == (32, 2.0)
    assert image.toImage().pixelColor(16, 16) == RED


def test_an_icon_has_the_colours_of_the_palette(red_text: QPalette) -> None:
    assert colors(icon("stop")) == {RED.name()}
    assert colors(icon("stop"), QIcon.Mode.Disabled) == {GREEN.name()}


def test_a_new_palette_recolours_all_icons(red_text: QPalette, qapp: QApplication) -> None:
    icons, button = Icons(), QToolButton()
    icons.give(button, "stop")
    red_text.setColor(QPalette.ColorRole.ButtonText, GREEN)
    qapp.setPalette(red_text)
    assert colors(button.icon()) == {RED.name()}
    icons.recolor()
    assert colors(button.icon()) == {GREEN.name()}


def test_the_last_icon_of_a_button_is_kept(qapp: QApplication) -> None:
    icons, button = Icons(), QToolButton()
    icons.give(button, "start")
    icons.give(button, "stop")
    shown = button.icon().pixmap(16).toImage()
    icons.recolor()
    assert button.icon().pixmap(16).toImage() == shown


def test_a_button_that_qt_has_deleted_does_not_stop_the_others(qapp: QApplication) -> None:
    icons, gone, stays = Icons(), QToolButton(), QToolButton()
    icons.give(gone, "stop")
    icons.give(stays, "stop")
    shiboken6.delete(gone)
    stays.setIcon(QIcon())
    icons.recolor()
    assert not stays.icon().isNull()


def test_an_icon_is_drawn_once_for_each_palette(
    qapp: QApplication,
) -> None:
    icons = Icons()
    first = icons.pixmap("state-failed", 16, RED)
    assert icons.pixmap("state-failed", 16, RED).cacheKey() == first.cacheKey()
    assert first.toImage() == pixmap("state-failed", 16, RED).toImage()
    assert icons.pixmap("state-failed", 16, GREEN).toImage() != first.toImage()
    icons.recolor()
    assert icons.pixmap("state-failed", 16, RED).cacheKey() != first.cacheKey()


def test_an_icon_is_drawn_at_the_size_that_is_asked_for(red_text: QPalette) -> None:
    shown = icon("stop")
    assert shown.pixmap(QSize(17, 17), 2.0).size() == QSize(34, 34)
    assert QSize(16, 16) in shown.availableSizes()
    assert colors(QIcon(shown)) == {RED.name()}


def test_an_icon_is_painted_in_its_colours(red_text: QPalette) -> None:
    canvas = QPixmap(48, 48)
    canvas.fill("white")
    painter = QPainter(canvas)
    icon("stop").paint(painter, 0, 0, 48, 48)
    painter.end()
    assert canvas.toImage().pixelColor(24, 24) == RED
