"""What `portdeck serve` tells: each event is a class here, and its fields are those of the JSON.

This is an interface for scripts. With `--json` an event is one object on one line that has `event`
(the name below), the fields of its class, and `time` (unix seconds). Events and fields may be
added in a later version; none is renamed, removed, or given another meaning. A new event is a new
class here, a line in `announcer` or `serving` that tells it, and a row in the README's table.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, ClassVar

from attrs import fields, frozen


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
