"""Every state of the window, at three sizes and in both languages: no text is cut and no two
widgets overlap. In English, every control has a name, a role and a true state for screen readers.
In Chinese, no English is left.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import combinations
from pathlib import Path

import pytest
from PySide6.QtCore import QSize, Qt
from PySide6.QtWidgets import (
    QAbstractButton,
    QAbstractScrollArea,
    QAbstractSpinBox,
    QApplication,
    QCheckBox,
    QComboBox,
    QGroupBox,
    QHeaderView,
    QLabel,
    QLineEdit,
    QListWidget,
    QMenu,
    QPushButton,
    QRadioButton,
    QSizeGrip,
    QSplitterHandle,
    QStackedWidget,
    QStyle,
    QStyleOptionButton,
    QStyleOptionComboBox,
    QStyleOptionFrame,
    QStyleOptionTab,
    QTabBar,
    QToolButton,
    QWidget,
)

from app.ui.command_palette.palette import CommandPalette
from app.ui.settings import Language
from app.ui.style.geometry import HEADER_PADDING, SORT_ARROW
from app.ui.style.theme import Theme
from app.ui.style.tokens import Density
from app.ui.widgets.banner import Banner
from app.ui.widgets.labels import ElidingButton, ElidingLabel, OverlaidMistake
from app.ui.widgets.translation import apply_language
from tests.integration.desk import OpenWindow
from tests.integration.walk import Walk
from tests.integration.window_accessibility import unspoken_in
from tests.integration.window_in_chinese import english_in
from tests.screenshots.dialogs import DIALOGS
from tests.screenshots.panes import PANES

SMALL, USUAL, LARGE = QSize(900, 560), QSize(1280, 800), QSize(2560, 1440)
PAIR = 2
SLACK = 1
"""Pixels by which a text may be wider than its room: widths are rounded."""

OVERLAYS = (Banner, CommandPalette, OverlaidMistake, QSizeGrip, QSplitterHandle)
"""Widgets that lie over others on purpose."""

Element = QStyle.SubElement


MORE = {Language.ENGLISH: unspoken_in, Language.CHINESE: english_in}
"""What else is looked for at one size, as that makes no difference to it."""


@pytest.fixture(params=[Language.ENGLISH, Language.CHINESE], ids=["en", "zh"])
def language(request: pytest.FixtureRequest, qapp: QApplication) -> Iterator[Language]:
    apply_language(qapp, request.param)
    yield request.param
    apply_language(qapp, Language.ENGLISH)


@pytest.fixture
def walk(language: Language, open_window: OpenWindow, tmp_path: Path) -> Iterator[Walk]:
    Theme.of_application().use(density=Density.COMFORTABLE, zoom=1.0)
    with Walk(open_window, tmp_path) as walk:
        yield walk


@pytest.mark.parametrize("size", [SMALL, USUAL, LARGE], ids=["small", "usual", "large"])
def test_the_panes_are_whole_spoken_and_in_one_language(
    walk: Walk, language: Language, size: QSize
) -> None:
    def look(window: QWidget) -> Iterator[str]:
        yield from cuts_in(window)
        if size == USUAL:
            yield from MORE[language](window)

    walk.stage.window.resize(size)
    faults = list(walk.through(PANES, look))
    assert walk.stage.window.size() == size
    assert not faults, "\n".join(dict.fromkeys(faults))


def test_the_dialogs_are_whole_spoken_and_in_one_language(walk: Walk, language: Language) -> None:
    def look(window: QWidget) -> Iterator[str]:
        if window is not walk.stage.window:  # the other test looks at it
            yield from cuts_in(window)
        yield from MORE[language](window)

    walk.stage.window.resize(SMALL)
    faults = list(walk.through(DIALOGS, look))
    assert not faults, "\n".join(dict.fromkeys(faults))


def cuts_in(window: QWidget) -> Iterator[str]:
    """What is wrong with the widgets that `window` shows."""
    for widget in (window, *window.findChildren(QWidget)):
        if not _is_shown(widget, window) or isinstance(widget, QMenu):
            continue
        for fault in (*_cut_texts(widget), *_outside(widget), *_overlaps(widget)):
            yield f"{fault} ({_path(widget)})"


def _is_shown(widget: QWidget, window: QWidget) -> bool:
    """Whether it is visible, and in no part that is pushed together to nothing."""
    if not widget.isVisible() or widget.window() is not window:
        return False
    found: QWidget | None = widget
    while found is not None and found is not window:
        if found.width() <= 1 or found.height() <= 1:
            return False
        found = found.parentWidget()
    return True


# Texts


def _cut_texts(widget: QWidget) -> Iterator[str]:
    for text, width, room in _texts(widget):
        if width > room + SLACK and not _is_told(widget, text):
            yield f"{text!r} needs {width} pixels and has {room}"
    if isinstance(widget, QLabel) and widget.wordWrap() and widget.text():
        needed = widget.heightForWidth(widget.width())
        if needed > widget.height() + SLACK:
            yield f"{widget.text()!r} needs a height of {needed} and has {widget.height()}"
    is_control = isinstance(widget, QAbstractButton | QComboBox | QLineEdit | QAbstractSpinBox)
    if is_control and widget.fontMetrics().height() > widget.height() + SLACK:
        yield f"{widget.height()} pixels are too low for its text"


def _is_told(widget: QWidget, text: str) -> bool:
    """Whether a tip has the whole text. The hint in an empty field may be told in other words."""
    if isinstance(widget, QLineEdit):
        owner = widget.parentWidget()
        return bool(widget.toolTip() or (isinstance(owner, QComboBox) and owner.toolTip()))
    return text in widget.toolTip()


def _texts(widget: QWidget) -> Iterator[tuple[str, int, int]]:
    """Each text of `widget`, with the width that it needs and the width that it has."""
    match widget:
        case ElidingLabel() | ElidingButton():
            return  # they shorten their texts themselves, and have them in their tips
        case QLabel():
            if widget.text() and not widget.wordWrap():
                yield widget.text(), widget.sizeHint().width(), widget.width()
        case QPushButton() | QCheckBox() | QRadioButton():
            yield widget.text(), _width(widget, widget.text()), _button_room(widget)
        case QToolButton():
            icon = 0 if widget.icon().isNull() else widget.iconSize().width() + 4
            if widget.text() and widget.toolButtonStyle() != Qt.ToolButtonStyle.ToolButtonIconOnly:
                yield widget.text(), _width(widget, widget.text()) + icon, widget.width() - 2
        case QComboBox():
            if not widget.isEditable():
                yield widget.currentText(), _width(widget, widget.currentText()), _room(widget)
        case QLineEdit():
            if not widget.text() and widget.placeholderText():
                text = widget.placeholderText()
                yield text, _width(widget, text), _field_room(widget)
        case QTabBar():
            yield from _tabs(widget)
        case QHeaderView():
            yield from _sections(widget)
        case QGroupBox():
            yield widget.title(), _width(widget, widget.title()), widget.width()
        case QListWidget():
            if widget.count():
                yield "its widest row", widget.sizeHintForColumn(0), widget.viewport().width()


def _width(widget: QWidget, text: str) -> int:
    return widget.fontMetrics().size(Qt.TextFlag.TextShowMnemonic, text).width()


def _button_room(button: QAbstractButton) -> int:
    option = QStyleOptionButton()
    option.initFrom(button)
    element = {
        QPushButton: Element.SE_PushButtonContents,
        QCheckBox: Element.SE_CheckBoxContents,
        QRadioButton: Element.SE_RadioButtonContents,
    }
    (found,) = [each for kind, each in element.items() if isinstance(button, kind)]
    return button.style().subElementRect(found, option, button).width()


def _room(box: QComboBox) -> int:
    option = QStyleOptionComboBox()
    box.initStyleOption(option)
    part = QStyle.SubControl.SC_ComboBoxEditField
    style = box.style()
    return style.subControlRect(QStyle.ComplexControl.CC_ComboBox, option, part, box).width()


def _field_room(line: QLineEdit) -> int:
    option = QStyleOptionFrame()
    line.initStyleOption(option)
    room = line.style().subElementRect(Element.SE_LineEditContents, option, line)
    return room.width() - 4  # Qt keeps two pixels free at either side


def _tabs(bar: QTabBar) -> Iterator[tuple[str, int, int]]:
    for index in range(bar.count()):
        option = QStyleOptionTab()
        bar.initStyleOption(option, index)
        room = bar.style().subElementRect(Element.SE_TabBarTabText, option, bar).width()
        yield bar.tabText(index), _width(bar, bar.tabText(index)), room


def _sections(header: QHeaderView) -> Iterator[tuple[str, int, int]]:
    if header.orientation() is not Qt.Orientation.Horizontal:
        return
    model = header.model()
    for section in range(header.count()):
        text = str(model.headerData(section, Qt.Orientation.Horizontal) or "")
        tip = model.headerData(section, Qt.Orientation.Horizontal, Qt.ItemDataRole.ToolTipRole)
        if header.isSectionHidden(section) or (tip and text in str(tip)):
            continue
        is_sorted = header.isSortIndicatorShown() and header.sortIndicatorSection() == section
        room = header.sectionSize(section) - 2 * HEADER_PADDING - (SORT_ARROW if is_sorted else 0)
        yield text, header.fontMetrics().horizontalAdvance(text), room


# Places


def _outside(widget: QWidget) -> Iterator[str]:
    """A widget that reaches out of its parent is cut there, unless the parent scrolls."""
    parent = widget.parentWidget()
    if widget.isWindow() or parent is None or _is_scrolled(widget):
        return
    if not parent.rect().contains(widget.geometry()) and not widget.geometry().isEmpty():
        yield f"reaches out of its parent: {_shown(widget)} in {parent.width()} × {parent.height()}"


def _is_scrolled(widget: QWidget) -> bool:
    parent = widget.parentWidget()
    area = None if parent is None else parent.parentWidget()
    return (isinstance(area, QAbstractScrollArea) and area.viewport() is parent) or isinstance(
        parent, QTabBar
    )


def _overlaps(parent: QWidget) -> Iterator[str]:
    if isinstance(parent, QStackedWidget | QLineEdit | QAbstractSpinBox | QComboBox):
        return
    children = [
        each
        for each in parent.children()
        if isinstance(each, QWidget)
        and each.isVisible()
        and not each.isWindow()
        and not isinstance(each, OVERLAYS)
        and not each.objectName().startswith(("qt_", "Scroll"))
    ]
    for one, other in combinations(children, PAIR):
        if one.geometry().intersects(other.geometry()):
            yield f"{_shown(one)} overlaps {_shown(other)}"


def _shown(widget: QWidget) -> str:
    place = widget.geometry()
    size = f"{place.x()},{place.y()} {place.width()} × {place.height()}"
    return f"{type(widget).__name__} {widget.objectName()} {size}"


def _path(widget: QWidget) -> str:
    names: list[str] = []
    found: QWidget | None = widget
    while found is not None and len(names) < 4:
        names.append(type(found).__name__)
        found = found.parentWidget()
    return " < ".join(names)
