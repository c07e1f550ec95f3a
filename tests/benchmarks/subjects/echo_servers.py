"""The echo servers to compare.

``python -m tests.benchmarks.subjects.echo_servers VARIANT [--probe]``

Each prints its port as ``{"port": N}``, serves until standard input ends, and then prints what
``--probe`` had it note: ``{"lags": [[when, seconds late], ...]}`` of a 10 ms timer of its own loop.
"""

from __future__ import annotations

import asyncio
import json
import os
import sys
import threading
import time
from collections.abc import Callable
from typing import Any, cast

PROBE_SECONDS = 0.010
BACKLOG = 1024

_lags: list[tuple[float, float]] = []


def announce(port: int) -> None:
    """Tell the port, and arrange for the end."""
    print(json.dumps({"port": port}), flush=True)
    threading.Thread(target=_wait_for_the_end, daemon=True).start()


def _wait_for_the_end() -> None:
    sys.stdin.read()
    print(json.dumps({"lags": _lags}), flush=True)
    os._exit(0)


class Probe:
    """Notes how late a loop's timer is."""

    def __init__(self, call_later: Callable[[float, Callable[[], None]], Any]) -> None:
        self._call_later = call_later
        self._start()

    def _start(self) -> None:
        self._due = time.monotonic() + PROBE_SECONDS
        self._call_later(PROBE_SECONDS, self.note)

    def note(self) -> None:
        now = time.monotonic()
        _lags.append((now, now - self._due))
        self._start()


def serve_twisted(reactor: Any) -> None:
    from twisted.internet.protocol import Factory, Protocol

    class Echo(Protocol):
        def dataReceived(self, data: bytes) -> None:
            self.transport.write(data)  # type: ignore[union-attr]

    port = reactor.listenTCP(0, Factory.forProtocol(Echo), backlog=BACKLOG, interface="127.0.0.1")
    reactor.callWhenRunning(announce, port.getHost().port)
    reactor.run()


def twisted_epoll(probe: bool) -> None:
    from twisted.internet import epollreactor

    epollreactor.install()
    from twisted.internet import reactor

    if probe:
        Probe(reactor.callLater)
    serve_twisted(reactor)


def qt_reactor(probe: bool) -> None:
    _with_window(probe, _install_stock)


def deck_reactor(probe: bool) -> None:
    _with_window(probe, _install_deck)


def _install_stock(application: Any) -> None:
    import qreactor

    qreactor.install()


def _install_deck(application: Any) -> None:
    from app.ui.reactor.reactor import install

    install(application)


def _with_window(probe: bool, install: Callable[[Any], None]) -> None:
    os.environ.setdefault("QT_API", "pyside6")
    from PySide6.QtCore import Qt, QTimer
    from PySide6.QtWidgets import QApplication, QMainWindow

    application = QApplication(["echo"])
    install(application)
    from twisted.internet import reactor

    window = QMainWindow()
    window.show()
    timer = QTimer(singleShot=True, timerType=Qt.TimerType.PreciseTimer)
    if probe:
        noting = Probe(lambda seconds, _: timer.start(round(seconds * 1000)))
        timer.timeout.connect(noting.note)
    serve_twisted(reactor)


class AsyncioEcho(asyncio.Protocol):
    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast(asyncio.Transport, transport)  # uvloop's is one in deeds alone

    def data_received(self, data: bytes) -> None:
        self._transport.write(data)


async def _serve_asyncio(probe: bool) -> None:
    loop = asyncio.get_running_loop()
    server = await loop.create_server(AsyncioEcho, "127.0.0.1", 0, backlog=BACKLOG)
    if probe:
        Probe(loop.call_later)
    announce(server.sockets[0].getsockname()[1])
    await server.serve_forever()


def asyncio_protocol(probe: bool) -> None:
    asyncio.run(_serve_asyncio(probe))


def uvloop_protocol(probe: bool) -> None:
    import uvloop

    uvloop.run(_serve_asyncio(probe))


VARIANTS: dict[str, Callable[[bool], None]] = {
    "qt-reactor": qt_reactor,
    "twisted-epoll": twisted_epoll,
    "deck-reactor": deck_reactor,
    "asyncio": asyncio_protocol,
    "uvloop": uvloop_protocol,
}


if __name__ == "__main__":
    VARIANTS[sys.argv[1]]("--probe" in sys.argv)
