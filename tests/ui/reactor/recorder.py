"""A descriptor for the tests of the reactor. It records the calls that it gets."""

from __future__ import annotations

import socket
from collections.abc import Callable
from typing import Any

from pytestqt.qtbot import QtBot
from twisted.internet.abstract import FileDescriptor
from twisted.internet.error import ConnectionDone
from twisted.python.failure import Failure

from app.ui.reactor.reactor import DeckReactor


class Recorder(FileDescriptor):
    """A reader and writer on a socket, which records what it gets."""

    def __init__(self, reactor: DeckReactor, connection: socket.socket, name: str = "") -> None:
        super().__init__(reactor)
        connection.setblocking(False)
        self.connection = connection
        self.name = name
        self.received: list[bytes] = []
        self.written = 0
        self.reasons: list[BaseException | None] = []
        self.when_read: Callable[[], object] = lambda: None
        self.when_written: Callable[[], object] = self.stopWriting

    def fileno(self) -> int:
        return self.connection.fileno()

    def logPrefix(self) -> str:
        return self.name

    def doRead(self) -> Any:
        data = self.connection.recv(100)
        if not data:
            return ConnectionDone()
        self.received.append(data)
        return self.when_read()

    def doWrite(self) -> Any:
        self.written += 1
        return self.when_written()

    def connectionLost(self, reason: Failure) -> None:
        self.reasons.append(reason.value)


Pair = tuple[Recorder, socket.socket]


class Recorders:
    """Makes recorders, each with the socket of its peer, and closes them at the end."""

    def __init__(self, reactor: DeckReactor) -> None:
        self._reactor = reactor
        self._made: list[Pair] = []

    def __call__(self, name: str = "") -> Pair:
        ours, theirs = socket.socketpair()
        self._made.append((Recorder(self._reactor, ours, name), theirs))
        return self._made[-1]

    def close(self) -> None:
        for recorder, peer in self._made:
            self._reactor.removeReader(recorder)
            self._reactor.removeWriter(recorder)
            recorder.connection.close()
            peer.close()


def read_through(qtbot: QtBot, reader: Recorder, peer: socket.socket) -> None:
    """Run the reactor until a message has passed through a connection."""
    before = len(reader.received)
    peer.send(b"through")
    qtbot.waitUntil(lambda: len(reader.received) > before)
