"""A fault as the user asks for it: its kind, its parameters, and a description for people."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from enum import Enum
from types import MappingProxyType
from typing import Final, NamedTuple

from attrs import frozen

from app.text.sentence import Sentence

LONGEST_SECONDS: Final = 24 * 3600.0
MOST_BYTES: Final = 2**40
MOST_BITS: Final = 4096


class FaultKind(Enum):
    """The value is the text in a profile."""

    LATENCY = "latency"
    BANDWIDTH = "bandwidth"
    SLICE = "slice"
    STALL = "stall"
    LIMIT = "limit"
    CLOSE_AFTER = "close-after"
    RESET_AFTER = "reset-after"
    SLOW_CLOSE = "slow-close"
    STOP_READING = "stop-reading"
    DROP = "drop"
    CORRUPT = "corrupt"
    DUPLICATE = "duplicate"
    REORDER = "reorder"
    REFUSE = "refuse"
    ACCEPT_DELAY = "accept-delay"
    TLS = "tls"


class Direction(Enum):
    """As the server sees it."""

    IN = "in"
    """From the client."""

    OUT = "out"
    """To the client."""

    BOTH = "both"


class FaultLeg(Enum):
    """Which connection of a client that is forwarded."""

    CLIENT = "client"
    """The connection to the client; also of one that is served here."""

    TARGET = "target"
    """The connection to the target. The directions are the same: `in` is from the client."""


class Distribution(Enum):
    """How a jitter is spread around the latency."""

    UNIFORM = "uniform"
    """Evenly, from `-jitter` to `+jitter`."""

    NORMAL = "normal"
    """As a bell curve whose standard deviation is the jitter."""


class LimitAction(Enum):
    """The end of a connection that has reached its limit."""

    CLOSE = "close"
    RESET = "reset"


class TlsProblem(Enum):
    """What is wrong with the server's side of the TLS handshake."""

    EXPIRED = "expired"
    OTHER_NAME = "other-name"
    SELF_SIGNED = "self-signed"
    UNKNOWN_CA = "unknown-ca"
    STALLED = "stalled"
    BROKEN_OFF = "broken-off"

    @property
    def is_certificate(self) -> bool:
        """Whether the handshake is complete, but with a certificate that clients must reject."""
        return self not in (TlsProblem.STALLED, TlsProblem.BROKEN_OFF)


class TransportKind(Enum):
    """What a listener's clients come by."""

    STREAM = Sentence("tcp-or-unix", "TCP or a Unix socket")
    TLS = "TLS"
    DATAGRAMS = "UDP"


@frozen(kw_only=True)
class Fault:
    """One disturbance. Parameters that its kind does not have keep their default.

    `PARAMETERS` says which ones a kind has, and `app.faults.reading` within which bounds.
    """

    kind: FaultKind
    direction: Direction = Direction.BOTH
    chance: float = 1.0
    """The share that it hits: of connections, and of datagrams over UDP."""

    enabled: bool = True
    leg: FaultLeg = FaultLeg.CLIENT
    seconds: float = 0.0
    jitter: float = 0.0
    distribution: Distribution = Distribution.UNIFORM
    bytes_per_second: int = 0
    bytes: int = 0
    variation: int = 0
    """How many bytes a slice may be longer or shorter than `bytes`."""

    delay: float = 0.0
    """Seconds between two slices."""

    then: LimitAction = LimitAction.CLOSE
    bits: int = 1
    problem: TlsProblem = TlsProblem.EXPIRED

    def acts(self, direction: Direction) -> bool:
        """Whether it is enabled and acts on bytes that go in `direction`, which is not both."""
        return self.enabled and self.direction in (direction, Direction.BOTH)


class Parameter(NamedTuple):
    """One parameter of a kind: its bounds, and what it is if it is not written."""

    name: str
    """That of the field of `Fault`, and of the key in a profile."""

    least: float = 0
    most: float = 0
    default: object = None
    """`None` for a parameter that must be written."""

    choices: type[Enum] | None = None
    """The values of one that is no number."""

    is_whole: bool = False
    unit: str = ""
    first: float | Enum | None = None
    """What a new fault of the window begins with, if there is no default."""

    @property
    def example(self) -> str:
        """The line of a profile with `first`."""
        value = f'"{self.first.value}"' if isinstance(self.first, Enum) else self.first
        return f"{self.name} = {value}"


def _seconds(
    default: float | None = None, *, first: float | None = None, least: float = 0.0
) -> Parameter:
    return Parameter("seconds", least, LONGEST_SECONDS, default, unit="s", first=first)


def _bytes(first: int) -> Parameter:
    return Parameter("bytes", 1, MOST_BYTES, is_whole=True, unit="B", first=first)


class _Kind(NamedTuple):
    """What all faults of a kind have in common."""

    transports: frozenset[TransportKind]
    parameters: tuple[Parameter, ...] = ()
    is_directed: bool = False
    acts_at_accept: bool = False


_STREAMS: Final = frozenset({TransportKind.STREAM, TransportKind.TLS})
_DATAGRAMS: Final = frozenset({TransportKind.DATAGRAMS})
_ANY: Final = frozenset(TransportKind)

_KINDS: Final = {
    FaultKind.LATENCY: _Kind(
        _ANY,
        (
            _seconds(first=0.2),
            Parameter("jitter", 0, LONGEST_SECONDS, 0.0, unit="s"),
            Parameter("distribution", default=Distribution.UNIFORM, choices=Distribution),
        ),
        is_directed=True,
    ),
    FaultKind.BANDWIDTH: _Kind(
        _ANY,
        (Parameter("bytes_per_second", 1, MOST_BYTES, is_whole=True, unit="B/s", first=10_000),),
        is_directed=True,
    ),
    FaultKind.SLICE: _Kind(
        _STREAMS,
        (
            _bytes(10),
            Parameter("variation", 0, MOST_BYTES, 0, is_whole=True, unit="B"),
            Parameter("delay", 0, LONGEST_SECONDS, 0.001, unit="s"),
        ),
        is_directed=True,
    ),
    FaultKind.STALL: _Kind(_ANY, (_seconds(0.0),), is_directed=True),
    FaultKind.LIMIT: _Kind(
        _STREAMS,
        (_bytes(1000), Parameter("then", default=LimitAction.CLOSE, choices=LimitAction)),
        is_directed=True,
    ),
    FaultKind.CLOSE_AFTER: _Kind(_STREAMS, (_seconds(first=5.0),)),
    FaultKind.RESET_AFTER: _Kind(_STREAMS, (_seconds(first=5.0),)),
    FaultKind.SLOW_CLOSE: _Kind(_STREAMS, (_seconds(first=1.0),), is_directed=True),
    FaultKind.STOP_READING: _Kind(_STREAMS),
    FaultKind.DROP: _Kind(_DATAGRAMS, is_directed=True),
    FaultKind.CORRUPT: _Kind(
        _ANY, (Parameter("bits", 1, MOST_BITS, 1, is_whole=True),), is_directed=True
    ),
    FaultKind.DUPLICATE: _Kind(_DATAGRAMS, is_directed=True),
    FaultKind.REORDER: _Kind(_DATAGRAMS, (_seconds(0.1, least=0.001),), is_directed=True),
    FaultKind.REFUSE: _Kind(_STREAMS, acts_at_accept=True),
    FaultKind.ACCEPT_DELAY: _Kind(_STREAMS, (_seconds(first=1.0),), acts_at_accept=True),
    FaultKind.TLS: _Kind(
        frozenset({TransportKind.TLS}),
        (Parameter("problem", choices=TlsProblem, first=TlsProblem.EXPIRED),),
        acts_at_accept=True,
    ),
}

PARAMETERS: Final[Mapping[FaultKind, tuple[Parameter, ...]]] = MappingProxyType(
    {kind: each.parameters for kind, each in _KINDS.items()}
)
"""The parameters of each kind, in the order in which a profile or a form has them."""

KINDS_OF: Final[Mapping[TransportKind, frozenset[FaultKind]]] = MappingProxyType(
    {
        transport: frozenset(kind for kind, each in _KINDS.items() if transport in each.transports)
        for transport in TransportKind
    }
)
"""The kinds that each transport can have."""

DIRECTED: Final = frozenset(kind for kind, each in _KINDS.items() if each.is_directed)
"""The kinds that act on the bytes of one direction. The others act on the whole connection."""

AT_ACCEPT: Final = frozenset(kind for kind, each in _KINDS.items() if each.acts_at_accept)
"""The kinds that act when a client connects, and leave open connections as they are."""

FaultKey = tuple[FaultKind, int]
"""A fault among others: its kind, and how many of that kind are before it."""


def keyed(faults: Iterable[Fault]) -> dict[FaultKey, Fault]:
    """The faults by what makes each of them the same one after a change of its parameters."""
    counts: Counter[FaultKind] = Counter()
    result: dict[FaultKey, Fault] = {}
    for fault in faults:
        result[fault.kind, counts[fault.kind]] = fault
        counts[fault.kind] += 1
    return result


def armed(faults: Iterable[Fault]) -> tuple[Fault, ...]:
    """Those of `faults` that are enabled and can hit somebody."""
    return tuple(fault for fault in faults if fault.enabled and fault.chance > 0)


def of_leg(faults: Iterable[Fault], leg: FaultLeg) -> tuple[Fault, ...]:
    """Those of `faults` that act on `leg`."""
    return tuple(fault for fault in faults if fault.leg is leg)
