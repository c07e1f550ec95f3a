"""What can be done with one row of the traffic."""

from __future__ import annotations

from PySide6.QtCore import QCoreApplication, Qt
from PySide6.QtWidgets import QMenu, QWidget

from app.traffic.chunk_log import Chunk
from app.traffic.party import Parties, name_of
from app.ui.traffic.filter_bar import FilterBar, Source


def row_menu(parent: QWidget, chunk: Chunk, parties: Parties, filter_bar: FilterBar) -> QMenu:
    """The menu of the row that shows `chunk`. It goes away when it closes."""
    menu = QMenu(parent)
    menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
    number, name = chunk.connection, name_of(chunk.connection, parties)
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
