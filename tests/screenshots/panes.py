"""The states of the panes of the window, and of its menus."""

from __future__ import annotations

import errno
import logging
import os
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Final

from PySide6.QtCore import QItemSelectionModel, QPoint, QTimer

from app.client.draft import Draft
from app.client.session import Session
from app.client.session_messages import SessionState
from app.files.atomic_write import unwritable
from app.text.notation import Notation
from app.traffic.content.form import Form
from app.traffic.http_framing import Http
from app.ui.commands import Menu
from app.ui.style.tokens import Tint
from app.ui.traffic.view_bar import View
from app.ui.window import menus
from tests.screenshots.stage import Scene, Stage, at_once
from tests.screenshots.world import Steps

FILE: Final = Path.home() / ".config" / "portdeck" / "profile.toml"
"""A file whose name is in a message."""

# Connections and listeners


def _connections(stage: Stage) -> None:
    stage.show(stage.window.rest.connections)


def _selected(stage: Stage) -> None:
    table = stage.window.rest.connections.table
    for row in (1, 2):
        index = stage.window.rest.connections.model.index(row, 0)
        table.selectionModel().select(
            index, QItemSelectionModel.SelectionFlag.Select | QItemSelectionModel.SelectionFlag.Rows
        )


def _connection_menu(stage: Stage) -> None:
    _selected(stage)
    table = stage.window.rest.connections.table
    at = table.visualRect(stage.window.rest.connections.model.index(2, 0)).center()
    table.customContextMenuRequested.emit(at)


def _filtered(stage: Stage) -> None:
    stage.window.rest.connections.filter.setText("chat")


def _filtered_to_nothing(stage: Stage) -> None:
    stage.window.rest.connections.filter.setText("nobody is called so")


def _of_one_listener(stage: Stage) -> None:
    stage.choose("Team chat")


def _search(stage: Stage) -> None:
    stage.window.sidebar.search.setText("e")


def _listener_menu(stage: Stage) -> None:
    stage.choose("Echo")
    window = stage.window
    menu = menus.listener_menu(window, window.commands, window.rest.listener_actions)
    menu.popup(window.mapToGlobal(QPoint(120, 120)))


def _copy_as_menu(stage: Stage) -> None:
    stage.choose("Secure echo")
    window = stage.window
    menu = menus.listener_menu(window, window.commands, window.rest.listener_actions)
    menu.popup(window.mapToGlobal(QPoint(120, 40)))
    (copies,) = [each for each in menu.actions() if each.menu() is not None]
    menu.setActiveAction(copies)


def _compact(stage: Stage) -> None:
    stage.choose("Orders")
    stage.window.sidebar.compact_button.click()


def _no_sidebar(stage: Stage) -> None:
    stage.window.panes.show_sidebar(False)


def _console_beside(stage: Stage) -> None:
    stage.window.panes.place_console(True)


def _overview(stage: Stage) -> None:
    stage.show(stage.window.overview)


def _no_details(stage: Stage) -> None:
    stage.window.panes.show_details()


def _details_of(name: str) -> Callable[[Stage], None]:
    def show(stage: Stage) -> None:
        stage.window.panes.show_details()
        stage.choose(name)

    return show


def _details_of_a_connection(stage: Stage) -> None:
    stage.window.panes.show_details()
    table = stage.window.rest.connections.table
    table.setCurrentIndex(stage.window.rest.connections.model.index(0, 0))


# Traffic and the log


def traffic(stage: Stage) -> Steps:
    stage.show(stage.window.rest.traffic)
    yield lambda: stage.pane.table.rows.rowCount() > 0


def _chunk(text: bytes) -> Callable[[Stage], Steps]:
    def play(stage: Stage) -> Steps:
        yield from traffic(stage)
        log = stage.window.rest.traffic.log
        chunks = (log.chunk(number) for number in range(log.first, log.end))
        number = next(each.number for each in chunks if each is not None and text in each.data)
        stage.pane.table.go_to(number)
        stage.pane.detail.forms.choose(Form.AUTO)
        yield lambda: stage.pane.views.chosen_chunk is not None

    return play


def _chunk_beside(stage: Stage) -> Steps:
    yield from _chunk(b"HTTP/1.1 200")(stage)
    stage.pane.place_detail(True)


def _chunk_in_hex(stage: Stage) -> Steps:
    yield from _chunk(b"login")(stage)
    stage.pane.detail.forms.choose(Form.HEX)


def _exchange(stage: Stage) -> Steps:
    yield from _chunk(b"GET /users")(stage)
    stage.pane.view_bar.framing.show_framing(Http())
    stage.pane.view_bar.choose(View.MESSAGES)
    yield lambda: stage.pane.views.chosen_chunk is not None
    yield lambda: stage.pane.views.partner_chunk is not None


def _filtered_traffic(stage: Stage) -> Steps:
    yield from traffic(stage)
    stage.pane.filter_bar.pattern.line.setText("user")
    stage.pane.find_bar.pattern.line.setText("action")
    yield lambda: 0 < stage.pane.table.rows.rowCount() < 6


def _no_such_traffic(stage: Stage) -> Steps:
    yield from traffic(stage)
    stage.pane.filter_bar.pattern.line.setText("nothing like this")
    yield lambda: stage.pane.table.rows.rowCount() == 0


def _wrong_sizes(stage: Stage) -> Steps:
    yield from traffic(stage)
    stage.pane.filter_bar.sizes.setText("much")
    yield lambda: stage.pane.trouble.isVisible()


def _filter_panel(stage: Stage) -> Steps:
    yield from traffic(stage)
    stage.pane.filter_bar.more.open_panel()


def _traffic_options(stage: Stage) -> Steps:
    yield from traffic(stage)
    stage.pane.view_bar.options.open_panel()


def _view(view: View) -> Callable[[Stage], Steps]:
    def play(stage: Stage) -> Steps:
        yield from _chunk(b"HTTP/1.1 200")(stage)
        stage.pane.view_bar.choose(view)
        yield lambda: stage.pane.view_bar.view is view

    return play


def _traffic_menu(stage: Stage) -> Steps:
    yield from _chunk(b"*IDN?")(stage)
    table = stage.pane.table
    table.customContextMenuRequested.emit(table.visualRect(table.currentIndex()).center())


def _export_menu(stage: Stage) -> Steps:
    yield from traffic(stage)
    stage.open_menu_of(stage.pane.status_bar.export_button)


def _recording(stage: Stage) -> Steps:
    yield from traffic(stage)
    recording = stage.pane.recording
    assert recording is not None
    path = stage.file("session.pdrec")
    path.unlink(missing_ok=True)
    recording.record(path)
    yield lambda: stage.window.rest.choice_display.recording.isVisible()


def _recorded(stage: Stage) -> Steps:
    yield from _recording(stage)
    recording = stage.pane.recording
    assert recording is not None
    recording.stop()
    yield lambda: not stage.pane.recording_is_on


def _log(stage: Stage) -> None:
    stage.show(stage.window.rest.log)


def _searched_log(stage: Stage) -> None:
    _log(stage)
    stage.window.rest.log.search.setText("Orders")


def _unseen_problems(stage: Stage) -> Steps:
    logging.getLogger("portdeck").warning("A picture of an unseen warning is taken.")
    yield lambda: stage.window.tabs.tabText(2) != ""


# The console


def session(name: str, *texts: str) -> Callable[[Stage], Steps]:
    def play(stage: Stage) -> Steps:
        stage.choose(name)
        stage.window.rest.open_in_console()
        yield lambda: stage.session_tab.session.state is SessionState.CONNECTED
        for text in texts:
            before = stage.session_tab.session.bytes_in
            stage.session_tab.input_bar.send_draft(Draft(text))
            yield partial(_has_answered, stage.session_tab.session, before)
        stage.window.listeners.choose(None)

    return play


def _has_answered(session: Session, before: int) -> bool:
    return session.bytes_in > before


def conversation(stage: Stage) -> Steps:
    yield from session("Echo", "hello", "is anybody there?", '{"user": 42}')(stage)


def _typed_hex(stage: Stage) -> Steps:
    yield from conversation(stage)
    stage.session_tab.input_bar.set_draft(Draft("02 00 00 0", Notation.HEX))


def _snippets(stage: Stage) -> Steps:
    yield from conversation(stage)
    stage.window.console_area.opener.setChecked(True)


def _history(stage: Stage) -> Steps:
    yield from conversation(stage)
    stage.session_tab.input_bar.search()


def _repeat(stage: Stage) -> Steps:
    yield from conversation(stage)
    stage.session_tab.input_bar.set_draft(Draft("ping {n}"))
    stage.session_tab.repeat_bar.opener.setChecked(True)


def _find(stage: Stage) -> Steps:
    yield from conversation(stage)
    stage.session_tab.find_bar.begin()
    stage.session_tab.find_bar.line.setText("user")


def _connection_of_console_menu(stage: Stage) -> Steps:
    yield from conversation(stage)
    stage.open_menu_of(stage.session_tab.target_bar.menu)


def _not_listening(stage: Stage) -> None:
    stage.window.panes.show_console()
    tab = stage.window.console.unused_tab()
    tab.target_bar.connect_to(stage.listener("Taken"))


def _refused(stage: Stage) -> Steps:
    stage.window.panes.show_console()
    tab = stage.window.console.unused_tab()
    tab.target_bar.target.setEditText("127.0.0.1:9")
    tab.target_bar.connect_button.click()
    yield lambda: tab.session.state is SessionState.CLOSED


def _tour(stage: Stage) -> Steps:
    stage.command("tour")
    yield lambda: stage.window.rest.tour.pane is not None


# Messages and menus


def _notice(stage: Stage) -> None:
    actions = stage.window.rest.listener_actions
    words = actions.tr("{0} was removed.").format("Echo")
    stage.window.rest.banner.say(words, (actions.tr("Undo"), lambda: None))


def _failure(stage: Stage) -> None:
    error = OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
    offer = stage.window.rest.profile.tr("Load it again"), lambda: None
    stage.window.rest.banner.say(unwritable(FILE, error), offer, tint=Tint.DANGER)


def _menu(index: int) -> Callable[[Stage], None]:
    def open_menu(stage: Stage) -> None:
        stage.choose("Echo")
        stage.open_menu(index)

    return open_menu


def _submenu(stage: Stage) -> None:
    menu = stage.open_menu(list(Menu).index(Menu.VIEW))
    columns = next(each for each in menu.actions() if each.menu() is not None)
    menu.setActiveAction(columns)


def _tray_menu(stage: Stage) -> None:
    QTimer.singleShot(0, stage.window, lambda: stage.window.rest.tray.menu.popup(QPoint(40, 40)))


PANES = (
    Scene("connections", at_once(_connections)),
    Scene("connections-selected", at_once(_selected)),
    Scene("connections-menu", at_once(_connection_menu)),
    Scene("connections-filter", at_once(_filtered)),
    Scene("connections-nothing", at_once(_filtered_to_nothing)),
    Scene("connections-listener", at_once(_of_one_listener)),
    Scene("sidebar-search", at_once(_search)),
    Scene("sidebar-menu", at_once(_listener_menu)),
    Scene("sidebar-copy-as", at_once(_copy_as_menu)),
    Scene("sidebar-compact", at_once(_compact)),
    Scene("room-no-sidebar", at_once(_no_sidebar)),
    Scene("room-console-beside", at_once(_console_beside)),
    Scene("overview", at_once(_overview)),
    Scene("details-none", at_once(_no_details)),
    Scene("details-listener", at_once(_details_of("Echo"))),
    Scene("details-tls", at_once(_details_of("Secure echo"))),
    Scene("details-failed", at_once(_details_of("Taken"))),
    Scene("details-raised", at_once(_details_of("Orders"))),
    Scene("details-connection", at_once(_details_of_a_connection)),
    Scene("traffic", traffic),
    Scene("traffic-detail", _chunk(b"HTTP/1.1 200")),
    Scene("traffic-detail-hex", _chunk_in_hex),
    Scene("traffic-exchange", _exchange),
    Scene("traffic-detail-beside", _chunk_beside),
    Scene("traffic-filter", _filtered_traffic),
    Scene("traffic-nothing", _no_such_traffic),
    Scene("traffic-mistake", _wrong_sizes),
    Scene("traffic-filter-panel", _filter_panel),
    Scene("traffic-options", _traffic_options),
    Scene("traffic-messages", _view(View.MESSAGES)),
    Scene("traffic-stream", _view(View.STREAM)),
    Scene("traffic-menu", _traffic_menu),
    Scene("traffic-export-menu", _export_menu),
    Scene("traffic-recording", _recording),
    Scene("traffic-recorded", _recorded),
    Scene("log", at_once(_log)),
    Scene("log-search", at_once(_searched_log)),
    Scene("log-unseen", _unseen_problems),
    Scene("console", conversation),
    Scene("console-tls", session("Secure echo", "hello")),
    Scene("console-hex", _typed_hex),
    Scene("console-snippets", _snippets),
    Scene("console-history", _history),
    Scene("console-repeat", _repeat),
    Scene("console-find", _find),
    Scene("console-menu", _connection_of_console_menu),
    Scene("console-not-listening", at_once(_not_listening)),
    Scene("console-refused", _refused),
    Scene("tour", _tour),
    Scene("message", at_once(_notice)),
    Scene("message-failure", at_once(_failure)),
    *(Scene(f"menu-{each.name.lower()}", at_once(_menu(index))) for index, each in enumerate(Menu)),
    Scene("menu-columns", at_once(_submenu)),
    Scene("menu-tray", at_once(_tray_menu)),
)
