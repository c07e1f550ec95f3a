"""Decides what a listener answers on one connection, without any socket: bytes in, decisions out.

Decisions are given in the order in which they are to be carried out; who carries them out keeps
that order, also when an earlier one has a longer delay.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Sequence
from typing import Any, Final

from app.rules.rendering import SHOWN_FLAWS, WHOLE, Cutter, ReadyReply, Rendered
from app.rules.running import (
    KEPT_BYTES,
    Call,
    Context,
    Decision,
    Perform,
    RunningRule,
    RunningRules,
    UnmatchedMessage,
    sends,
)
from app.rules.spec import Action, PythonMatcher, Target
from app.rules.template import Captures, RenderError, Values
from app.text.sentence import Sentence
from app.traffic.framing import Message

ENDS: Final = frozenset({Action.CLOSE, Action.RESET, Action.DRAIN})
"""After these, no rule applies to the connection any more."""


class Conversation:
    """One connection, as the rules see it. Bounded by what its caller feeds it while it waits."""

    def __init__(self, running: RunningRules, number: int, peer: str) -> None:
        """`number` is that of the connection, `peer` its address for people."""
        self.number = number
        self.peer = peer
        self.state = ""
        self.is_over = False
        """Whether no rule applies to it any more."""
        self._hears = True
        """Whether messages are still matched."""
        self._running = running
        self._version = running.version
        self._cutter = Cutter(running.framing)
        self._counts: dict[RunningRule, int] = {}
        self._memory: dict[str, Any] = {}
        self._pending: deque[Message] = deque()
        """Messages that wait, as a function has yet to answer; without their frames."""
        self._called: tuple[Call, int, int] | None = None
        """The call under way, the place of its rule, and the version of the rules it is in."""

    @property
    def is_waiting(self) -> bool:
        """Whether a function has yet to answer. What comes meanwhile waits."""
        return self._called is not None

    @property
    def waiting_count(self) -> int:
        """How many messages wait for that."""
        return len(self._pending)

    def opened(self) -> Sequence[Decision]:
        """The connection was made."""
        decisions: list[Decision] = []
        if self._running.greeting is not None:
            self._say(self._running.greeting, self._values(1), decisions)
        return decisions

    def receive(self, data: bytes) -> Sequence[Decision]:
        """`data` came from the peer."""
        if self._version != self._running.version:
            self._renew()
        messages = self._cutter.feed(data) if self._hears else []
        return self._take(messages)

    def receive_datagram(self, data: bytes) -> Sequence[Decision]:
        """One datagram came, which is framed by itself. A line that ends with it is a message."""
        if self._version != self._running.version:
            self._renew()
        if not self._hears:
            return ()
        return self._take(self._cutter.cut(data))

    def ended(self) -> Sequence[Decision]:
        """The peer says nothing more. What it did not finish matches no rule."""
        return self._take(self._cutter.finish() if self._hears else [])

    def answered(self, result: object) -> Sequence[Decision]:
        """The function of the last `Call` returned `result`: `None` if the message is none of its
        own, otherwise bytes, text, or a list of both."""
        assert self._called is not None
        call = self._called[0]
        if result is None:
            return self._pass_on()
        data = _as_bytes(result)
        if data is None:
            kind = type(result).__name__
            return self.failed(
                Sentence(
                    "rule-function-returned",
                    "{reference} returned {kind}. Return bytes, text, a list of both, or None.",
                    reference=call.reference,
                    kind=kind,
                )
            )
        frame = call.rule.frame
        try:
            framed = data if frame is None else frame(data)
        except RenderError as error:
            return self.failed(str(error))
        self._called = None
        decisions: list[Decision] = []
        self._apply(call.rule, (framed,) if framed else (), decisions)
        return self._go_on(decisions)

    def failed(self, sentence: str) -> Sequence[Decision]:
        """The function of the last `Call` did not answer, for the reason in `sentence`. The rules
        behind it are tried."""
        assert self._called is not None
        self._running.failed(self._called[0].rule, sentence)
        return self._pass_on()

    def tick(self, rule: RunningRule) -> Sequence[Decision]:
        """It is time for a rule with `every`."""
        required = rule.rule.state
        is_off = self.is_over or rule.is_spent or not rule.rule.enabled
        if is_off or required not in (None, self.state):
            return ()
        decisions: list[Decision] = []
        self._hit(rule, b"", None, decisions)
        return decisions

    # Messages

    def _take(self, messages: list[Message]) -> Sequence[Decision]:
        decisions: list[Decision] = []
        if self._pending or self._called is not None:
            self._wait(messages)
            return self._go_on(decisions)
        for at, (data, flaw) in enumerate(messages):
            if flaw is WHOLE:
                self._match(self._cutter.bare(data), decisions)
            else:
                self._note_unmatched(data, decisions, SHOWN_FLAWS[flaw])
            if not self._hears:
                break
            if self._called is not None:
                self._wait(messages[at + 1 :])
                break
        return decisions

    def _wait(self, messages: Sequence[Message]) -> None:
        """Keep messages for later, without their frames: the framing may be another one then."""
        bare = self._cutter.bare
        for data, flaw in messages:
            self._pending.append((bare(data) if flaw is WHOLE else data, flaw))

    def _go_on(self, decisions: list[Decision]) -> Sequence[Decision]:
        """Answer what came while a function had yet to answer."""
        while self._pending and self._called is None:
            data, flaw = self._pending.popleft()
            if flaw is WHOLE:
                self._match(data, decisions)
            else:
                self._note_unmatched(data, decisions, SHOWN_FLAWS[flaw])
        return decisions

    def _match(self, message: bytes, decisions: list[Decision], after: int = -1) -> None:
        found = self._running.matching.find(message, self.state, after)
        if found is None:
            self._note_unmatched(message, decisions)
            return
        rule, captures, place = found
        if rule.fixed is not None:  # as most are
            rule.hits += 1
            decisions += rule.fixed
            then, action = rule.rule.then, rule.rule.action
            if then is not None:
                self.state = then
            if action is not None:
                self._end_by(action)
        elif isinstance(rule.rule.matcher, PythonMatcher):
            call = self._call(rule, rule.rule.matcher.reference, message)
            self._called = call, place, self._version
            decisions.append(call)
        else:
            self._hit(rule, message, captures, decisions)

    def _call(self, rule: RunningRule, reference: str, message: bytes) -> Call:
        counter = self._counts.get(rule, 0) + 1
        context = Context(self.number, self.peer, self.state, counter, self._memory)
        return Call(rule, reference, message, context)

    def _pass_on(self) -> Sequence[Decision]:
        """Try the rules behind the one whose function did not answer the message."""
        assert self._called is not None
        call, place, version = self._called
        self._called = None
        decisions: list[Decision] = []
        self._match(call.message, decisions, place if version == self._running.version else -1)
        return self._go_on(decisions)

    def _note_unmatched(self, message: bytes, decisions: list[Decision], flaw: str = "") -> None:
        running = self._running
        kept, size = message[:KEPT_BYTES], len(message)
        running.note_unmatched(
            UnmatchedMessage(
                running.seconds(), self.number, self.peer, self.state, kept, size, flaw
            )
        )
        if running.unmatched_reply is not None:
            values = self._values(running.unmatched_count, message)
            self._say(running.unmatched_reply, values, decisions)
        if running.unmatched_action is not None:
            decisions.append(Perform(running.unmatched_action))
            self._end_by(running.unmatched_action)

    def _hit(
        self,
        rule: RunningRule,
        message: bytes,
        captures: Captures | None,
        decisions: list[Decision],
    ) -> None:
        reply = self._running.next_reply(rule)
        counter = self._counts.get(rule, 0) + 1
        pieces: Rendered = ()
        if reply is not None:
            try:
                pieces = reply.render(self._values(counter, message, captures))
            except RenderError as error:
                self._running.failed(rule, str(error))
        self._apply(rule, pieces, decisions)

    def _apply(self, rule: RunningRule, pieces: Rendered, decisions: list[Decision]) -> None:
        spec = rule.rule
        self._counts[rule] = self._counts.get(rule, 0) + 1
        self._running.count_hit(rule)
        delay = self._running.delay(spec.delay)
        made = sends(pieces, delay, spec.to, rule)
        decisions += made
        if spec.then is not None:
            self.state = spec.then
        if spec.action is not None:
            decisions.append(Perform(spec.action, 0.0 if made else delay))
            self._end_by(spec.action)

    def _end_by(self, action: Action) -> None:
        if action in ENDS or action is Action.STOP_READING:
            self._hears = False
            self._pending.clear()
        if action in ENDS:
            self.is_over = True

    def _say(self, reply: ReadyReply, values: Values, decisions: list[Decision]) -> None:
        """A reply that is no rule's."""
        try:
            decisions += sends(reply.render(values), 0.0, Target.PEER, None)
        except RenderError as error:
            self._running.failed(None, str(error))

    def _values(
        self, counter: int, message: bytes = b"", captures: Captures | None = None
    ) -> Values:
        seconds = self._running.seconds()
        return Values(counter, seconds, self.number, self.peer, message, captures)

    def _renew(self) -> None:
        """The rules are other ones: what is held of an unfinished message is framed anew."""
        self._version = self._running.version
        running = set(self._running.rules)
        self._counts = {rule: count for rule, count in self._counts.items() if rule in running}
        if self._cutter.framing == self._running.framing:
            return
        rest = b"".join(data for data, _ in self._cutter.finish())
        self._cutter = Cutter(self._running.framing)
        if rest and self._hears:
            self._wait(self._cutter.feed(rest))


def _as_bytes(result: object) -> bytes | None:
    if isinstance(result, list | tuple):
        parts = [_part_as_bytes(part) for part in result]
        return None if None in parts else b"".join(part for part in parts if part is not None)
    return _part_as_bytes(result)


def _part_as_bytes(part: object) -> bytes | None:
    match part:
        case bytes() | bytearray() | memoryview():
            return bytes(part)
        case str():
            return part.encode("utf-8", "surrogateescape")
        case _:
            return None
