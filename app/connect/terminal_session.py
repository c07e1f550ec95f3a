"""One conversation between standard input and output and a peer, from connecting to exit code."""

from __future__ import annotations

import re
import signal
from collections.abc import Callable
from contextlib import suppress
from typing import Any, TextIO

import regex
from attrs import field, frozen
from twisted.internet.error import ReactorNotRunning

from app.client.session import Session
from app.client.session_messages import SessionState
from app.client.target import Options, Target
from app.client.transcript import EntryKind
from app.connect.stdio import StdinReader, StdoutWriter
from app.net.ip import LARGEST_DATAGRAM
from app.text.hex import lines

# MERGED terminal/expectation: What a script waits for: an expression, searched in what comes, however it is cut.

MOST_KEPT = 256 * 1024
CONTEXT_BYTES = 1024
SEARCH_SECONDS = 1.0


class BadExpression(ValueError):
    """No regular expression, or one that takes too long. Its text says what to do."""


class Expectation:
    """Searches a stream for `text`, a regular expression over bytes; UTF-8 where it is not ASCII.

    Keeps only what a match could still begin with, and a little before it for what looks back; at
    most `MOST_KEPT` bytes, so that what could match for ever does not.
    """

    def __init__(self, text: str) -> None:
        """Raises `BadExpression`."""
        self.text = text
        self.is_met = False
        self._kept = b""
        self._begin = 0
        try:
            self._expression = regex.compile(text.encode(errors="surrogateescape"))
        except regex.error as error:
            raise BadExpression(f"{text!r} is no regular expression: {error}.") from None

    def feed(self, data: bytes) -> bool:
        """`data` came. Whether it has matched by now. Raises `BadExpression`."""
        if self.is_met:
            return True
        self._kept += data
        try:
            self.is_met = self._search(partial=False) is not None
            if not self.is_met:
                match = self._search(partial=True)
                self._keep_from(len(self._kept) if match is None else match.start())
        except TimeoutError:
            sentence = f"{self.text!r} takes too long to search for: simplify it."
            raise BadExpression(sentence) from None
        return self.is_met

    def _search(self, *, partial: bool) -> regex.Match[bytes] | None:
        return self._expression.search(
            self._kept, self._begin, partial=partial, timeout=SEARCH_SECONDS
        )

    def _keep_from(self, start: int) -> None:
        start = max(start, len(self._kept) - MOST_KEPT)
        cut = max(0, start - CONTEXT_BYTES)
        self._kept = self._kept[cut:]
        self._begin = start - cut


# MERGED terminal/hex_lines: What comes, as lines of hex with the offset in the stream.


class HexLines:
    """Writes each chunk at once, in lines of its own."""

    def __init__(self) -> None:
        self._offset = 0

    def feed(self, data: bytes) -> bytes:
        """The lines of `data`, which follows what was fed before."""
        dump = "".join(f"{line}\n" for line in lines(data, self._offset))
        self._offset += len(data)
        return dump.encode()


# MERGED terminal/line_ends: Line feeds as CR LF, as the protocols of the internet want them.

_LONELY = re.compile(rb"(?<!\r)\n")


class LineEnds:
    """Makes each line feed of a stream CR LF; one that has its CR already stays as it is."""

    def __init__(self) -> None:
        self._last = b""

    def feed(self, data: bytes) -> bytes:
        """`data`, which follows what was fed before."""
        last, self._last = self._last, data[-1:] or self._last
        if last == b"\r" and data.startswith(b"\n"):
            return data[:1] + _LONELY.sub(b"\r\n", data[1:])
        return _LONELY.sub(b"\r\n", data)


DONE = 0
CUT_SHORT = 1
USAGE = 2
NOT_CONNECTED = 3
INTERRUPTED = 128 + signal.SIGINT
TERMINATED = 128 + signal.SIGTERM
NOBODY_READS = 128 + 13
"""As a shell has it for SIGPIPE, which Windows does not know."""

PIECE_BYTES = 64 * 1024
MOST_WAITING = 1024 * 1024
"""Bytes that may wait in either direction before the other side is not read from any more."""

CLOSE_SECONDS = 1.0
EXPECT_SECONDS = 10.0
QUIET_SECONDS = 1.0
"""How long datagrams may stay away before nobody waits for them any more."""


@frozen
class Request:
    """What the command line asks for."""

    target: Target
    options: Options = field(factory=Options)
    send: tuple[bytes, ...] = ()
    """What to send instead of standard input, each by itself."""

    expectation: Expectation | None = None
    timeout: float | None = None
    hex: bool = False
    crlf: bool = False
    quiet: bool = False


class TerminalSession:
    """Has a session of its own, moves bytes both ways no faster than they are taken, and ends."""

    def __init__(
        self,
        reactor: Any,
        request: Request,
        *,
        descriptors: tuple[int, int] = (0, 1),
        errors: TextIO,
    ) -> None:
        """`descriptors` are standard input and output; sentences go to `errors`."""
        self.exit_code = NOT_CONNECTED
        self._reactor = reactor
        self._request = request
        self._errors = errors
        self._descriptors = descriptors
        self._session = Session(
            reactor, wake=self._pull_soon, close_timeout=CLOSE_SECONDS, tap=self._tap
        )
        self._output = StdoutWriter(
            reactor, descriptors[1], written=self._relax, broken=lambda: self._leave(NOBODY_READS)
        )
        self._input: StdinReader | None = None
        self._line_ends = LineEnds() if request.crlf else None
        self._hex = HexLines() if request.hex else None
        self._seen = 0
        self._begun = False
        self._had_trouble = False
        self._input_over = False
        self._held = False
        self._settled = False
        self._is_judged = False
        self._finishing = False
        self._limit: Any = None

    def begin(self) -> None:
        """Connect. The reactor stops when all is over; `exit_code` is final then."""
        self._session.connect(self._request.target, self._request.options)

    def leave(self, exit_code: int) -> None:
        """Drop everything and end, as a signal asks."""
        self._leave(exit_code)

    # What the session has to say.

    def _pull_soon(self) -> None:
        self._reactor.callLater(0, self._pull)

    def _pull(self) -> None:
        self._session.take_dirty()
        news = self._session.transcript.since(self._seen)
        self._seen = self._session.transcript.last
        for entry in news.entries:
            if isinstance(entry.data, str):
                # What is wrong before it begins is either why it does not, or was agreed to.
                self._had_trouble |= self._begun and entry.kind is EntryKind.TROUBLE
                if entry.kind is EntryKind.TROUBLE or not self._request.quiet:
                    self._say(entry.data)
        if self._session.state is SessionState.CONNECTED and not self._begun:
            self._start()
        elif self._session.state is SessionState.CLOSED:
            self._end()
        else:
            self._ask()

    def _tap(self, _time: float, _number: int, is_sent: bool, data: bytes) -> None:
        if is_sent or self._settled:
            return
        self._output.write(self._hex.feed(data) if self._hex else data)
        if self._output.bytes_waiting > MOST_WAITING and not self._held:
            self._held = True
            self._session.hold(is_held=True)
        expectation = self._request.expectation
        if expectation is None:
            if self._input_over:
                self._wait_for_the_rest()
            return
        try:
            if expectation.feed(data):
                self._settle(DONE)
        except BadExpression as error:
            self._say(str(error))
            self._settle(USAGE)

    def _relax(self) -> None:
        """Output was written: read from the peer again if it was held."""
        if self._held and self._output.bytes_waiting <= MOST_WAITING // 2:
            self._held = False
            self._session.hold(is_held=False)

    # The conversation.

    def _start(self) -> None:
        self._begun = True
        self.exit_code = CUT_SHORT
        request = self._request
        if request.expectation is not None:
            seconds = EXPECT_SECONDS if request.timeout is None else request.timeout
            self._limit = self._reactor.callLater(seconds, self._miss, seconds)
        if request.send:
            for data in request.send:
                self._session.send(self._with_line_ends(data))
            self._end_input()
            return
        size = PIECE_BYTES if self._session.has_flow else LARGEST_DATAGRAM
        if request.crlf and not self._session.has_flow:
            size //= 2  # each byte may become two
        self._input = StdinReader(self._reactor, self._descriptors[0], size, self._take)
        self._ask()

    def _ask(self) -> None:
        """Read on from standard input, if the peer takes what was read before."""
        if (
            self._input is not None
            and not self._input_over
            and self._session.state is SessionState.CONNECTED
            and self._session.bytes_unsent < MOST_WAITING
        ):
            self._input.ask()

    def _take(self, data: bytes) -> None:
        if self._session.state is not SessionState.CONNECTED:
            return
        if data:
            self._session.send(self._with_line_ends(data))
            self._ask()
        else:
            self._end_input()

    def _end_input(self) -> None:
        """Nothing more will be sent. Who waits for an expression waits on an open connection."""
        self._input_over = True
        if self._request.expectation is not None:
            return
        if self._session.can_half_close:
            self._session.half_close()
        self._wait_for_the_rest()

    def _wait_for_the_rest(self) -> None:
        """Give up once nothing has come for a while: streams end by themselves, unless asked."""
        seconds = self._request.timeout
        if seconds is None and not self._session.has_flow:
            seconds = QUIET_SECONDS
        if seconds is None:
            return
        if self._limit is not None and self._limit.active():
            self._limit.reset(seconds)
        else:
            self._limit = self._reactor.callLater(seconds, self._close)

    def _miss(self, seconds: float) -> None:
        assert self._request.expectation is not None
        self._say(f"Nothing matched {self._request.expectation.text!r} within {seconds:g} s.")
        self._settle(CUT_SHORT)

    def _settle(self, exit_code: int) -> None:
        """It is decided how this ends: close, and write what is left."""
        if self._settled:
            return
        self.exit_code = exit_code
        self._is_judged = True
        self._close()

    def _close(self) -> None:
        """Take nothing more, and end once what was sent has gone."""
        self._settled = True
        if self._held:
            self._session.hold(is_held=False)
        if self._session.state.is_open:
            self._session.disconnect()  # otherwise that is under way, or over

    def _end(self) -> None:
        """The session is over."""
        if self._finishing:
            return
        self._settled = self._finishing = True
        if not self._is_judged:
            self._judge()
        if self._limit is not None and self._limit.active():
            self._limit.cancel()
        self._output.finish(self._stop)

    def _judge(self) -> None:
        """The connection ended, or never was."""
        expectation = self._request.expectation
        if not self._begun:
            self.exit_code = NOT_CONNECTED
        elif expectation is not None:
            self.exit_code = CUT_SHORT
            self._say(f"The connection ended before anything matched {expectation.text!r}.")
        else:
            self.exit_code = CUT_SHORT if self._had_trouble else DONE

    def _with_line_ends(self, data: bytes) -> bytes:
        return self._line_ends.feed(data) if self._line_ends else data

    def _leave(self, exit_code: int) -> None:
        self._settled = self._finishing = True
        self.exit_code = exit_code
        if not self._session.state.is_over:
            self._session.abort()
        self._stop()

    def _stop(self) -> None:
        with suppress(ReactorNotRunning):
            self._reactor.stop()

    def _say(self, sentence: str) -> None:
        with suppress(OSError, ValueError):  # nobody reads them: that is no reason to stop
            self._errors.write(f"{sentence}\n")
            self._errors.flush()


def run_terminal_session(reactor: Any, request: Request, errors: TextIO) -> int:
    """Talk until it is over; gives the exit code. Runs `reactor`, which cannot have run before."""
    talk = TerminalSession(reactor, request, errors=errors)
    reactor.callWhenRunning(_listen_to_signals, reactor, talk.leave)
    reactor.callWhenRunning(talk.begin)
    reactor.run()
    return talk.exit_code


def _listen_to_signals(reactor: Any, leave: Callable[[int], None]) -> None:
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda number, _: reactor.callFromThread(leave, 128 + number))
