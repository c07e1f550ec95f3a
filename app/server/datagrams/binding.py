"""Binds a UDP socket for a listener."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, cast

from attrs import frozen
from twisted.internet.defer import Deferred, execute
from twisted.internet.interfaces import IListeningPort, IReactorFDSet
from twisted.internet.protocol import AbstractDatagramProtocol

from app.datagram_sizes import LARGEST_READ
from app.endpoint import Endpoint
from app.own_protocol import Reference, is_own
from app.profile import ListenerSpec
from app.protocols import catalog
from app.server.datagrams.factory import DatagramFactory
from app.server.datagrams.peer import HostAndPort
from app.server.datagrams.port import BothFairPorts, FairPort
from app.server.datagrams.serving import CatalogServing, Serving
from app.server.factory import ListenerFactory
from app.server.loopbacks import bind_both
from app.server.observer import Observer
from app.server.own.code import Code
from app.tap import Tap


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
        if is_own(self.spec.protocol):
            return self.code.datagrams(Reference.parse(self.spec.protocol))
        datagrams = catalog.find_datagrams(self.spec.protocol)
        options = catalog.find(self.spec.protocol).options(**self.spec.options)
        return CatalogServing(datagrams.build(options))

    def build_factory(
        self, observer: Observer, numbers: Iterator[int], tap: Tap | None
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
        port = BothFairPorts(*ports) if len(ports) == 2 else ports[0]
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
