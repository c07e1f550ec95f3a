"""The faults of one listener: whom they hit, and the randomness and the timer that all share."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from random import Random

from twisted.internet.interfaces import IReactorTime

from app.faults.schedule import Schedule
from app.faults.spec import (
    AT_ACCEPT,
    Fault,
    FaultKey,
    FaultKind,
    FaultLeg,
    TlsProblem,
    armed,
    keyed,
)


class Draws:
    """The luck of one connection: one number for each fault, drawn when it is first needed.

    The number stays, so that a change of a fault hits the same connections, and a greater chance
    hits those and more.
    """

    __slots__ = ("_drawn", "_random")

    def __init__(self, random: Random) -> None:
        self._random = random
        self._drawn: dict[FaultKey, float] = {}

    def hits(self, key: FaultKey, fault: Fault) -> bool:
        """Whether `fault` hits this connection."""
        if fault.chance >= 1:
            return True
        if fault.chance <= 0:
            return False
        if key not in self._drawn:
            self._drawn[key] = self._random.random()
        return self._drawn[key] < fault.chance


class ListenerFaults:
    """Decides, by one seeded random, whom the faults of a listener hit.

    With the same seed and the same events in the same order, a run repeats.
    """

    def __init__(self, clock: IReactorTime) -> None:
        self.schedule = Schedule(clock)
        self.random = Random()
        self.refused = 0
        """The connections that were reset when they were accepted."""
        self.is_armed = False
        """Whether any fault can hit somebody."""
        self._faults: Mapping[FaultKey, Fault] = {}
        self._seed: int | None = None

    @property
    def faults(self) -> tuple[Fault, ...]:
        """All of them, also those that are not armed."""
        return tuple(self._faults.values())

    @property
    def seed(self) -> int | None:
        """By which a run repeats; `None` for another luck each time."""
        return self._seed

    def change(self, faults: Iterable[Fault], seed: int | None) -> None:
        """Take the listener's faults, and its seed if that is another one than before."""
        self._faults = keyed(faults)
        self.is_armed = bool(armed(self._faults.values()))
        if seed != self._seed:
            self._seed = seed
            self.random.seed(seed)

    def draws(self) -> Draws:
        """The luck of a new connection."""
        return Draws(self.random)

    def hitting(self, draws: Draws) -> tuple[Fault, ...]:
        """The faults that act on the connection with those draws, in their order."""
        return tuple(
            fault
            for key, fault in self._faults.items()
            if fault.enabled and fault.kind not in _BEFORE and draws.hits(key, fault)
        )

    def refuses(self, leg: FaultLeg = FaultLeg.CLIENT) -> bool:
        """Whether the connection that comes now is refused: that of a client, or to a target."""
        if not self.is_armed:
            return False
        is_refused = any(
            self._hits_once(fault)
            for fault in self._faults.values()
            if fault.enabled and fault.kind is FaultKind.REFUSE and fault.leg is leg
        )
        self.refused += is_refused and leg is FaultLeg.CLIENT
        return is_refused

    def tls_problem(self) -> TlsProblem | None:
        """The problem that the client's handshake meets which begins now; mostly `None`."""
        for fault in self._faults.values():
            is_tls = fault.enabled and fault.kind is FaultKind.TLS
            if is_tls and self._hits_once(fault):
                return fault.problem
        return None

    def has_tls_problem(self, problem: TlsProblem) -> bool:
        """Whether any fault that is armed is that one."""
        return any(
            fault.kind is FaultKind.TLS and fault.problem is problem
            for fault in armed(self._faults.values())
        )

    def _hits_once(self, fault: Fault) -> bool:
        return fault.chance >= 1 or self.random.random() < fault.chance


_BEFORE = AT_ACCEPT - {FaultKind.ACCEPT_DELAY}
"""The kinds that act before there is a connection."""
