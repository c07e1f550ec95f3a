"""Paints the controls: buttons, fields, check boxes, scroll bars.

Each method gets the arguments of `QStyle`, and returns whether it painted. If not, Fusion paints.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from PySide6.QtCore import QRect, Qt
from PySide6.QtGui import QColor, QPainter, QPalette
from PySide6.QtWidgets import (
    QAbstractItemView,
    QListView,
    QPushButton,
    QScrollArea,
    QStyle,
    QStyleOptionButton,
    QTextEdit,
    QToolButton,
    QWidget,
)
from PySide6.QtWidgets import QPlainTextEdit as PlainText

from app.ui.style import geometry, shapes
from app.ui.style.shapes import (
    BY_KEYBOARD,
    CHECKED,
    ENABLED,
    FOCUSED,
    HORIZONTAL,
    HOVERED,
    PARTLY,
    PRESSED,
    RAISED,
    Direction,
)
from app.ui.style.tokens import Tokens

Paint = Callable[[Any, QPainter, QWidget | None], bool]
"""Paints an option with a painter for a widget. Returns whether it did."""

_Primitive = QStyle.PrimitiveElement
_Control = QStyle.ControlElement
_Complex = QStyle.ComplexControl
_Feature = QStyleOptionButton.ButtonFeature


def kind_of(option: Any, widget: QWidget | None) -> str:
    """The kind of a push button: its property `kind`, or from the features of the option."""
    kind = widget.property("kind") if isinstance(widget, QPushButton) else None
    if isinstance(kind, str):
        return kind
    features = option.features
    if features & _Feature.Flat:
        return "flat"
    return "primary" if features & _Feature.DefaultButton else ""


class ControlPainter:
    """Paints the controls of one design."""

    def __init__(self, design: Tokens) -> None:
        self._design = design
        self._sizes = design.sizes
        self._colors = design.colors

    def primitives(self) -> Mapping[QStyle.PrimitiveElement, Paint]:
        """The primitives that are painted here."""
        return {
            _Primitive.PE_PanelButtonCommand: self._button,
            _Primitive.PE_FrameDefaultButton: self._nothing,
            _Primitive.PE_PanelButtonTool: self._tool_button,
            _Primitive.PE_PanelLineEdit: self._line_edit,
            _Primitive.PE_FrameLineEdit: self._line_edit_frame,
            _Primitive.PE_Frame: self._frame,
            _Primitive.PE_FrameFocusRect: self._focus,
            _Primitive.PE_IndicatorCheckBox: self._check_box,
            _Primitive.PE_IndicatorItemViewItemCheck: self._check_box,
            _Primitive.PE_IndicatorRadioButton: self._radio_button,
            _Primitive.PE_PanelScrollAreaCorner: self._corner,
            _Primitive.PE_IndicatorArrowDown: self._arrow(Direction.DOWN),
            _Primitive.PE_IndicatorArrowUp: self._arrow(Direction.UP),
            _Primitive.PE_IndicatorArrowLeft: self._arrow(Direction.LEFT),
            _Primitive.PE_IndicatorArrowRight: self._arrow(Direction.RIGHT),
        }

    def controls(self) -> Mapping[QStyle.ControlElement, Paint]:
        """The control elements that are painted here."""
        return {
            _Control.CE_PushButtonLabel: self._button_label,
            _Control.CE_ProgressBarGroove: self._progress_groove,
            _Control.CE_ProgressBarContents: self._progress,
            _Control.CE_ProgressBarLabel: self._progress_label,
        }

    def complex_controls(self) -> Mapping[QStyle.ComplexControl, Paint]:
        """The complex controls that are painted here."""
        return {
            _Complex.CC_ComboBox: self._combo_box,
            _Complex.CC_SpinBox: self._spin_box,
            _Complex.CC_ScrollBar: self._scroll_bar,
            _Complex.CC_Slider: self._slider,
        }

    # Buttons

    def _button(self, option: Any, painter: QPainter, widget: QWidget | None) -> bool:
        colors, state = self._colors, option.state.value
        kind = kind_of(option, widget)
        is_enabled, is_pressed = state & ENABLED, state & (PRESSED | CHECKED)
        ground, line = colors.button, colors.control_line
        if not is_enabled:
            ground, line = ("", "") if kind == "flat" else (colors.window, colors.line)
        elif kind == "primary":
            ground, line = colors.accent, ""
            if is_pressed or state & HOVERED:
                ground = colors.accent_pressed if is_pressed else colors.accent_hover
        elif kind == "danger":
            ground, line = colors.danger_fill, ""
        elif kind == "flat":
            ground, line = "", ""
        if is_enabled and kind in ("", "flat") and (is_pressed or state & HOVERED):
            ground = colors.pressed if is_pressed else colors.hover
        shapes.fill(painter, option.rect, ground, radius=self._sizes.radius, line=line)
        return True

    def _button_label(self, option: Any, painter: QPainter, widget: QWidget | None) -> bool:
        """Choose the colour of the text only; Fusion writes it."""
        kind = kind_of(option, widget)
        if option.state.value & ENABLED and kind in ("primary", "danger"):
            colors = self._colors
            palette = QPalette(option.palette)
            text = colors.on_accent if kind == "primary" else colors.on_danger
            palette.setColor(QPalette.ColorRole.ButtonText, QColor(text))
            option.palette = palette
        return False

    def _tool_button(self, option: Any, painter: QPainter, widget: QWidget | None) -> bool:
        colors, state = self._colors, option.state.value
        ground, line = "", ""
        if not state & QStyle.StateFlag.State_AutoRaise.value:
            ground, line = colors.button, colors.control_line
        if state & ENABLED and state & (PRESSED | CHECKED):
            ground = colors.pressed
        elif state & ENABLED and state & HOVERED and state & RAISED:
            ground = colors.hover
        if ground:
            shapes.fill(painter, option.rect, ground, radius=self._sizes.small_radius, line=line)
        return True

    # Fields

    def _field(self, painter: QPainter, rect: QRect, state: int, *, is_wrong: bool = False) -> None:
        colors, sizes = self._colors, self._sizes
        ground, line = colors.surface, colors.control_line
        if not state & ENABLED:
            ground, line = colors.window, colors.line
        elif is_wrong:
            line = colors.danger
        elif state & HOVERED:
            line = colors.shape_line
        shapes.fill(painter, rect, ground, radius=sizes.radius, line=line)
        if state & ENABLED and state & FOCUSED:
            color = colors.danger if is_wrong else colors.accent
            shapes.ring(painter, rect, color, sizes.focus_ring, sizes.radius)

    def _line_edit(self, option: Any, painter: QPainter, widget: QWidget | None) -> bool:
        if option.lineWidth > 0:
            self._field(painter, option.rect, option.state.value, is_wrong=_is_wrong(widget))
        return True

    def _line_edit_frame(self, option: Any, painter: QPainter, widget: QWidget | None) -> bool:
        return True  # the panel has painted it

    def _frame(self, option: Any, painter: QPainter, widget: QWidget | None) -> bool:
        """The hairline around a pane. An editable text area looks like a field instead."""
        if isinstance(widget, PlainText | QTextEdit) and not widget.isReadOnly():
            state = option.state.value & ~FOCUSED
            state |= FOCUSED if widget.hasFocus() else 0
            self._field(painter, option.rect, state, is_wrong=_is_wrong(widget))
        else:
            shapes.fill(painter, option.rect, "", line=self._colors.line)
        return True

    def _combo_box(self, option: Any, painter: QPainter, widget: QWidget | None) -> bool:
        colors, state, rect = self._colors, option.state.value, option.rect
        if option.editable:
            focus = widget is not None and widget.hasFocus()
            self._field(painter, rect, state | (FOCUSED if focus else 0))
        else:
            is_enabled = state & ENABLED
            ground = colors.button if is_enabled else colors.window
            if is_enabled and state & (HOVERED | PRESSED):
                ground = colors.pressed if state & PRESSED else colors.hover
            line = colors.control_line if is_enabled else colors.line
            if option.frame:
                shapes.fill(painter, rect, ground, radius=self._sizes.radius, line=line)
            if state & FOCUSED and state & BY_KEYBOARD:
                self._ring(painter, rect)
        arrow = geometry.combo_box(option, QStyle.SubControl.SC_ComboBoxArrow)
        color = colors.muted if state & ENABLED else colors.disabled
        if arrow is not None:
            shapes.chevron(painter, arrow, color, Direction.DOWN)
        return True

    def _spin_box(self, option: Any, painter: QPainter, widget: QWidget | None) -> bool:
        colors, state = self._colors, option.state.value
        if option.frame:
            self._field(painter, option.rect, state, is_wrong=_is_wrong(widget))
        for part, allowed, direction in (
            (QStyle.SubControl.SC_SpinBoxUp, 1, Direction.UP),
            (QStyle.SubControl.SC_SpinBoxDown, 2, Direction.DOWN),
        ):
            rect = geometry.spin_box(option, part)
            if rect is None or rect.isEmpty():
                continue
            can_step = state & ENABLED and option.stepEnabled.value & allowed
            if can_step and state & HOVERED and option.activeSubControls & part:
                ground = colors.pressed if state & PRESSED else colors.hover
                shapes.fill(painter, rect.adjusted(1, 1, -1, 0), ground, radius=3)
            color = colors.muted if can_step else colors.disabled
            shapes.chevron(painter, rect, color, direction, 6.0)
        return True

    # Check boxes and radio buttons

    def _check_box(self, option: Any, painter: QPainter, widget: QWidget | None) -> bool:
        colors, state = self._colors, option.state.value
        box = shapes.square(option.rect, min(option.rect.width(), option.rect.height()))
        is_set = state & (CHECKED | PARTLY)
        ground, line, mark = self._tickable(state, bool(is_set))
        shapes.fill(painter, box, ground, radius=self._sizes.small_radius, line=line)
        if state & CHECKED:
            shapes.tick(painter, box, mark)
        elif state & PARTLY:
            middle = box.center().y()
            shapes.hairline(painter, QRect(box.x() + 4, middle, box.width() - 8, 2), mark)
        if isinstance(widget, QAbstractItemView) and state & FOCUSED and not is_set:
            shapes.fill(painter, box, "", radius=self._sizes.small_radius, line=colors.accent)
        return True

    def _radio_button(self, option: Any, painter: QPainter, widget: QWidget | None) -> bool:
        state = option.state.value
        box = shapes.square(option.rect, min(option.rect.width(), option.rect.height()))
        ground, line, mark = self._tickable(state, bool(state & CHECKED))
        shapes.dot(painter, box, ground, line=line or ground)
        if state & CHECKED:
            shapes.dot(painter, shapes.square(box, max(4, box.width() * 6 // 16)), mark)
        return True

    def _tickable(self, state: int, is_set: bool) -> tuple[str, str, str]:
        """The colours of the ground, the line and the mark of a check box or a radio button."""
        colors = self._colors
        if not state & ENABLED:
            return colors.window, colors.control_line, colors.disabled
        if is_set:
            return colors.accent_hover if state & HOVERED else colors.accent, "", colors.on_accent
        return colors.surface, colors.accent if state & HOVERED else colors.shape_line, ""

    # The rest

    def _scroll_bar(self, option: Any, painter: QPainter, widget: QWidget | None) -> bool:
        colors, state = self._colors, option.state.value
        area = None if widget is None else _scrolled(widget)
        ground = colors.window if isinstance(area, QScrollArea) else colors.surface
        if isinstance(area, QListView) and not area.viewport().autoFillBackground():
            ground = colors.raised  # the list lies on the command palette
        shapes.fill(painter, option.rect, ground)
        slider = geometry.scroll_bar(option, QStyle.SubControl.SC_ScrollBarSlider)
        if slider is None or option.minimum >= option.maximum:
            return True
        is_grabbed = state & PRESSED or (
            state & HOVERED and option.activeSubControls & QStyle.SubControl.SC_ScrollBarSlider
        )
        across = 2 if is_grabbed or state & HOVERED else 3
        if state & HORIZONTAL:
            thumb = slider.adjusted(2, across, -2, -across)
        else:
            thumb = slider.adjusted(across, 2, -across, -2)
        color = colors.scroll_thumb_hover if is_grabbed else colors.scroll_thumb
        shapes.fill(painter, thumb, color, radius=min(thumb.width(), thumb.height()) / 2)
        return True

    def _slider(self, option: Any, painter: QPainter, widget: QWidget | None) -> bool:
        colors, state = self._colors, option.state.value
        groove = geometry.slider(option, QStyle.SubControl.SC_SliderGroove)
        handle = geometry.slider(option, QStyle.SubControl.SC_SliderHandle)
        if groove is None or handle is None:  # a vertical one
            return False
        color = colors.accent if state & ENABLED else colors.disabled
        radius = geometry.SLIDER_GROOVE / 2
        shapes.fill(painter, groove, colors.pressed, radius=radius)
        used = QRect(groove)
        if option.upsideDown:
            used.setLeft(handle.center().x())
        else:
            used.setRight(handle.center().x())
        shapes.fill(painter, used, color, radius=radius)
        if state & FOCUSED and state & BY_KEYBOARD:
            shapes.dot(painter, handle, colors.surface, line=color, width=self._sizes.focus_ring)
            handle = handle.adjusted(4, 4, -4, -4)
        elif state & ENABLED and state & (HOVERED | PRESSED):
            color = colors.accent_pressed if state & PRESSED else colors.accent_hover
        shapes.dot(painter, handle, color)
        return True

    def _progress_groove(self, option: Any, painter: QPainter, widget: QWidget | None) -> bool:
        shapes.fill(painter, option.rect, self._colors.pressed, radius=geometry.PROGRESS / 2)
        return True

    def _progress(self, option: Any, painter: QPainter, widget: QWidget | None) -> bool:
        bar, span = QRect(option.rect), option.maximum - option.minimum
        color = self._colors.accent
        if span > 0:
            share = (option.progress - option.minimum) / span
            bar.setWidth(round(bar.width() * max(0.0, min(1.0, share))))
        else:  # the total is not known
            color = self._colors.accent_soft
        if bar.width() > 0:
            shapes.fill(painter, bar, color, radius=geometry.PROGRESS / 2)
        return True

    def _progress_label(self, option: Any, painter: QPainter, widget: QWidget | None) -> bool:
        painter.save()
        painter.setPen(QColor(self._colors.muted))
        side = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
        painter.drawText(option.rect, side, option.text)
        painter.restore()
        return True

    def _focus(self, option: Any, painter: QPainter, widget: QWidget | None) -> bool:
        """A ring around the control that got the focus by the keyboard. A row has a ground
        instead."""
        if not isinstance(widget, QAbstractItemView) and option.state.value & BY_KEYBOARD:
            self._ring(painter, option.rect)
        return True

    def _ring(self, painter: QPainter, rect: QRect) -> None:
        sizes = self._sizes
        shapes.ring(painter, rect, self._colors.accent, sizes.focus_ring, sizes.small_radius)

    def _corner(self, option: Any, painter: QPainter, widget: QWidget | None) -> bool:
        shapes.fill(painter, option.rect, self._colors.surface)
        return True

    def _arrow(self, direction: Direction) -> Paint:
        def paint(option: Any, painter: QPainter, widget: QWidget | None) -> bool:
            if not _is_menu_sign(widget):
                is_enabled = option.state.value & ENABLED
                color = self._colors.muted if is_enabled else self._colors.disabled
                shapes.chevron(painter, option.rect, color, direction)
            return True

        return paint

    def _nothing(self, option: Any, painter: QPainter, widget: QWidget | None) -> bool:
        return True


def _is_wrong(widget: QWidget | None) -> bool:
    """Whether a form has marked this field as wrong, by the property `wrong`."""
    return widget is not None and widget.property("wrong") is True


def _scrolled(scroll_bar: QWidget) -> QWidget | None:
    """The area that `scroll_bar` scrolls: Qt puts a container of its own between the two."""
    container = scroll_bar.parentWidget()
    return None if container is None else container.parentWidget()


def _is_menu_sign(widget: QWidget | None) -> bool:
    """Whether the arrow only shows that a tool button opens a menu. The icon shows that already."""
    return (
        isinstance(widget, QToolButton)
        and widget.arrowType() == Qt.ArrowType.NoArrow
        and widget.popupMode() != QToolButton.ToolButtonPopupMode.MenuButtonPopup
    )
