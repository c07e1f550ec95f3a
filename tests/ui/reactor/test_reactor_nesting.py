"""The reactor while a callback runs its own Qt event loop, as a dialog does."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from PySide6.QtCore import QEventLoop, QTimer
from PySide6.QtWidgets import QDialog
from pytestqt.qtbot import QtBot

from app.ui.reactor.reactor import DeckReactor
from tests.ui.reactor.recorder import Pair, Recorders, read_through

PATIENCE_MILLISECONDS = 10_000


@pytest.fixture
def connect(reactor: DeckReactor) -> Iterator[Recorders]:
    recorders = Recorders(reactor)
    yield recorders
    recorders.close()


class Nested:
    """An event loop that a test must quit within ten seconds; otherwise the test fails."""

    def __init__(self) -> None:
        self._loop = QEventLoop()
        self._alarm = QTimer(singleShot=True, interval=PATIENCE_MILLISECONDS)
        self._alarm.timeout.connect(self._loop.quit)
        self.leave: Callable[[], None] = self._loop.quit
        self.was_run = self.timed_out = False

    def run(self) -> None:
        self.was_run = True
        self._alarm.start()
        self._loop.exec()
        self.timed_out = not self._alarm.isActive()
        self._alarm.stop()

    def left_in_time(self) -> bool:
        return self.was_run and not self.timed_out


def test_other_connections_go_on(reactor: DeckReactor, qtbot: QtBot, connect: Recorders) -> None:
    nested = Nested()
    (busy, busy_peer), (other, other_peer) = connect(), connect()
    busy.when_read = nested.run
    other.when_read = nested.leave
    reactor.addReader(busy)
    reactor.addReader(other)
    reactor.callLater(0.01, other_peer.send, b"hello")
    read_through(qtbot, busy, busy_peer)
    qtbot.waitUntil(nested.left_in_time)
    assert other.received == [b"hello"]


def test_the_rest_of_the_poll_is_served_only_once_in_the_inner_loop(
    reactor: DeckReactor, qtbot: QtBot, connect: Recorders
) -> None:
    nested = Nested()
    all_of_them = [connect() for _ in range(10)]
    served: list[int] = []
    for index, (reader, peer) in enumerate(all_of_them):

        def when_read(index: int = index) -> None:
            served.append(index)
            if len(served) == 1:
                nested.run()
            elif len(served) == len(all_of_them):
                nested.leave()

        reader.when_read = when_read
        peer.send(b"x")
        reactor.addReader(reader)
    qtbot.waitUntil(nested.left_in_time)
    assert sorted(served) == list(range(10))
    assert [reader.received for reader, _ in all_of_them] == [[b"x"]] * 10


def test_the_suspended_connection_gets_its_data_afterwards_once_and_in_order(
    reactor: DeckReactor, qtbot: QtBot, connect: Recorders
) -> None:
    nested = Nested()
    (busy, busy_peer), (other, other_peer) = connect(), connect()
    depth: list[int] = [0]
    deepest: list[int] = []

    def when_read() -> None:
        depth[0] += 1
        deepest.append(depth[0])
        if len(busy.received) == 1:
            nested.run()
        depth[0] -= 1

    def send_more() -> None:
        busy_peer.send(b"2")
        other_peer.send(b"x")

    busy.when_read = when_read
    # This runs after the suspended one has data to read.
    other.when_read = nested.leave
    reactor.addReader(busy)
    reactor.addReader(other)
    reactor.callLater(0.01, send_more)
    busy_peer.send(b"1")
    qtbot.waitUntil(lambda: len(busy.received) == 2)
    assert not nested.timed_out
    assert busy.received == [b"1", b"2"]
    assert deepest == [1, 1]


def test_data_for_the_suspended_connection_causes_no_busy_loop(
    reactor: DeckReactor,
    qtbot: QtBot,
    connect: Recorders,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    nested = Nested()
    busy, busy_peer = connect()
    busy.when_read = lambda: nested.run() if len(busy.received) == 1 else None
    reactor.addReader(busy)
    turns: list[None] = []
    turn = reactor._turn

    def note_and_turn() -> None:
        turns.append(None)
        turn()

    monkeypatch.setattr(reactor, "_turn", note_and_turn)

    def wait_a_while() -> None:
        busy_peer.send(b"2")
        turns.clear()
        QTimer.singleShot(100, nested.leave)

    reactor.callLater(0.01, wait_a_while)
    busy_peer.send(b"1")
    qtbot.waitUntil(lambda: len(busy.received) == 2)
    assert len(turns) < 10


def test_the_end_of_the_suspended_connection_is_reported_afterwards(
    reactor: DeckReactor, qtbot: QtBot, connect: Recorders
) -> None:
    nested = Nested()
    (busy, busy_peer), (other, other_peer) = connect(), connect()
    told_inside: list[Any] = []

    def leave() -> None:
        told_inside.extend(busy.reasons)
        nested.leave()

    def end() -> None:
        busy_peer.close()
        other_peer.send(b"x")

    busy.when_read = nested.run
    other.when_read = leave
    reactor.addReader(busy)
    reactor.addReader(other)
    reactor.callLater(0.01, end)
    busy_peer.send(b"x")
    qtbot.waitUntil(lambda: bool(busy.reasons))
    assert told_inside == []
    assert len(busy.reasons) == 1
    assert not nested.timed_out


def test_a_suspended_connection_may_be_removed_closed_and_its_number_reused(
    reactor: DeckReactor, qtbot: QtBot, connect: Recorders
) -> None:
    nested = Nested()
    (busy, busy_peer), (other, other_peer) = connect(), connect()
    number = busy.fileno()
    fresh: list[Pair] = []

    def replace() -> None:
        reactor.removeReader(busy)
        busy.connection.close()
        while not fresh or fresh[-1][0].fileno() > number:
            fresh.append(connect())
        reactor.addReader(fresh[-1][0])
        fresh[-1][0].when_read = nested.leave
        fresh[-1][1].send(b"fresh")

    def park_first() -> None:
        busy_peer.send(b"unread")
        other_peer.send(b"x")

    def read() -> None:
        reactor.callLater(0, park_first)
        nested.run()

    other.when_read = replace
    busy.when_read = read
    reactor.addReader(busy)
    reactor.addReader(other)
    busy_peer.send(b"x")
    qtbot.waitUntil(nested.left_in_time)
    assert fresh[-1][0].received == [b"fresh"]
    assert busy.received == [b"x"]


def test_delayed_calls_go_on(reactor: DeckReactor, qtbot: QtBot) -> None:
    nested = Nested()
    times: list[int] = []

    def again() -> None:
        times.append(1)
        if len(times) == 5:
            nested.leave()
        else:
            reactor.callLater(0.001, again)

    reactor.callLater(0, nested.run)
    reactor.callLater(0, again)
    qtbot.waitUntil(nested.left_in_time)
    assert len(times) == 5


def test_a_delayed_call_made_before_runs_in_the_inner_loop(
    reactor: DeckReactor, qtbot: QtBot
) -> None:
    nested = Nested()

    def call_and_run() -> None:
        reactor.callLater(0, nested.leave)
        nested.run()

    reactor.callLater(0, call_and_run)
    qtbot.waitUntil(nested.left_in_time)


def test_data_written_before_is_sent_in_the_inner_loop(
    reactor: DeckReactor, qtbot: QtBot, connect: Recorders
) -> None:
    nested = Nested()
    (busy, busy_peer), (writer, _) = connect(), connect()

    def write() -> None:
        writer.stopWriting()
        nested.leave()

    def ask_and_run() -> None:
        reactor.addWriter(writer)
        nested.run()

    writer.when_written = write
    busy.when_read = ask_and_run
    reactor.addReader(busy)
    busy_peer.send(b"x")
    qtbot.waitUntil(nested.left_in_time)
    assert writer.written == 1


def test_a_slot_in_the_inner_loop_may_call_later_and_write(
    reactor: DeckReactor, qtbot: QtBot, connect: Recorders
) -> None:
    nested = Nested()
    (busy, busy_peer), (writer, _) = connect(), connect()
    done: list[str] = []

    def write() -> None:
        writer.stopWriting()
        done.append("written")

    def slot() -> None:
        reactor.addWriter(writer)
        reactor.callLater(0.01, nested.leave)

    writer.when_written = write
    QTimer.singleShot(20, slot)
    busy.when_read = nested.run
    reactor.addReader(busy)
    busy_peer.send(b"x")
    qtbot.waitUntil(nested.left_in_time)
    assert done == ["written"]


def test_a_writer_whose_callback_is_on_the_stack_is_not_called_again(
    reactor: DeckReactor, qtbot: QtBot, connect: Recorders
) -> None:
    nested = Nested()
    writer, _ = connect()

    def write() -> None:
        if writer.written == 1:
            QTimer.singleShot(20, nested.leave)
            nested.run()
            assert writer.written == 1
        writer.stopWriting()

    writer.when_written = write
    reactor.addWriter(writer)
    qtbot.waitUntil(nested.left_in_time)
    assert writer.written == 1
    assert writer.reasons == []


def test_calls_from_threads_run_once_and_later_ones_in_the_inner_loop(
    reactor: DeckReactor, qtbot: QtBot
) -> None:
    nested = Nested()
    order: list[str] = []

    def first() -> None:
        order.append("first")
        nested.run()
        order.append("first again")

    def second() -> None:
        order.append("second")
        nested.leave()

    reactor.callFromThread(first)
    reactor.callFromThread(second)
    qtbot.waitUntil(nested.left_in_time)
    assert order == ["first", "second", "first again"]


def test_loops_nest_twice_and_return_in_order(
    reactor: DeckReactor, qtbot: QtBot, connect: Recorders
) -> None:
    outer, inner = Nested(), Nested()
    (one, one_peer), (two, two_peer), (three, three_peer) = connect(), connect(), connect()
    order: list[str] = []

    def run_outer() -> None:
        two_peer.send(b"x")
        outer.run()
        order.append("outer left")

    def run_inner() -> None:
        three_peer.send(b"x")
        inner.run()
        order.append("inner left")
        outer.leave()

    one.when_read, two.when_read, three.when_read = run_outer, run_inner, inner.leave
    for reader in (one, two, three):
        reactor.addReader(reader)
    one_peer.send(b"x")
    qtbot.waitUntil(outer.left_in_time)
    assert order == ["inner left", "outer left"]
    read_through(qtbot, three, three_peer)
    assert not reactor._suspended


def test_a_dialog_lets_connections_go_on(
    reactor: DeckReactor, qtbot: QtBot, connect: Recorders
) -> None:
    (busy, busy_peer), (other, other_peer) = connect(), connect()
    dialog = QDialog()
    qtbot.addWidget(dialog)
    finished: list[int] = []

    def ask() -> None:
        other_peer.send(b"x")
        finished.append(dialog.exec())

    busy.when_read = ask
    other.when_read = dialog.accept
    reactor.addReader(busy)
    reactor.addReader(other)
    busy_peer.send(b"x")
    qtbot.waitUntil(lambda: bool(finished))
    assert finished == [QDialog.DialogCode.Accepted]
