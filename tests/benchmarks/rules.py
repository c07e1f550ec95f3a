"""The cost of a message for the rules of a `replies` listener, without any socket.

There are 20 rules of one kind, and the last one matches. *Matching* finds the rule, *engine* frames
the message and decides too, *protocol* hands the reply to a transport that drops it.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Mapping
from statistics import median
from timeit import timeit
from typing import Any, Final

from twisted.internet.task import Clock

from app.rules.engine import Conversation
from app.rules.protocol import RepliesFactory
from app.rules.reading import parse
from app.rules.responder import Surroundings
from app.rules.running import RunningRules
from app.rules.spec import RuleSet
from tests.benchmarks.harness.report import keep, show

COUNT: Final = 20
TIMES: Final = 20_000
MESSAGE: Final = b"x" * 61 + b"19"
REPLY: Final = "r" * 63 + "\n"

_OTHERS: Final = range(COUNT - 1)
SETS: Final[Mapping[str, list[dict[str, Any]]]] = {
    "equals": [{"equals": "x" * 61 + f"{each:02}", "reply": REPLY} for each in range(COUNT)],
    "starts": [
        *({"starts": f"{each:02}", "reply": REPLY} for each in _OTHERS),
        {"starts": "x", "reply": REPLY},
    ],
    "contains": [
        *({"contains": f"{each:02}?", "reply": REPLY} for each in _OTHERS),
        {"contains": "x19", "reply": REPLY},
    ],
    "hex with wildcards": [
        *({"starts": {"hex": f"01 ?? {each:02}"}, "reply": REPLY} for each in _OTHERS),
        {"starts": {"hex": "78 ?? 78"}, "reply": REPLY},
    ],
    "regex with ^": [
        *({"regex": rf"^CMD{each} (\d+) (\w+) ?(.*)$", "reply": REPLY} for each in _OTHERS),
        {"regex": r"19$", "reply": REPLY},
    ],
    "regex without": [
        *({"regex": rf"(\d+) C{each} (\w+)", "reply": REPLY} for each in _OTHERS),
        {"regex": r"19$", "reply": REPLY},
    ],
    "equals, reply with variables": [
        *({"equals": f"{each:02}", "reply": REPLY} for each in _OTHERS),
        {"equals": MESSAGE.decode(), "reply": "v {counter} {connection} {crc16}\n"},
    ],
}


class _Sink:
    """A transport that drops what is written."""

    def write(self, data: bytes) -> None:
        pass

    def getPeer(self) -> None:
        return None


def main(rounds: int) -> None:
    taken = {name: _measure(_rule_set(rules), rounds) for name, rules in SETS.items()}
    show(
        f"{COUNT} rules, the last one matches, {len(MESSAGE) + 1} B, processor time a message",
        ["rules", "matching, µs", "engine, µs", "protocol, µs"],
        [
            [name, *(f"{median(values):.2f}" for values in columns)]
            for name, columns in taken.items()
        ],
    )
    keep("rules", taken)


def _rule_set(rules: list[dict[str, Any]]) -> RuleSet:
    ruleset = parse({"rule": rules})
    assert isinstance(ruleset, RuleSet)
    return ruleset


def _measure(ruleset: RuleSet, rounds: int) -> list[list[float]]:
    line = MESSAGE + b"\n"
    running = RunningRules(ruleset, seconds=lambda: 0.0, chance=random.Random(0))
    conversation = Conversation(running, 1, "")
    factory = RepliesFactory(ruleset, Surroundings(Clock()))
    protocol: Any = factory.buildProtocol(None)
    protocol.makeConnection(_Sink())
    steps: list[Callable[[], object]] = [
        lambda: running.matching.find(MESSAGE, ""),
        lambda: conversation.receive(line),
        lambda: protocol.dataReceived(line),
    ]
    return [
        [timeit(step, number=TIMES) / TIMES * 1_000_000 for _ in range(rounds)] for step in steps
    ]
