"""A button that opens a small panel of labelled controls below it, for choices that are rare."""

from __future__ import annotations

from PySide6.QtCore import QPoint, QSize, Qt
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QFormLayout, QFrame, QStyleOptionToolButton, QToolButton, QWidget

from app.ui.style.icons import Icons
from app.ui.style.theme import Theme

ARROW_SIZE = 12
_INDENT = "\N{EN SPACE}"
"""Keeps the text from the edge: Qt begins it there when the icon stands at the right."""


class PopoverButton(QToolButton):
    """Opens its `panel`. Put labelled controls into it with `add_row`."""

    def __init__(self, icons: Icons, text: str = "") -> None:
        super().__init__()
        self.panel = _Panel(self)
        self.setObjectName("popoverButton")
        self.setText(text)
        self.setCheckable(True)
        self.setIconSize(QSize(ARROW_SIZE, ARROW_SIZE))
        self.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
        self.setLayoutDirection(Qt.LayoutDirection.RightToLeft)  # the arrow stands at the right
        icons.give(self, "chevron-down")
        self.clicked.connect(self.open_panel)

    def sizeHint(self) -> QSize:
        hint = super().sizeHint()
        height = Theme.of_application().design.sizes.control
        return QSize(hint.width() + 4, max(height, hint.height()))

    def initStyleOption(self, option: QStyleOptionToolButton) -> None:
        super().initStyleOption(option)
        option.text = f"{_INDENT}{option.text}"

    def add_row(self, label: str, control: QWidget) -> None:
        """Add `control` with `label` before it; `&` marks the letter of its key."""
        self.panel.rows.addRow(label, control)

    def open_panel(self) -> None:
        """Open the panel below the button, inside the screen, with the focus in it."""
        self.setChecked(True)
        panel = self.panel
        panel.adjustSize()
        below = self.mapToGlobal(QPoint(0, self.height() + 2))
        available = self.screen().availableGeometry()
        left = min(below.x(), available.right() - panel.width())
        top = min(below.y(), available.bottom() - panel.height())
        panel.move(max(available.left(), left), max(available.top(), top))
        panel.show()
        first = panel.rows.itemAt(0, QFormLayout.ItemRole.FieldRole)
        control = None if first is None else first.widget()
        if control is not None:
            control.setFocus(Qt.FocusReason.PopupFocusReason)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in (Qt.Key.Key_Down, Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self.open_panel()
        else:
            super().keyPressEvent(event)


class _Panel(QFrame):
    """Closes when the user clicks elsewhere, or presses Escape or Enter."""

    def __init__(self, button: PopoverButton) -> None:
        super().__init__(button, Qt.WindowType.Popup)
        self.setObjectName("popover")
        self._button = button
        self.setLayoutDirection(Qt.LayoutDirection.LeftToRight)
        self.rows = QFormLayout(self)
        self.rows.setContentsMargins(12, 12, 12, 12)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in (Qt.Key.Key_Escape, Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self.hide()
        else:
            super().keyPressEvent(event)

    def hideEvent(self, event: object) -> None:
        self._button.setChecked(False)
