"""The events of listeners and connections, from the calls of the deck; and the counts of rules.

Each stop of a listener that replies by rule is an event `rules`. With `--require-rules` the whole
run is a contract test: every rule must have matched, and every message must have matched a rule.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from typing import TYPE_CHECKING, Protocol
from weakref import WeakKeyDictionary

from attrs import Factory, define, evolve
from twisted.internet.interfaces import IAddress

from app.net.ip import host_and_port
from app.serve.events import (
    Closed,
    Draining,
    Event,
    Failed,
    Forwarded,
    Listening,
    Opened,
    Paused,
    Refused,
    Rules,
    Stopped,
    Warned,
)
from app.server.connections.connection import Connection
from app.server.connections.owner import ConnectionOwner
from app.server.listener import Listener, State
from app.server.program_listener import ProgramListener
from app.server.sockets.addresses import format_address
from app.text.notation import Notation, write

if TYPE_CHECKING:  # the rules are slow to import, and few runs have any
    from app.rules.running import RunningRules
    from app.rules.spec import Rule
    from app.user_code.programs.program import Program

StateEvent = Listening | Draining | Paused | Failed | Stopped
"""The events of a listener's own state."""


class Emit(Protocol):
    """Takes an event, and the time at which it happened in Unix seconds. The default is now."""

    def __call__(self, event: Event, at: float | None = None) -> object: ...


class EventObserver:
    """The observer of the deck: emits the events, and a listener's state only when it has changed.

    The deck also reports a listener whose spec changed. That is not an event by itself.
    """

    def __init__(self, emit: Emit) -> None:
        self.rule_hits = RuleHits()
        self._emit = emit
        self._last_events: WeakKeyDictionary[Listener, StateEvent] = WeakKeyDictionary()
        self._told_notes: WeakKeyDictionary[Program, int] = WeakKeyDictionary()

    def listener_changed(self, listener: Listener) -> None:
        if listener.state is State.STARTING:  # the same failure is an event again
            self._last_events.pop(listener, None)
        event = _state_event(listener)
        if event is None:
            return
        if isinstance(event, Listening) and isinstance(listener, ProgramListener):
            self._tell_notes(listener)
            return  # the listener of each place emits its own
        last: StateEvent = self._last_events.get(listener, Stopped(""))
        if evolve(event, listener=last.listener) != last:  # a new name alone is not an event
            self._last_events[listener] = event
            rules = self.rule_hits.listener_changed(listener)
            if rules is not None:
                self._emit(rules)
            self._emit(event)

    def _tell_notes(self, listener: ProgramListener) -> None:
        """Emit the notes of a program that are new."""
        program = listener.program
        if program is not None:
            for note in program.notes[self._told_notes.get(program, 0) :]:
                self._emit(Warned(listener.spec.name, None, None, note))
            self._told_notes[program] = len(program.notes)

    def opened(self, connection: Connection) -> None:
        self._emit(
            Opened(connection.factory.spec.name, connection.number, connection.peer),
            connection.unix_seconds(connection.opened_at),
        )
        if connection.warning:
            number, peer = connection.number, connection.peer
            self._emit(Warned(connection.factory.spec.name, number, peer, connection.warning))

    def active(self, connection: Connection) -> None:
        """Ignored: the bytes are reported when the connection closes."""

    def forwarded(self, connection: Connection) -> None:
        link = connection.target
        assert link is not None
        self._emit(
            Forwarded(
                connection.factory.spec.name,
                connection.number,
                connection.peer,
                link.target,
                link.number,
            )
        )

    def closed(self, connection: Connection) -> None:
        link = connection.target
        passed = (None,) * 3 if link is None else (link.target, link.bytes_in, link.bytes_out)
        self._emit(
            Closed(
                connection.factory.spec.name,
                connection.number,
                connection.peer,
                connection.reason,
                connection.bytes_in,
                connection.bytes_out,
                *passed,
            ),
            connection.unix_seconds(connection.closed_at),
        )

    def refused(self, factory: ConnectionOwner, peer: IAddress | None, reason: str) -> None:
        self._emit(Refused(factory.spec.name, format_address(peer), reason))


def _state_event(listener: Listener) -> StateEvent | None:
    """The event for the listener's current state. None for a state in between."""
    name = listener.spec.name
    match listener.state:
        case State.LISTENING:
            host, port = host_and_port(listener.address) or (listener.where, None)
            certificate = listener.certificate
            fingerprint = None if certificate is None else certificate.fingerprint
            return Listening(name, host, port, fingerprint)
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


LONGEST_SHOWN = 80
"""Characters of an unmatched message in a sentence."""


@define
class _Counts:
    """The counts of one listener."""

    current: RunningRules | None = None
    """Set while the listener runs."""

    rules: tuple[Rule, ...] = ()
    """The rules of the last stop."""

    hits: Counter[Rule] = Factory(Counter)
    failures: Counter[Rule] = Factory(Counter)
    unmatched: int = 0
    last_unmatched: bytes = b""


class RuleHits:
    """The hits of the rules of a deck, counted over a run."""

    def __init__(self) -> None:
        self._counts: dict[Listener, _Counts] = {}

    def listener_changed(self, listener: Listener) -> Rules | None:
        """Note the rules of a listener that has started. Returns the event of one that has
        stopped."""
        if listener.state is State.LISTENING and listener.spec.protocol == "replies":
            from app.rules.running import RunningRules

            running = listener.part("rules", RunningRules)
            self._counts.setdefault(listener, _Counts()).current = running
        counts = self._counts.get(listener)
        is_over = listener.state in (State.STOPPED, State.FAILED)
        if not is_over or counts is None or counts.current is None:
            return None
        rules, counts.current = counts.current, None
        counts.rules = tuple(each.rule for each in rules.rules)
        for each in rules.rules:
            counts.hits[each.rule] += each.hits
            counts.failures[each.rule] += each.failures
        counts.unmatched += rules.unmatched_count
        if rules.unmatched:
            counts.last_unmatched = rules.unmatched[-1].message
        return Rules(
            listener.spec.name,
            [
                {"rule": each.rule.name, "hits": each.hits, "failures": each.failures}
                for each in rules.rules
            ],
            rules.unmatched_count,
        )

    def unmet(self) -> Iterator[str]:
        """A sentence for each rule that never matched or that failed, and for messages that matched
        none."""
        for listener, counts in self._counts.items():
            name = listener.spec.name
            for index, rule in enumerate(counts.rules):
                if rule.enabled and not counts.hits[rule]:
                    yield f"{name}: Rule {rule.label(index)} never matched."
                if failures := counts.failures[rule]:
                    number = f"{failures} time" + "s" * (failures > 1)
                    yield f"{name}: Rule {rule.label(index)} failed {number}."
            if counts.unmatched:
                shown = write(counts.last_unmatched, Notation.ESCAPES)[:LONGEST_SHOWN]
                number = f"{counts.unmatched} message" + "s" * (counts.unmatched > 1)
                yield f'{name}: {number} matched no rule; the last was "{shown}".'
