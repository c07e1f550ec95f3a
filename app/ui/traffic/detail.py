"""The chosen chunk or message in full: its connection, and its bytes in the form that suits them.

A message of HTTP is shown with the one that it belongs to: request and response, side by side where
there is room, or one below the other.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import (
    QHBoxLayout,
    QLabel,
    QMenu,
    QSizePolicy,
    QSplitter,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from app.client.transcript import timestamp
from app.text.readable import escaped
from app.traffic.chunk_log import Chunk
from app.traffic.messages import JoinedChunk
from app.traffic.websocket_framing import WebSocketFrame
from app.ui.content.content_view import ContentView, FormChoice
from app.ui.content.hex_view import HexView
from app.ui.style.icons import Icons
from app.ui.widgets.copy_actions import CopyActions
from app.ui.widgets.labels import ElidingLabel
from app.ui.widgets.layouts import fill
from app.ui.widgets.translation import translated

LEAST_LETTERS = 46
"""The letters of a line that each side has room for where request and response are side by side."""

LOW_LETTERS = 24
LOW = 200
"""Side by side they need only so many letters in a detail that is lower than this, where each would
have a line or two below the other."""

EQUAL = [10_000, 10_000]
"""The sizes of both sides. Qt scales them to the room that there is."""

CurlOf = Callable[[Chunk], str | None]
"""The `curl` command that sends the request of a chunk again; `None` if it is no request."""


class Detail(QWidget):
    """Shows one chunk, or an exchange. A copy has the selected bytes, or all if none are
    selected."""

    def __init__(self, icons: Icons, copy_actions: CopyActions) -> None:
        super().__init__()
        self._copy_actions = copy_actions
        self.curl_of: CurlOf = lambda chunk: None
        self.sides = (_Side(), _Side())
        """The chosen message, or the request; and the response, if there is one."""

        self._chosen = self.sides[0]
        self.split = QSplitter(Qt.Orientation.Horizontal)
        self.title = ElidingLabel()
        self.place = QLabel()
        self.forms = FormChoice()
        self.copy_button = QToolButton(autoRaise=True)
        self.copy_menu = QMenu(self)
        self._set_up(icons)
        bar = fill(QHBoxLayout(), (self.title, 1), self.place, self.forms, self.copy_button)
        fill(QVBoxLayout(self), bar, (self.split, 1), spacing=4, margins=(0, 4, 0, 0))
        self.show_chunk(None, "")

    @property
    def content(self) -> ContentView:
        """The view of the chosen chunk."""
        return self._chosen.content

    @property
    def hex(self) -> HexView:
        """The hex view of the chosen chunk."""
        return self.content.hex

    def shows(self, number: int) -> bool:
        """Whether the chunk with this number is shown."""
        return any(side.chunk is not None and side.chunk.number == number for side in self.sides)

    def show_chunk(
        self,
        chunk: Chunk | None,
        name: str,
        partner: Chunk | None = None,
        frame: WebSocketFrame | None = None,
    ) -> None:
        """Show `chunk` of the connection `name`, or a hint if there is none.

        `partner` is the response to it, or the request that it answers. `frame` is what it is with
        WebSocket.
        """
        if chunk is None:
            self.title.setText(self.tr("Choose a row to see its bytes."))
        else:
            mark = "→" if chunk.sent else "←"
            words = f"{timestamp(chunk.time)}  {mark}  {name}"
            if frame is not None:
                words = f"{words}   {escaped(translated(frame.summary))}"
            if partner is None:
                words = f"{words}{self._joined(chunk)}"
            self.title.setText(words)
        self.copy_button.setEnabled(chunk is not None)
        shown = [chunk] if partner is None else [chunk, partner]
        if chunk is not None and partner is not None and partner.number < chunk.number:
            shown.reverse()
        self._chosen = self.sides[shown.index(chunk)]
        for place, side in enumerate(self.sides):
            side.show_chunk(shown[place] if place < len(shown) else None, frame)
            side.head.setVisible(partner is not None)
        if chunk is not None and partner is not None:
            self._show_heads(shown)
        if partner is not None and self.sides[1].isHidden():
            self.split.setSizes(EQUAL)
        self.sides[1].setVisible(partner is not None)
        self._arrange()
        self._show_found()

    def use_encoding(self, encoding: str) -> None:
        """Decode text with the Python codec `encoding`."""
        for side in self.sides:
            side.content.use_encoding(encoding)

    def as_text(self, data: bytes) -> str:
        """`data` decoded; invalid bytes become `\\xNN`."""
        return self.content.as_text(data)

    def resizeEvent(self, event: QResizeEvent) -> None:
        self._arrange()

    def _set_up(self, icons: Icons) -> None:
        self.title.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)
        self.place.setTextFormat(Qt.TextFormat.PlainText)
        self.place.setObjectName("quiet")
        icons.give(self.copy_button, "copy")
        name = self.tr("Copy the selected bytes, or all of them, or send them again")
        self.copy_button.setToolTip(name)
        self.copy_button.setAccessibleName(name)
        self.copy_button.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
        self.copy_button.setMenu(self.copy_menu)
        self.copy_menu.aboutToShow.connect(lambda: self._fill(self.copy_menu, self._chosen))
        self._fill(self.copy_menu, self._chosen)
        self.forms.chosen.connect(self._use_form)
        for side in self.sides:
            self.split.addWidget(side)
            self._bind(side)
        self.split.setChildrenCollapsible(False)

    def _bind(self, side: _Side) -> None:
        content = side.content
        content.menu_wanted.connect(partial(self._open_menu, side))
        content.form_found.connect(self._show_found)
        content.selection_changed.connect(self._show_place)

    def _use_form(self) -> None:
        for side in self.sides:
            side.content.use_form(self.forms.form)

    def _show_heads(self, shown: list[Chunk | None]) -> None:
        request, response = shown
        if request is None or response is None:
            return
        took = max(0.0, response.time - request.time)
        duration = f"{took * 1000:,.1f} ms" if took < 1 else f"{took:,.1f} s"
        asked = self.tr("Request at {0}").format(timestamp(request.time))
        answered = self.tr("Response after {0}").format(duration)
        self.sides[0].head.setText(asked + self._joined(request))
        self.sides[1].head.setText(answered + self._joined(response))

    def _joined(self, chunk: Chunk) -> str:
        """That several rows are shown as one message, if they are."""
        if not isinstance(chunk, JoinedChunk):
            return ""
        words = self.tr("{0} rows, shown as one message")
        if chunk.pieces < chunk.kept:
            words = self.tr("the first {0} of {1} rows of this message: export them to have all")
        return f"   {words.format(chunk.pieces, chunk.kept)}"

    def _arrange(self) -> None:
        """Put request and response side by side where there is room."""
        letters = LOW_LETTERS if self.height() < LOW else LEAST_LETTERS
        least = 2 * letters * self.hex.fontMetrics().horizontalAdvance("0")
        is_wide = self.width() >= least
        wanted = Qt.Orientation.Horizontal if is_wide else Qt.Orientation.Vertical
        if self.split.orientation() != wanted:
            self.split.setOrientation(wanted)

    def _fill(self, menu: QMenu, side: _Side) -> None:
        """Fill `menu` with what can be done with the bytes of this side."""
        menu.clear()
        content = side.content
        if not content.shows_hex:
            content.text.fill_menu(menu)
        curl = None if side.chunk is None else self.curl_of(side.chunk)
        if curl is not None:
            self._copy_actions.add_curl(menu, curl)
        self._copy_actions.fill(menu, lambda: content.selected, self.as_text)

    def _open_menu(self, side: _Side, at: QPoint) -> None:
        menu = QMenu(self)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self._fill(menu, side)
        menu.popup(at)

    def _show_found(self) -> None:
        self.forms.show_found(self.content.form if self.content.data else None)

    def _show_place(self) -> None:
        content = self.content
        size = len(content.data)
        if not size:
            text = ""
        elif not content.shows_hex:
            text = self.tr("{0} bytes").format(f"{size:,}")
        else:
            start, stop = content.hex.selection
            if stop > start:
                text = self.tr("{0} of {1} bytes from offset {2}").format(
                    f"{stop - start:,}", f"{size:,}", f"{start:,}"
                )
            else:
                text = self.tr("offset {0} of {1} bytes").format(
                    f"{content.hex.cursor_at:,}", f"{size:,}"
                )
        self.place.setText(text)


class _Side(QWidget):
    """One message with its heading."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.chunk: Chunk | None = None
        self.head = ElidingLabel()
        self.head.setObjectName("quiet")
        self.content = ContentView()
        fill(QVBoxLayout(self), self.head, (self.content, 1), spacing=2, margins=0)

    def show_chunk(self, chunk: Chunk | None, frame: WebSocketFrame | None) -> None:
        """Show `chunk`, or nothing; of a frame its payload."""
        self.chunk = chunk
        data = b"" if chunk is None else chunk.data
        self.content.show_data(data, None if frame is None else frame.payload)
