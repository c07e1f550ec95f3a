"""What a screen reader says wrongly of a window; `test_window_walk` looks for it in every state."""

from __future__ import annotations

from collections.abc import Iterator

from PySide6.QtCore import Qt
from PySide6.QtGui import QAccessible
from PySide6.QtWidgets import (
    QAbstractButton,
    QAbstractItemView,
    QAbstractScrollArea,
    QAbstractSpinBox,
    QComboBox,
    QHeaderView,
    QLineEdit,
    QMainWindow,
    QMenu,
    QTabBar,
    QWidget,
)

CONTROLS = (QAbstractButton, QLineEdit, QComboBox, QAbstractSpinBox, QAbstractItemView)
COMPOSED = (QComboBox, QAbstractSpinBox)
"""They speak for the field in them."""

NO_ROLES = (QAccessible.Role.NoRole, QAccessible.Role.Client)


def unspoken_in(window: QWidget) -> Iterator[str]:
    """What a screen reader would say wrongly, or not at all, of what `window` shows."""
    for widget in (window, *window.findChildren(QWidget)):
        if widget.isVisible() and widget.window() is window and _is_control(widget):
            for fault in _faults_of(widget):
                yield f"{fault}: {_path(widget)}"


def _is_control(widget: QWidget) -> bool:
    if isinstance(widget, QHeaderView | QMenu | QMainWindow):
        return False
    if isinstance(widget.parentWidget(), (*COMPOSED, QTabBar, QLineEdit)):
        return False  # a part of a control
    if widget.focusProxy() is not None or widget.objectName().startswith("qt_"):
        return False  # another one speaks for it, or it is a part that Qt made
    takes_focus = widget.focusPolicy() is not Qt.FocusPolicy.NoFocus
    return isinstance(widget, CONTROLS) or (takes_focus and not widget.isWindow())


def _faults_of(widget: QWidget) -> Iterator[str]:
    spoken = QAccessible.queryAccessibleInterface(widget)
    if not spoken.text(QAccessible.Text.Name).strip():
        yield "has no name"
    # A role of its own is what Qt has not for a scrolled area, which a name must explain then.
    if spoken.role() in NO_ROLES and not isinstance(widget, QAbstractScrollArea):
        yield f"has the role {spoken.role().name}"
    state = spoken.state()
    if bool(state.disabled) is widget.isEnabled():
        yield "is said to be disabled where it is not, or the other way round"
    is_focusable = widget.focusPolicy() is not Qt.FocusPolicy.NoFocus
    if is_focusable and widget.isEnabled() and not state.focusable:
        yield "takes the focus and does not say so"
    if isinstance(widget, QAbstractButton) and bool(state.checked) is not widget.isChecked():
        yield "does not say whether it is checked"
    if isinstance(widget, QLineEdit) and bool(state.readOnly) is not widget.isReadOnly():
        yield "does not say whether it can be changed"


def _path(widget: QWidget) -> str:
    names: list[str] = []
    found: QWidget | None = widget
    while found is not None and len(names) < 5:
        area = found.parentWidget()
        if not (isinstance(area, QAbstractScrollArea) and area.viewport() is found):
            names.append(f"{type(found).__name__}{found.objectName() and '#' + found.objectName()}")
        found = area
    return " < ".join(names)
