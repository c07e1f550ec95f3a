"""The size of each control, and the places of its parts.

The painter and the style both use it, so that each part is painted where it can be clicked. A
function returns None for a part that Fusion places.
"""

from __future__ import annotations

from typing import Any

from PySide6.QtCore import QRect, QSize, Qt
from PySide6.QtGui import QTextLayout
from PySide6.QtWidgets import QLineEdit, QStyle, QWidget

from app.ui.style.tokens import Sizes, Tokens

FIELD_PADDING = 6
"""The space between the edge of a field and its content; Qt's editor adds two pixels."""

BUTTON_PADDING = 14
SMALL_BUTTON_PADDING = 8
COMBO_PADDING = 7
COMBO_ARROW = 24
SPIN_ARROWS = 20
HEADER_PADDING = 8
SORT_ARROW = 16
LEAST_BUTTON = 72
SMALL_TOOL = 22
MENU_PADDING = 10
MENU_CHECK = 22
MENU_GAP = 24
"""The space between a menu entry and its shortcut."""

SEPARATOR = 9
LEAST_THUMB = 32
SLIDER_HANDLE = 16
SLIDER_GROOVE = 4
PROGRESS = 6
_PERCENT = "100 %"
_MEASURED = 200
"""The letters at the beginning of a text whose ascent counts."""

_Part = QStyle.SubControl
_Contents = QStyle.ContentsType


def combo_box(option: Any, part: QStyle.SubControl) -> QRect | None:
    """The place of a part of a combo box."""
    rect: QRect = option.rect
    if part == _Part.SC_ComboBoxArrow:
        place = QRect(rect.right() - COMBO_ARROW + 1, rect.y(), COMBO_ARROW, rect.height())
    elif part == _Part.SC_ComboBoxEditField:
        left = FIELD_PADDING if option.editable else COMBO_PADDING
        place = rect.adjusted(left, 1, -COMBO_ARROW, -1)
    elif part in (_Part.SC_ComboBoxFrame, _Part.SC_ComboBoxListBoxPopup):
        return rect
    else:
        return None
    return QStyle.visualRect(option.direction, rect, place)


def spin_box(option: Any, part: QStyle.SubControl) -> QRect | None:
    """The place of a part of a spin box; empty for an arrow that it does not have."""
    rect: QRect = option.rect
    has_arrows = option.buttonSymbols.name != "NoButtons"
    half = rect.height() // 2
    arrows = rect.right() - SPIN_ARROWS
    if part == _Part.SC_SpinBoxEditField:
        place = rect.adjusted(FIELD_PADDING, 1, -SPIN_ARROWS - 2 if has_arrows else -2, -1)
    elif part == _Part.SC_SpinBoxFrame:
        return rect
    elif not has_arrows:
        return QRect()
    elif part == _Part.SC_SpinBoxUp:
        place = QRect(arrows, rect.y() + 1, SPIN_ARROWS, half - 1)
    elif part == _Part.SC_SpinBoxDown:
        place = QRect(arrows, rect.y() + half, SPIN_ARROWS, rect.height() - half - 1)
    else:
        return None
    return QStyle.visualRect(option.direction, rect, place)


def scroll_bar(option: Any, part: QStyle.SubControl) -> QRect | None:
    """The place of a part of a scroll bar, which has no buttons at its ends."""
    rect: QRect = option.rect
    is_flat = option.orientation == Qt.Orientation.Horizontal
    length = rect.width() if is_flat else rect.height()
    span = option.maximum - option.minimum
    thumb = length
    if span > 0:
        thumb = min(length, max(LEAST_THUMB, length * option.pageStep // (span + option.pageStep)))
    start = QStyle.sliderPositionFromValue(
        option.minimum, option.maximum, option.sliderPosition, length - thumb, option.upsideDown
    )
    if part == _Part.SC_ScrollBarGroove:
        return rect
    if part == _Part.SC_ScrollBarSlider:
        begin, extent = start, thumb
    elif part == _Part.SC_ScrollBarSubPage:
        begin, extent = 0, start
    elif part == _Part.SC_ScrollBarAddPage:
        begin, extent = start + thumb, length - start - thumb
    else:
        return QRect()
    if is_flat:
        place = QRect(rect.x() + begin, rect.y(), extent, rect.height())
        return QStyle.visualRect(option.direction, rect, place)
    return QRect(rect.x(), rect.y() + begin, rect.width(), extent)


def slider(option: Any, part: QStyle.SubControl) -> QRect | None:
    """The place of a part of a horizontal slider without ticks."""
    if option.orientation != Qt.Orientation.Horizontal:
        return None
    rect: QRect = option.rect
    middle = rect.y() + rect.height() // 2
    if part == _Part.SC_SliderGroove:
        return QRect(rect.x(), middle - SLIDER_GROOVE // 2, rect.width(), SLIDER_GROOVE)
    if part != _Part.SC_SliderHandle:
        return None
    start = QStyle.sliderPositionFromValue(
        option.minimum,
        option.maximum,
        option.sliderPosition,
        rect.width() - SLIDER_HANDLE,
        option.upsideDown,
    )
    return QRect(rect.x() + start, middle - SLIDER_HANDLE // 2, SLIDER_HANDLE, SLIDER_HANDLE)


def group_box(option: Any, part: QStyle.SubControl) -> QRect | None:
    """The place of a part of a group box: a heading, and the contents below it."""
    rect: QRect = option.rect
    heading = option.fontMetrics.height() + 8 if option.text else 0
    if part == _Part.SC_GroupBoxContents:
        return rect.adjusted(0, heading, 0, 0)
    if part == _Part.SC_GroupBoxFrame:
        return rect
    if part == _Part.SC_GroupBoxLabel:
        return QRect(rect.x(), rect.y(), rect.width(), heading)
    return None


def whole(option: Any) -> QRect:
    """The whole control."""
    rect: QRect = option.rect
    return rect


def line_edit(option: Any, widget: QWidget | None) -> QRect:
    """The room for the text of a field. A field inside another control has no frame."""
    rect: QRect = option.rect
    padding = FIELD_PADDING if option.lineWidth > 0 else 0
    edge = 1 if option.lineWidth > 0 else 0
    lower = _higher_ascent(widget) if isinstance(widget, QLineEdit) else 0
    return rect.adjusted(padding, edge + lower, -padding, lower - edge)


def _higher_ascent(field: QLineEdit) -> int:
    """By how much the text rises above the letters of the font, as with ideographs of another one.

    Qt centres such a text and moves it up by this besides, so that it would stand higher than the
    labels beside it.
    """
    text = field.displayText()
    if text.isascii():
        return 0
    layout = QTextLayout(text[:_MEASURED], field.font())
    layout.beginLayout()
    line = layout.createLine()
    layout.endLayout()
    return max(0, round(line.ascent()) - field.fontMetrics().ascent())


def progress_bar(option: Any) -> QRect:
    """The thin bar, in the middle of its room and beside its text."""
    rect: QRect = option.rect
    room = option.fontMetrics.horizontalAdvance(_PERCENT) + 8 if option.textVisible else 0
    bar = QRect(rect.x(), rect.y() + (rect.height() - PROGRESS) // 2, rect.width() - room, PROGRESS)
    return QStyle.visualRect(option.direction, rect, bar)


def tab_corner(option: Any, element: QStyle.SubElement) -> QRect:
    """The place of the widget at an end of the tabs: in the middle of their height."""
    is_left = element == QStyle.SubElement.SE_TabWidgetLeftCorner
    size = option.leftCornerWidgetSize if is_left else option.rightCornerWidgetSize
    rect: QRect = option.rect
    left = rect.x() if is_left else rect.right() - size.width() + 1
    top = rect.y() + max(0, option.tabBarSize.height() - size.height()) // 2
    return QStyle.visualRect(option.direction, rect, QRect(left, top, size.width(), size.height()))


def header_label(option: Any) -> QRect:
    """The room for the title of a column, beside its sort arrow."""
    right = HEADER_PADDING + (SORT_ARROW if _is_sorted(option) else 0)
    label: QRect = option.rect.adjusted(HEADER_PADDING, 0, -right, 0)
    return QStyle.visualRect(option.direction, option.rect, label)


def _is_sorted(option: Any) -> bool:
    """Whether the header has a sort arrow. Not by the enumeration: PySide makes a class when it is
    imported, also for a window without a table."""
    return bool(option.sortIndicator.name != "None_")


def header_arrow(option: Any) -> QRect:
    """The place of the sort arrow."""
    rect: QRect = option.rect
    left = rect.right() - HEADER_PADDING - SORT_ARROW + 5
    return QStyle.visualRect(
        option.direction, rect, QRect(left, rect.y(), SORT_ARROW - 4, rect.height())
    )


def size(
    contents: QStyle.ContentsType,
    option: Any,
    wanted: QSize,
    design: Tokens,
    widget: QWidget | None,
) -> QSize | None:
    """The size of a control whose contents need `wanted`. None if Fusion decides it."""
    if contents == _Contents.CT_PushButton and widget is not None and widget.property("small"):
        return _small_button(wanted, design.sizes)
    measure = _MEASURES.get(contents)
    return None if measure is None else measure(option, wanted, design.sizes)


def _push_button(option: Any, wanted: QSize, sizes: Sizes) -> QSize:
    width = wanted.width() + 2 * BUTTON_PADDING
    if option.text:
        width = max(width, LEAST_BUTTON)
    return QSize(width, max(sizes.control, wanted.height()))


def _small_button(wanted: QSize, sizes: Sizes) -> QSize:
    height = max(sizes.control - 4, wanted.height())
    return QSize(wanted.width() + 2 * SMALL_BUTTON_PADDING, height)


def _tool_button(option: Any, wanted: QSize, sizes: Sizes) -> QSize:
    is_small = option.iconSize.height() < sizes.icon and not option.icon.isNull()
    height = SMALL_TOOL if is_small else sizes.control
    width = wanted.width() + (12 if option.text else 8)
    return QSize(max(height, width), max(height, wanted.height() + 4))


def _line_edit(option: Any, wanted: QSize, sizes: Sizes) -> QSize:
    if option.lineWidth == 0:
        return QSize(wanted)
    return QSize(wanted.width() + 2 * FIELD_PADDING, max(sizes.control, wanted.height() + 2))


def _spin_box(option: Any, wanted: QSize, sizes: Sizes) -> QSize:
    width = wanted.width() + FIELD_PADDING + SPIN_ARROWS + 8
    return QSize(width, max(sizes.control, wanted.height() + 2))


def _combo_box(option: Any, wanted: QSize, sizes: Sizes) -> QSize:
    width = wanted.width() + COMBO_PADDING + COMBO_ARROW + 6
    return QSize(width, max(sizes.control, wanted.height() + 2))


def _tab(option: Any, wanted: QSize, sizes: Sizes) -> QSize:
    return QSize(wanted.width(), max(sizes.tab, wanted.height()))


def _header(option: Any, wanted: QSize, sizes: Sizes) -> QSize:
    width = option.fontMetrics.horizontalAdvance(option.text) + 2 * HEADER_PADDING
    if _is_sorted(option):
        width += SORT_ARROW
    return QSize(width, max(sizes.header, option.fontMetrics.height() + 8))


def _menu_item(option: Any, wanted: QSize, sizes: Sizes) -> QSize:
    if option.menuItemType == option.MenuItemType.Separator:
        heading = option.fontMetrics.height() + 10 if option.text else SEPARATOR
        return QSize(wanted.width(), heading)
    width = wanted.width() + 2 * MENU_PADDING + MENU_GAP
    if option.menuHasCheckableItems:
        width += MENU_CHECK
    # For the list of a combo box, Qt wants the height of the whole list, which Fusion ignores too.
    return QSize(width, max(sizes.menu_item, option.fontMetrics.height() + 8))


def _menu_bar_item(option: Any, wanted: QSize, sizes: Sizes) -> QSize:
    return QSize(wanted.width() + 16, max(sizes.control, wanted.height() + 8))


def _group_box(option: Any, wanted: QSize, sizes: Sizes) -> QSize:
    return QSize(wanted.width() + 8, wanted.height())


def _scroll_bar(option: Any, wanted: QSize, sizes: Sizes) -> QSize:
    """The size that Qt would give it, which asks the style twice more for it."""
    size = QSize(sizes.scroll_bar, 2 * sizes.scroll_bar + LEAST_THUMB)
    return size.transposed() if option.orientation == Qt.Orientation.Horizontal else size


def _tab_widget(option: Any, wanted: QSize, sizes: Sizes) -> QSize:
    """The size that Qt would give it. It is asked for 500 times while the window opens."""
    return QSize(wanted.width() + 4, wanted.height() + 4)


def _progress_bar(option: Any, wanted: QSize, sizes: Sizes) -> QSize:
    return QSize(max(120, wanted.width()), max(20, option.fontMetrics.height()))


_MEASURES = {
    _Contents.CT_PushButton: _push_button,
    _Contents.CT_ToolButton: _tool_button,
    _Contents.CT_LineEdit: _line_edit,
    _Contents.CT_SpinBox: _spin_box,
    _Contents.CT_ComboBox: _combo_box,
    _Contents.CT_TabBarTab: _tab,
    _Contents.CT_TabWidget: _tab_widget,
    _Contents.CT_HeaderSection: _header,
    _Contents.CT_MenuItem: _menu_item,
    _Contents.CT_MenuBarItem: _menu_bar_item,
    _Contents.CT_GroupBox: _group_box,
    _Contents.CT_ProgressBar: _progress_bar,
    _Contents.CT_ScrollBar: _scroll_bar,
}
