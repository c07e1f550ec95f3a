"""Factories, datagram protocols and TLS of a program, for the listeners of its places."""

from __future__ import annotations

import logging
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

from attrs import frozen
from twisted.internet.interfaces import IAddress, IProtocol, IProtocolFactory
from twisted.internet.protocol import Factory
from zope.interface import implementer

from app.user_code.code import Code
from app.user_code.coroutine_callbacks import CoroutineWarnings
from app.user_code.errors import LoadingFailed, call_user_code, log_traceback
from app.user_code.programs.places import ListeningPlace, PlaceKind

if TYPE_CHECKING:
    from app.user_code.programs.program import Program

log = logging.getLogger(__name__)

Told = Callable[["Program", int], None]
"""Called with a program and a change of the number of places that serve with it."""


@implementer(IProtocolFactory)
class PlaceFactory:
    """Wraps the factory of a program at one place for the server layer."""

    def __init__(self, program: Program, place: ListeningPlace, told: Told) -> None:
        self.program = program
        self.factory = place.served
        self._told = told
        self._warnings = CoroutineWarnings(program.title)
        if isinstance(self.factory, Factory):
            # The listener logs its starts. Twisted's log record would keep the factory alive.
            self.factory.noisy = False

    def doStart(self) -> None:
        """Start the factory of the program. Raises `LoadingFailed`."""
        call_user_code(self.program.starting(self.factory.doStart), self.program.sources)
        self._told(self.program, 1)

    def doStop(self) -> None:
        """Stop the factory of the program. An error is only logged."""
        try:
            call_user_code(self.program.inside(self.factory.doStop), self.program.sources)
        except LoadingFailed as error:
            log.warning("%s: the factory was not stopped in order. %s", self.program.title, error)
            log_traceback(self.program.title, error)
        self._told(self.program, -1)

    def buildProtocol(self, addr: IAddress) -> IProtocol | None:
        protocol: IProtocol | None = self.program.inside(self.factory.buildProtocol)(addr)
        if protocol is not None:
            self._warnings.look_at(protocol)
            self.program.adopt(protocol)
        return protocol


class PlaceDatagrams:
    """Wraps the datagram protocol of a program at one place for the server layer."""

    def __init__(self, program: Program, place: ListeningPlace, told: Told) -> None:
        self.program = program
        self.protocol = place.served
        self.protocol.noisy = False
        self._told = told
        CoroutineWarnings(program.title).look_at(self.protocol)

    def start(self, outlet: Any) -> None:
        """Give the protocol its transport, which starts it. Raises `LoadingFailed`."""
        call = partial(self.protocol.makeConnection, outlet)
        try:
            call_user_code(self.program.starting(call), self.program.sources)
        except LoadingFailed:
            self.protocol.transport = None
            raise
        self._told(self.program, 1)

    def stop(self) -> None:
        """Stop the protocol. An error is only logged."""
        try:
            call_user_code(self.program.inside(self.protocol.doStop), self.program.sources)
        except LoadingFailed as error:
            log.warning("%s: the protocol was not stopped in order. %s", self.program.title, error)
            log_traceback(self.program.title, error)
        self._told(self.program, -1)


@frozen
class PlaceEncryption:
    """The TLS of a program."""

    context_factory: Any

    @property
    def certificate(self) -> None:
        """Always `None`: Portdeck does not read the context of the program."""

    def wrap(self, factory: IProtocolFactory, reactor: Any) -> IProtocolFactory:
        """A factory whose protocols speak TLS to the peers and in plain to those of `factory`."""
        from twisted.protocols.tls import TLSMemoryBIOFactory

        from app.server.encryption import TlsTransport

        wrapping = TLSMemoryBIOFactory(self.context_factory, False, factory, reactor)
        wrapping.protocol = TlsTransport
        return wrapping


class ProgramEntry(Protocol):
    """The owner of a program: it loads the program once for all places."""

    def program_at(self, code: PlaceCode) -> tuple[Program, ListeningPlace]:
        """The loaded program, and the place of `code` in it. Raises `UserCodeError`."""

    def count(self, program: Program, by: int) -> None:
        """Add `by` to the number of places that serve with `program`."""


class PlaceCode(Code):
    """The user code of one place. It comes from the one load of the program."""

    def __init__(self, entry: ProgramEntry, place: ListeningPlace, folder: Path) -> None:
        super().__init__(folder)
        self.place: ListeningPlace | None = place
        self._entry = entry

    def factory_for(self, protocol: str) -> Any:
        """The program's factory at this place. Raises `UserCodeError`."""
        program, place = self._entry.program_at(self)
        return PlaceFactory(program, place, self._entry.count)

    def datagrams_for(self, protocol: str) -> Any:
        """The program's datagram protocol at this place. Raises `UserCodeError`."""
        program, place = self._entry.program_at(self)
        return PlaceDatagrams(program, place, self._entry.count)

    def encryption(self) -> PlaceEncryption | None:
        """The program's own TLS at this place."""
        program, place = self._entry.program_at(self)
        if place.kind is not PlaceKind.TLS:
            return None
        _check_context(place.context_factory, program)
        return PlaceEncryption(place.context_factory)

    def has_changed(self) -> bool:
        """Always false: the entry of the program checks the files."""
        return False


def _check_context(context_factory: Any, program: Program) -> None:
    """Make the TLS context, so that a bad key fails the start and not the first client.

    Raises `LoadingFailed`.
    """
    make = getattr(context_factory, "getContext", None)
    if make is not None:
        call_user_code(program.starting(make), program.sources, "its TLS certificate and key")
