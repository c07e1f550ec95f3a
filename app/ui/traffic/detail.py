"""The chosen chunk in full: whose it is, its bytes, how to read them and take them along."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QAction, QGuiApplication, QKeySequence
from PySide6.QtWidgets import (
    QHBoxLayout,
    QLabel,
    QMenu,
    QSizePolicy,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from app.client.formatting import timestamp
from app.traffic.chunk_log import Chunk
from app.traffic.quoting import as_hex
from app.ui.icons import Icons
from app.ui.traffic.hex_view import HexView, Side
from app.ui.traffic.taking import Taking


class Detail(QWidget):
    """Shows one chunk. What is selected is copied, or all of it if nothing is."""

    def __init__(self, icons: Icons, taking: Taking, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._taking = taking
        self.hex = HexView()
        self.title = QLabel()
        self.place = QLabel()
        self._encoding = "utf-8"
        self.copy_button = QToolButton(autoRaise=True)
        self.copy_menu = QMenu(self)
        self._set_up(icons)
        bar = QHBoxLayout()
        bar.addWidget(self.title, 1)
        bar.addWidget(self.place)
        bar.addWidget(self.copy_button)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 4, 0, 0)
        layout.addLayout(bar)
        layout.addWidget(self.hex, 1)
        self.hex.setMinimumHeight(2 * self.hex.fontMetrics().lineSpacing())
        self.show_chunk(None, "")

    def show_chunk(self, chunk: Chunk | None, name: str) -> None:
        """Show `chunk` of the connection that is called `name`, or that there is none."""
        if chunk is None:
            self.title.setText(self.tr("Choose a row to see its bytes."))
        else:
            mark = "→" if chunk.sent else "←"
            self.title.setText(f"{timestamp(chunk.time)}  {mark}  {name}")
        self.copy_button.setEnabled(chunk is not None)
        self.hex.show_data(b"" if chunk is None else chunk.data)

    def use_encoding(self, encoding: str) -> None:
        """Read bytes as text in `encoding`, as Python calls it."""
        self._encoding = encoding
        self.hex.use_encoding(encoding)

    def _set_up(self, icons: Icons) -> None:
        self.title.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)
        icons.give(self.copy_button, "copy")
        name = self.tr("Copy the selected bytes, or all of them, or send them again")
        self.copy_button.setToolTip(name)
        self.copy_button.setAccessibleName(name)
        self.copy_button.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
        self.copy_button.setMenu(self.copy_menu)
        self._taking.fill(self.copy_menu, lambda: self.hex.selected, self.as_text)
        copy = QAction(self.tr("Copy"), self.hex)
        copy.setShortcut(QKeySequence(QKeySequence.StandardKey.Copy))
        copy.setShortcutContext(Qt.ShortcutContext.WidgetShortcut)
        copy.triggered.connect(self._copy_side)
        self.hex.addAction(copy)
        self.hex.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)
        self.hex.customContextMenuRequested.connect(self._open_menu)
        self.hex.selection_changed.connect(self._show_place)

    def as_text(self, data: bytes) -> str:
        """`data` in the chosen encoding; what is none shows as `\\xNN`."""
        return data.decode(self._encoding, "backslashreplace")

    def _copy_side(self) -> None:
        self._copy(as_hex if self.hex.side is Side.HEX else self.as_text)

    def _copy(self, form: Callable[[bytes], str]) -> None:
        if self.hex.data:
            QGuiApplication.clipboard().setText(form(self.hex.selected))

    def _open_menu(self, at: QPoint) -> None:
        if self.hex.data:
            self.copy_menu.popup(self.hex.viewport().mapToGlobal(at))

    def _show_place(self) -> None:
        start, stop = self.hex.selection
        size = len(self.hex.data)
        if not size:
            text = ""
        elif stop > start:
            text = self.tr("{0} of {1} bytes from offset {2}").format(
                f"{stop - start:,}", f"{size:,}", f"{start:,}"
            )
        else:
            text = self.tr("offset {0} of {1} bytes").format(f"{self.hex.cursor_at:,}", f"{size:,}")
        self.place.setText(text)
