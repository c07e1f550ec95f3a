"""Tool tips and message boxes that show text as it is.

Qt reads a text that looks like markup, such as `GET / <b>`, as HTML, and would load the images that
it names. Names, file names, reasons and bytes come from users and peers, so every tip and every
message box with such a text is made here.
"""

from __future__ import annotations

from html import escape
from typing import Final, Protocol

from PySide6.QtCore import QRect
from PySide6.QtGui import QFontMetrics, Qt  # only this `Qt` has `mightBeRichText`
from PySide6.QtWidgets import QLabel, QMessageBox, QWidget

from app.ui.widgets.translation import translated

LONGEST_LINE: Final = 90
"""Letters of a tip's line beyond which it wraps. Qt wraps no plain text."""

LONGEST_TIP: Final = 2_000
"""Letters of a tip that are shown."""

WIDEST_TEXT: Final = 460
"""The width at which the text of a message box wraps, in pixels."""


class TakesTip(Protocol):
    """A widget, an action or an item of a list."""

    def setToolTip(self, tip: str, /) -> object:
        """Show `tip` while the pointer rests."""


def plain_tip(text: str) -> str:
    """`text` in the form in which a tool tip shows it letter by letter."""
    text = translated(text)
    text = text if len(text) <= LONGEST_TIP else f"{text[:LONGEST_TIP]}…"
    is_wide = any(len(line) > LONGEST_LINE for line in text.split("\n"))
    if not is_wide and not Qt.mightBeRichText(text):
        return text
    return f'<p style="white-space: pre-wrap">{escape(text, quote=False)}</p>'


def set_tip(target: TakesTip, text: str) -> None:
    """Give `target` the tool tip `text`."""
    target.setToolTip(plain_tip(text))


def message_box(
    parent: QWidget,
    title: str,
    text: str,
    *,
    icon: QMessageBox.Icon = QMessageBox.Icon.NoIcon,
    buttons: QMessageBox.StandardButton = QMessageBox.StandardButton.Close,
) -> QMessageBox:
    """A message box that shows `text` as it is. Open it with `open_modal`."""
    box = QMessageBox(icon, title, "", buttons, parent)
    box.setTextFormat(Qt.TextFormat.PlainText)
    box.setText(translated(text))
    label = box.findChild(QLabel, "qt_msgbox_label")
    assert isinstance(label, QLabel)
    width = balanced_width(label.fontMetrics(), box.text(), WIDEST_TEXT)
    label.setMinimumWidth(width + 2 * label.margin())
    return box


def balanced_width(metrics: QFontMetrics, text: str, widest: int) -> int:
    """The least width at which `text` has no more lines than at `widest`: they are equally long
    then, and no word stands alone on the last one."""

    def wrapped(width: int) -> QRect:
        room = QRect(0, 0, width, 0)
        return metrics.boundingRect(room, int(Qt.TextFlag.TextWordWrap), text)

    lowest = wrapped(widest).height()
    too_narrow = 0
    while widest - too_narrow > 1:
        middle = (too_narrow + widest) // 2
        found = wrapped(middle)
        if found.height() <= lowest and found.width() <= middle:
            widest = middle
        else:
            too_narrow = middle
    return widest
