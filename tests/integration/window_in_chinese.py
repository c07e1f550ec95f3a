"""What English is left in the Chinese window; `test_window_walk` looks for it in every state."""

from __future__ import annotations

import re
from collections.abc import Iterator

from PySide6.QtCore import Qt
from PySide6.QtWidgets import (
    QAbstractButton,
    QComboBox,
    QLabel,
    QLineEdit,
    QMenu,
    QPlainTextEdit,
    QTabBar,
    QWidget,
)

from app.ui.connections.table import ConnectionsTable
from app.ui.widgets.banner import Banner

ENGLISH = re.compile(r"\b[A-Za-z][a-z']+ [a-z']{2,}\b")
"""Two words: a sentence, or the beginning of one. A name alone, such as `Echo`, is no English."""


NOT_OURS = re.compile(
    r"Team chat|Secure echo"  # names that the user gave
    r"|invalid literal for int\(\) with base 10|No module named '\w+'"  # exceptions of Python
    r"|Portdeck local CA of [\w ]+"  # the name in a certificate
    r"|\b(nc|socat|telnet) .*"  # lines to copy
    r"|Python bytes"
    r"|That passphrase does not open server.key. Try again."  # posed
)

MOST_ROWS = 50


def english_in(window: QWidget) -> Iterator[str]:
    for widget in (window, *window.findChildren(QWidget)):
        if widget.isVisible() and not is_posed(widget):
            for text in texts(widget):
                if ENGLISH.search(NOT_OURS.sub("", text)):
                    yield f"{type(widget).__name__}: {text!r}"


def is_posed(widget: QWidget) -> bool:
    """Whether it is a banner, whose message the scene has made up."""
    return isinstance(widget, Banner) or isinstance(widget.parentWidget(), Banner)


def texts(widget: QWidget) -> Iterator[str]:
    yield from (widget.toolTip(), widget.accessibleName(), widget.windowTitle())
    match widget:
        case QLabel() | QAbstractButton():
            yield widget.text()
        case QLineEdit() | QPlainTextEdit():
            yield widget.placeholderText()
        case QComboBox():
            yield from map(widget.itemText, range(widget.count()))
        case QTabBar():
            yield from map(widget.tabText, range(widget.count()))
        case QMenu():
            yield from (each.text() for each in widget.actions())
        case ConnectionsTable():  # other tables show what crossed the wire, or rules of the user
            model = widget.model()
            for column in range(model.columnCount()):
                yield str(model.headerData(column, Qt.Orientation.Horizontal))
                for row in range(min(model.rowCount(), MOST_ROWS)):
                    yield str(model.index(row, column).data() or "")
