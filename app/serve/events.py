"""What `portdeck serve` tells: each event is a class here, and its fields are those of the JSON.

This is an interface for scripts. With `--json` an event is one object on one line that has `event`
(the name below), the fields of its class, and `time` (unix seconds). Events and fields may be
added in a later version; none is renamed, removed, or given another meaning. A new event is a new
class here, a line in `announcer` or `serving` that tells it, and a row in the README's table.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from typing import Any, ClassVar, Protocol
from weakref import WeakKeyDictionary

from attrs import evolve, fields, frozen
from twisted.internet.interfaces import IAddress

from app.server.connections.connection import Connection, ConnectionOwner
from app.server.listener import Listener, State
from app.server.sockets.addresses import format_address


@frozen
class Event:
    """One thing that happened."""

    event: ClassVar[str]
    """What the JSON calls it."""

    @property
    def sentence(self) -> str:
        """The readable line."""
        raise NotImplementedError

    def json(self) -> dict[str, Any]:
        """The JSON object, all but the time."""
        return {"event": self.event} | {
            field.name: getattr(self, field.name) for field in fields(type(self))
        }


@frozen
class Listening(Event):
    """A listener is up: at its start, and after a restart."""

    event = "listening"

    listener: str
    address: str
    """The bound address, or the path of a Unix socket."""
    port: int | None
    """The real port, also where 0 was asked for; null where there is none."""
    fingerprint: str | None = None
    """The SHA-256 of the certificate it shows, as `AB:CD:…`; null if it has none of its own."""

    @property
    def sentence(self) -> str:
        where = self.address
        if self.port is not None:
            where = f"[{where}]:{self.port}" if ":" in where else f"{where}:{self.port}"
        shown = "" if self.fingerprint is None else f" with TLS, SHA-256 {self.fingerprint}"
        return f"{self.listener} is listening on {where}{shown}."


@frozen
class Failed(Event):
    """A listener could not start, or lost its socket."""

    event = "failed"

    listener: str
    reason: str

    @property
    def sentence(self) -> str:
        return f"{self.listener} failed: {self.reason}"


@frozen
class Paused(Event):
    """A listener lets nobody in for now. `listening` is told again when it does."""

    event = "paused"

    listener: str
    reason: str

    @property
    def sentence(self) -> str:
        return f"{self.listener} is paused: {self.reason}."


@frozen
class Draining(Event):
    """A listener accepts nobody more, and stops once its connections are over."""

    event = "draining"

    listener: str
    connections: int
    """How many there are still."""

    @property
    def sentence(self) -> str:
        return f"{self.listener} is draining, {self.connections} left."


@frozen
class Stopped(Event):
    """A listener is down, and its connections are closed."""

    event = "stopped"

    listener: str

    @property
    def sentence(self) -> str:
        return f"{self.listener} is stopped."


@frozen
class Opened(Event):
    """A peer was accepted."""

    event = "opened"

    listener: str
    connection: int
    """Its number, which no other connection of this run has."""
    peer: str

    @property
    def sentence(self) -> str:
        return f"{self.listener}: connection {self.connection} from {self.peer}."


@frozen
class Closed(Event):
    """A connection is over."""

    event = "closed"

    listener: str
    connection: int
    peer: str
    reason: str
    bytes_in: int
    bytes_out: int

    @property
    def sentence(self) -> str:
        return (
            f"{self.listener}: connection {self.connection} from {self.peer} is over: "
            f"{self.reason}; {self.bytes_in} bytes in, {self.bytes_out} out."
        )


@frozen
class Refused(Event):
    """A peer was turned away."""

    event = "refused"

    listener: str
    peer: str
    reason: str

    @property
    def sentence(self) -> str:
        return f"{self.listener}: {self.peer} was refused: {self.reason}."


@frozen
class Reloaded(Event):
    """The profile was read again, and what it says is in effect."""

    event = "reloaded"

    added: Sequence[str]
    """The names of the new listeners; and so on."""
    removed: Sequence[str]
    restarted: Sequence[str]
    """Those that changed so much that their connections had to go."""
    changed: Sequence[str]
    """Those whose change, such as a limit or a new name, took no restart."""
    renamed: Mapping[str, str]
    """What those are called now that had another name, by that name. They went on."""
    unchanged: int
    """How many went on as they were."""

    @property
    def sentence(self) -> str:
        changes = {
            "added": self.added,
            "removed": self.removed,
            "restarted": self.restarted,
            "changed": self.changed,
            "renamed": [f"{old} to {new}" for old, new in self.renamed.items()],
            "unchanged": [str(self.unchanged)],
        }
        said = (f"{word} {', '.join(names)}" for word, names in changes.items() if names)
        return f"The profile was loaded again: {'; '.join(said)}."


@frozen
class NotReloaded(Event):
    """The profile could not be read again; everything goes on as it was."""

    event = "not_reloaded"

    problems: Sequence[str]
    """What is wrong with it, each as on standard error."""

    @property
    def sentence(self) -> str:
        return "The profile was not loaded again; everything goes on as it was."


@frozen
class Lost(Event):
    """So many lines found no room, as those before them were not read. Connections go on."""

    event = "lost"

    lines: int

    @property
    def sentence(self) -> str:
        return f"{self.lines} lines are lost here: those before them were not read in time."


# MERGED headless/announcer: The observer of a deck without a window: tells each event as a value.

Condition = Listening | Draining | Paused | Failed | Stopped
"""What is told of a listener itself, not of who connects to it."""


class Announcer:
    """Tells what happened, and of each listener only what was not told before.

    A listener also moves when its spec changes, which is no news to whoever connects to it.
    """

    def __init__(self, tell: Callable[[Event], object]) -> None:
        self._tell = tell
        self._told: WeakKeyDictionary[Listener, Condition] = WeakKeyDictionary()

    def listener_moved(self, listener: Listener) -> None:
        if listener.state is State.STARTING:  # whatever comes of it is news, also the same failure
            self._told.pop(listener, None)
        event = _condition_of(listener)
        if event is None:
            return
        told: Condition = self._told.get(listener, Stopped(""))
        if evolve(event, listener=told.listener) != told:  # a new name alone is no news
            self._told[listener] = event
            self._tell(event)

    def opened(self, connection: Connection) -> None:
        self._tell(Opened(connection.factory.spec.name, connection.number, connection.peer))

    def active(self, connection: Connection) -> None:
        """Bytes are told in sum, when the connection closes."""

    def closed(self, connection: Connection) -> None:
        self._tell(
            Closed(
                connection.factory.spec.name,
                connection.number,
                connection.peer,
                connection.reason,
                connection.bytes_in,
                connection.bytes_out,
            )
        )

    def refused(self, factory: ConnectionOwner, peer: IAddress | None, reason: str) -> None:
        self._tell(Refused(factory.spec.name, format_address(peer), reason))


def _condition_of(listener: Listener) -> Condition | None:
    """What there is to tell of where it is now; nothing on the way to there."""
    name = listener.spec.name
    match listener.state:
        case State.LISTENING:
            address = listener.address
            host = getattr(address, "host", listener.where)
            certificate = listener.certificate
            fingerprint = None if certificate is None else certificate.fingerprint
            return Listening(name, host, getattr(address, "port", None), fingerprint)
        case State.DRAINING:
            return Draining(name, listener.connection_count)
        case State.PAUSED:
            return Paused(name, listener.reason)
        case State.FAILED:
            return Failed(name, listener.reason)
        case State.STOPPED:
            return Stopped(name)
        case _:
            return None


# MERGED headless/lines: Events as lines: readable ones, or JSON objects.


class LineSink(Protocol):
    """Takes lines, as `Output` does."""

    def write(self, line: str) -> bool:
        """Whether the line was taken."""


class EventWriter:
    """Writes each event as one line, and tells how many found no room."""

    def __init__(self, sink: LineSink, seconds: Callable[[], float], *, as_json: bool) -> None:
        """`seconds` is unix time."""
        self._sink = sink
        self._seconds = seconds
        self._as_json = as_json
        self._lost = 0

    def write(self, event: Event) -> None:
        if self._lost and self._put(Lost(self._lost)):
            self._lost = 0
        if self._lost or not self._put(event):
            self._lost += 1

    def _put(self, event: Event) -> bool:
        line = event.sentence
        if self._as_json:
            line = json.dumps({**event.json(), "time": self._seconds()})
        return self._sink.write(line)
