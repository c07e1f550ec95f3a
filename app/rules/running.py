"""The rules of one listener as they run: compiled, counted, and shared by all its connections.

The decisions that a conversation makes by them are defined here too; see `app.rules.engine`.
"""

from __future__ import annotations

import logging
import random
from collections import deque
from collections.abc import Callable
from typing import Any, Final

from attrs import define, evolve, field, frozen

from app.rules.matching import Matching, captured_names
from app.rules.rendering import Frame, ReadyReply, Rendered, frame_of
from app.rules.spec import Action, Order, PythonMatcher, Reply, Rule, RuleSet, Target, Unmatched
from app.rules.template import Scope

log = logging.getLogger(__name__)

KEPT_UNMATCHED: Final = 100
"""Messages that no rule matched, the newest."""

KEPT_BYTES: Final = 4096
"""Of each of them."""

LOG_SECONDS: Final = 1.0
"""A rule that fails at every message is logged once in so long."""


@frozen
class Send:
    """Bytes go out together."""

    pieces: Rendered
    delay: float = 0.0
    """Seconds after now, and after all that was to go out before."""

    to: Target = Target.PEER
    rule: RunningRule | None = None
    """Whose failure it is if a file cannot be read."""

    data: bytes | None = None
    """All of it, if it is to be written to the peer at once."""


@frozen
class Perform:
    """Something happens to the connection."""

    action: Action
    delay: float = 0.0


@frozen
class Call:
    """A function of the user's is to be called. Nothing else is decided before it has answered.

    What it returns goes to `Conversation.answered`, what it raises to `Conversation.failed`.
    """

    rule: RunningRule
    reference: str
    message: bytes
    context: Context


Decision = Send | Perform | Call


@define
class Context:
    """The second argument of a function of the user's, beside the message."""

    connection: int
    peer: str
    state: str
    counter: int
    """How often this rule answered this connection, this time included."""

    memory: dict[str, Any]
    """Belongs to the function: kept as long as the connection."""


@frozen
class UnmatchedMessage:
    """A message that no rule matched."""

    time: float
    """Unix seconds."""

    connection: int
    peer: str
    state: str
    message: bytes
    """The beginning of it, at most `KEPT_BYTES`, without its frame."""

    size: int
    """Bytes of the whole message."""

    flaw: str = ""
    """Why no rule could be tried; empty if all were."""


@define(eq=False)
class RunningRule:
    """One rule of a running listener, and what became of it."""

    rule: Rule
    index: int
    """Its place in the set."""

    hits: int = 0
    failures: int = 0
    replies: tuple[ReadyReply, ...] = ()
    position: int = 0
    """How many replies were given: which of several is next."""

    repeats: bool = True
    """Whether the first reply follows the last."""

    frame: Frame | None = None
    """Puts the frame around a reply that a function gives."""

    fixed: tuple[Decision, ...] | None = None
    """The decisions of a rule whose decisions never vary: they are made once."""

    _logged_at: float = field(default=float("-inf"), alias="logged_at")

    @property
    def is_spent(self) -> bool:
        """Whether it has been hit as often as it may be."""
        return 0 < self.rule.times <= self.hits

    @property
    def label(self) -> str:
        """The rule for people."""
        return self.rule.label(self.index)

    def may_log(self, now: float) -> bool:
        """Whether it is time to log a failure of it again."""
        if abs(now - self._logged_at) < LOG_SECONDS:  # the clock may have been set back
            return False
        self._logged_at = now
        return True


class RunningRules:
    """The rules of one running listener. Made of a set that `reading` found no mistake in."""

    def __init__(
        self,
        ruleset: RuleSet,
        *,
        seconds: Callable[[], float],
        chance: random.Random | None = None,
        name: str = "",
    ) -> None:
        """`seconds` gives Unix time; `name` is that of the listener, for the log."""
        self.seconds = seconds
        self.name = name
        self._chance = chance or random.Random()
        self.unmatched: deque[UnmatchedMessage] = deque(maxlen=KEPT_UNMATCHED)
        self.unmatched_count = 0
        self._logged_at = float("-inf")
        self.version = 0
        """Another number for each set."""
        self.rules: tuple[RunningRule, ...] = ()
        self._take(ruleset)

    def replace(self, ruleset: RuleSet) -> None:
        """Go on with another set. A rule that stays as it is keeps its counts, moved or not;
        whether it is enabled makes no difference to that."""
        self._take(ruleset)

    def reset_counts(self) -> None:
        """Begin to count anew: no rule was hit, none is spent, nothing went unmatched."""
        for rule in self.rules:
            rule.hits = rule.failures = rule.position = 0
        self.unmatched.clear()
        self.unmatched_count = 0
        self._compile()

    def failed(self, rule: RunningRule | None, sentence: str) -> None:
        """Something of `rule` failed: count it, and log it unless that was logged just now."""
        now = self.seconds()
        if rule is None:
            if abs(now - self._logged_at) >= LOG_SECONDS:
                self._logged_at = now
                log.warning("%s: %s", self.name, sentence)
            return
        rule.failures += 1
        if rule.may_log(now):
            log.error("%s: rule %s: %s", self.name, rule.label, sentence)

    def note_unmatched(self, message: UnmatchedMessage) -> None:
        """Count and keep a message that no rule matched."""
        self.unmatched_count += 1
        self.unmatched.append(message)

    def count_hit(self, rule: RunningRule) -> None:
        """`rule` applied once more. One that is spent is not found any more."""
        rule.hits += 1
        if rule.is_spent:
            self._compile()

    def delay(self, bounds: tuple[float, float]) -> float:
        """A delay within `bounds`."""
        low, high = bounds
        return low if low == high else self._chance.uniform(low, high)

    def next_reply(self, rule: RunningRule) -> ReadyReply | None:
        """The reply whose turn it is; `None` if the rule has nothing more to say."""
        replies = rule.replies
        count = len(replies)
        at = rule.position
        rule.position += 1
        if at < count:
            return replies[at]
        if count == 1 and rule.repeats:  # as most are
            return replies[0]
        match rule.rule.order:
            case Order.REPEAT:
                return replies[at % count] if count else None
            case Order.LAST:
                return replies[-1] if count else None
            case Order.NOTHING:
                return None

    def _take(self, ruleset: RuleSet) -> None:
        before: dict[Rule, list[RunningRule]] = {}
        for each in self.rules:
            before.setdefault(evolve(each.rule, enabled=True), []).append(each)
        rules: list[RunningRule] = []
        for index, rule in enumerate(ruleset.rules):
            same = before.get(evolve(rule, enabled=True))
            rules.append(self._running(rule, index, ruleset, same.pop(0) if same else None))
        self.ruleset = ruleset
        self.framing = ruleset.framing
        self.rules = tuple(rules)
        self.greeting = self._ready(ruleset.greeting, Scope()) if ruleset.greeting else None
        unmatched = ruleset.unmatched
        self.unmatched_reply: ReadyReply | None = None
        self.unmatched_action: Action | None = None
        if isinstance(unmatched, tuple):
            self.unmatched_reply = self._ready(unmatched, Scope(captures=frozenset({"0"})))
        else:
            self.unmatched_action = _UNMATCHED_ACTIONS[unmatched]
        self.version += 1
        self._compile()

    def _compile(self) -> None:
        self.matching = Matching([each for each in self.rules if not each.is_spent], self.failed)

    def _running(
        self, rule: Rule, index: int, ruleset: RuleSet, before: RunningRule | None
    ) -> RunningRule:
        running = before or RunningRule(rule, index)
        running.rule, running.index = rule, index
        scope = Scope(captures=captured_names(rule.matcher))
        framing = ruleset.framing if rule.framed else None
        running.replies = tuple(
            ReadyReply(each, scope, chance=self._chance, framing=framing) for each in rule.replies
        )
        running.repeats = rule.order is Order.REPEAT
        running.frame = None if framing is None else frame_of(framing)
        running.fixed = _fixed(running)
        return running

    def _ready(self, reply: Reply, scope: Scope) -> ReadyReply:
        return ReadyReply(reply, scope, chance=self._chance)


_UNMATCHED_ACTIONS: Final = {
    Unmatched.IGNORE: None,
    Unmatched.CLOSE: Action.CLOSE,
    Unmatched.RESET: Action.RESET,
}


def _fixed(running: RunningRule) -> tuple[Decision, ...] | None:
    """The decisions of a rule, if they are the same every time."""
    rule = running.rule
    if isinstance(rule.matcher, PythonMatcher) or rule.times or len(running.replies) > 1:
        return None
    low, high = rule.delay
    if low != high:
        return None
    decisions: list[Decision] = []
    for reply in running.replies:
        if reply.constant is None:
            return None
        decisions += sends((reply.constant,) if reply.constant else (), low, rule.to, running)
    if rule.action is not None:
        decisions.append(Perform(rule.action, 0.0 if decisions else low))
    return tuple(decisions)


def sends(pieces: Rendered, delay: float, to: Target, rule: RunningRule | None) -> tuple[Send, ...]:
    """The decision to send `pieces`; none if there is nothing to send."""
    if not pieces:
        return ()
    first = pieces[0]
    is_plain = len(pieces) == 1 and not delay and to is Target.PEER and isinstance(first, bytes)
    return (Send(pieces, delay, to, rule, first if is_plain else None),)  # type: ignore[arg-type]
