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
from enum import Enum
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

    def pass_reset(self) -> None:
        """Reset the transport: all that was written before is sent."""

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


class Life(Enum):
    """How far the connection is, as its protocol sees it."""

    DELAYED = "delayed"
    """A fault delays its begin."""

    OPEN = "open"
    ENDING = "ending"
    """It is being reset, or a fault ends it: nothing passes any more."""

    OVER = "over"
    """The protocol knows that it is lost."""

    FREE = "free"
    """It goes on without faults, and these have nothing to do with it any more."""


class Close(Enum):
    """How far the close, or the reset, of this side is."""

    NONE = "none"
    WANTED = "wanted"
    """It follows when the producer of the protocol is done."""

    HELD = "held"
    """It waits in the outbound pipeline."""

    PASSED = "passed"


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
        self._forced_end = ForcedEnd(connection, schedule, self.abort)
        self._opening: Wait | None = None
        self._asking: Wait | None = None
        self._life = Life.OPEN
        self._is_wanted = True
        """Whether the protocol takes data."""
        self._reads = True
        """Whether the transport was last told to read."""
        self._wire_has_ended = read_has_ended
        """Whether the peer will say nothing more."""
        self._write_has_ended = False
        """Whether the protocol may write nothing more."""
        self._close = Close.NONE
        self._loss: Failure | None = None
        """Why the transport is gone, while the protocol does not know yet."""

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
    def is_lost(self) -> bool:
        """Whether the transport is gone, which the protocol does not know yet."""
        return self._loss is not None

    @property
    def is_closing(self) -> bool:
        """Whether a close or a reset of this side waits behind what is held."""
        return self._close in (Close.WANTED, Close.HELD) or self._forced_end.is_flushing

    def replace(self, faults: Iterable[Fault]) -> None:
        """Act out `faults` from now on, which hit this connection: their chance is not looked at.

        Those that stay go on as they are. What others held passes at once.
        """
        self._faults = tuple(fault for fault in faults if fault.enabled)
        if self._life is Life.OVER:
            return
        if self._passes and self._loss is None:
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
        self._life = Life.DELAYED
        self._in.block(True)
        self._out.block(True)
        self._update_reading()
        self._opening = self._schedule.call_at(self._schedule.seconds() + delay, self._open_now)

    # What the transport says

    def receive(self, data: bytes) -> None:
        """Bytes came from the peer."""
        if self._passes:
            self._in.put(data)

    def receive_end(self) -> None:
        """The peer has closed its direction."""
        self._wire_has_ended = True
        if self._passes:
            self._in.put(Mark(Ending.HALF))
        elif self._connection.disconnecting:
            self._connection.pass_read_end()

    def receive_loss(self, reason: Failure) -> None:
        """The transport is gone."""
        self._wire_has_ended = True
        self._loss = reason
        self._forced_end.cancel()
        self._out.clear()
        if self._connection.disconnecting or not self._passes:
            self._lose()
        else:
            self._in.put(Mark(Ending.WHOLE, reason))
            self._block_in()

    def complete_handshake(self) -> None:
        """TLS can carry bytes."""
        self._update_reading()

    # What the protocol asks for

    def write(self, data: bytes) -> None:
        """The protocol writes."""
        if not data or self._write_has_ended or self._loss is not None or not self._passes:
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
        if not self._passes or self._close in (Close.HELD, Close.PASSED):
            return
        if self._loss is not None:
            self._schedule.call_soon(self._lose)  # as a transport: never inside of the call
            return
        if self._connection.has_producer():
            self._close = Close.WANTED
        else:
            self._close_behind(Ending.WHOLE)

    def reset(self) -> None:
        """This side resets the connection once all that was written is sent."""
        if self._loss is not None:
            self.abort()
        elif self._life is Life.DELAYED:  # nothing was written
            self._reset_now()
        elif self._passes:
            self._close_behind(Ending.RESET)

    def _close_behind(self, ending: Ending) -> None:
        self._write_has_ended = True
        self._close = Close.HELD
        self._out.put(Mark(ending))
        if self._life is Life.DELAYED:  # the protocol will not begin any more
            self._out.block(False)

    def abort(self) -> None:
        """The connection ends at once: nothing waits any more."""
        if self._life is Life.OVER:
            return
        self._stop(Life.ENDING)
        if self._loss is not None:
            self._schedule.call_soon(self._lose)
        else:
            self._update_reading()

    def flush(self) -> None:
        """Let pass all that is held, as what follows is of another kind: TLS begins."""
        self._out.flush()

    # The protocol as a consumer of what is received

    def pauseProducing(self) -> None:
        """The protocol takes no data for now."""
        self._is_wanted = False
        self._block_in()
        self._update_reading()

    def resumeProducing(self) -> None:
        """The protocol takes data again."""
        self._is_wanted = True
        self._update_reading()
        self._block_in()
        self._leave_if_idle()

    def _block_in(self) -> None:
        """Let nothing in while the protocol takes nothing. If the connection is lost, it gets all,
        as it is told of the loss in any case, and may wait for a transport that is gone.
        """
        is_paused = not self._is_wanted and self._loss is None
        self._in.block(is_paused or self._life is Life.DELAYED)

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
            self._close = Close.PASSED
            self._connection.pass_close()
        elif item.ending is Ending.RESET:
            self._close = Close.PASSED
            self._reset_now()
        else:
            self._reach_limit(item.subject.fault)
        self._leave_if_idle()

    def _lose(self) -> None:
        if self._life is not Life.OVER and self._loss is not None:
            self._stop(Life.OVER)
            self._connection.pass_loss(self._loss)

    def _stop(self, life: Life) -> None:
        """Let nothing pass from now on."""
        self._life = life
        self._in.clear()
        self._out.clear()
        self._cancel_waits()

    @property
    def _passes(self) -> bool:
        """Whether anything may still pass."""
        return self._life not in (Life.ENDING, Life.OVER)

    # Faults of the whole connection

    def _reach_limit(self, fault: Fault) -> None:
        if self._loss is not None:
            self._lose()
        elif self._passes:
            self._forced_end.reach_limit(fault)

    def _reset_now(self) -> None:
        self._forced_end.reset_when_flushed(self._connection.pass_reset)

    def _accept_delay(self) -> float:
        return sum(f.seconds for f in self._faults if f.kind is FaultKind.ACCEPT_DELAY)

    def _update_opening(self) -> None:
        if self._opening is not None and not self._accept_delay():
            self._opening.cancel()
            self._open_now()

    def _open_now(self) -> None:
        self._opening = None
        self._life = Life.OPEN
        self._connection.pass_opened()
        self._out.block(False)
        self._block_in()
        self._update_reading()
        self._leave_if_idle()

    # Back-pressure

    def _set_in_full(self, is_full: bool) -> None:
        self._update_reading()

    def _set_out_full(self, is_full: bool) -> None:
        self._connection.slow_down(is_full)

    def _ask(self) -> None:
        self._asking = None
        if not self._out.is_full and self._passes:
            self._connection.ask_producer()

    def _update_reading(self) -> None:
        """Tell the transport whether to read, if that is another answer than the last."""
        reads = not self._wire_has_ended and (not self._passes or self._takes_data())
        if reads is not self._reads or not reads:
            self._reads = reads
            self._connection.read_wire(reads)

    def _takes_data(self) -> bool:
        if not self._is_wanted or self._life is Life.DELAYED or self._in.is_full:
            return False
        stops = any(fault.kind is FaultKind.STOP_READING for fault in self._faults)
        return not stops or self._connection.is_in_handshake()

    # The end

    def _leave_if_idle(self) -> None:
        is_settled = self._life is Life.OPEN and self._loss is None
        if self._faults or not is_settled or self._close is Close.WANTED:
            return
        if self._in.is_empty and self._out.is_empty:
            self._life = Life.FREE  # an item that is passing may bring this about, and ask again
            self._cancel_waits()
            self._connection.drop_faults()

    def _cancel_waits(self) -> None:
        self._forced_end.cancel()
        for wait in (self._opening, self._asking):
            if wait is not None:
                wait.cancel()
        self._opening = self._asking = None
