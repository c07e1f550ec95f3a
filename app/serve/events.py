"""The events of `portdeck serve`, and the writer of their lines.

The events are an interface for scripts. With `--json` an event is one object on one line. It has
`event` (the name below), the fields of its class, and `time` (Unix seconds). A later version may
add events and fields. None is renamed, removed, or gets another meaning. A new event needs a new
class here, code that emits it in `app/serve/observer.py` or in `run`, and a row in
`resources/guide/serve.md`.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from itertools import count
from typing import Any, ClassVar

from attrs import asdict, frozen

from app.text.sentence import code_of


@frozen
class Event:
    """One event."""

    event: ClassVar[str]
    """The name in the JSON."""

    told: ClassVar[str] = ""
    """The field with one sentence or several, if there is one. The JSON has their codes too."""

    text: ClassVar[str] = ""
    """The line for people, with the fields in braces."""

    @property
    def sentence(self) -> str:
        """The line for people."""
        return self.text.format_map(asdict(self, recurse=False))

    def json(self) -> dict[str, Any]:
        """The JSON object without the time."""
        values = {"event": self.event, **asdict(self, recurse=False)}
        told = values.get(self.told)
        if isinstance(told, str):
            values["code"] = code_of(told) or None
        elif told is not None:
            values["codes"] = [code_of(each) or None for each in told]
        return values


@frozen
class Running(Event):
    """User code is going to be executed."""

    event = "running"
    text = "{listener} runs as by: {command}"

    listener: str
    command: str
    """The command that runs the same program without Portdeck."""


@frozen
class Listening(Event):
    """A listener is up, after its start or a restart."""

    event = "listening"

    listener: str
    address: str
    """The bound address, or the path of a Unix socket."""
    port: int | None
    """The real port, also if 0 was asked for. Null if there is none."""
    fingerprint: str | None = None
    """The SHA-256 of the listener's certificate, as `AB:CD:…`. Null if it has none."""

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
    told = "reason"
    text = "{listener} failed: {reason}"

    listener: str
    reason: str


@frozen
class Paused(Event):
    """A listener does not accept connections for now. `listening` follows when it does again."""

    event = "paused"
    told = "reason"
    text = "{listener} is paused: {reason}."

    listener: str
    reason: str


@frozen
class Draining(Event):
    """A listener accepts no more connections, and stops when its connections are closed."""

    event = "draining"
    text = "{listener} is draining, {connections} left."

    listener: str
    connections: int
    """The number of open connections."""


@frozen
class Stopped(Event):
    """A listener is down, and its connections are closed."""

    event = "stopped"
    text = "{listener} is stopped."

    listener: str


def _hits(rule: Mapping[str, object], number: int) -> str:
    failed = f" ({rule['failures']} failed)" if rule["failures"] else ""
    return f"{rule['rule'] or number}: {rule['hits']}{failed}"


@frozen
class Rules(Event):
    """A listener that replies by rule has stopped. `stopped` or `failed` follows."""

    event = "rules"

    listener: str
    rules: Sequence[Mapping[str, object]]
    """An object for each rule, in order: `rule` is its name or empty, `hits` and `failures`
    are numbers."""
    unmatched: int
    """How many messages matched no rule."""

    @property
    def sentence(self) -> str:
        hits = ", ".join(map(_hits, self.rules, count(1))) or "there are none"
        return f"{self.listener}: hits of its rules: {hits}; unmatched messages: {self.unmatched}."


@frozen
class Opened(Event):
    """A connection was accepted."""

    event = "opened"
    text = "{listener}: connection {connection} from {peer}."

    listener: str
    connection: int
    """Its number, unique in this run."""
    peer: str


@frozen
class Forwarded(Event):
    """A connection to the target of a client was made."""

    event = "forwarded"
    text = "{listener}: connection {connection} goes to {target}."

    listener: str
    connection: int
    """The number of the client's connection."""
    peer: str
    target: str
    target_connection: int
    """The number of the connection to the target."""


@frozen
class Warned(Event):
    """The user's code does something that does not work here or in Twisted. A mistake of a protocol
    is reported once, for the first connection that meets it."""

    event = "warned"
    told = "warning"

    listener: str
    connection: int | None
    """Null if the warning is about a whole program, as is `peer`."""
    peer: str | None
    warning: str

    @property
    def sentence(self) -> str:
        if self.connection is None:
            return f"{self.listener}: {self.warning}"
        return f"{self.listener}: connection {self.connection} from {self.peer}: {self.warning}"


@frozen
class Closed(Event):
    """A connection is closed."""

    event = "closed"
    told = "reason"

    listener: str
    connection: int
    peer: str
    reason: str
    bytes_in: int
    bytes_out: int
    target: str | None = None
    """Where it was forwarded to. Null if it was not."""
    target_bytes_in: int | None = None
    """Bytes that the target sent."""
    target_bytes_out: int | None = None
    """Bytes that were sent to the target, after rewriting and faults."""

    @property
    def sentence(self) -> str:
        passed = ""
        if self.target is not None:
            numbers = f"{self.target_bytes_out} bytes to {self.target}, {self.target_bytes_in} back"
            passed = f"; {numbers}"
        return (
            f"{self.listener}: connection {self.connection} from {self.peer} is over: "
            f"{self.reason}; {self.bytes_in} bytes in, {self.bytes_out} out{passed}."
        )


@frozen
class Refused(Event):
    """A connection was refused."""

    event = "refused"
    told = "reason"
    text = "{listener}: {peer} was refused: {reason}."

    listener: str
    peer: str
    reason: str


@frozen
class Reloaded(Event):
    """The profile was read again and applied. Listeners are given by name."""

    event = "reloaded"

    added: Sequence[str]
    removed: Sequence[str]
    restarted: Sequence[str]
    """Listeners whose change needed a restart, which closed their connections."""
    changed: Sequence[str]
    """Listeners whose change, such as a new limit, needed no restart."""
    renamed: Mapping[str, str]
    """Old name to new name. These listeners were not restarted."""
    unchanged: int
    """The number of listeners without a change."""

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
    """The profile could not be read again. Nothing changed."""

    event = "not_reloaded"
    told = "problems"
    text = "The profile was not loaded again; everything goes on as it was."

    problems: Sequence[str]
    """The problems, as on standard error."""


@frozen
class Lost(Event):
    """The number of lines that were dropped because the lines before them were not read.
    Connections continue."""

    event = "lost"
    text = "{lines} lines are lost here: those before them were not read in time."

    lines: int


class EventWriter:
    """Writes each event as one line: a sentence, or a JSON object. Counts the lines that were
    dropped."""

    def __init__(
        self, write_line: Callable[[str], bool], seconds: Callable[[], float], *, as_json: bool
    ) -> None:
        """`write_line` returns False if a line was dropped. `seconds` returns Unix seconds."""
        self._write_line = write_line
        self._seconds = seconds
        self.as_json = as_json
        self._lost_lines = 0

    def write(self, event: Event, at: float | None = None) -> None:
        """Write `event`, which happened at `at` (Unix seconds), or now."""
        if self._lost_lines and self._put(Lost(self._lost_lines)):
            self._lost_lines = 0
        if self._lost_lines or not self._put(event, at):
            self._lost_lines += 1

    def _put(self, event: Event, at: float | None = None) -> bool:
        line = event.sentence
        if self.as_json:
            line = json.dumps({**event.json(), "time": self._seconds() if at is None else at})
        return self._write_line(line)
