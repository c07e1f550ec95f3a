"""The clients to compare.

``python -m tests.benchmarks.subjects.console_clients VARIANT PORT COUNT``

Each sends a message, waits until it came back, and sends the next, ``COUNT`` times; then it prints
the seconds that each took as a JSON list. Port 0 stands for an Echo listener of its own process.
"""

from __future__ import annotations

import json
import os
import socket
import sys
import time
from collections.abc import Callable
from typing import Any

MESSAGE = bytes(64)


class Pinger:
    """Counts the round trips, and notes what each took."""

    def __init__(self, count: int, done: Callable[[], object]) -> None:
        self.took: list[float] = []
        self._count = count
        self._done = done
        self._missing = 0
        self._began = 0.0

    def begin(self, send: Callable[[bytes], object]) -> None:
        self._send = send
        self._missing = len(MESSAGE)
        self._began = time.perf_counter()
        send(MESSAGE)

    def received(self, size: int) -> None:
        self._missing -= size
        if self._missing:
            return
        self.took.append(time.perf_counter() - self._began)
        if len(self.took) == self._count:
            self._done()
        else:
            self.begin(self._send)


def run_blocking(port: int, count: int) -> list[float]:
    """A plain socket that waits for each answer."""
    took = []
    buffer = bytearray(len(MESSAGE))
    with socket.create_connection(("127.0.0.1", port)) as connection:
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        for _ in range(count):
            began = time.perf_counter()
            connection.sendall(MESSAGE)
            connection.recv_into(buffer, 0, socket.MSG_WAITALL)
            took.append(time.perf_counter() - began)
    return took


def run_bare(port: int, count: int) -> list[float]:
    """A bare protocol on Twisted's own reactor."""
    from twisted.internet import reactor as global_reactor
    from twisted.internet.endpoints import TCP4ClientEndpoint, connectProtocol
    from twisted.internet.protocol import Protocol

    reactor: Any = global_reactor
    pinger = Pinger(count, reactor.stop)

    class Client(Protocol):
        def connectionMade(self) -> None:
            assert self.transport is not None
            pinger.begin(self.transport.write)

        def dataReceived(self, data: bytes) -> None:
            pinger.received(len(data))

    connectProtocol(TCP4ClientEndpoint(reactor, "127.0.0.1", port), Client())
    reactor.run()
    return pinger.took


def run_session(port: int, count: int) -> list[float]:
    """A session of the console on Twisted's own reactor, without any window."""
    from twisted.internet import reactor as global_reactor

    from app.client.session import Session
    from app.client.session_messages import SessionState
    from app.net.target import Target

    reactor: Any = global_reactor
    pinger = Pinger(count, reactor.stop)
    session = Session(
        reactor,
        wake=lambda: None,
        tap=lambda _time, _number, sent, data: None if sent else pinger.received(len(data)),
    )

    def begin() -> None:
        if session.state is SessionState.CONNECTED:
            pinger.begin(session.send)
        else:
            reactor.callLater(0.01, begin)

    session.connect(Target("127.0.0.1", port))
    begin()
    reactor.run()
    return pinger.took


def run_tab(port: int, count: int) -> list[float]:
    """A tab of the console on show, in Qt's loop, refreshed as the ticker does."""
    os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    from pathlib import Path
    from tempfile import TemporaryDirectory

    from PySide6.QtCore import QSettings, QTimer
    from PySide6.QtWidgets import QApplication

    application = QApplication([])
    from app.ui.reactor.reactor import install

    reactor = install(application)
    reactor.runReturn(installSignalHandlers=False)

    from app.client.saved.history import HistoryFile
    from app.client.saved.snippets import SnippetFile
    from app.client.saved.tabs import SavedTabsFile
    from app.client.session_messages import SessionState
    from app.profile import ListenerSpec
    from app.server.deck import Deck
    from app.server.monitor import Changes
    from app.ui.console.saved_state import ConsoleState
    from app.ui.console.session_tab import SessionTab
    from app.ui.event_loop import Ticker
    from app.ui.settings import Settings
    from app.ui.style.icons import Icons

    pinger = Pinger(count, application.quit)
    ticker = Ticker()
    deck = Deck(reactor, Changes(lambda: None))
    with TemporaryDirectory() as folder:
        place = Path(folder)
        settings = QSettings(str(place / "window.conf"), QSettings.Format.IniFormat)
        memory = ConsoleState(
            HistoryFile(place / "history.jsonl"),
            SnippetFile(place / "snippets.toml"),
            SavedTabsFile(place / "tabs.json", place),
            Settings(settings),
        )
        tab = SessionTab(
            reactor,
            Icons(),
            ticker.wake,
            lambda: deck.listeners,
            memory,
            tap=lambda _time, _number, sent, data: None if sent else pinger.received(len(data)),
        )
        session = tab.session
        tab.resize(800, 400)
        tab.show()

        def refresh() -> bool:
            tab.refresh()
            return False

        ticker.add(refresh)
        if port:
            tab.target_bar.target.setEditText(f"127.0.0.1:{port}")
        else:
            echo = deck.add(ListenerSpec(name="Echo", protocol="echo", endpoint="tcp:0"))
            deck.start(echo)
            tab.target_bar.target.setEditText("Echo")

        def begin() -> None:
            if session.state is SessionState.CONNECTED:
                pinger.begin(session.send)
                return
            if session.state.is_over:
                tab.target_bar.connect_button.click()
            QTimer.singleShot(50, begin)

        QTimer.singleShot(200, begin)
        application.exec()
    return pinger.took


VARIANTS = {
    "blocking": run_blocking,
    "bare": run_bare,
    "session": run_session,
    "tab": run_tab,
}

if __name__ == "__main__":
    variant, port, count = sys.argv[1:]
    print(json.dumps(VARIANTS[variant](int(port), int(count))), flush=True)
    os._exit(0)
