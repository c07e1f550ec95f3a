"""The callbacks that descriptors get, also when they are closed, removed or reused."""

from __future__ import annotations

import os
import select
import socket
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from pytestqt.qtbot import QtBot
from twisted.internet.abstract import FileDescriptor
from twisted.internet.error import ConnectionDone, ConnectionFdescWentAway
from twisted.internet.interfaces import IReadWriteDescriptor
from twisted.internet.task import cooperate
from twisted.python import log
from twisted.python.failure import Failure
from zope.interface import implementer

from app.ui.reactor.reactor import DeckReactor
from tests.ui.reactor.recorder import Pair, Recorder, Recorders, read_through

ENOUGH_TURNS = 20
"""Enough turns for the reactor to probe each of a few descriptors."""


@pytest.fixture
def connect(reactor: DeckReactor) -> Iterator[Recorders]:
    recorders = Recorders(reactor)
    yield recorders
    recorders.close()


@pytest.fixture
def errors() -> Iterator[list[dict[str, Any]]]:
    """The errors that Twisted's old log gets."""
    events: list[dict[str, Any]] = []
    log.addObserver(events.append)
    yield events
    log.removeObserver(events.append)


def test_a_reader_is_called_while_there_is_something_to_read(
    reactor: DeckReactor, qtbot: QtBot, connect: Recorders
) -> None:
    reader, peer = connect()
    reactor.addReader(reader)
    assert reader in reactor.getReaders()
    peer.send(bytes(250))
    qtbot.waitUntil(lambda: sum(map(len, reader.received)) == 250)
    assert len(reader.received) == 3


def test_a_removed_reader_is_not_called(
    reactor: DeckReactor, qtbot: QtBot, connect: Recorders
) -> None:
    removed, its_peer = connect()
    reader, peer = connect()
    reactor.addReader(removed)
    reactor.addReader(reader)
    reactor.removeReader(removed)
    assert removed not in reactor.getReaders()
    its_peer.send(b"unheard")
    read_through(qtbot, reader, peer)
    assert removed.received == []


def test_a_reader_removed_by_another_of_the_same_poll_is_not_called(
    reactor: DeckReactor, qtbot: QtBot, connect: Recorders
) -> None:
    (one, one_peer), (other, other_peer) = connect(), connect()
    one.when_read = lambda: reactor.removeReader(other)
    other.when_read = lambda: reactor.removeReader(one)
    one_peer.send(b"x")
    other_peer.send(b"x")
    reactor.addReader(one)
    reactor.addReader(other)
    qtbot.waitUntil(lambda: bool(one.received or other.received))
    reader, peer = connect()
    reactor.addReader(reader)
    read_through(qtbot, reader, peer)
    assert sorted([one.received, other.received]) == [[], [b"x"]]


def test_the_end_of_the_peer_is_reported_once(
    reactor: DeckReactor, qtbot: QtBot, connect: Recorders
) -> None:
    reader, peer = connect()
    reactor.addReader(reader)
    peer.close()
    qtbot.waitUntil(lambda: bool(reader.reasons))
    assert isinstance(reader.reasons[0], ConnectionDone)
    assert reader not in reactor.getReaders()
    other, other_peer = connect()
    reactor.addReader(other)
    read_through(qtbot, other, other_peer)
    assert len(reader.reasons) == 1


def test_a_callback_that_raises_disconnects_only_its_descriptor(
    reactor: DeckReactor, qtbot: QtBot, connect: Recorders, errors: list[dict[str, Any]]
) -> None:
    broken, its_peer = connect("the broken one")
    reader, peer = connect()
    broken.when_read = lambda: 1 / 0
    reactor.addReader(broken)
    reactor.addReader(reader)
    its_peer.send(b"x")
    qtbot.waitUntil(lambda: bool(broken.reasons))
    assert isinstance(broken.reasons[0], ZeroDivisionError)
    read_through(qtbot, reader, peer)
    (error,) = (event for event in errors if event["isError"])
    assert error["failure"].check(ZeroDivisionError)
    assert error["system"] == "the broken one"


def test_a_connection_lost_that_raises_is_logged_with_its_descriptor(
    reactor: DeckReactor,
    qtbot: QtBot,
    connect: Recorders,
    errors: list[dict[str, Any]],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    broken, its_peer = connect("the broken one")

    def fail(reason: Failure) -> None:
        raise ArithmeticError

    monkeypatch.setattr(broken, "connectionLost", fail)
    reactor.addReader(broken)
    its_peer.close()
    qtbot.waitUntil(lambda: any(event["isError"] for event in errors))
    assert errors[-1]["failure"].check(ArithmeticError)
    assert errors[-1]["system"] == "the broken one"


def test_only_log_messages_of_a_callback_have_its_prefix(
    reactor: DeckReactor, qtbot: QtBot, connect: Recorders, errors: list[dict[str, Any]]
) -> None:
    reader, peer = connect("the reader")
    reader.when_read = lambda: log.msg("in the callback")
    reactor.addReader(reader)
    read_through(qtbot, reader, peer)
    reactor.callLater(0, log.msg, "beside it")
    qtbot.waitUntil(lambda: len(errors) >= 2)
    said = {event["message"]: event["system"] for event in errors}
    assert said == {("in the callback",): "the reader", ("beside it",): "-"}


def test_a_message_is_logged_even_if_its_prefix_raises(
    reactor: DeckReactor,
    qtbot: QtBot,
    connect: Recorders,
    errors: list[dict[str, Any]],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    reader, peer = connect()
    monkeypatch.setattr(reader, "logPrefix", lambda: 1 / 0)
    reader.when_read = lambda: log.msg("said anyway")
    reactor.addReader(reader)
    read_through(qtbot, reader, peer)
    assert [event["system"] for event in errors] == ["(buggy logPrefix method)"]


# Descriptors that close


def test_a_descriptor_closed_without_being_removed_is_lost(
    reactor: DeckReactor, qtbot: QtBot, connect: Recorders
) -> None:
    closed, _ = connect()
    reader, peer = connect()
    reactor.addReader(closed)
    reactor.addReader(reader)
    closed.connection.close()
    # epoll does not report it. The probes find it, in turns caused by other descriptors.
    for _ in range(ENOUGH_TURNS):
        read_through(qtbot, reader, peer)
    assert [type(reason) for reason in closed.reasons] == [ConnectionFdescWentAway]
    assert closed not in reactor.getReaders()


def test_a_descriptor_closed_in_its_own_callback_is_lost_and_others_go_on(
    reactor: DeckReactor, qtbot: QtBot, connect: Recorders
) -> None:
    closing, its_peer = connect()
    reader, peer = connect()
    closing.when_read = closing.connection.close
    reactor.addReader(closing)
    reactor.addReader(reader)
    its_peer.send(b"x")
    for _ in range(ENOUGH_TURNS):
        read_through(qtbot, reader, peer)
    assert closing.received == [b"x"]
    assert len(closing.reasons) == 1


def test_a_closed_descriptor_can_be_removed(reactor: DeckReactor, connect: Recorders) -> None:
    closed, _ = connect()
    reactor.addReader(closed)
    reactor.addWriter(closed)
    closed.connection.close()
    reactor.removeWriter(closed)
    reactor.removeReader(closed)
    assert closed not in reactor.getReaders() + reactor.getWriters()


def test_a_descriptor_with_a_reused_number_is_served_and_the_old_one_is_lost(
    reactor: DeckReactor, qtbot: QtBot, connect: Recorders
) -> None:
    old, old_peer = connect()
    new, new_peer = connect()
    number = old.fileno()
    reactor.addReader(old)
    # As if it had been closed and a new one had got its number. The old one
    # still returns that number.
    old.fileno = lambda: number  # type: ignore[method-assign]
    os.dup2(new.fileno(), number)
    new.fileno = lambda: number  # type: ignore[method-assign]
    reactor.addReader(new)
    read_through(qtbot, new, new_peer)
    qtbot.waitUntil(lambda: bool(old.reasons))
    assert isinstance(old.reasons[0], ConnectionFdescWentAway)
    assert old.received == []
    assert new.reasons == []
    old_peer.close()


def test_an_event_of_a_closed_descriptor_does_not_reach_the_new_one_with_its_number(
    reactor: DeckReactor, qtbot: QtBot, connect: Recorders
) -> None:
    """Two connections end in one poll. The first callback replaces the other one by a new one."""
    ended = [connect(), connect()]
    replacements: list[Pair] = []

    def replace(other: Recorder) -> None:
        if replacements:
            return
        number = other.fileno()
        reactor.removeReader(other)
        fresh, peer = connect()
        os.dup2(fresh.fileno(), number)
        fresh.connection.close()
        fresh.connection = socket.socket(fileno=number)
        fresh.connection.setblocking(False)
        other.connection.detach()
        replacements.append((fresh, peer))
        reactor.addReader(fresh)

    for (recorder, peer), (other, _) in zip(ended, reversed(ended), strict=True):

        def lost(reason: Failure, other: Recorder = other) -> None:
            replace(other)

        recorder.connectionLost = lost  # type: ignore[method-assign]
        reactor.addReader(recorder)
        peer.close()
    qtbot.waitUntil(lambda: bool(replacements))
    fresh, peer = replacements[0]
    read_through(qtbot, fresh, peer)
    assert fresh.received == [b"through"]
    assert fresh.reasons == []


def test_a_second_reader_of_an_open_descriptor_does_not_replace_the_first(
    reactor: DeckReactor, qtbot: QtBot, connect: Recorders
) -> None:
    first, peer = connect()
    second = Recorder(reactor, first.connection)
    reactor.addReader(first)
    reactor.addReader(second)
    read_through(qtbot, first, peer)
    assert second.received == []
    assert first.reasons == []


# Writers


def test_a_writer_is_called_once_before_the_reactor_sleeps(
    reactor: DeckReactor, qtbot: QtBot, connect: Recorders
) -> None:
    writer, _ = connect()
    reactor.addWriter(writer)
    assert writer in reactor.getWriters()
    qtbot.waitUntil(lambda: writer.written == 1)
    assert writer not in reactor.getWriters()
    reader, peer = connect()
    reactor.addReader(reader)
    read_through(qtbot, reader, peer)
    assert writer.written == 1


def test_a_writer_with_data_left_is_called_again_when_the_socket_has_room(
    reactor: DeckReactor, qtbot: QtBot, connect: Recorders
) -> None:
    writer, peer = connect()
    left = [bytes(4_000_000)]

    def send() -> None:
        try:
            left[0] = left[0][writer.connection.send(left[0]) :]
        except BlockingIOError:
            return
        if not left[0]:
            writer.stopWriting()

    writer.when_written = send
    reactor.addWriter(writer)
    qtbot.waitUntil(lambda: writer.written > 0)
    assert left[0]
    tries = writer.written
    reader, other_peer = connect()
    reactor.addReader(reader)
    read_through(qtbot, reader, other_peer)
    assert writer.written == tries, "there is no room yet"
    peer.setblocking(False)

    def drained() -> bool:
        while select.select([peer], [], [], 0)[0]:
            peer.recv(1_000_000)
        return not left[0]

    qtbot.waitUntil(drained)
    assert writer not in reactor.getWriters()


def test_a_removed_writer_is_not_called(
    reactor: DeckReactor, qtbot: QtBot, connect: Recorders
) -> None:
    writer, _ = connect()
    reactor.addWriter(writer)
    reactor.removeWriter(writer)
    reader, peer = connect()
    reactor.addReader(reader)
    read_through(qtbot, reader, peer)
    assert writer.written == 0


def test_a_writer_that_asks_again_while_it_writes_is_called_again(
    reactor: DeckReactor, qtbot: QtBot, connect: Recorders
) -> None:
    writer, _ = connect()

    def write() -> None:
        reactor.removeWriter(writer)
        if writer.written < 3:
            reactor.addWriter(writer)

    writer.when_written = write
    reactor.addWriter(writer)
    qtbot.waitUntil(lambda: writer.written == 3)
    assert writer not in reactor.getWriters()


def test_a_writer_that_raises_is_disconnected(
    reactor: DeckReactor, qtbot: QtBot, connect: Recorders, errors: list[dict[str, Any]]
) -> None:
    writer, _ = connect("the writer")
    writer.when_written = lambda: 1 / 0
    reactor.addWriter(writer)
    qtbot.waitUntil(lambda: bool(writer.reasons))
    assert [event["system"] for event in errors] == ["the writer"]
    assert writer not in reactor.getWriters()


def test_a_writer_that_is_no_twisted_transport_waits_for_epoll(
    reactor: DeckReactor, qtbot: QtBot, connect: Recorders
) -> None:
    inner, peer = connect()
    with_room: list[bool] = []

    @implementer(IReadWriteDescriptor)
    class Foreign:
        def fileno(self) -> int:
            return inner.fileno()

        def logPrefix(self) -> str:
            return "foreign"

        def doRead(self) -> None:
            """Never called."""

        def doWrite(self) -> None:
            with_room.append(bool(select.select([], [inner], [], 0)[1]))
            reactor.removeWriter(writer)

        def connectionLost(self, reason: Failure) -> None:
            """Never called."""

    writer = Foreign()
    while select.select([], [inner], [], 0)[1]:
        inner.connection.send(bytes(100_000))
    reactor.addWriter(writer)
    reader, other_peer = connect()
    reactor.addReader(reader)
    read_through(qtbot, reader, other_peer)
    assert with_room == []
    while select.select([peer], [], [], 0)[0]:
        peer.recv(1_000_000)
    qtbot.waitUntil(lambda: bool(with_room))
    assert with_room == [True]


def test_one_descriptor_may_have_a_reader_and_another_writer(
    reactor: DeckReactor, qtbot: QtBot, connect: Recorders
) -> None:
    reader, peer = connect()
    writer = Recorder(reactor, reader.connection)
    writer.when_written = lambda: None
    reactor.addReader(reader)
    reactor.addWriter(writer)
    qtbot.waitUntil(lambda: writer.written > 1)
    read_through(qtbot, reader, peer)
    reactor.removeWriter(writer)
    written = writer.written
    read_through(qtbot, reader, peer)
    assert writer.written == written
    assert writer.received == []


def test_remove_all_keeps_the_descriptors_of_the_reactor_itself(
    reactor: DeckReactor, qtbot: QtBot, connect: Recorders
) -> None:
    reader, _ = connect()
    writer, _ = connect()
    reactor.addReader(reader)
    reactor.addWriter(writer)
    assert set(reactor.removeAll()) == {reader, writer}
    assert set(reactor.getReaders()) == reactor._internalReaders
    assert reactor.getWriters() == []


def test_a_regular_file_is_read_to_its_end_while_timers_run(
    reactor: DeckReactor, qtbot: QtBot, tmp_path: Path
) -> None:
    """epoll refuses regular files."""
    path = tmp_path / "file"
    path.write_bytes(bytes(range(256)) * 1000)
    ticks: list[int] = []

    class Reader(FileDescriptor):
        received = b""
        reason: Failure | None = None

        def fileno(self) -> int:
            return opened.fileno()

        def doRead(self) -> Any:
            data = opened.read(100)
            self.received += data
            return None if data else ConnectionDone()

        def readConnectionLost(self, reason: Failure) -> None:
            self.reason = reason

    def tick() -> None:
        ticks.append(len(reader.received))
        if reader.reason is None:
            reactor.callLater(0.001, tick)

    with path.open("rb", buffering=0) as opened:
        reader = Reader(reactor)
        reactor.addReader(reader)
        assert reader in reactor.getReaders()
        tick()
        qtbot.waitUntil(lambda: reader.reason is not None)
        assert reader.received == path.read_bytes()
        assert reader not in reactor.getReaders()
    assert len(ticks) > 2
    qtbot.waitUntil(lambda: not reactor.getDelayedCalls())


def test_a_regular_file_is_written(reactor: DeckReactor, qtbot: QtBot, tmp_path: Path) -> None:
    class Writer(FileDescriptor):
        chunks = 5

        def fileno(self) -> int:
            return opened.fileno()

        def doWrite(self) -> None:
            opened.write(b"chunk")
            self.chunks -= 1
            if not self.chunks:
                self.stopWriting()

    with (tmp_path / "file").open("wb", buffering=0) as opened:
        writer = Writer(reactor)
        writer.startWriting()
        qtbot.waitUntil(lambda: not writer.chunks)
        assert writer not in reactor.getWriters()
    assert (tmp_path / "file").read_bytes() == b"chunk" * 5


def test_a_busy_cooperator_leaves_time_for_descriptors(
    reactor: DeckReactor, qtbot: QtBot, connect: Recorders
) -> None:
    """Twisted's cooperator works 10 ms at a time, which is more than a turn has."""
    reader, peer = connect()
    reactor.addReader(reader)
    task = cooperate(iter(int, 1))
    read_through(qtbot, reader, peer)
    task.stop()
    qtbot.waitUntil(lambda: not reactor.getDelayedCalls())
