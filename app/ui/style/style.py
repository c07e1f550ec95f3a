"""The Qt style: the behaviour of Fusion with other sizes, places and shapes.

Qt calls a style thousands of times while a window opens, and three times a cell while it paints a
table. So each override is one look-up in a dictionary, `styleHint` is not overridden, and Fusion
paints item views with the palette.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from PySide6.QtCore import QRect, QSize
from PySide6.QtGui import QColor, QIcon, QPainter
from PySide6.QtWidgets import (
    QGroupBox,
    QProxyStyle,
    QStyle,
    QStyleOption,
    QStyleOptionComplex,
    QTabBar,
    QWidget,
)

from app.ui.style import geometry
from app.ui.style.chrome import ChromePainter
from app.ui.style.controls import ControlPainter
from app.ui.style.icons import SvgEngine
from app.ui.style.tokens import Tint, Tokens

_Metric = QStyle.PixelMetric
_Element = QStyle.SubElement
_Complex = QStyle.ComplexControl
_LAYOUT_MARGINS = frozenset(
    {
        _Metric.PM_LayoutLeftMargin,
        _Metric.PM_LayoutTopMargin,
        _Metric.PM_LayoutRightMargin,
        _Metric.PM_LayoutBottomMargin,
    }
)
_CORNERS = frozenset({_Element.SE_TabWidgetLeftCorner, _Element.SE_TabWidgetRightCorner})
_ELEMENTS = {
    _Element.SE_HeaderLabel: geometry.header_label,
    _Element.SE_HeaderArrow: geometry.header_arrow,
    _Element.SE_ProgressBarGroove: geometry.progress_bar,
    _Element.SE_ProgressBarContents: geometry.progress_bar,
    _Element.SE_ProgressBarLabel: geometry.whole,
    _Element.SE_PushButtonFocusRect: geometry.whole,
}
_Standard = QStyle.StandardPixmap
_MESSAGES = {
    _Standard.SP_MessageBoxInformation: ("message-info", Tint.INFO),
    _Standard.SP_MessageBoxQuestion: ("message-question", Tint.INFO),
    _Standard.SP_MessageBoxWarning: ("message-warning", Tint.WARNING),
    _Standard.SP_MessageBoxCritical: ("message-error", Tint.DANGER),
}
"""The signs of message boxes."""

_MESSAGE_SIGN = 32
_PLACES = {
    _Complex.CC_ComboBox: geometry.combo_box,
    _Complex.CC_SpinBox: geometry.spin_box,
    _Complex.CC_ScrollBar: geometry.scroll_bar,
    _Complex.CC_Slider: geometry.slider,
}


class PortdeckStyle(QProxyStyle):
    """Paints with one design, which `use` can replace."""

    def __init__(self, design: Tokens) -> None:
        super().__init__("fusion")
        self.setObjectName("portdeck")
        self.use(design)

    def use(self, design: Tokens) -> None:
        """Replace the design. The caller updates the widgets."""
        controls, chrome = ControlPainter(design), ChromePainter(design)
        self._design = design
        self._primitives = {**controls.primitives(), **chrome.primitives()}
        self._controls = {**controls.controls(), **chrome.controls()}
        self._complex = {**controls.complex_controls(), **chrome.complex_controls()}
        self._metrics = _metrics(design)

    def drawPrimitive(
        self,
        element: QStyle.PrimitiveElement,
        option: QStyleOption,
        painter: QPainter,
        widget: QWidget | None = None,
    ) -> None:
        paint = self._primitives.get(element)
        if paint is None or not paint(option, painter, widget):
            super().drawPrimitive(element, option, painter, widget)

    def drawControl(
        self,
        element: QStyle.ControlElement,
        option: QStyleOption,
        painter: QPainter,
        widget: QWidget | None = None,
    ) -> None:
        paint = self._controls.get(element)
        if paint is None or not paint(option, painter, widget):
            super().drawControl(element, option, painter, widget)

    def drawComplexControl(
        self,
        control: QStyle.ComplexControl,
        option: QStyleOptionComplex,
        painter: QPainter,
        widget: QWidget | None = None,
    ) -> None:
        paint = self._complex.get(control)
        if paint is None or not paint(option, painter, widget):
            super().drawComplexControl(control, option, painter, widget)

    def pixelMetric(
        self,
        metric: QStyle.PixelMetric,
        option: QStyleOption | None = None,
        widget: QWidget | None = None,
    ) -> int:
        value = self._metrics.get(metric)
        if value is not None:
            return value
        if metric in _LAYOUT_MARGINS:  # a group box is only a heading, without an indent
            return 0 if isinstance(widget, QGroupBox) else self._design.spacing.medium
        return super().pixelMetric(metric, option, widget)

    def sizeFromContents(
        self,
        contents: QStyle.ContentsType,
        option: QStyleOption,
        size: QSize,
        widget: QWidget | None = None,
    ) -> QSize:
        found = geometry.size(contents, option, size, self._design, widget)
        if found is None:
            # Qt takes None for the widget; PySide's stubs do not say so.
            found = super().sizeFromContents(contents, option, size, widget)  # type: ignore[arg-type]
            if contents == QStyle.ContentsType.CT_ItemViewItem:
                found.setHeight(max(found.height(), self._design.sizes.row - 4))
        return found

    def subControlRect(
        self,
        control: QStyle.ComplexControl,
        option: QStyleOptionComplex,
        part: QStyle.SubControl,
        widget: QWidget | None = None,
    ) -> QRect:
        place = _PLACES.get(control)
        found = place(option, part) if place is not None else None
        if control == _Complex.CC_GroupBox and not _is_tickable(option):
            found = geometry.group_box(option, part)
        if found is None:
            return super().subControlRect(control, option, part, widget)  # type: ignore[arg-type]
        return found

    def standardIcon(
        self,
        standard: QStyle.StandardPixmap,
        option: QStyleOption | None = None,
        widget: QWidget | None = None,
    ) -> QIcon:
        sign = _MESSAGES.get(standard)
        if sign is None:
            return super().standardIcon(standard, option, widget)
        name, tint = sign
        color = QColor(self._design.colors.tint(tint))
        return QIcon(SvgEngine(name, color, color))

    def subElementRect(
        self, element: QStyle.SubElement, option: Any, widget: QWidget | None = None
    ) -> QRect:
        place = _ELEMENTS.get(element)
        if place is not None:
            return place(option)
        if element == _Element.SE_LineEditContents:
            return geometry.line_edit(option, widget)
        if element in _CORNERS and option.shape == QTabBar.Shape.RoundedNorth:
            return geometry.tab_corner(option, element)
        return super().subElementRect(element, option, widget)  # type: ignore[arg-type]


def _is_tickable(option: QStyleOptionComplex) -> bool:
    return bool(option.subControls & QStyle.SubControl.SC_GroupBoxCheckBox)


def _metrics(design: Tokens) -> Mapping[QStyle.PixelMetric, int]:
    sizes, spacing = design.sizes, design.spacing
    return {
        _Metric.PM_LayoutHorizontalSpacing: spacing.small,
        _Metric.PM_LayoutVerticalSpacing: spacing.small,
        _Metric.PM_DefaultFrameWidth: 1,
        _Metric.PM_ButtonShiftHorizontal: 0,
        _Metric.PM_ButtonShiftVertical: 0,
        _Metric.PM_ButtonDefaultIndicator: 0,
        _Metric.PM_ButtonIconSize: sizes.icon,
        _Metric.PM_SmallIconSize: sizes.icon,
        _Metric.PM_IndicatorWidth: sizes.indicator,
        _Metric.PM_IndicatorHeight: sizes.indicator,
        _Metric.PM_ExclusiveIndicatorWidth: sizes.indicator,
        _Metric.PM_ExclusiveIndicatorHeight: sizes.indicator,
        _Metric.PM_CheckBoxLabelSpacing: spacing.small,
        _Metric.PM_RadioButtonLabelSpacing: spacing.small,
        _Metric.PM_ScrollBarExtent: sizes.scroll_bar,
        _Metric.PM_ScrollBarSliderMin: geometry.LEAST_THUMB,
        _Metric.PM_SliderThickness: geometry.SLIDER_HANDLE,
        _Metric.PM_SliderLength: geometry.SLIDER_HANDLE,
        _Metric.PM_SplitterWidth: sizes.splitter,
        _Metric.PM_TabBarTabHSpace: spacing.wide,
        _Metric.PM_TabBarTabShiftHorizontal: 0,
        _Metric.PM_TabBarTabShiftVertical: 0,
        _Metric.PM_TabBarBaseHeight: 1,
        _Metric.PM_TabBarBaseOverlap: 1,
        _Metric.PM_TabBarTabOverlap: 0,
        _Metric.PM_HeaderDefaultSectionSizeVertical: sizes.row,
        _Metric.PM_HeaderMargin: spacing.tight,
        _Metric.PM_HeaderMarkSize: geometry.SORT_ARROW,
        # Qt puts one pixel more between the edge of a cell and its text.
        _Metric.PM_FocusFrameHMargin: geometry.HEADER_PADDING - 1,
        _Metric.PM_MenuHMargin: spacing.tight,
        _Metric.PM_MenuVMargin: spacing.tight,
        _Metric.PM_MenuPanelWidth: 1,
        _Metric.PM_MenuBarHMargin: spacing.tight,
        _Metric.PM_MenuBarVMargin: 0,
        _Metric.PM_MenuBarItemSpacing: 0,
        _Metric.PM_MenuBarPanelWidth: 0,
        _Metric.PM_ToolBarIconSize: sizes.icon,
        _Metric.PM_ToolBarFrameWidth: 0,
        _Metric.PM_ToolBarItemMargin: spacing.tight,
        _Metric.PM_ToolBarItemSpacing: spacing.tight,
        _Metric.PM_ToolTipLabelFrameWidth: 6,
        _Metric.PM_MessageBoxIconSize: _MESSAGE_SIGN,
    }
