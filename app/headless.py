"""`portdeck serve`: the same listeners without a window, told as lines on standard output.

Each event is one line: readable, or one JSON object with `--json`. Every object has `event`,
`listener` and `time` (unix seconds); what else it has:

    listening   address, port (of a Unix socket: its path, null)
    opened      connection (a number), peer
    closed      connection, peer, reason, bytes_in, bytes_out
    refused     peer, reason
    failed      reason
    stopped
"""

from __future__ import annotations

import itertools
import json
import signal
import sys
from collections.abc import Callable, Collection, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any, TextIO

from twisted.internet.defer import Deferred
from twisted.internet.error import ReactorNotRunning
from twisted.internet.interfaces import IAddress

from app.own_protocol import is_own
from app.profile import ListenerSpec, Problem, Reading, check
from app.server.addresses import show
from app.server.connection import Connection
from app.server.deck import Deck
from app.server.factory import ListenerFactory
from app.server.listener import Listener, State
from app.server.own.loading import CURRENT_FOLDER
from app.spawn import spawn


class Announcer:
    """An observer that writes each event as a line, at once."""

    def __init__(
        self, out: TextIO, seconds: Callable[[], float], *, as_json: bool, gone: Callable[[], None]
    ) -> None:
        """`gone` is called once when nobody reads `out` any more."""
        self._out = out
        self._seconds = seconds
        self._as_json = as_json
        self._gone: Callable[[], None] | None = gone

    def listener_moved(self, listener: Listener) -> None:
        name = listener.spec.name
        match listener.state:
            case State.LISTENING:
                address = listener.address
                self._write(
                    f"{name} is listening on {listener.where}.",
                    event="listening",
                    listener=name,
                    address=getattr(address, "host", listener.where),
                    port=getattr(address, "port", None),
                )
            case State.FAILED:
                self._write(
                    f"{name} failed: {listener.reason}",
                    event="failed",
                    listener=name,
                    reason=listener.reason,
                )
            case State.STOPPED:
                self._write(f"{name} is stopped.", event="stopped", listener=name)

    def opened(self, connection: Connection) -> None:
        name = connection.factory.spec.name
        self._write(
            f"{name}: connection {connection.number} from {connection.peer}.",
            event="opened",
            listener=name,
            connection=connection.number,
            peer=connection.peer,
        )

    def active(self, connection: Connection) -> None:
        """Bytes are told in sum, when the connection closes."""

    def closed(self, connection: Connection) -> None:
        name = connection.factory.spec.name
        self._write(
            f"{name}: connection {connection.number} from {connection.peer} is over: "
            f"{connection.reason}; {connection.bytes_in} bytes in, {connection.bytes_out} out.",
            event="closed",
            listener=name,
            connection=connection.number,
            peer=connection.peer,
            reason=connection.reason,
            bytes_in=connection.bytes_in,
            bytes_out=connection.bytes_out,
        )

    def refused(self, factory: ListenerFactory, peer: IAddress | None, reason: str) -> None:
        name = factory.spec.name
        self._write(
            f"{name}: {show(peer)} was refused: {reason}.",
            event="refused",
            listener=name,
            peer=show(peer),
            reason=reason,
        )

    def _write(self, sentence: str, **fields: object) -> None:
        if self._gone is None:
            return
        line = json.dumps({**fields, "time": self._seconds()}) if self._as_json else sentence
        try:
            print(line, file=self._out, flush=True)
        except OSError:
            gone, self._gone = self._gone, None
            gone()


def parse_listeners(descriptions: Sequence[str]) -> Reading:
    """The listeners that arguments such as `echo=tcp:8007` ask for.

    Each is called as its protocol, or as its class if that is the user's own; the second of a
    kind is `echo-2`.
    """
    listeners: list[ListenerSpec] = []
    problems: list[Problem] = []
    for description in descriptions:
        protocol, _, endpoint = description.partition("=")
        wish = protocol.rpartition(":")[2] if is_own(protocol) else protocol
        name = _free_name(wish, {each.name for each in listeners})
        found = check({"name": name, "protocol": protocol, "endpoint": endpoint})
        # The name is made here; what is wrong with it is wrong with the protocol.
        said = [problem for problem in found if problem.path != "name"]
        problems.extend(Problem(description, problem.message) for problem in said)
        if not found:
            listeners.append(ListenerSpec(name=name, protocol=protocol, endpoint=endpoint))
    return Reading(tuple(listeners), tuple(problems))


def _free_name(wish: str, taken: Collection[str]) -> str:
    names = itertools.chain([wish], (f"{wish}-{number}" for number in itertools.count(2)))
    return next(name for name in names if name not in taken)


def serve(
    reactor: Any,
    specs: Sequence[ListenerSpec],
    out: TextIO,
    *,
    as_json: bool = False,
    folder: Path = CURRENT_FOLDER,
) -> int:
    """Run `specs` until SIGINT, SIGTERM, or until nobody reads `out`; gives the exit code.

    0 after a clean stop; 1 when a listener could not start: its reason is on standard error and
    the others are stopped. Runs `reactor`, which therefore must not have run before. `folder` is
    where the paths of the users' own protocols begin.
    """
    announcer = Announcer(out, reactor.seconds, as_json=as_json, gone=lambda: _stop_soon(reactor))
    deck = Deck(reactor, announcer, folder=folder)
    for spec in specs:
        deck.add(spec)
    failed: list[Listener] = []

    async def start() -> None:
        await deck.start_all()
        failed.extend(each for each in deck.listeners if each.state is State.FAILED)
        if failed:
            _stop_soon(reactor)

    reactor.callWhenRunning(_stop_on_signals, reactor)
    reactor.callWhenRunning(lambda: spawn(start()))
    reactor.addSystemEventTrigger("before", "shutdown", lambda: _stop_listening(deck))
    reactor.run()
    for listener in failed:
        print(f"{listener.spec.name}: {listener.reason}", file=sys.stderr)
    return 1 if failed else 0


def _stop_on_signals(reactor: Any) -> None:
    """In place of Twisted's handlers, which fail when Ctrl-C is pressed a second time."""
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: reactor.callFromThread(_stop, reactor))


def _stop_soon(reactor: Any) -> None:
    """After the event that is being told, of which other observers know nothing yet."""
    reactor.callLater(0, _stop, reactor)


def _stop(reactor: Any) -> None:
    with suppress(ReactorNotRunning):  # it is stopping already
        reactor.stop()


def _stop_listening(deck: Deck) -> Deferred[None]:
    on = [each for each in deck.listeners if each.state is not State.FAILED]
    return deck.stop(*on)
