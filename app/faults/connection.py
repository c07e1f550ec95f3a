"""The faults of one stream connection, between its transport and what serves it.

A connection without faults has none of these objects and costs nothing. One with faults hands all
that happens to a `ConnectionFaults`, which calls back when and if it is to happen.

                  receive…                     pass_received…
    transport  ------------->  inbound pipeline  ------------->  protocol
                  pass_written…                write…
    transport  <-------------  outbound pipeline  <------------  protocol
"""

from __future__ import annotations

from collections.abc import Iterable
from random import Random
from typing import Protocol

from twisted.python.failure import Failure

from app.faults.forced_end import EndableConnection, ForcedEnd
from app.faults.schedule import Schedule, Wait
from app.faults.spec import Direction, Fault, FaultKind
from app.faults.stages import Ending, Item, Mark
from app.faults.stream import Pipeline


class FaultyConnection(EndableConnection, Protocol):
    """The connection, as far as its faults act on it. No method may raise."""

    @property
    def disconnecting(self) -> bool:
        """Whether this side has decided to close it."""

    def pass_opened(self) -> None:
        """The protocol may begin."""

    def pass_received(self, data: bytes) -> None:
        """Give the protocol what came from the peer."""

    def pass_read_end(self) -> None:
        """The peer has closed its direction."""

    def pass_loss(self, reason: Failure) -> None:
        """The connection is gone. Called once, and nothing else is after it."""

    def pass_written(self, data: bytes) -> None:
        """Hand to the transport what the protocol wrote."""

    def pass_write_end(self) -> None:
        """Close the outbound direction of the transport."""

    def pass_close(self) -> None:
        """Close the transport once it has sent what it has."""

    def read_wire(self, wanted: bool) -> None:
        """Let the transport read, or not."""

    def slow_down(self, is_full: bool) -> None:
        """Let the protocol's producer pause, or go on."""

    def ask_producer(self) -> None:
        """If there is a pull producer and nothing is full, ask it for more."""

    def has_producer(self) -> bool:
        """Whether the protocol has registered a producer and not unregistered it."""

    def has_pull_producer(self) -> bool:
        """Whether it is one that writes only when it is asked."""

    def is_in_handshake(self) -> bool:
        """Whether TLS must read before it can carry bytes."""

    def drop_faults(self) -> None:
        """The faults hold nothing, and there are none any more."""


class ConnectionFaults:
    """Acts out faults on one connection, which may change at any time.

    Invariants: each direction keeps its order, ends included; a fault that is cleared lets pass
    what it held; nothing is called on the connection after `pass_loss`.
    """

    def __init__(
        self,
        connection: FaultyConnection,
        schedule: Schedule,
        random: Random,
        *,
        read_has_ended: bool = False,
        inbound: Direction = Direction.IN,
    ) -> None:
        """It begins without faults; see `replace`. `schedule` and `random` are the listener's.

        `read_has_ended` says that the peer has closed its direction already. `inbound` is the
        direction, as a fault has it, of what comes from the peer: `OUT` if that is no client.
        """
        self._connection = connection
        self._schedule = schedule
        self._faults: tuple[Fault, ...] = ()
        outbound = Direction.OUT if inbound is Direction.IN else Direction.IN
        self._in = Pipeline(inbound, schedule, random, self._let_in, self._set_in_full)
        self._out = Pipeline(outbound, schedule, random, self._let_out, self._set_out_full)
        self._forced_end = ForcedEnd(connection, schedule, self._stop_passing)
        self._opening: Wait | None = None
        self._asking: Wait | None = None
        self._is_open = True
        self._is_wanted = True
        """Whether the protocol takes data."""
        self._reads = True
        """Whether the transport was last told to read."""
        self._wire_has_ended = read_has_ended
        """Whether the peer will say nothing more."""
        self._write_has_ended = False
        """Whether the protocol may write nothing more."""
        self._wants_close = False
        """Whether the protocol closes once its producer is done."""
        self._is_closing = False
        """Whether a close waits in the outbound pipeline."""
        self._has_closed = False
        """Whether one has been put there."""
        self._loss: Failure | None = None
        """Why the transport is gone, while the protocol does not know yet."""
        self._is_ended = False
        """Whether a fault is ending the connection: nothing passes any more."""
        self._is_over = False
        self.dropped_bytes = 0
        """Bytes of both directions that came when nothing could pass any more."""

    # What people ask

    @property
    def faults(self) -> tuple[Fault, ...]:
        """Those in force here."""
        return self._faults

    @property
    def held_bytes(self) -> int:
        """Bytes of both directions that wait here."""
        return self._in.held_bytes + self._out.held_bytes

    @property
    def held_out_bytes(self) -> int:
        """Bytes that the protocol wrote and the transport does not have yet."""
        return self._out.held_bytes

    @property
    def lost_bytes(self) -> int:
        """Bytes that crossed the wire or were written, and that nobody will get."""
        return self.dropped_bytes + self._in.dropped_bytes + self._out.dropped_bytes

    @property
    def is_lost(self) -> bool:
        """Whether the transport is gone, which the protocol does not know yet."""
        return self._loss is not None

    @property
    def is_closing(self) -> bool:
        """Whether a close of this side waits behind what is held."""
        return self._is_closing or self._wants_close or self._forced_end.is_flushing

    def replace(self, faults: Iterable[Fault]) -> None:
        """Act out `faults` from now on, which hit this connection: their chance is not looked at.

        Those that stay go on as they are. What others held passes at once.
        """
        self._faults = tuple(fault for fault in faults if fault.enabled)
        if self._is_over:
            return
        if not self._is_ended:
            self._forced_end.arm(self._faults)
        self._update_opening()
        for pipeline in (self._in, self._out):
            acting = (fault for fault in self._faults if fault.acts(pipeline.direction))
            pipeline.replace(acting)
        self._update_reading()
        self._leave_if_idle()

    def open(self) -> None:
        """The connection is made: let the protocol begin, maybe later."""
        delay = self._accept_delay()
        if not delay:
            self._connection.pass_opened()
            return
        self._is_open = False
        self._in.block(True)
        self._out.block(True)
        self._update_reading()
        self._opening = self._schedule.call_at(self._schedule.seconds() + delay, self._open_now)

    # What the transport says

    def receive(self, data: bytes) -> None:
        """Bytes came from the peer."""
        if self._is_ended or self._is_over:
            self.dropped_bytes += len(data)
        else:
            self._in.put(data)

    def receive_end(self) -> None:
        """The peer has closed its direction."""
        self._wire_has_ended = True
        if not (self._is_ended or self._is_over):
            self._in.put(Mark(Ending.HALF))
        elif self._connection.disconnecting:
            self._connection.pass_read_end()

    def receive_loss(self, reason: Failure) -> None:
        """The transport is gone."""
        self._wire_has_ended = True
        self._loss = reason
        self._out.clear()
        if self._connection.disconnecting or self._is_ended:
            self._lose()
        else:
            self._in.put(Mark(Ending.WHOLE, reason))

    def complete_handshake(self) -> None:
        """TLS can carry bytes."""
        self._update_reading()

    # What the protocol asks for

    def write(self, data: bytes) -> None:
        """The protocol writes."""
        if self._write_has_ended or self._loss is not None or self._is_ended:
            self.dropped_bytes += len(data)
            return
        if not data:
            return
        self._out.put(data)
        if self._asking is None and self._connection.has_pull_producer():
            self._asking = self._schedule.call_soon(self._ask)

    def end_writing(self) -> None:
        """The protocol closes its direction."""
        if not self._write_has_ended and self._loss is None:
            self._write_has_ended = True
            self._out.put(Mark(Ending.HALF))

    def close(self) -> None:
        """This side closes once all that was written, also by a producer, is sent."""
        if self._is_over or self._is_ended or self._has_closed:
            return
        if self._loss is not None:
            self._schedule.call_soon(self._lose)  # as a transport: never inside of the call
            return
        self._wants_close = self._connection.has_producer()
        if self._wants_close:
            return
        self._write_has_ended = self._is_closing = self._has_closed = True
        self._out.put(Mark(Ending.WHOLE))
        if not self._is_open:  # the protocol will not begin any more
            self._out.block(False)

    def abort(self) -> None:
        """This side resets the connection: nothing waits any more."""
        self._is_ended = True
        self._in.clear()
        self._out.clear()
        self._cancel_waits()
        if self._loss is not None and not self._is_over:
            self._schedule.call_soon(self._lose)

    def flush(self) -> None:
        """Let pass all that is held, as what follows is of another kind: TLS begins."""
        self._out.flush()

    # The protocol as a consumer of what is received

    def pauseProducing(self) -> None:
        """The protocol takes no data for now."""
        self._is_wanted = False
        self._in.block(True)
        self._update_reading()

    def resumeProducing(self) -> None:
        """The protocol takes data again."""
        self._is_wanted = True
        self._update_reading()
        self._in.block(not self._is_open)
        self._leave_if_idle()

    # What has passed

    def _let_in(self, item: Item) -> None:
        if isinstance(item, bytes):
            self._connection.pass_received(item)
        elif item.ending is Ending.HALF:
            self._connection.pass_read_end()
        elif item.ending is Ending.WHOLE:
            self._lose()
        else:
            self._reach_limit(item.subject.fault)
        self._leave_if_idle()

    def _let_out(self, item: Item) -> None:
        if isinstance(item, bytes):
            self._connection.pass_written(item)
        elif item.ending is Ending.HALF:
            self._connection.pass_write_end()
        elif item.ending is Ending.WHOLE:
            self._is_closing = False
            self._connection.pass_close()
        else:
            self._reach_limit(item.subject.fault)
        self._leave_if_idle()

    def _lose(self) -> None:
        if self._is_over or self._loss is None:
            return
        self._is_over = True
        self._in.clear()
        self._out.clear()
        self._cancel_waits()
        self._connection.pass_loss(self._loss)

    # Faults of the whole connection

    def _reach_limit(self, fault: Fault) -> None:
        if not (self._is_ended or self._is_over):
            self._forced_end.reach_limit(fault)

    def _stop_passing(self) -> None:
        self._is_ended = True
        self._in.clear()
        self._out.clear()
        self._cancel_waits()
        if self._loss is not None:
            self._schedule.call_soon(self._lose)
        else:
            self._update_reading()

    def _accept_delay(self) -> float:
        return sum(f.seconds for f in self._faults if f.kind is FaultKind.ACCEPT_DELAY)

    def _update_opening(self) -> None:
        if self._opening is not None and not self._accept_delay():
            self._opening.cancel()
            self._open_now()

    def _open_now(self) -> None:
        self._opening = None
        self._is_open = True
        self._connection.pass_opened()
        self._out.block(False)
        self._in.block(not self._is_wanted)
        self._update_reading()
        self._leave_if_idle()

    # Back-pressure

    def _set_in_full(self, is_full: bool) -> None:
        self._update_reading()

    def _set_out_full(self, is_full: bool) -> None:
        self._connection.slow_down(is_full)

    def _ask(self) -> None:
        self._asking = None
        if not self._out.is_full and not self._is_ended:
            self._connection.ask_producer()

    def _update_reading(self) -> None:
        """Tell the transport whether to read, if that is another answer than the last."""
        reads = not self._wire_has_ended and (self._is_ended or self._takes_data())
        if reads is not self._reads or not reads:
            self._reads = reads
            self._connection.read_wire(reads)

    def _takes_data(self) -> bool:
        if not (self._is_wanted and self._is_open) or self._in.is_full:
            return False
        stops = any(fault.kind is FaultKind.STOP_READING for fault in self._faults)
        return not stops or self._connection.is_in_handshake()

    # The end

    def _leave_if_idle(self) -> None:
        if self._faults or self._is_over or self._is_ended or self._opening is not None:
            return
        if self._loss is not None or self._wants_close or not self._is_open:
            return
        if self._in.is_empty and self._out.is_empty:
            self._cancel_waits()
            self._connection.drop_faults()

    def _cancel_waits(self) -> None:
        self._forced_end.cancel()
        for wait in (self._opening, self._asking):
            if wait is not None:
                wait.cancel()
        self._opening = self._asking = None
