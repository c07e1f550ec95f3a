"""A connection that writes down what its faults do, and a clock to turn by hand."""

from __future__ import annotations

from random import Random
from typing import Any

from twisted.internet.error import ConnectionDone
from twisted.internet.task import Clock
from twisted.python.failure import Failure

from app.faults.connection import ConnectionFaults
from app.faults.schedule import Schedule
from app.faults.spec import Fault, FaultKind

LOST = Failure(ConnectionDone())


def fault(kind: str, **parameters: Any) -> Fault:
    """A fault of the kind that is called `kind` in a profile."""
    return Fault(kind=FaultKind(kind), **parameters)


class FakeConnection:
    """Both ends of a connection: what the peer gets, and what the protocol is told."""

    def __init__(self, clock: Clock, *faults: Fault, seed: int = 1) -> None:
        self.clock = clock
        self.schedule = Schedule(clock)
        self.closes = False
        self.received = b""
        self.sent = b""
        self.chunks: list[tuple[float, bytes]] = []
        """What was sent, with its times."""
        self.events: list[str] = []
        self.reads = True
        self.is_full = False
        self.asked = 0
        self.producer = ""
        self.handshaking = False
        self.flushed = True
        self.faults = ConnectionFaults(self, self.schedule, Random(seed))
        self.is_detached = False
        if faults:
            self.faults.replace(faults)

    # What the faults call

    @property
    def disconnecting(self) -> bool:
        return self.closes

    def pass_opened(self) -> None:
        self.events.append("opened")

    def pass_received(self, data: bytes) -> None:
        self.received += data

    def pass_read_end(self) -> None:
        self.events.append("read end")

    def pass_loss(self, reason: Failure) -> None:
        assert "lost" not in self.events
        self.events.append("lost")

    def pass_written(self, data: bytes) -> None:
        assert "lost" not in self.events
        self.sent += data
        self.chunks.append((self.clock.seconds(), data))

    def pass_write_end(self) -> None:
        self.events.append("write end")

    def pass_close(self) -> None:
        self.events.append("closed")

    def pass_reset(self) -> None:
        self.events.append("reset")

    def read_wire(self, wanted: bool) -> None:
        self.reads = wanted

    def slow_down(self, is_full: bool) -> None:
        self.is_full = is_full

    def ask_producer(self) -> None:
        self.asked += 1

    def has_producer(self) -> bool:
        return bool(self.producer)

    def has_pull_producer(self) -> bool:
        return self.producer == "pull"

    def is_in_handshake(self) -> bool:
        return self.handshaking

    def is_flushed(self) -> bool:
        return self.flushed

    def end_by_fault(self, words: str, *, reset: bool) -> None:
        self.closes = True
        self.events.append(f"{'reset' if reset else 'ended'}: {words}")

    def drop_faults(self) -> None:
        self.is_detached = True

    # What a test does

    def advance(self, seconds: float) -> None:
        """Move the clock, in steps as a reactor would."""
        self.clock.advance(seconds)
        for _ in range(3):
            self.clock.advance(0)

    def close(self) -> None:
        """This side closes."""
        self.closes = True
        self.faults.close()
