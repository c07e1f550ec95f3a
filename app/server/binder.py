"""How a listener comes to its socket: one object knows what serves there and how it is bound.

The listener asks for states and connections and knows no transport; `binder_for` finds the one for
its endpoint.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol, cast

from attrs import frozen
from twisted.internet.defer import Deferred, execute
from twisted.internet.interfaces import IListeningPort, IProtocolFactory, IReactorFDSet
from twisted.internet.protocol import AbstractDatagramProtocol
from twisted.python.failure import Failure

from app.net.endpoint import Endpoint
from app.net.ip import LARGEST_READ
from app.profile import ListenerSpec
from app.protocols import catalog
from app.runtime.coroutines import log_failure
from app.server.connections.connection import ConnectionObserver
from app.server.connections.factory import ListenerFactory
from app.server.sockets.addresses import bind_both
from app.server.sockets.listen import listen
from app.server.udp.factory import DatagramFactory
from app.server.udp.transport import (
    CatalogServing,
    FairLoopbackPorts,
    FairPort,
    HostAndPort,
    Serving,
)
from app.traffic.connection_info import Tap
from app.user_code.code import Code
from app.user_code.reference import Reference, is_user_code

if TYPE_CHECKING:
    from app.server.encryption import Encryption
    from app.tls.certificates import CertificateFacts


# MERGED server/datagrams/binding: Binds a UDP socket for a listener.


@frozen
class DatagramBinder:
    """For datagrams: what `Binder` asks for, on a UDP port."""

    spec: ListenerSpec
    endpoint: Endpoint
    code: Code
    reactor: Any

    @property
    def certificate(self) -> None:
        """There is none: TLS is not for datagrams."""

    def build_protocols(self) -> Serving:
        if is_user_code(self.spec.protocol):
            return self.code.datagrams(Reference.parse(self.spec.protocol))
        datagrams = catalog.find_datagrams(self.spec.protocol)
        options = catalog.find(self.spec.protocol).options(**self.spec.options)
        return CatalogServing(datagrams.build(options))

    def build_factory(
        self, observer: ConnectionObserver, numbers: Iterator[int], tap: Tap | None
    ) -> DatagramFactory:
        return DatagramFactory(
            self.build_protocols(),
            spec=self.spec,
            clock=self.reactor,
            observer=observer,
            numbers=numbers,
            tap=tap,
        )

    def listen(self, factory: ListenerFactory) -> Deferred[IListeningPort]:
        """Fires at once: with UDP there is nothing to wait for."""
        assert isinstance(factory, DatagramFactory)
        return execute(self._listen, factory)

    def _listen(self, factory: DatagramFactory) -> IListeningPort:
        reception = Reception(factory)
        ports = self._bind(reception)
        port = FairLoopbackPorts(*ports) if len(ports) == 2 else ports[0]
        try:
            factory.open(port)
        except BaseException:
            for each in ports:
                each.connectionLost()
            raise
        return cast(IListeningPort, port)

    def _bind(self, reception: Reception) -> tuple[Any, ...]:
        interface = self.endpoint.interface or ""
        number = self.endpoint.port or 0

        def bind(interface: str, number: int) -> Any:
            reactor: Any = self.reactor
            if not IReactorFDSet.providedBy(reactor):
                return reactor.listenUDP(number, reception, interface, LARGEST_READ)
            port = FairPort(number, reception, interface, LARGEST_READ, cast(Any, reactor))
            port.startListening()
            return port

        if interface.lower() == "localhost":
            return bind_both(bind, number)
        return (bind(interface, number),)


class Reception(AbstractDatagramProtocol):
    """Stands at the socket, as the protocol that Twisted calls, and hands all to the factory."""

    noisy = False

    def __init__(self, factory: DatagramFactory) -> None:
        self._factory = factory

    def makeConnection(self, transport: Any) -> None:
        """Nothing yet: the factory is opened once all of its sockets are bound."""

    def datagramReceived(self, datagram: bytes, addr: HostAndPort) -> None:
        self._factory.receive(datagram, addr)

    def doStop(self) -> None:
        self._factory.close()


class Binder(Protocol):
    """Binds one spec. Every method may raise what a start may fail with."""

    @property
    def certificate(self) -> CertificateFacts | None:
        """The one that peers are shown, where Portdeck knows it."""

    def build_protocols(self) -> Any:
        """What makes the protocols, anew with each call; what `ListenerFactory.replace` takes."""

    def build_factory(
        self, observer: ConnectionObserver, numbers: Iterator[int], tap: Tap | None
    ) -> ListenerFactory:
        """The factory of one start, with protocols of its own."""

    def listen(self, factory: ListenerFactory) -> Deferred[IListeningPort]:
        """Bind the socket. Fires with the port once peers are served by `factory`."""


@frozen
class StreamBinder:
    """For connections made of bytes in order: whatever a Twisted endpoint can listen on."""

    spec: ListenerSpec

    endpoint: Endpoint
    """Of the spec, with its interface written out."""

    code: Code
    reactor: Any

    encryption: Encryption | None = None
    """What stands between the socket and the connections, unless the endpoint does that itself."""

    @property
    def certificate(self) -> CertificateFacts | None:
        return None if self.encryption is None else self.encryption.certificate

    def build_protocols(self) -> IProtocolFactory:
        if is_user_code(self.spec.protocol):
            return self.code.factory(Reference.parse(self.spec.protocol))
        entry = catalog.find(self.spec.protocol)
        return entry.build(entry.options(**self.spec.options))

    def build_factory(
        self, observer: ConnectionObserver, numbers: Iterator[int], tap: Tap | None
    ) -> ListenerFactory:
        return ListenerFactory(
            self.build_protocols(),
            spec=self.spec,
            clock=self.reactor,
            observer=observer,
            numbers=numbers,
            tap=tap,
        )

    def listen(self, factory: ListenerFactory) -> Deferred[IListeningPort]:
        served: IProtocolFactory = factory
        if self.encryption is not None:
            served = self.encryption.wrap(factory, self.reactor)
        return listen(self.reactor, self.endpoint, served)


def binder_for(
    spec: ListenerSpec,
    endpoint: Endpoint,
    code: Code,
    reactor: Any,
    folder: Path,
    ca_folder: Path | None,
) -> Binder:
    """Who binds `spec`. `endpoint` is that of the spec, `code` the user's own behind it, `folder`
    where its paths begin, and `ca_folder` where the local CA is. Raises `TlsError`.
    """
    if endpoint.is_datagram:
        return DatagramBinder(spec, endpoint, code, reactor)
    encryption = None
    if spec.tls is not None:
        # Whoever encrypts nothing does not wait for OpenSSL's many parts.
        from app.server.encryption import Encryption
        from app.tls.local_ca import LocalCa

        encryption = Encryption(spec.tls, endpoint, folder, LocalCa(ca_folder))
    return StreamBinder(spec, endpoint, code, reactor, encryption)


def unless_given_up(
    binding: Deferred[IListeningPort], factory: ListenerFactory
) -> Deferred[IListeningPort]:
    """Fires as `binding` does. If it is cancelled first, a port that is bound later is closed.

    Cancelling `binding` itself is not enough: an endpoint that cannot be cancelled goes on, and
    Twisted drops the port that nobody awaits, while it listens.
    """
    wanted: Deferred[IListeningPort] = Deferred()

    def settle(result: IListeningPort | Failure) -> object:
        if not wanted.called:
            wanted.callback(result)
            return None
        if isinstance(result, Failure):
            return None
        for connection in list(factory.connections):
            connection.abortConnection()
        return result.stopListening()

    binding.addBoth(settle).addErrback(log_failure)
    return wanted
