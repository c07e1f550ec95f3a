"""An accept guard pauses while descriptors are short, and resumes when they are free."""

from __future__ import annotations

import errno
import os
import resource
import socket
from collections.abc import Iterator

import pytest
from twisted.internet.task import Clock

from app.server.sockets import accept_guard as module
from app.server.sockets.accept_guard import RETRY_SECONDS, AcceptCallbacks, guard, guard_all
from app.server.sockets.addresses import LoopbackPorts
from tests.server.test_listener import Port as MemoryPort


class Listening(socket.socket):
    """A socket that accepts from `queue`: descriptor numbers of clients, or errors."""

    queue: list[int | OSError]

    def accept(self) -> tuple[socket.socket, object]:
        if not self.queue:
            raise BlockingIOError(errno.EAGAIN, "nobody")
        found = self.queue.pop(0)
        if isinstance(found, OSError):
            raise found
        return Accepted(found), ("127.0.0.1", 4711)


class Accepted(socket.socket):
    """A closed socket with a descriptor number set by the test."""

    def __init__(self, number: int) -> None:
        super().__init__()
        self.close()
        self._number = number

    def fileno(self) -> int:
        return self._number


class Port:
    """The part of a Twisted port that a guard uses."""

    sessionno = 0

    def __init__(self) -> None:
        self.socket: socket.socket = Listening()
        self.is_reading = True

    def startReading(self) -> None:
        self.is_reading = True

    def stopReading(self) -> None:
        self.is_reading = False


class GuardBench:
    """A guard with a limit of 40 descriptors, and the calls of its callbacks."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.lowest_free = 10
        self.calls: list[str] = []
        self.clock = Clock()
        self.port = Port()
        self.listening = self.port.socket
        assert isinstance(self.listening, Listening)
        self.queue: list[int | OSError] = []
        self.listening.queue = self.queue
        monkeypatch.setattr(resource, "getrlimit", lambda _: (40, 40))
        monkeypatch.setattr(module, "_lowest_free_descriptor", lambda: self.lowest_free)
        found = guard(
            self.port,
            self.clock,
            AcceptCallbacks(
                on_pause=lambda why: self.calls.append(f"closed: {why}"),
                on_resume=lambda: self.calls.append("opened"),
                on_error=lambda why: self.calls.append(f"broken: {why}"),
            ),
        )
        assert found is not None
        self.accept_guard = found

    def accept(self) -> int:
        return self.accept_guard.accept()[0].fileno()

    def accepts_nobody(self) -> bool:
        try:
            self.accept_guard.accept()
        except BlockingIOError as error:
            return bool(error.args[0] == errno.EAGAIN)
        return False


FULL = "closed: the process may open only 40 files; goes on when clients leave"


@pytest.fixture
def bench(monkeypatch: pytest.MonkeyPatch) -> Iterator[GuardBench]:
    bench = GuardBench(monkeypatch)
    yield bench
    bench.accept_guard.stop()
    bench.listening.close()
    assert not bench.clock.getDelayedCalls()


def test_the_port_accepts_through_the_guard(bench: GuardBench) -> None:
    bench.queue.append(11)
    assert bench.port.socket is bench.accept_guard
    assert bench.accept() == 11
    assert bench.accepts_nobody()
    assert bench.accept_guard.getsockname() == bench.listening.getsockname()
    assert bench.calls == []


@pytest.mark.parametrize("number", [errno.EMFILE, errno.ENFILE, errno.ENOBUFS, errno.ENOMEM])
def test_a_shortage_stops_reading_and_is_reported_once(bench: GuardBench, number: int) -> None:
    bench.queue += [OSError(number, "short"), 11]
    assert bench.accepts_nobody()
    assert bench.accepts_nobody()
    assert not bench.port.is_reading
    (calls,) = bench.calls
    assert calls.startswith("closed: the")
    assert (calls == FULL) is (number == errno.EMFILE)


def test_the_guard_pauses_while_a_few_descriptors_are_still_free(bench: GuardBench) -> None:
    bench.queue += [34, 35, 36]
    assert bench.accept() == 34
    assert bench.accept() == 35, "who is accepted is served"
    assert bench.calls == [FULL]
    assert bench.accepts_nobody()


def test_the_guard_resumes_when_descriptors_are_free(bench: GuardBench) -> None:
    bench.queue += [OSError(errno.EMFILE, "full"), 11]
    bench.accepts_nobody()
    bench.lowest_free = 35
    for _ in range(8):
        bench.clock.advance(RETRY_SECONDS)
    assert not bench.port.is_reading
    bench.lowest_free = 34
    bench.clock.advance(RETRY_SECONDS)
    assert bench.port.is_reading
    assert bench.calls == [FULL, "opened"]
    assert bench.accept() == 11
    assert not bench.clock.getDelayedCalls()


def test_a_raised_descriptor_limit_is_noticed(
    bench: GuardBench, monkeypatch: pytest.MonkeyPatch
) -> None:
    bench.queue += [35, 36]
    bench.accept()
    bench.lowest_free = 36
    monkeypatch.setattr(resource, "getrlimit", lambda _: (1000, 1000))
    bench.clock.advance(RETRY_SECONDS)
    assert bench.accept() == 36
    assert bench.calls == [FULL, "opened"]


@pytest.mark.parametrize("number", [errno.EBADF, errno.EINVAL, errno.ENOTSOCK])
def test_a_fatal_socket_error_is_reported_and_not_retried(bench: GuardBench, number: int) -> None:
    bench.queue.append(OSError(number, os.strerror(number)))
    assert bench.accepts_nobody()
    assert not bench.port.is_reading
    assert bench.calls == [f"broken: {os.strerror(number)}"]


@pytest.mark.parametrize("number", [errno.EAGAIN, errno.EPERM, errno.ECONNABORTED, errno.EPROTO])
def test_an_error_of_one_client_is_left_to_twisted(bench: GuardBench, number: int) -> None:
    bench.queue.append(OSError(number, "one client"))
    with pytest.raises(OSError, match="one client"):
        bench.accept_guard.accept()
    assert bench.port.is_reading
    assert bench.calls == []


def test_with_two_sockets_resume_is_reported_when_both_accept(bench: GuardBench) -> None:
    calls: list[str] = []
    callbacks = AcceptCallbacks(
        lambda why: calls.append("closed"), lambda: calls.append("opened"), calls.append
    )
    one, other = Port(), Port()
    sockets = [one.socket, other.socket]
    guards = guard_all(LoopbackPorts(one, other), bench.clock, callbacks)
    for listening, accept_guard in zip(sockets, guards, strict=True):
        assert isinstance(listening, Listening)
        listening.queue = [OSError(errno.EMFILE, "full")]
        with pytest.raises(BlockingIOError):
            accept_guard.accept()
        bench.clock.advance(RETRY_SECONDS / 2)
    assert (one.is_reading, other.is_reading, calls) == (True, False, ["closed"])
    bench.clock.advance(RETRY_SECONDS / 2)
    assert (other.is_reading, calls) == (True, ["closed", "opened"])
    for listening in sockets:
        listening.close()


def test_a_port_without_a_socket_is_not_guarded(bench: GuardBench) -> None:
    callbacks = AcceptCallbacks(lambda why: None, lambda: None, lambda why: None)
    assert guard(MemoryPort(), bench.clock, callbacks) is None
