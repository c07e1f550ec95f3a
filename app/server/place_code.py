"""The user code of one place of a program, and what it makes for the listener of that place: its
factory, its datagram protocol and its TLS."""

from __future__ import annotations

import logging
from collections.abc import Callable
from functools import partial
from pathlib import Path
from socket import socket
from typing import TYPE_CHECKING, Any, NamedTuple, Protocol

from twisted.internet.interfaces import IAddress, IProtocol, IProtocolFactory
from twisted.internet.protocol import Factory
from zope.interface import implementer

from app.text.sentence import Sentence
from app.user_code.code import Code
from app.user_code.errors import LoadingFailed, call_user_code, log_traceback
from app.user_code.programs.places import ListeningPlace, PlaceKind

if TYPE_CHECKING:
    from app.tls.certificates import CertificateFacts
    from app.user_code.programs.program import Program

log = logging.getLogger(__name__)

Count = Callable[["Program", int], None]
"""Called with a program and a change of the number of places that serve with it."""


@implementer(IProtocolFactory)
class PlaceFactory:
    """Wraps the factory of a program at one place for the server layer."""

    def __init__(self, program: Program, place: ListeningPlace, count: Count) -> None:
        self.program = program
        self.factory = place.served
        self._count = count
        if isinstance(self.factory, Factory):
            # The listener logs its starts. Twisted's log record would keep the factory alive.
            self.factory.noisy = False

    def doStart(self) -> None:
        """Start the factory of the program. Raises `LoadingFailed`."""
        call_user_code(self.program.starting(self.factory.doStart), self.program.sources)
        self._count(self.program, 1)

    def doStop(self) -> None:
        """Stop the factory of the program. An error is only logged."""
        try:
            call_user_code(self.program.inside(self.factory.doStop), self.program.sources)
        except LoadingFailed as error:
            log.warning("%s: the factory was not stopped in order. %s", self.program.title, error)
            log_traceback(self.program.title, error)
        self._count(self.program, -1)

    def buildProtocol(self, addr: IAddress) -> IProtocol | None:
        protocol: IProtocol | None = self.program.inside(self.factory.buildProtocol)(addr)
        if protocol is not None:
            self.program.adopt(protocol)
        return protocol


class PlaceDatagrams:
    """Wraps the datagram protocol of a program at one place for the server layer."""

    def __init__(self, program: Program, place: ListeningPlace, count: Count) -> None:
        self.program = program
        self.protocol = place.served
        self.protocol.noisy = False
        self._count = count

    def start(self, outlet: Any) -> None:
        """Give the protocol its transport, which starts it. Raises `LoadingFailed`."""
        call = partial(self.protocol.makeConnection, outlet)
        try:
            call_user_code(self.program.starting(call), self.program.sources)
        except LoadingFailed:
            self.protocol.transport = None
            raise
        self._count(self.program, 1)

    def stop(self) -> None:
        """Stop the protocol. An error is only logged."""
        try:
            call_user_code(self.program.inside(self.protocol.doStop), self.program.sources)
        except LoadingFailed as error:
            log.warning("%s: the protocol was not stopped in order. %s", self.program.title, error)
            log_traceback(self.program.title, error)
        self._count(self.program, -1)


class PlaceEncryption(NamedTuple):
    """The TLS of a program."""

    context_factory: Any

    certificate: CertificateFacts | None = None
    """The certificate of the program's TLS context; `None` if it chooses one for each peer."""

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

    def __init__(
        self, entry: ProgramEntry, place: ListeningPlace, folder: Path, *, is_moved: bool = False
    ) -> None:
        """`is_moved` tells that the user has given the place another address."""
        super().__init__(folder)
        self.place: ListeningPlace | None = place
        self._entry = entry
        self._is_moved = is_moved

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
        context = _made_context(place.context_factory, program)
        return PlaceEncryption(place.context_factory, _certificate_of(context))

    def take_socket(self) -> socket | None:
        """The socket that the program was given for this place. Raises `UserCodeError`."""
        _, place = self._entry.program_at(self)
        return None if place.socket is None or self._is_moved else place.socket.take()

    def has_changed(self) -> bool:
        """Always false: the entry of the program checks the files."""
        return False


def _made_context(context_factory: Any, program: Program) -> Any:
    """The TLS context of the program. It is made now, so that a bad key fails the start and not the
    first client. `None` if the program makes one for each peer.

    Raises `LoadingFailed`.
    """
    make = getattr(context_factory, "getContext", None)
    if make is None:
        return None
    return call_user_code(
        program.starting(make),
        program.sources,
        Sentence("program-tls", "its TLS certificate and key"),
    )


def _certificate_of(context: Any) -> CertificateFacts | None:
    from OpenSSL import SSL  # imported late: OpenSSL is slow to import

    from app.tls.certificates import CertificateFacts

    if not isinstance(context, SSL.Context):
        return None
    found = SSL.Connection(context, None).get_certificate(as_cryptography=True)
    return None if found is None else CertificateFacts.of(found)
