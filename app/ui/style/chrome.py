"""Paints the frame around the controls: tabs, headers, menus, bars, splitters, group boxes, tool
tips.

Each method gets the arguments of `QStyle`, and returns whether it painted. If not, Fusion paints.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from PySide6.QtCore import QRect, Qt
from PySide6.QtGui import QColor, QFont, QIcon, QPainter, QPalette
from PySide6.QtWidgets import QComboBox, QStyle, QTabBar, QWidget

from app.ui.style import geometry, shapes
from app.ui.style.controls import Paint
from app.ui.style.shapes import ENABLED, HORIZONTAL, HOVERED, PRESSED, SELECTED, Direction
from app.ui.style.tokens import Tokens

_Primitive = QStyle.PrimitiveElement
_Control = QStyle.ControlElement
_Complex = QStyle.ComplexControl
_LEFT = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter
_RIGHT = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
_UPRIGHT = (QTabBar.Shape.RoundedWest, QTabBar.Shape.RoundedEast)
_TAB_LINE = 2


class ChromePainter:
    """Paints the frame of the window in one design."""

    def __init__(self, design: Tokens) -> None:
        self._design = design
        self._sizes = design.sizes
        self._colors = design.colors

    def primitives(self) -> Mapping[QStyle.PrimitiveElement, Paint]:
        """The primitives that are painted here."""
        return {
            _Primitive.PE_FrameTabBarBase: self._tab_base,
            _Primitive.PE_FrameTabWidget: self._tab_frame,
            _Primitive.PE_IndicatorHeaderArrow: self._sort_arrow,
            _Primitive.PE_PanelMenu: self._menu,
            _Primitive.PE_FrameMenu: self._nothing,
            _Primitive.PE_PanelTipLabel: self._tool_tip,
            _Primitive.PE_PanelMenuBar: self._nothing,
            _Primitive.PE_PanelStatusBar: self._status_bar,
            _Primitive.PE_FrameStatusBarItem: self._nothing,
            _Primitive.PE_FrameGroupBox: self._nothing,
            _Primitive.PE_FrameWindow: self._nothing,
            _Primitive.PE_IndicatorToolBarSeparator: self._tool_bar_separator,
        }

    def controls(self) -> Mapping[QStyle.ControlElement, Paint]:
        """The control elements that are painted here."""
        return {
            _Control.CE_TabBarTabShape: self._tab,
            _Control.CE_TabBarTabLabel: self._tab_label,
            _Control.CE_HeaderSection: self._header_section,
            _Control.CE_HeaderLabel: self._header_label,
            _Control.CE_HeaderEmptyArea: self._header_space,
            _Control.CE_MenuItem: self._menu_item,
            _Control.CE_MenuEmptyArea: self._nothing,
            _Control.CE_MenuBarItem: self._menu_bar_item,
            _Control.CE_MenuBarEmptyArea: self._bar_space,
            _Control.CE_ToolBar: self._tool_bar,
            _Control.CE_Splitter: self._splitter,
        }

    def complex_controls(self) -> Mapping[QStyle.ComplexControl, Paint]:
        """The complex controls that are painted here."""
        return {_Complex.CC_GroupBox: self._group_box}

    # Tabs

    def _tab(self, option: Any, painter: QPainter, widget: QWidget | None) -> bool:
        if option.shape in _UPRIGHT:
            return False
        colors, state, rect = self._colors, option.state.value, option.rect
        if state & SELECTED:
            line = QRect(rect.x() + 8, rect.bottom() - 1, rect.width() - 16, _TAB_LINE)
            shapes.fill(painter, line, colors.accent, radius=1)
        elif state & HOVERED and state & ENABLED:
            shapes.fill(
                painter, rect.adjusted(2, 4, -2, -5), colors.hover, radius=self._sizes.small_radius
            )
        return True

    def _tab_label(self, option: Any, painter: QPainter, widget: QWidget | None) -> bool:
        """Choose the colour of the text only; Fusion writes it."""
        own = None if widget is None else widget.palette().color(QPalette.ColorRole.WindowText)
        has_color = option.palette.color(QPalette.ColorRole.WindowText) != own
        if not option.state.value & SELECTED and option.state.value & ENABLED and not has_color:
            palette = QPalette(option.palette)
            palette.setColor(QPalette.ColorRole.WindowText, QColor(self._colors.muted))
            option.palette = palette
        return False

    def _tab_base(self, option: Any, painter: QPainter, widget: QWidget | None) -> bool:
        """One line below the tabs and the widgets beside them, which may be lower."""
        rect = option.rect
        bottom = rect.bottom()
        if isinstance(widget, QTabBar) and widget.shape() == QTabBar.Shape.RoundedNorth:
            bottom = widget.height() - 1
        shapes.hairline(painter, QRect(rect.x(), bottom, rect.width(), 1), self._colors.line)
        return True

    def _tab_frame(self, option: Any, painter: QPainter, widget: QWidget | None) -> bool:
        line = QRect(option.rect.x(), option.rect.y(), option.rect.width(), 1)
        shapes.hairline(painter, line, self._colors.line)
        return True

    # Headers

    def _header_section(self, option: Any, painter: QPainter, widget: QWidget | None) -> bool:
        colors, rect = self._colors, option.rect
        is_pressed = option.state.value & PRESSED
        shapes.fill(painter, rect, colors.hover if is_pressed else colors.surface)
        shapes.hairline(
            painter, QRect(rect.x(), rect.bottom(), rect.width(), 1), colors.control_line
        )
        between = QRect(rect.right(), rect.y() + 7, 1, rect.height() - 14)
        if option.orientation == Qt.Orientation.Horizontal:
            shapes.hairline(painter, between, colors.line)
        return True

    def _header_space(self, option: Any, painter: QPainter, widget: QWidget | None) -> bool:
        rect = option.rect
        shapes.fill(painter, rect, self._colors.surface)
        line = QRect(rect.x(), rect.bottom(), rect.width(), 1)
        shapes.hairline(painter, line, self._colors.control_line)
        return True

    def _header_label(self, option: Any, painter: QPainter, widget: QWidget | None) -> bool:
        if not option.text or not option.icon.isNull():
            return False
        is_sorted = option.sortIndicator != option.SortIndicator.None_
        painter.save()
        painter.setPen(QColor(self._colors.text if is_sorted else self._colors.muted))
        text, metrics, room = option.text, option.fontMetrics, option.rect.width()
        if metrics.horizontalAdvance(text) > room:  # else Qt elides for a fraction of a pixel
            text = metrics.elidedText(text, Qt.TextElideMode.ElideRight, room)
        flags = Qt.AlignmentFlag(option.textAlignment) | Qt.AlignmentFlag.AlignVCenter
        painter.drawText(option.rect, flags, text)
        painter.restore()
        return True

    def _sort_arrow(self, option: Any, painter: QPainter, widget: QWidget | None) -> bool:
        # Qt says "down" for ascending. The arrow points to the larger values, as in most programs.
        is_up = option.sortIndicator == option.SortIndicator.SortDown
        direction = Direction.UP if is_up else Direction.DOWN
        if option.sortIndicator != option.SortIndicator.None_:
            shapes.chevron(painter, option.rect, self._colors.text, direction)
        return True

    # Menus

    def _menu(self, option: Any, painter: QPainter, widget: QWidget | None) -> bool:
        colors = self._colors
        shapes.fill(painter, option.rect, colors.raised, line=colors.control_line)
        return True

    def _menu_item(self, option: Any, painter: QPainter, widget: QWidget | None) -> bool:
        painter.save()
        if isinstance(widget, QComboBox):  # Qt paints its list in the colour of windows
            shapes.fill(painter, option.rect, self._colors.raised)
        if option.menuItemType == option.MenuItemType.Separator:
            self._menu_separator(option, painter)
        else:
            self._menu_entry(option, painter)
        painter.restore()
        return True

    def _menu_separator(self, option: Any, painter: QPainter) -> None:
        rect = option.rect
        if option.text:
            painter.setPen(QColor(self._colors.muted))
            painter.drawText(rect.adjusted(geometry.MENU_PADDING, 0, 0, 0), _LEFT, option.text)
            return
        line = QRect(rect.x(), rect.center().y(), rect.width(), 1)
        shapes.hairline(painter, line, self._colors.line)

    def _menu_entry(self, option: Any, painter: QPainter) -> None:
        colors, state, rect = self._colors, option.state.value, option.rect
        is_enabled = state & ENABLED
        if is_enabled and state & SELECTED:
            radius = self._sizes.small_radius
            shapes.fill(painter, rect, colors.accent_soft, radius=radius)
        color = colors.text if is_enabled else colors.disabled
        body = rect.adjusted(geometry.MENU_PADDING, 0, -geometry.MENU_PADDING, 0)
        if option.menuHasCheckableItems:
            if option.checked:
                place = QRect(body.x() - 2, rect.y(), 16, rect.height())
                shapes.tick(painter, shapes.square(place, 16), color)
            body.setLeft(body.left() + geometry.MENU_CHECK)
        if not option.icon.isNull():
            side = self._sizes.icon
            place = shapes.square(QRect(body.x(), rect.y(), side, rect.height()), side)
            mode = QIcon.Mode.Normal if is_enabled else QIcon.Mode.Disabled
            option.icon.paint(painter, place, Qt.AlignmentFlag.AlignCenter, mode)
            body.setLeft(body.left() + side + 8)
        self._menu_words(option, painter, body, color)

    def _menu_words(self, option: Any, painter: QPainter, body: QRect, color: str) -> None:
        words, _, shortcut = option.text.partition("\t")
        painter.setFont(option.font)
        painter.setPen(QColor(color))
        shows_mnemonic = Qt.TextFlag.TextShowMnemonic | Qt.TextFlag.TextSingleLine
        painter.drawText(body, _LEFT | shows_mnemonic, words)
        if option.menuItemType == option.MenuItemType.SubMenu:
            end = QRect(body.right() - 12, body.y(), 14, body.height())
            shapes.chevron(painter, end, self._colors.muted, Direction.RIGHT)
        elif shortcut:
            is_enabled = option.state.value & ENABLED
            painter.setPen(QColor(self._colors.muted if is_enabled else self._colors.disabled))
            painter.drawText(body, _RIGHT | Qt.TextFlag.TextSingleLine, shortcut)

    def _menu_bar_item(self, option: Any, painter: QPainter, widget: QWidget | None) -> bool:
        colors, state, rect = self._colors, option.state.value, option.rect
        shapes.fill(painter, rect, colors.window)
        if state & ENABLED and state & (SELECTED | PRESSED):
            ground = colors.pressed if state & PRESSED else colors.hover
            shapes.fill(
                painter, rect.adjusted(1, 2, -1, -2), ground, radius=self._sizes.small_radius
            )
        painter.save()
        painter.setPen(QColor(colors.text if state & ENABLED else colors.disabled))
        flags = Qt.AlignmentFlag.AlignCenter | Qt.TextFlag.TextShowMnemonic
        painter.drawText(rect, flags, option.text)
        painter.restore()
        return True

    # Bars and panes

    def _bar_space(self, option: Any, painter: QPainter, widget: QWidget | None) -> bool:
        shapes.fill(painter, option.rect, self._colors.window)
        return True

    def _tool_bar(self, option: Any, painter: QPainter, widget: QWidget | None) -> bool:
        colors, rect = self._colors, option.rect
        shapes.fill(painter, rect, colors.window)
        shapes.hairline(painter, QRect(rect.x(), rect.bottom(), rect.width(), 1), colors.line)
        return True

    def _tool_bar_separator(self, option: Any, painter: QPainter, widget: QWidget | None) -> bool:
        rect = option.rect
        line = QRect(rect.center().x(), rect.y() + 6, 1, rect.height() - 12)
        shapes.hairline(painter, line, self._colors.line)
        return True

    def _status_bar(self, option: Any, painter: QPainter, widget: QWidget | None) -> bool:
        colors, rect = self._colors, option.rect
        shapes.fill(painter, rect, colors.window)
        shapes.hairline(painter, QRect(rect.x(), rect.y(), rect.width(), 1), colors.line)
        return True

    def _splitter(self, option: Any, painter: QPainter, widget: QWidget | None) -> bool:
        """A hairline in the middle of the handle. The handle is wider, to be easy to drag."""
        state, rect = option.state.value, option.rect
        color = self._colors.accent if state & (HOVERED | PRESSED) else self._colors.line
        if state & HORIZONTAL:
            line = QRect(rect.center().x(), rect.y(), 1, rect.height())
        else:
            line = QRect(rect.x(), rect.center().y(), rect.width(), 1)
        shapes.hairline(painter, line, color)
        return True

    def _group_box(self, option: Any, painter: QPainter, widget: QWidget | None) -> bool:
        """A bold heading without a frame. Fusion paints a group box with a check box."""
        if option.subControls & QStyle.SubControl.SC_GroupBoxCheckBox:
            return False
        heading = geometry.group_box(option, QStyle.SubControl.SC_GroupBoxLabel)
        if heading is not None and option.text:
            painter.save()
            font = QFont(painter.font())
            font.setWeight(QFont.Weight.DemiBold)
            painter.setFont(font)
            enabled = option.state.value & ENABLED
            painter.setPen(QColor(self._colors.text if enabled else self._colors.disabled))
            flags = _LEFT | Qt.TextFlag.TextShowMnemonic
            painter.drawText(heading.adjusted(0, 0, 0, -6), flags, option.text)
            painter.restore()
        return True

    def _tool_tip(self, option: Any, painter: QPainter, widget: QWidget | None) -> bool:
        colors = self._colors
        shapes.fill(painter, option.rect, colors.raised, line=colors.control_line)
        return True

    def _nothing(self, option: Any, painter: QPainter, widget: QWidget | None) -> bool:
        return True
