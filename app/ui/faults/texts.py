"""The kinds of faults and their parameters in the user's language."""

from __future__ import annotations

from enum import Enum

from PySide6.QtCore import QCoreApplication

from app.faults.spec import (
    Direction,
    Distribution,
    FaultKind,
    FaultLeg,
    LimitAction,
    TlsProblem,
)


def kind_title(kind: FaultKind) -> str:
    """The name of a kind."""
    return {
        FaultKind.LATENCY: QCoreApplication.translate("Faults", "Latency"),
        FaultKind.BANDWIDTH: QCoreApplication.translate("Faults", "Bandwidth"),
        FaultKind.SLICE: QCoreApplication.translate("Faults", "Slices"),
        FaultKind.STALL: QCoreApplication.translate("Faults", "Stall"),
        FaultKind.LIMIT: QCoreApplication.translate("Faults", "Limit"),
        FaultKind.CLOSE_AFTER: QCoreApplication.translate("Faults", "Close after"),
        FaultKind.RESET_AFTER: QCoreApplication.translate("Faults", "Reset after"),
        FaultKind.SLOW_CLOSE: QCoreApplication.translate("Faults", "Slow close"),
        FaultKind.STOP_READING: QCoreApplication.translate("Faults", "Stop reading"),
        FaultKind.DROP: QCoreApplication.translate("Faults", "Drop"),
        FaultKind.CORRUPT: QCoreApplication.translate("Faults", "Corrupt"),
        FaultKind.DUPLICATE: QCoreApplication.translate("Faults", "Duplicate"),
        FaultKind.REORDER: QCoreApplication.translate("Faults", "Reorder"),
        FaultKind.REFUSE: QCoreApplication.translate("Faults", "Refuse"),
        FaultKind.ACCEPT_DELAY: QCoreApplication.translate("Faults", "Delay of accept"),
        FaultKind.TLS: QCoreApplication.translate("Faults", "TLS problem"),
    }[kind]


def kind_hint(kind: FaultKind) -> str:
    """What a kind does, as one sentence."""
    return {
        FaultKind.LATENCY: QCoreApplication.translate("Faults", "Bytes arrive later."),
        FaultKind.BANDWIDTH: QCoreApplication.translate(
            "Faults", "No more than so many bytes pass in a second."
        ),
        FaultKind.SLICE: QCoreApplication.translate(
            "Faults", "Bytes arrive in small pieces, one after the other."
        ),
        FaultKind.STALL: QCoreApplication.translate(
            "Faults", "Nothing passes for so long, or until the fault is off."
        ),
        FaultKind.LIMIT: QCoreApplication.translate(
            "Faults", "The connection ends after so many bytes."
        ),
        FaultKind.CLOSE_AFTER: QCoreApplication.translate(
            "Faults", "The connection is closed after a time."
        ),
        FaultKind.RESET_AFTER: QCoreApplication.translate(
            "Faults", "The connection is reset after a time."
        ),
        FaultKind.SLOW_CLOSE: QCoreApplication.translate(
            "Faults", "The end of the connection arrives later."
        ),
        FaultKind.STOP_READING: QCoreApplication.translate(
            "Faults", "Nothing is read from the client, so its window fills up."
        ),
        FaultKind.DROP: QCoreApplication.translate("Faults", "Datagrams are lost."),
        FaultKind.CORRUPT: QCoreApplication.translate("Faults", "Bits are flipped."),
        FaultKind.DUPLICATE: QCoreApplication.translate("Faults", "Datagrams arrive twice."),
        FaultKind.REORDER: QCoreApplication.translate(
            "Faults", "Datagrams arrive after later ones."
        ),
        FaultKind.REFUSE: QCoreApplication.translate(
            "Faults", "New connections are reset at once."
        ),
        FaultKind.ACCEPT_DELAY: QCoreApplication.translate(
            "Faults", "New connections are served later."
        ),
        FaultKind.TLS: QCoreApplication.translate(
            "Faults", "New clients meet a bad certificate or a broken handshake."
        ),
    }[kind]


def parameter_title(name: str) -> str:
    """The name of a parameter of a fault, by its field."""
    return {
        "seconds": QCoreApplication.translate("Faults", "Time"),
        "jitter": QCoreApplication.translate("Faults", "Jitter"),
        "distribution": QCoreApplication.translate("Faults", "Distribution"),
        "bytes_per_second": QCoreApplication.translate("Faults", "Bytes a second"),
        "bytes": QCoreApplication.translate("Faults", "Bytes"),
        "variation": QCoreApplication.translate("Faults", "Variation"),
        "delay": QCoreApplication.translate("Faults", "Between two"),
        "then": QCoreApplication.translate("Faults", "Then"),
        "bits": QCoreApplication.translate("Faults", "Bits"),
        "problem": QCoreApplication.translate("Faults", "Problem"),
    }[name]


def choice_title(value: Enum) -> str:
    """The name of a choice of a parameter, of a direction or of a leg."""
    return {
        Direction.BOTH: QCoreApplication.translate("Faults", "both ways"),
        Direction.IN: QCoreApplication.translate("Faults", "from the client"),
        Direction.OUT: QCoreApplication.translate("Faults", "to the client"),
        FaultLeg.CLIENT: QCoreApplication.translate("Faults", "between client and listener"),
        FaultLeg.TARGET: QCoreApplication.translate("Faults", "between listener and target"),
        Distribution.UNIFORM: QCoreApplication.translate("Faults", "even"),
        Distribution.NORMAL: QCoreApplication.translate("Faults", "bell curve"),
        LimitAction.CLOSE: QCoreApplication.translate("Faults", "close"),
        LimitAction.RESET: QCoreApplication.translate("Faults", "reset"),
        TlsProblem.EXPIRED: QCoreApplication.translate("Faults", "expired certificate"),
        TlsProblem.OTHER_NAME: QCoreApplication.translate("Faults", "certificate of another name"),
        TlsProblem.SELF_SIGNED: QCoreApplication.translate("Faults", "self-signed certificate"),
        TlsProblem.UNKNOWN_CA: QCoreApplication.translate("Faults", "unknown CA"),
        TlsProblem.STALLED: QCoreApplication.translate("Faults", "stalled handshake"),
        TlsProblem.BROKEN_OFF: QCoreApplication.translate("Faults", "handshake broken off"),
    }[value]
