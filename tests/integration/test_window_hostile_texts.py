"""No text of a user or a peer is read as markup: all widgets of the window are walked."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import QAbstractItemModel, QAbstractListModel, QModelIndex, Qt
from PySide6.QtGui import QAction
from PySide6.QtGui import Qt as GuiQt
from PySide6.QtWidgets import (
    QAbstractItemView,
    QApplication,
    QHeaderView,
    QLabel,
    QMenu,
    QMessageBox,
    QTabWidget,
    QTextEdit,
    QTreeView,
    QWidget,
)

from app.client.draft import Draft
from app.client.saved.snippets import Snippet
from app.ui.help.guide import GuideView
from tests.integration.clients import Client
from tests.integration.desk import Desk, OpenWindow
from tests.integration.walk import Walk
from tests.screenshots.dialogs import DIALOGS
from tests.screenshots.panes import PANES
from tests.screenshots.stage import Scene

HOSTILE = "<h1>x</h1><img src=file:///x>"
FILE = "<b>x<img src=y>"
PROFILE = f"""version = 1
[[listener]]
name = "{HOSTILE}"
protocol = "echo"
endpoint = "tcp:0:interface=127.0.0.1"
[[listener]]
name = "Gone {HOSTILE}"
protocol = "python:{FILE}.py:Echo"
endpoint = "tcp:0:interface=127.0.0.1"
[[listener]]
name = "Path"
protocol = "echo"
endpoint = "unix:/nowhere/<b>x<img src>"
"""
ROWS, COLUMNS = 60, 20


@pytest.fixture
def desk(open_window: OpenWindow) -> Iterator[Desk]:
    """A window that shows hostile names, reasons, bytes, snippets and history in every pane."""
    desk = open_window(PROFILE)
    window = desk.window
    saved = window.console.saved_state
    saved.saved_snippets.add(Snippet(HOSTILE, Draft(HOSTILE), f"Folder {HOSTILE}"))
    saved.add_to_history(Draft(HOSTILE))
    desk.deck.start_all()
    desk.until(lambda: desk.deck.listeners[0].is_on)
    desk.until(lambda: bool(desk.deck.listeners[1].reason and desk.deck.listeners[2].reason))
    client = Client(desk.port(HOSTILE))
    client.send(HOSTILE.encode())
    desk.until(lambda: client.has(HOSTILE.encode()))
    window.console_area.opener.setChecked(True)
    window.listeners.choose(desk.deck.listeners[0])
    window.rest.open_in_console()
    desk.until(lambda: next(window.console.sessions)[1].state.is_open)
    window.console.current.input_bar.send_draft(Draft(HOSTILE))
    window.console.rename_current()
    for tab in (window.rest.traffic, window.rest.log, window.rest.connections):
        window.tabs.setCurrentWidget(tab)
        QApplication.processEvents()
    window.rest.banner.say(HOSTILE)
    yield desk
    client.close()


def is_harmless(tip: str) -> bool:
    """Whether a tip has no tag but the one that keeps its spaces."""
    if not GuiQt.mightBeRichText(tip):
        return True
    inner = tip.removeprefix('<p style="white-space: pre-wrap">').removesuffix("</p>")
    return "<" not in inner


def tips(widget: QWidget) -> Iterator[str]:
    yield widget.toolTip()
    if not isinstance(widget, QMenu) or widget.toolTipsVisible():
        yield from (action.toolTip() for action in widget.actions())
    if isinstance(widget, QTabWidget):
        yield from (widget.tabToolTip(index) for index in range(widget.count()))
    if isinstance(widget, QAbstractItemView) and not isinstance(widget, QHeaderView):
        yield from model_tips(widget.model(), QModelIndex(), isinstance(widget, QTreeView))


def model_tips(
    model: QAbstractItemModel | None, parent: QModelIndex, is_tree: bool
) -> Iterator[str]:
    if model is None:
        return
    role = Qt.ItemDataRole.ToolTipRole
    for row in range(min(ROWS, model.rowCount(parent))):
        columns = 1 if isinstance(model, QAbstractListModel) else model.columnCount(parent)
        for column in range(min(COLUMNS, columns)):
            index = model.index(row, column, parent)
            yield str(model.data(index, role) or "")
            if is_tree and not column:
                yield from model_tips(model, index, is_tree)


def shows_its_tip(action: QAction) -> bool:
    """A menu shows no tips, unless it is told to."""
    places = action.associatedObjects()
    return any(not isinstance(each, QMenu) or each.toolTipsVisible() for each in places)


def walk(window: QWidget) -> Iterator[QWidget]:
    yield window
    yield from window.findChildren(QWidget)


def assert_plain(window: QWidget) -> None:
    for widget in walk(window):
        for tip in tips(widget):
            assert is_harmless(tip), (widget, tip)
        if isinstance(widget, QLabel) and GuiQt.mightBeRichText(widget.text()):
            assert widget.textFormat() is GuiQt.TextFormat.PlainText, (widget, widget.text())
        if isinstance(widget, QTextEdit) and not isinstance(widget, GuideView):
            assert "<img" not in widget.toHtml(), widget
    for action in window.findChildren(QAction):
        assert is_harmless(action.toolTip()) or not shows_its_tip(action), action.text()


def test_every_widget_of_the_window_shows_it_as_text(desk: Desk) -> None:
    shown = [each for each in walk(desk.window) if "<img" in each.toolTip()]
    assert_plain(desk.window)
    labels = [each for each in desk.window.findChildren(QLabel) if HOSTILE in each.text()]
    assert labels, "the names must be on show, or nothing was tested"
    assert not [each for each in shown if not is_harmless(each.toolTip())]


def test_an_elided_name_has_a_plain_tip(desk: Desk) -> None:
    desk.window.resize(900, 560)
    QApplication.processEvents()
    desk.window.grab()
    assert_plain(desk.window)


def test_the_dialogs_of_a_listener_show_it_as_text(desk: Desk) -> None:
    desk.window.listeners.choose(desk.deck.listeners[1])
    desk.window.rest.listener_actions.edit()
    assert_plain(desk.form())
    desk.form().reject()
    desk.window.rest.exchange.choose_listeners()
    assert_plain(desk.window)
    for dialog in desk.window.findChildren(QWidget):
        if dialog.isWindow() and dialog.isVisible():
            dialog.close()


def test_a_question_shows_it_as_text(desk: Desk) -> None:
    desk.settings.asks_before_closing = True
    desk.window.listeners.choose(desk.deck.listeners[0])
    desk.window.rest.listener_actions.remove()
    (box,) = desk.window.findChildren(QMessageBox)
    assert HOSTILE in box.text()
    assert box.textFormat() is GuiQt.TextFormat.PlainText
    assert_plain(box)
    box.close()


@pytest.mark.parametrize("scenes", [PANES, DIALOGS], ids=["panes", "dialogs"])
def test_no_state_of_the_window_reads_it_as_markup(
    open_window: OpenWindow, tmp_path: Path, scenes: tuple[Scene, ...]
) -> None:
    shown = 0

    def look(window: QWidget) -> Iterator[str]:
        nonlocal shown
        labels = window.findChildren(QLabel)
        shown += sum(HOSTILE in label.text() and label.isVisible() for label in labels)
        assert_plain(window)
        yield from ()

    with Walk(open_window, tmp_path, mark=HOSTILE) as walk:
        list(walk.through(scenes, look))
    assert shown, "the names must be on show, or nothing was tested"


def test_the_palette_and_the_help_show_it_as_text(desk: Desk) -> None:
    desk.window.rest.navigation.open_palette()
    desk.window.rest.help.show_shortcuts()
    desk.window.rest.help.show_about()
    assert_plain(desk.window)
    for child in desk.window.findChildren(QWidget):
        if child.isWindow() and child.isVisible():
            child.close()
