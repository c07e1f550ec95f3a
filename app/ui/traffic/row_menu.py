"""What can be done with the rows of the traffic that are selected."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QCoreApplication, Qt
from PySide6.QtWidgets import QMenu, QWidget

from app.traffic.chunk_log import Chunk
from app.traffic.party import Parties, name_of
from app.ui.traffic.filter_bar import FilterBar, Source
from app.ui.traffic.taking import Taking


def row_menu(
    parent: QWidget,
    chunk: Chunk,
    parties: Parties,
    filter_bar: FilterBar,
    follow: Callable[[], object],
) -> QMenu:
    """The menu of the row that shows `chunk`: what to show besides. It goes away when it closes.

    `follow` shows the conversation of its connection.
    """
    menu = QMenu(parent)
    menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
    number, name = chunk.connection, name_of(chunk.connection, parties)
    menu.addAction(QCoreApplication.translate("RowMenu", "Follow the stream"), follow)
    menu.addSeparator()
    only = QCoreApplication.translate("RowMenu", "Show only {0}")
    menu.addAction(only.format(name), lambda: filter_bar.only(Source(connection=number), name))
    party = parties.party(number)
    if party is not None:
        listener = party.listener
        menu.addAction(
            only.format(listener), lambda: filter_bar.only(Source(listener=listener), listener)
        )
    menu.addAction(QCoreApplication.translate("RowMenu", "Show everything"), filter_bar.clear)
    return menu


def add_taking(
    menu: QMenu, taking: Taking, data: bytes | None, read: Callable[[bytes], str]
) -> None:
    """Add what can be done with the bytes of the selected rows; `data` is `None` for too many."""
    menu.addSeparator()
    if data is not None:
        taking.fill(menu, lambda: data, read)
        return
    words = QCoreApplication.translate("RowMenu", "Too much to copy: export the selected instead")
    menu.addAction(words).setEnabled(False)
