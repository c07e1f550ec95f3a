"""Tool tips and message boxes that show text as it is.

Qt reads a text that looks like markup, such as `GET / <b>`, as HTML, and would load the images that
it names. Names, file names, reasons and bytes come from users and peers, so every tip and every
message box with such a text is made here.
"""

from __future__ import annotations

from html import escape
from typing import Final, Protocol

from PySide6.QtGui import Qt  # only this one has `mightBeRichText`
from PySide6.QtWidgets import QMessageBox, QWidget

from app.ui.widgets.translation import translated

LONGEST_LINE: Final = 90
"""Letters of a tip's line beyond which it wraps. Qt wraps no plain text."""

LONGEST_TIP: Final = 2_000
"""Letters of a tip that are shown."""


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
    return box
