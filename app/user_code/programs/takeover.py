"""Replaces methods of the real reactor while code of a program is on the stack.

The modules of Twisted have the real reactor, also when they work for a program: `strports.service`
listens with it, and `LoopingCall` waits with it.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, Final

TAKEN_OVER: Final = (
    "listenTCP",
    "listenSSL",
    "listenUNIX",
    "listenUDP",
    "listenMulticast",
    "listenUNIXDatagram",
    "adoptStreamPort",
    "adoptDatagramPort",
    "connectTCP",
    "connectSSL",
    "connectUNIX",
    "connectUNIXDatagram",
    "spawnProcess",
    "callLater",
    "callWhenRunning",
    "addSystemEventTrigger",
    "removeSystemEventTrigger",
    "fireSystemEvent",
    "run",
    "stop",
    "crash",
)
"""The methods that Twisted may call on the real reactor while it works for a program."""


class Takeover:
    """Replaces methods of real reactors by those of a `ProgramReactor`, and restores them."""

    def __init__(self, stand_in: Any) -> None:
        self._stand_in = stand_in
        self.is_resting = False
        """Whether calls reach the real methods: Portdeck itself makes them."""

    @contextmanager
    def on(self, reactors: tuple[Any, ...]) -> Iterator[None]:
        """Replace the methods meanwhile. One that was kept by the program calls the real one
        afterwards."""
        methods = [
            (reactor, name, vars(reactor).get(name), _Method(self, self._stand_in, reactor, name))
            for reactor in reactors
            for name in TAKEN_OVER
            if hasattr(type(reactor), name)
        ]
        rested, self.is_resting = self.is_resting, False
        for reactor, name, _, method in methods:
            setattr(reactor, name, method)
        try:
            yield
        finally:
            self.is_resting = rested
            for reactor, name, before, method in methods:
                method.let_go()
                if before is None:
                    delattr(reactor, name)
                else:
                    setattr(reactor, name, before)

    @contextmanager
    def resting(self) -> Iterator[None]:
        """Use the real methods meanwhile, for calls of Portdeck."""
        before, self.is_resting = self.is_resting, True
        try:
            yield
        finally:
            self.is_resting = before


class _Method:
    """One replaced method. It is no function: Twisted's FTP keeps `listenTCP` as an attribute of a
    class, where a function would become a method of that class."""

    def __init__(self, takeover: Takeover, stand_in: Any, reactor: Any, name: str) -> None:
        self._takeover = takeover
        self._stand_in: Any | None = stand_in
        self._reactor = reactor
        self._name = name
        self._thread = threading.get_ident()

    def __call__(self, *args: Any, **kw: Any) -> Any:
        owner = self._stand_in
        if owner is None or self._takeover.is_resting or threading.get_ident() != self._thread:
            return unshadowed(self._reactor, self._name)(*args, **kw)
        return getattr(owner, self._name)(*args, **kw)

    def let_go(self) -> None:
        """Call the real method from now on, and release the program."""
        self._stand_in = None


def unshadowed(reactor: Any, name: str) -> Any:
    """The original method `name` of a real reactor."""
    return getattr(type(reactor), name).__get__(reactor)


def installed_and(real: Any) -> tuple[Any, ...]:
    """`real`, and the reactor that the modules of Twisted import, if that is another one."""
    from twisted.internet import reactor  # noqa: TID251 - the one that must be covered

    installed: Any = reactor
    return (real,) if installed is real else (real, installed)
