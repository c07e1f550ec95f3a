"""Reply rules made from recorded traffic, for a listener that imitates the recorded server.

The result is the tables of a `replies` listener, in plain values. Each message of the client
becomes a matcher, and the messages of the server after it become its reply. If there are several
conversations of the same kind, bytes that differ between them become wildcards.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from enum import Enum
from itertools import pairwise, takewhile
from statistics import median
from typing import Any, Final

from attrs import frozen

from app.text.notation import Notation, write
from app.text.sentence import Sentence
from app.traffic.connection_info import CloseKind
from app.traffic.connection_messages import ConnectionMessage
from app.traffic.framing import Delimited, FixedLength, Framing, LengthPrefix, Lines, Netstrings
from app.traffic.volatile_bytes import SampleMatcher, matcher_of, reply_piece

MOST_RULES: Final = 1000
MOST_PIECES: Final = 100
"""The most pieces of one reply. If there are more, they are joined."""

MOST_PIECE_BYTES: Final = 16 * 1024
"""The longest piece of a reply, so that its text in hex stays within the limit of a profile."""

MOST_REPLIES: Final = 1000
LEAST_TICKS: Final = 3
LARGEST_SPREAD: Final = 0.25
"""Times between unsolicited messages may differ by this fraction and still count as an interval."""

LEAST_SECONDS: Final = 0.01
_ACTIONS: Final[Mapping[CloseKind | None, str]] = {
    CloseKind.CLOSED_HERE: "close",
    CloseKind.RESET_HERE: "reset",
}

LONGEST_DELAY: Final = 3600.0


class RuleOrder(Enum):
    """When a rule applies."""

    IN_ORDER = Sentence("rules-in-order", "in order")
    """Only after all rules before it, as in the conversation. The state of a connection counts
    them."""

    BY_MATCH = Sentence("rules-by-match", "by match")
    """Each time its message comes."""


@frozen
class RuleChoices:
    """The options for making rules."""

    order: RuleOrder = RuleOrder.IN_ORDER
    finds_intervals: bool = True
    """Whether a message that the server repeated at an interval becomes a rule with `every`."""

    keeps_delays: bool = False
    """Whether a reply takes as long as the recorded one."""

    ending: CloseKind | None = None
    """The end of the first conversation, if known.

    If the server ended it, rules in order end the connection in the same way.
    """

    is_datagram: bool = False
    """Whether the conversations were over UDP, where each message is a datagram."""


@frozen
class Proposal:
    """The options of a listener, and notes about them for the user."""

    options: dict[str, Any]
    notes: tuple[str, ...] = ()


@frozen
class _Step:
    """A message of the client and the reply of the server."""

    matcher: dict[str, Any]
    reply: Any
    """The reply as in a rule; `None` if the server said nothing."""

    delay: float
    """Seconds until the reply began."""


def propose_rule(
    message: ConnectionMessage,
    followed: Sequence[ConnectionMessage],
    framing: Framing | None = None,
) -> dict[str, Any]:
    """Make one rule that replies to `message`.

    The reply is the messages of the server in `followed`, up to the next message of the client.
    """
    replies = list(takewhile(lambda each: each.from_server, followed))
    step = _step((message, replies), (), framing)
    return {**step.matcher, **_reply_of(step, keeps_delay=False)}


def propose_rules(
    conversations: Sequence[Sequence[ConnectionMessage]],
    framing: Framing | None = None,
    choices: RuleChoices = RuleChoices(),
) -> Proposal:
    """The options of a listener that plays the server of the first of `conversations`.

    The others are used to find bytes that vary. A conversation is of the same kind if its client
    sent the same number of messages. Others are left out, with a note.
    """
    notes: list[str] = []
    options: dict[str, Any] = {"framing": "datagram"}
    if not choices.is_datagram:
        options = framing_table(framing)
    if not conversations:
        return Proposal(
            options, (Sentence("no-conversation", "There is no conversation to make rules of."),)
        )
    find = _take_intervals if choices.finds_intervals else _take_nothing
    (first, ticks), *more = [find(each) for each in conversations]
    greeting, turns = _turns(first)
    others = [_turns(each)[1] for each, _ in more]
    alike = [each for each in others if len(each) == len(turns)]
    if len(alike) < len(others):
        notes.append(
            Sentence(
                "conversations-of-other-length",
                "{count} conversations have another number of messages. They were not compared.",
                count=len(others) - len(alike),
            )
        )
    steps = [
        _step(turn, [each[index] for each in alike], framing) for index, turn in enumerate(turns)
    ]
    arrange = _in_order if choices.order is RuleOrder.IN_ORDER else _by_match
    rules = arrange(steps, choices.keeps_delays)
    if rules and choices.ending in _ACTIONS and choices.order is RuleOrder.IN_ORDER:
        rules[-1]["action"] = _ACTIONS[choices.ending]
    if len(rules) + len(ticks) > MOST_RULES:
        notes.append(
            Sentence(
                "only-first-rules",
                "Only the first {most_rules} rules are kept.",
                most_rules=MOST_RULES,
            )
        )
    if greeting and not choices.is_datagram:
        options["greeting"] = _reply([[each.data] for each in greeting])
    options["rule"] = (rules + ticks)[:MOST_RULES]
    return Proposal(options, (*notes, *_notes_on(first, turns, choices)))


def _notes_on(
    messages: Sequence[ConnectionMessage], turns: Sequence[_Turn], choices: RuleChoices
) -> Iterator[str]:
    """Sentences about what the rules do in another way than the conversation."""
    torn = sum(not each.is_whole for each in messages)
    if torn:
        yield Sentence(
            "messages-not-whole",
            "{torn} messages are not whole. Check the rules that are made of them.",
            torn=torn,
        )
    if not choices.is_datagram:
        return
    if messages and messages[0].from_server:
        yield Sentence(
            "no-greeting-left",
            "The server spoke first. Over UDP there is no greeting, so that is left out.",
        )
    joined = sum(len(replies) > 1 for _, replies in turns)
    if joined:
        yield Sentence(
            "answers-joined",
            "{joined} messages were answered by several datagrams. A rule sends them as one.",
            joined=joined,
        )


def framing_table(framing: Framing | None) -> dict[str, Any]:
    """The keys of a `replies` listener that name `framing`; `None` for chunks as they come."""
    match framing:
        case Lines():
            return {"framing": "line"}
        case Delimited(delimiter):
            return {"framing": "delimiter", "delimiter": write(delimiter, Notation.ESCAPES)}
        case FixedLength(size):
            return {"framing": "fixed", "size": size}
        case LengthPrefix(width, order, counts_itself):
            table: dict[str, Any] = {"framing": "length-prefix", "width": width}
            if order != "big":
                table["order"] = order
            return {**table, "counts_itself": True} if counts_itself else table
        case Netstrings():
            return {"framing": "netstring"}
        case _:  # chunks, and framings that rules do not have
            return {"framing": "chunk"}


def bare(data: bytes, framing: Framing | None) -> bytes:
    """A message without its line end, delimiter or length, as rules see it."""
    match framing:
        case Lines():
            return data[:-2] if data.endswith(b"\r\n") else data.removesuffix(b"\n")
        case Delimited(delimiter):
            return data.removesuffix(delimiter)
        case LengthPrefix(width):
            return data[width:]
        case Netstrings():
            return data.partition(b":")[2].removesuffix(b",")
    return data


_Turn = tuple[ConnectionMessage, list[ConnectionMessage]]


def _turns(
    messages: Sequence[ConnectionMessage],
) -> tuple[list[ConnectionMessage], list[_Turn]]:
    """The greeting, then each message of the client with its answers."""
    greeting: list[ConnectionMessage] = []
    turns: list[_Turn] = []
    for each in messages:
        if not each.from_server:
            turns.append((each, []))
        else:
            (turns[-1][1] if turns else greeting).append(each)
    return greeting, turns


def _step(turn: _Turn, others: Sequence[_Turn], framing: Framing | None) -> _Step:
    """A step of the first conversation, with the same steps of the others as samples."""
    message, replies = turn
    pattern = matcher_of([bare(each.data, framing) for each, _ in (turn, *others)])
    alike = [said for _, said in (turn, *others) if len(said) == len(replies)]
    if len(alike) <= len(others):  # the others differ in their answers
        alike, pattern = [replies], SampleMatcher(pattern.matcher)
    samples = [[said[index].data for said in alike] for index in range(len(replies))]
    delay = replies[0].time - message.time if replies else 0.0
    return _Step(pattern.matcher, _reply(samples, pattern) if samples else None, delay)


def _in_order(steps: Sequence[_Step], keeps_delays: bool) -> list[dict[str, Any]]:
    """Each rule moves the connection to the state of the next one; a new connection has ``."""
    return [
        {
            **step.matcher,
            "state": str(index) if index else "",
            "then": str(index + 1),
            **_reply_of(step, keeps_delay=keeps_delays),
        }
        for index, step in enumerate(steps)
    ]


def _by_match(steps: Sequence[_Step], keeps_delays: bool) -> list[dict[str, Any]]:
    """One rule for each distinct message, with all replies to it."""
    grouped: dict[str, list[_Step]] = {}
    for step in steps:
        grouped.setdefault(repr(step.matcher), []).append(step)
    rules = []
    for group in grouped.values():
        rule = {**group[0].matcher, **_reply_of(group[0], keeps_delay=keeps_delays)}
        replies = [each.reply for each in group if each.reply is not None]
        if any(each != replies[0] for each in replies):
            rule.pop("reply", None)
            rule["replies"] = replies[:MOST_REPLIES]
            rule["order"] = "then-last"
        rules.append(rule)
    return rules


def _reply_of(step: _Step, *, keeps_delay: bool) -> dict[str, Any]:
    if step.reply is None:
        return {}
    table = {"reply": step.reply}
    delay = round(min(step.delay, LONGEST_DELAY), 3)
    return {**table, "delay": delay} if keeps_delay and delay > 0 else table


def _reply(messages: Sequence[Sequence[bytes]], pattern: SampleMatcher = SampleMatcher({})) -> Any:  # noqa: B008
    """The reply made of `messages`, each with its samples: one value, or a list of values."""
    if len(messages) > MOST_PIECES:
        messages = [[b"".join(each[0] for each in messages)]]
    parts: list[Any] = []
    for samples in messages:
        if len(samples[0]) <= MOST_PIECE_BYTES:
            parts.append(reply_piece(samples, pattern))
            continue
        data = samples[0]
        starts = range(0, len(data), MOST_PIECE_BYTES)
        parts += [
            reply_piece([data[at : at + MOST_PIECE_BYTES]], SampleMatcher({})) for at in starts
        ]
    return parts[0] if len(parts) == 1 else parts[:MOST_PIECES]


def _take_nothing(
    messages: Sequence[ConnectionMessage],
) -> tuple[list[ConnectionMessage], list[dict[str, Any]]]:
    return list(messages), []


def _take_intervals(
    messages: Sequence[ConnectionMessage],
) -> tuple[list[ConnectionMessage], list[dict[str, Any]]]:
    """Split off the messages that the server repeated at an interval, as rules with `every`."""
    times: dict[bytes, list[float]] = {}
    answers: Counter[bytes] = Counter()
    for before, each in zip([None, *messages], messages, strict=False):
        if each.from_server and each.is_whole:
            times.setdefault(each.data, []).append(each.time)
            answers[each.data] += before is not None and not before.from_server
    rules = []
    taken = set()
    for data, moments in times.items():
        seconds = _interval(moments)
        if seconds and 2 * answers[data] < len(moments) and len(data) <= MOST_PIECE_BYTES:
            taken.add(data)
            rules.append({"every": seconds, "reply": _reply([[data]])})
    left = [each for each in messages if not (each.from_server and each.data in taken)]
    return left, rules


def _interval(moments: Sequence[float]) -> float:
    """The seconds between `moments` if they are about equal, otherwise 0."""
    if len(moments) < LEAST_TICKS:
        return 0.0
    gaps = [after - before for before, after in pairwise(moments)]
    usual = median(gaps)
    is_regular = all(abs(gap - usual) <= LARGEST_SPREAD * usual for gap in gaps)
    return round(usual, 3) if is_regular and usual >= LEAST_SECONDS else 0.0
