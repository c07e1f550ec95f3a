"""The menu of a row of the traffic: change the filter, copy bytes."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QCoreApplication, Qt
from PySide6.QtWidgets import QMenu, QWidget

from app.traffic.chunk_log import Chunk
from app.traffic.connection_info import ConnectionDirectory, connection_name
from app.traffic.content.http_body import read_head
from app.ui.traffic.filter_bar import FilterBar, FilterSource
from app.ui.widgets.copy_actions import CopyActions


def row_menu(
    parent: QWidget,
    chunk: Chunk,
    directory: ConnectionDirectory,
    filter_bar: FilterBar,
    follow: Callable[[], object],
    show_exchanges: Callable[[], object],
) -> QMenu:
    """The menu of the row of `chunk`, to change the filter. It is deleted when it closes.

    `follow` shows the stream of its connection, and `show_exchanges` all messages as HTTP.
    """
    menu = QMenu(parent)
    menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
    number, name = chunk.connection, connection_name(chunk.connection, directory)
    menu.addAction(QCoreApplication.translate("RowMenu", "Follow the stream"), follow)
    if read_head(chunk.data) is not None:
        words = QCoreApplication.translate("RowMenu", "Show requests and responses")
        menu.addAction(words, show_exchanges)
    menu.addSeparator()
    only = QCoreApplication.translate("RowMenu", "Show only {0}")
    menu.addAction(
        only.format(name), lambda: filter_bar.show_only(FilterSource(connection=number), name)
    )
    info = directory.info(number)
    if info is not None:
        listener = info.listener
        menu.addAction(
            only.format(listener),
            lambda: filter_bar.show_only(FilterSource(listener=listener), listener),
        )
    menu.addAction(QCoreApplication.translate("RowMenu", "Show everything"), filter_bar.clear)
    return menu


def add_copy_actions(
    menu: QMenu,
    copy_actions: CopyActions,
    data: bytes | None,
    read: Callable[[bytes], str],
    curl: str | None,
) -> None:
    """Add the actions on the bytes of the selected rows; `data` is `None` for too many.

    `curl` is the command that sends the request of the row again, if it has one.
    """
    menu.addSeparator()
    if curl is not None:
        copy_actions.add_curl(menu, curl)
    if data is not None:
        copy_actions.fill(menu, lambda: data, read)
        return
    words = QCoreApplication.translate("RowMenu", "Too much to copy: export the selected instead")
    menu.addAction(words).setEnabled(False)
