"""Faults in words: one line for a list, a badge, and the reason of a connection that one closed."""

from __future__ import annotations

from collections.abc import Iterable
from enum import Enum
from typing import Final

from app.faults.spec import (
    DIRECTED,
    Direction,
    Distribution,
    Fault,
    FaultKind,
    FaultLeg,
    LimitAction,
    TlsProblem,
    armed,
)
from app.text.sentence import Sentence, composed

_WORDS: Final[dict[Enum, Sentence]] = {
    FaultKind.LATENCY: Sentence("latency", "latency"),
    FaultKind.BANDWIDTH: Sentence("bandwidth", "bandwidth"),
    FaultKind.SLICE: Sentence("slice", "slice"),
    FaultKind.STALL: Sentence("stall", "stall"),
    FaultKind.LIMIT: Sentence("limit", "limit"),
    FaultKind.CLOSE_AFTER: Sentence("close-after", "close-after"),
    FaultKind.RESET_AFTER: Sentence("reset-after", "reset-after"),
    FaultKind.SLOW_CLOSE: Sentence("slow-close", "slow-close"),
    FaultKind.STOP_READING: Sentence("stop-reading", "stop-reading"),
    FaultKind.DROP: Sentence("drop", "drop"),
    FaultKind.CORRUPT: Sentence("corrupt", "corrupt"),
    FaultKind.DUPLICATE: Sentence("duplicate", "duplicate"),
    FaultKind.REORDER: Sentence("reorder", "reorder"),
    FaultKind.REFUSE: Sentence("refuse", "refuse"),
    FaultKind.ACCEPT_DELAY: Sentence("accept-delay", "accept-delay"),
    FaultKind.TLS: Sentence("tls", "tls"),
    Direction.IN: Sentence("in", "in"),
    Direction.OUT: Sentence("out", "out"),
    LimitAction.CLOSE: Sentence("close", "close"),
    LimitAction.RESET: Sentence("reset", "reset"),
    TlsProblem.EXPIRED: Sentence("expired", "expired"),
    TlsProblem.OTHER_NAME: Sentence("other-name", "other-name"),
    TlsProblem.SELF_SIGNED: Sentence("self-signed", "self-signed"),
    TlsProblem.UNKNOWN_CA: Sentence("unknown-ca", "unknown-ca"),
    TlsProblem.STALLED: Sentence("stalled", "stalled"),
    TlsProblem.BROKEN_OFF: Sentence("broken-off", "broken-off"),
}
"""The words of a profile, which the window translates."""


def describe(fault: Fault) -> str:
    """One line for people, such as `latency 200 ms ± 50 ms out`."""
    words: list[str] = [_WORDS[fault.kind], _details(fault)]
    if fault.leg is FaultLeg.TARGET:
        words.append(Sentence("at-target", "at the target"))
    if fault.kind in DIRECTED and fault.direction is not Direction.BOTH:
        words.append(_WORDS[fault.direction])
    if fault.chance < 1:
        words.append(Sentence("for-percent", "for {percent:g} %", percent=fault.chance * 100))
    if not fault.enabled:
        words.append(Sentence("switched-off", "(off)"))
    first, *rest = filter(None, words)
    for each in rest:
        first = composed("{words} {word}", words=first, word=each)
    return first


def badge(faults: Iterable[Fault]) -> str:
    """A few characters for a list row, such as `200 ms +1`; empty if no fault is armed."""
    active = armed(faults)
    if len(active) < 2:
        return _short(active[0]) if active else ""
    return composed("{fault} +{count}", fault=_short(active[0]), count=len(active) - 1)


def _short(fault: Fault) -> str:
    match fault.kind:
        case FaultKind.LATENCY:
            return duration(fault.seconds)
        case FaultKind.BANDWIDTH:
            return f"{size(fault.bytes_per_second)}/s"
        case FaultKind.LIMIT:
            return Sentence(
                "end-at-size",
                "{action} at {size}",
                action=_WORDS[fault.then],
                size=size(fault.bytes),
            )
        case FaultKind.TLS:
            return composed("TLS {problem}", problem=_WORDS[fault.problem])
        case _:
            return _WORDS[fault.kind]


def _details(fault: Fault) -> str:
    match fault.kind:
        case FaultKind.LATENCY:
            return _latency(fault)
        case FaultKind.BANDWIDTH:
            return f"{size(fault.bytes_per_second)}/s"
        case FaultKind.SLICE:
            variation = f" ± {size(fault.variation)}" if fault.variation else ""
            return Sentence(
                "size-every",
                "{size} every {delay}",
                size=f"{size(fault.bytes)}{variation}",
                delay=duration(fault.delay),
            )
        case FaultKind.STALL:
            if not fault.seconds:
                return Sentence("until-cleared", "until cleared")
            return duration(fault.seconds)
        case FaultKind.LIMIT:
            return Sentence(
                "size-then",
                "{size}, then {action}",
                size=size(fault.bytes),
                action=_WORDS[fault.then],
            )
        case FaultKind.CORRUPT:
            if fault.bits == 1:
                return Sentence("one-bit", "1 bit")
            return Sentence("bit-count", "{count} bits", count=fault.bits)
        case FaultKind.TLS:
            return _WORDS[fault.problem]
        case _:
            return duration(fault.seconds) if fault.seconds else ""


def _latency(fault: Fault) -> str:
    if not fault.jitter:
        return duration(fault.seconds)
    spread = f"{duration(fault.seconds)} ± {duration(fault.jitter)}"
    if fault.distribution is Distribution.NORMAL:
        return Sentence("normal-jitter", "{spread} normal", spread=spread)
    return spread


def duration(seconds: float) -> str:
    """A time for people: `200 ms`, `1.5 s`."""
    return f"{seconds:g} s" if seconds >= 1 or not seconds else f"{seconds * 1000:g} ms"


def size(count: int) -> str:
    """A number of bytes for people: `999 B`, `1.5 kB`, `2 MB`."""
    for unit, factor in (("GB", 10**9), ("MB", 10**6), ("kB", 10**3)):
        if count >= factor:
            return f"{count / factor:.4g} {unit}"
    return f"{count} B"
