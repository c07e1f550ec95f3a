"""One run of `portdeck connect`: moves bytes between standard input and output and a peer, up to
the exit code."""

from __future__ import annotations

import os
import signal
from collections.abc import Callable
from contextlib import suppress
from typing import Any, TextIO

from attrs import field, frozen
from twisted.internet.error import ReactorNotRunning

from app.client.options import Options
from app.client.session import Session
from app.client.session_messages import SessionState
from app.client.transcript import EntryKind
from app.connect.stdio import StdinReader, StdoutWriter
from app.connect.streams import BadExpression, CrlfConverter, Expectation, HexDump, TerminalText
from app.net.ip import LARGEST_DATAGRAM
from app.net.target import Target, Transport
from app.text import readable
from app.text.sentence import code_of
from app.traffic.framing import Lines, Message

DONE = 0
CUT_SHORT = 1
USAGE = 2
NOT_CONNECTED = 3
INTERRUPTED = 128 + signal.SIGINT

OUTPUT_CLOSED = 128 + 13
"""The exit code that a shell shows for SIGPIPE. Windows has no such signal."""

PIECE_BYTES = 64 * 1024

MOST_WAITING = 1024 * 1024
"""When more bytes than this wait in one direction, the other side is not read."""

CLOSE_SECONDS = 1.0
EXPECT_SECONDS = 10.0

SLOW_SECONDS = 1.0
"""How long the peer may take before it is said that the connection is being made. So a connection
that fails immediately is one line."""

QUIET_SECONDS = 1.0
"""Over UDP: how long to wait for another datagram after the end of the input."""


@frozen
class Request:
    """The command line as values."""

    target: Target
    options: Options = field(factory=Options)
    send: tuple[bytes, ...] = ()
    """Data to send instead of standard input. Over UDP each is one datagram."""

    expectation: Expectation | None = None
    timeout: float | None = None
    hex: bool = False
    crlf: bool = False
    quiet: bool = False

    raw: bool = False
    """Whether a terminal too gets the bytes of the peer as they come."""


class TerminalSession:
    """Runs one client session. It reads each side only as fast as the other side takes the data."""

    def __init__(
        self,
        reactor: Any,
        request: Request,
        *,
        descriptors: tuple[int, int] = (0, 1),
        errors: TextIO,
    ) -> None:
        """`descriptors` are standard input and output. Sentences go to `errors`."""
        self.exit_code = NOT_CONNECTED
        self._reactor = reactor
        self._request = request
        self._errors = errors
        self._descriptors = descriptors
        self._session = Session(
            reactor, wake=self._schedule_update, close_timeout=CLOSE_SECONDS, tap=self._tap
        )
        self._output = StdoutWriter(
            reactor,
            descriptors[1],
            on_written=self._resume_peer,
            on_broken=lambda: self.abort(OUTPUT_CLOSED),
        )
        self._input: StdinReader | None = None
        self._message_framer = Lines().framer() if request.target.transport.has_messages else None
        """For a WebSocket: splits the input into lines, each of which is a message."""

        self._crlf = CrlfConverter() if request.crlf else None
        self._view = _view_for(request, is_terminal=os.isatty(descriptors[1]))
        self._seen = 0
        self._was_connected = False
        self._had_trouble = False
        self._input_ended = False
        self._peer_is_paused = False
        self._is_closing = False
        self._exit_code_is_set = False
        self._is_stopping = False
        self._timeout_call: Any = None
        self._progress_call: Any = None

    def begin(self) -> None:
        """Connect. The reactor stops at the end; `exit_code` is final then."""
        self._session.connect(self._request.target, self._request.options)

    def abort(self, exit_code: int) -> None:
        """Drop the connection and the rest of the output, and stop. For a signal, or a closed
        output."""
        self._is_closing = self._is_stopping = True
        self.exit_code = exit_code
        self._drop_progress()
        if not self._session.state.is_over:
            self._session.abort()
        self._stop()

    # From the session to standard output.

    def _schedule_update(self) -> None:
        self._reactor.callLater(0, self._update)

    def _update(self) -> None:
        self._session.take_dirty()
        news = self._session.transcript.since(self._seen)
        self._seen = self._session.transcript.last
        for entry in news.entries:
            if isinstance(entry.data, str):
                # A trouble before the connection either prevents it or was accepted by the user.
                self._had_trouble |= self._was_connected and entry.kind is EntryKind.TROUBLE
                if code_of(entry.data) == "connecting":
                    self._print_if_slow(entry.data)
                elif entry.kind is EntryKind.TROUBLE or not self._request.quiet:
                    self._print_error(entry.data)
        if self._session.state is not SessionState.CONNECTING:
            self._drop_progress()
        if self._session.state is SessionState.CONNECTED and not self._was_connected:
            self._on_connected()
        elif self._session.state is SessionState.CLOSED:
            self._on_closed()
        else:
            self._read_input()

    def _print_if_slow(self, sentence: str) -> None:
        if not self._request.quiet:
            call = self._reactor.callLater(SLOW_SECONDS, self._print_error, sentence)
            self._progress_call = call

    def _drop_progress(self) -> None:
        if self._progress_call is not None and self._progress_call.active():
            self._progress_call.cancel()

    def _tap(self, _time: float, _number: int, is_sent: bool, data: bytes) -> None:
        if is_sent or self._is_closing:
            return
        if self._message_framer is not None and not self._request.hex:
            data += b"\n"  # separates the messages
        self._output.write(self._view.feed(data) if self._view else data)
        if self._output.bytes_waiting > MOST_WAITING and not self._peer_is_paused:
            self._peer_is_paused = True
            self._session.set_reading(is_paused=True)
        expectation = self._request.expectation
        if expectation is None:
            if self._input_ended:
                self._wait_for_silence()
            return
        try:
            if expectation.feed(data):
                self._close_with(DONE)
        except BadExpression as error:
            self._print_error(str(error))
            self._close_with(USAGE)

    def _resume_peer(self) -> None:
        """Output was written: read from the peer again if that was paused."""
        if self._peer_is_paused and self._output.bytes_waiting <= MOST_WAITING // 2:
            self._peer_is_paused = False
            self._session.set_reading(is_paused=False)

    # From standard input to the session.

    def _on_connected(self) -> None:
        self._was_connected = True
        self.exit_code = CUT_SHORT
        request = self._request
        if request.expectation is not None:
            seconds = EXPECT_SECONDS if request.timeout is None else request.timeout
            self._timeout_call = self._reactor.callLater(seconds, self._on_timeout, seconds)
        if request.send:
            for data in request.send:
                self._session.send(self._convert_input(data))
            self._end_input()
            return
        size = PIECE_BYTES if self._session.has_flow else LARGEST_DATAGRAM
        if request.crlf and not self._session.has_flow:
            size //= 2  # LF becomes two bytes
        self._input = StdinReader(self._reactor, self._descriptors[0], size, self._on_input)
        self._read_input()

    def _read_input(self) -> None:
        """Read more standard input, unless too much waits for the peer."""
        if (
            self._input is not None
            and not self._input_ended
            and self._session.state is SessionState.CONNECTED
            and self._session.bytes_unsent < MOST_WAITING
        ):
            self._input.request()

    def _on_input(self, data: bytes) -> None:
        if self._session.state is not SessionState.CONNECTED:
            return
        if data:
            self._send_input(data)
            self._read_input()
        else:
            self._end_input()

    def _send_input(self, data: bytes) -> None:
        if self._message_framer is not None:
            self._send_messages(self._message_framer.feed(data))
        else:
            self._session.send(self._convert_input(data))

    def _send_messages(self, lines: list[Message]) -> None:
        """Send each line as one message, without its line ending. Empty lines are skipped."""
        for line, _ in lines:
            text = line.removesuffix(b"\n").removesuffix(b"\r")
            if text:
                self._session.send(text)

    def _end_input(self) -> None:
        """The input ended. With an expectation, the connection stays open and waits for a match."""
        self._input_ended = True
        if self._message_framer is not None:
            self._send_messages(self._message_framer.finish())
        if self._request.expectation is not None:
            return
        if self._session.can_half_close:
            self._session.half_close()
        self._wait_for_silence()

    @property
    def _peer_ends_by_itself(self) -> bool:
        """Whether the peer notices the end of the input. A stream's peer then closes by itself."""
        transport = self._request.target.transport
        return transport is not Transport.UDP and not transport.has_messages

    def _wait_for_silence(self) -> None:
        """Close after a time without data. Streams have no such limit unless `--timeout` sets
        one."""
        seconds = self._request.timeout
        if seconds is None and not self._peer_ends_by_itself:
            seconds = QUIET_SECONDS
        if seconds is None:
            return
        if self._timeout_call is not None and self._timeout_call.active():
            self._timeout_call.reset(seconds)
        else:
            self._timeout_call = self._reactor.callLater(seconds, self._close)

    def _on_timeout(self, seconds: float) -> None:
        assert self._request.expectation is not None
        self._print_error(
            f"Nothing matched {self._request.expectation.text!r} within {seconds:g} s."
        )
        self._close_with(CUT_SHORT)

    def _close_with(self, exit_code: int) -> None:
        """The exit code is decided: close, and write the rest of the output."""
        if self._is_closing:
            return
        self.exit_code = exit_code
        self._exit_code_is_set = True
        self._close()

    def _close(self) -> None:
        """Ignore further data, and close when all sent data is delivered."""
        self._is_closing = True
        if self._peer_is_paused:
            self._session.set_reading(is_paused=False)
        if self._session.state.is_open:
            self._session.disconnect()  # otherwise it is closing or closed

    def _on_closed(self) -> None:
        """The session is closed: write the rest of the output, then stop."""
        if self._is_stopping:
            return
        self._is_closing = self._is_stopping = True
        if not self._exit_code_is_set:
            self._set_exit_code()
        if self._timeout_call is not None and self._timeout_call.active():
            self._timeout_call.cancel()
        if self._view is not None:
            self._output.write(self._view.finish())
        self._output.finish(self._stop)

    def _set_exit_code(self) -> None:
        """Set the exit code after the connection ended, or failed."""
        expectation = self._request.expectation
        if not self._was_connected:
            self.exit_code = NOT_CONNECTED
        elif expectation is not None:
            self.exit_code = CUT_SHORT
            self._print_error(f"The connection ended before anything matched {expectation.text!r}.")
        else:
            self.exit_code = CUT_SHORT if self._had_trouble else DONE

    def _convert_input(self, data: bytes) -> bytes:
        return self._crlf.feed(data) if self._crlf else data

    def _stop(self) -> None:
        with suppress(ReactorNotRunning):
            self._reactor.stop()

    def _print_error(self, sentence: str) -> None:
        with suppress(OSError, ValueError):  # standard error is closed: continue without it
            self._errors.write(f"{readable.escaped(sentence)}\n")
            self._errors.flush()


def run_terminal_session(reactor: Any, request: Request, errors: TextIO) -> int:
    """Run the session and return its exit code. Runs `reactor`, which must not have run before."""
    session = TerminalSession(reactor, request, errors=errors)
    reactor.callWhenRunning(_handle_signals, reactor, session.abort)
    reactor.callWhenRunning(session.begin)
    reactor.run()
    return session.exit_code


def _handle_signals(reactor: Any, abort: Callable[[int], None]) -> None:
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda number, _: reactor.callFromThread(abort, 128 + number))


def _view_for(request: Request, *, is_terminal: bool) -> HexDump | TerminalText | None:
    """How the received bytes are shown. `None`: as they come, to pipes, files, and with `--raw`."""
    if request.hex:
        return HexDump()
    return TerminalText() if is_terminal and not request.raw else None
