"""Carries out what a conversation decides: sends, closes, calls functions, and ticks."""

from __future__ import annotations

import inspect
import random
from collections import deque
from collections.abc import Awaitable, Callable, Iterable, Sequence
from pathlib import Path
from typing import Any, Final

from attrs import field, frozen
from twisted.internet.defer import Deferred, TimeoutError
from twisted.internet.interfaces import IAddress, IReactorTime
from twisted.internet.task import LoopingCall
from twisted.python.failure import Failure

from app.rules.engine import Conversation
from app.rules.outbox import Outbox
from app.rules.running import Call, Decision, Perform, RunningRule, RunningRules, Send
from app.rules.spec import RuleSet, Target
from app.runtime.clocks import unix_clock
from app.runtime.coroutines import log_failure
from app.text.sentence import Sentence

ANSWER_SECONDS: Final = 30.0
"""How long a function may take to answer. Its connection waits for it that long."""

LoadFunction = Callable[[str], Callable[..., object]]
"""Gives the function for a reference such as `rules.py:answer`. Raises with a sentence."""


class Functions:
    """The functions of one set of rules, each loaded at its first call."""

    def __init__(self, load: LoadFunction | None, clock: IReactorTime) -> None:
        self._load = load
        self._clock = clock
        self._loaded: dict[str, Callable[..., object]] = {}

    def forget(self, load: LoadFunction | None = None) -> None:
        """Load all of them again at their next call, by `load` if it is given."""
        self._load = load or self._load
        self._loaded.clear()

    def call(
        self,
        call: Call,
        answered: Callable[[object], None],
        failed: Callable[[str], None],
    ) -> Deferred[None] | None:
        """Call the function. Exactly one of the two is called, maybe before this returns; also
        when the answer is cancelled.

        Gives a Deferred, to be cancelled when nobody waits any more, if the answer comes later.
        """
        try:
            result = self._function(call.reference)(call.message, call.context)
        except (Exception, SystemExit) as error:  # noqa: BLE001 - a function may raise anything
            failed(_raised(call, error))
            return None
        if not inspect.isawaitable(result):
            answered(result)
            return None
        waiting: Deferred[Any] = Deferred.fromCoroutine(_awaited(result))
        waiting.addTimeout(ANSWER_SECONDS, self._clock)
        waiting.addCallbacks(answered, lambda failure: self._fail(call, failure, failed))
        waiting.addErrback(log_failure)
        return waiting

    def _function(self, reference: str) -> Callable[..., object]:
        if reference not in self._loaded:
            if self._load is None:
                raise LookupError(Sentence("functions-not-here", "functions cannot be loaded here"))
            self._loaded[reference] = self._load(reference)
        return self._loaded[reference]

    def _fail(self, call: Call, failure: Failure, failed: Callable[[str], None]) -> None:
        if failure.check(TimeoutError):
            failed(
                Sentence(
                    "rule-function-late",
                    "{reference} did not answer within {answer_seconds:g} s.",
                    reference=call.reference,
                    answer_seconds=ANSWER_SECONDS,
                )
            )
        else:
            failed(_raised(call, failure.value))


async def _awaited(awaitable: Awaitable[object]) -> object:
    return await awaitable


def _raised(call: Call, error: BaseException | None) -> str:
    return Sentence(
        "rule-function-failed",
        "{reference} failed with {kind}: {error}",
        reference=call.reference,
        kind=type(error).__name__,
        error=error,
    )


def address_text(address: IAddress | None) -> str:
    """The address of a peer for `{peer}`: host and port, or the kind of it where it has none."""
    host, port = getattr(address, "host", None), getattr(address, "port", None)
    if host is None or port is None:
        return type(address).__name__
    return f"[{host}]:{port}" if ":" in host else f"{host}:{port}"


@frozen
class Surroundings:
    """Everything outside that the rules of a listener use."""

    clock: IReactorTime
    folder: Path = field(factory=Path)
    """Where the paths of reply files begin."""

    load_function: LoadFunction | None = None
    name: str = ""
    """Of the listener, for the log."""

    chance: random.Random = field(factory=random.Random)
    """Where random values and delays come from."""

    number_of: Callable[[Any], int | None] = lambda transport: None
    """The number of a connection, by its transport; `None` counts from 1."""

    peer_text: Callable[[IAddress | None], str] = address_text

    def running(self, ruleset: RuleSet) -> RunningRules:
        """The rules of one listener, not yet hit."""
        seconds, chance = unix_clock(self.clock), self.chance
        return RunningRules(ruleset, seconds=seconds, chance=chance, name=self.name)


class Responder:
    """Carries out what a conversation decides, over one transport."""

    def __init__(
        self,
        conversation: Conversation,
        outbox: Outbox,
        functions: Functions,
        everyone: Callable[[], Iterable[Responder]],
        clock: IReactorTime,
    ) -> None:
        """`everyone` gives all responders of the listener, this one included."""
        self.conversation = conversation
        self.outbox = outbox
        self._functions = functions
        self._everyone = everyone
        self._clock = clock
        self._waiting: Deferred[None] | None = None
        self._to_do: deque[Decision] = deque()
        self._tickers: dict[RunningRule, LoopingCall] = {}
        self._may_tick = True
        self.is_closed = False

    def carry_out(self, decisions: Sequence[Decision]) -> None:
        """Do all of it in order. What is decided meanwhile, by a function, follows."""
        if self._to_do:
            self._to_do.extend(decisions)
            return
        self._to_do.extend(decisions)
        while self._to_do and not self.is_closed:
            decision = self._to_do[0]
            if isinstance(decision, Send):
                self._send(decision)
            elif isinstance(decision, Perform):
                self.outbox.add(decision)
            else:
                self._call(decision)
            if self._to_do:
                self._to_do.popleft()

    def keep_ticking(self, rules: RunningRules) -> None:
        """Have a timer for each rule with `every`; those that run on are left alone."""
        if not self._may_tick:
            return
        wanted = {each for each in rules.rules if each.rule.every and each.rule.enabled}
        for gone in self._tickers.keys() - wanted:
            self._tickers.pop(gone).stop()
        for rule in rules.rules:
            if rule in wanted and rule not in self._tickers:
                ticker = self._tickers[rule] = LoopingCall(self._tick, rule)
                ticker.clock = self._clock
                ticker.start(rule.rule.every, now=False).addErrback(log_failure)

    def stop_ticking(self) -> None:
        """Send nothing unsolicited any more."""
        self._may_tick = False
        for ticker in self._tickers.values():
            ticker.stop()
        self._tickers.clear()

    def close(self) -> None:
        """The connection is gone."""
        self.is_closed = True
        self.stop_ticking()
        self._to_do.clear()
        self.outbox.stop()
        waiting, self._waiting = self._waiting, None
        if waiting is not None:
            waiting.cancel()

    def _tick(self, rule: RunningRule) -> None:
        # A peer that does not take the last ones gets no more of them.
        if not self.outbox.is_full and not self.outbox.is_shut:
            self.carry_out(self.conversation.tick(rule))

    def _send(self, decision: Send) -> None:
        if decision.to is not Target.OTHERS:
            self.outbox.add(decision)
        if decision.to is Target.PEER:
            return
        for responder in list(self._everyone()):
            if responder is self or responder.is_closed:
                continue
            if responder.outbox.is_full:
                self.outbox.failed(
                    decision.rule,
                    Sentence(
                        "peer-missed-reply",
                        "{peer} reads too slowly: it missed a reply.",
                        peer=responder.conversation.peer,
                    ),
                )
            else:
                responder.outbox.add(decision)

    def _call(self, call: Call) -> None:
        self._waiting = self._functions.call(call, self._answered, self._failed)

    def _answered(self, result: object) -> None:
        self._waiting = None
        if not self.is_closed:
            self.carry_out(self.conversation.answered(result))
            self.outbox.moved()

    def _failed(self, sentence: str) -> None:
        self._waiting = None
        if not self.is_closed:
            self.carry_out(self.conversation.failed(sentence))
            self.outbox.moved()
