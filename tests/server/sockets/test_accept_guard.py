"""Nobody is let in while the process has no descriptor for them, and they come in once it has."""

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
    """A socket that has what the test puts into `queue`: a client's descriptor, or an error."""

    queue: list[int | OSError]

    def accept(self) -> tuple[socket.socket, object]:
        if not self.queue:
            raise BlockingIOError(errno.EAGAIN, "nobody")
        found = self.queue.pop(0)
        if isinstance(found, OSError):
            raise found
        return Accepted(found), ("127.0.0.1", 4711)


class Accepted(socket.socket):
    """One that says what its descriptor is, and has none."""

    def __init__(self, number: int) -> None:
        super().__init__()
        self.close()
        self._number = number

    def fileno(self) -> int:
        return self._number


class Port:
    """As much of a Twisted port as an entrance touches."""

    sessionno = 0

    def __init__(self) -> None:
        self.socket: socket.socket = Listening()
        self.is_reading = True

    def startReading(self) -> None:
        self.is_reading = True

    def stopReading(self) -> None:
        self.is_reading = False


class Door:
    """An entrance at a limit of 40 descriptors, and what was told of it."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.lowest_free = 10
        self.told: list[str] = []
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
                closed=lambda why: self.told.append(f"closed: {why}"),
                opened=lambda: self.told.append("opened"),
                broken=lambda why: self.told.append(f"broken: {why}"),
            ),
        )
        assert found is not None
        self.entrance = found

    def accept(self) -> int:
        return self.entrance.accept()[0].fileno()

    def nobody_comes_in(self) -> bool:
        try:
            self.entrance.accept()
        except BlockingIOError as error:
            return bool(error.args[0] == errno.EAGAIN)
        return False


FULL = "closed: the process may open only 40 files; goes on when clients leave"


@pytest.fixture
def door(monkeypatch: pytest.MonkeyPatch) -> Iterator[Door]:
    door = Door(monkeypatch)
    yield door
    door.entrance.let_go()
    door.listening.close()
    assert not door.clock.getDelayedCalls()


def test_the_port_accepts_through_it_and_knows_no_difference(door: Door) -> None:
    door.queue.append(11)
    assert door.port.socket is door.entrance
    assert door.accept() == 11
    assert door.nobody_comes_in()
    assert door.entrance.getsockname() == door.listening.getsockname()
    assert door.told == []


@pytest.mark.parametrize("number", [errno.EMFILE, errno.ENFILE, errno.ENOBUFS, errno.ENOMEM])
def test_a_shortage_stops_the_reading_and_is_told_once(door: Door, number: int) -> None:
    door.queue += [OSError(number, "short"), 11]
    assert door.nobody_comes_in()
    assert door.nobody_comes_in()
    assert not door.port.is_reading
    (told,) = door.told
    assert told.startswith("closed: the")
    assert (told == FULL) is (number == errno.EMFILE)


def test_it_closes_before_the_last_descriptors_are_gone(door: Door) -> None:
    door.queue += [34, 35, 36]
    assert door.accept() == 34
    assert door.accept() == 35, "who is accepted is served"
    assert door.told == [FULL]
    assert door.nobody_comes_in()


def test_it_opens_when_there_is_room_again(door: Door) -> None:
    door.queue += [OSError(errno.EMFILE, "full"), 11]
    door.nobody_comes_in()
    door.lowest_free = 35
    for _ in range(8):
        door.clock.advance(RETRY_SECONDS)
    assert not door.port.is_reading
    door.lowest_free = 34
    door.clock.advance(RETRY_SECONDS)
    assert door.port.is_reading
    assert door.told == [FULL, "opened"]
    assert door.accept() == 11
    assert not door.clock.getDelayedCalls()


def test_a_raised_limit_counts(door: Door, monkeypatch: pytest.MonkeyPatch) -> None:
    door.queue += [35, 36]
    door.accept()
    door.lowest_free = 36
    monkeypatch.setattr(resource, "getrlimit", lambda _: (1000, 1000))
    door.clock.advance(RETRY_SECONDS)
    assert door.accept() == 36
    assert door.told == [FULL, "opened"]


@pytest.mark.parametrize("number", [errno.EBADF, errno.EINVAL, errno.ENOTSOCK])
def test_a_socket_that_is_of_no_use_is_told_and_not_tried_again(door: Door, number: int) -> None:
    door.queue.append(OSError(number, os.strerror(number)))
    assert door.nobody_comes_in()
    assert not door.port.is_reading
    assert door.told == [f"broken: {os.strerror(number)}"]


@pytest.mark.parametrize("number", [errno.EAGAIN, errno.EPERM, errno.ECONNABORTED, errno.EPROTO])
def test_what_is_the_matter_with_one_client_is_left_to_twisted(door: Door, number: int) -> None:
    door.queue.append(OSError(number, "one client"))
    with pytest.raises(OSError, match="one client"):
        door.entrance.accept()
    assert door.port.is_reading
    assert door.told == []


def test_of_two_sockets_that_are_short_both_are_open_before_it_is_told(door: Door) -> None:
    told: list[str] = []
    keeper = AcceptCallbacks(
        lambda why: told.append("closed"), lambda: told.append("opened"), told.append
    )
    one, other = Port(), Port()
    sockets = [one.socket, other.socket]
    entrances = guard_all(LoopbackPorts(one, other), door.clock, keeper)
    for listening, entrance in zip(sockets, entrances, strict=True):
        assert isinstance(listening, Listening)
        listening.queue = [OSError(errno.EMFILE, "full")]
        with pytest.raises(BlockingIOError):
            entrance.accept()
        door.clock.advance(RETRY_SECONDS / 2)
    assert (one.is_reading, other.is_reading, told) == (True, False, ["closed"])
    door.clock.advance(RETRY_SECONDS / 2)
    assert (other.is_reading, told) == (True, ["closed", "opened"])
    for listening in sockets:
        listening.close()


def test_a_port_without_a_socket_of_its_own_is_left_alone(door: Door) -> None:
    keeper = AcceptCallbacks(lambda why: None, lambda: None, lambda why: None)
    assert guard(MemoryPort(), door.clock, keeper) is None
