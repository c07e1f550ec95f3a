"""Binders: each builds the protocols of a listener and binds its socket.

There is one for streams, and one for datagrams, which knows no TLS. So `Listener` need not know the
transport: it gets its binder from `binder_for`.
"""

from __future__ import annotations

import logging
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar, cast

from attrs import evolve, frozen
from twisted.internet.defer import Deferred, execute
from twisted.internet.interfaces import IListeningPort, IProtocolFactory, IReactorFDSet
from twisted.internet.protocol import AbstractDatagramProtocol

from app.net.endpoint import Endpoint
from app.net.ip import LARGEST_READ
from app.profile import ListenerSpec
from app.protocols import catalog
from app.protocols.definition import ListenerContext
from app.server.connections.factory import ListenerFactory
from app.server.connections.owner import ConnectionObserver
from app.server.sockets.addresses import bind_loopbacks
from app.server.sockets.listen import listen, take_over
from app.server.udp.factory import DatagramFactory
from app.server.udp.transport import (
    CatalogService,
    DatagramService,
    FairLoopbackPorts,
    FairPort,
    FairSocketFile,
    PeerAddress,
)
from app.traffic.connection_info import Tap
from app.user_code.code import Code, Encrypts
from app.user_code.reference import is_user_code

if TYPE_CHECKING:
    from app.tls.certificates import CertificateFacts
    from app.tls.passphrases import AskPassphrases

log = logging.getLogger(__name__)


@frozen
class Binder:
    """Binds one spec. Each method may raise the errors of a start; `explain` turns them to text."""

    factory_type: ClassVar[type[ListenerFactory]]

    spec: ListenerSpec

    endpoint: Endpoint
    """The endpoint of the spec, with its interface written out."""

    code: Code
    reactor: Any
    context: ListenerContext

    @property
    def certificate(self) -> CertificateFacts | None:
        """The certificate that peers get, if Portdeck knows it."""
        return None

    def build_protocols(self) -> Any:
        """A new protocol factory (for UDP, a new service). `ListenerFactory.replace` takes it."""
        raise NotImplementedError

    def build_factory(
        self, observer: ConnectionObserver, numbers: Iterator[int], tap: Tap | None
    ) -> ListenerFactory:
        """The factory for one start, with new protocols."""
        return self.factory_type(
            self.build_protocols(),
            spec=self.spec,
            clock=self.reactor,
            observer=observer,
            numbers=numbers,
            tap=tap,
        )

    def change_options(self, factory: ListenerFactory, spec: ListenerSpec) -> Binder:
        """Give the protocols of `factory` the options of `spec`, and load their functions again.

        Returns the binder of `spec`. Raises `UserCodeError`; nothing has changed then.
        """
        raise NotImplementedError

    def listen(self, factory: ListenerFactory) -> Deferred[IListeningPort]:
        """Bind the socket. Fires with the port when `factory` serves it."""
        raise NotImplementedError


async def binder_for(
    spec: ListenerSpec,
    endpoint: Endpoint,
    code: Code,
    reactor: Any,
    folder: Path,
    ca_folder: Path | None,
    ask_passphrases: AskPassphrases | None = None,
) -> Binder:
    """The binder for `spec`, whose endpoint is `endpoint`. Raises `TlsError`.

    `code` loads the user code. Relative paths start in `folder`. The local CA is in `ca_folder`.
    `ask_passphrases` is asked for those of an encrypted key. Nothing else is waited for.
    """
    context = ListenerContext(reactor, folder, spec.name, code.load_functions)
    if endpoint.is_datagram:
        return DatagramBinder(spec, endpoint, code, reactor, context)
    encryption = code.encryption()
    if spec.tls is not None and encryption is None:
        # Imported late: OpenSSL is slow to import, and only TLS needs it.
        from app.server.encryption import Encryption
        from app.tls.local_ca import LocalCa
        from app.tls.passphrases import read_unlocked

        read = partial(Encryption, spec.tls, endpoint, folder, LocalCa(ca_folder))
        encryption = await read_unlocked(read, ask_passphrases)
    own = _certificate_of(endpoint) if endpoint.kind == "ssl" else None
    return StreamBinder(spec, endpoint, code, reactor, context, encryption, own)


def _certificate_of(endpoint: Endpoint) -> CertificateFacts | None:
    """The certificate of an `ssl` endpoint; `None` if it cannot be read, which binding tells."""
    from app.tls import TlsError, certificates  # imported late: only TLS needs it

    # As in Twisted, the key's file has the certificate too if no other is named.
    path = Path(endpoint.value("certKey") or endpoint.value("privateKey") or "server.pem")
    try:
        first, *_ = certificates.read_certificates(certificates.read_file(path), path)
    except TlsError:
        return None
    return certificates.CertificateFacts.of(first)


@frozen
class StreamBinder(Binder):
    """Binds a TCP or Unix socket, or any other Twisted endpoint that carries streams."""

    factory_type: ClassVar[type[ListenerFactory]] = ListenerFactory

    encryption: Encrypts | None = None
    """TLS between the socket and the connections. `None` if there is none, or if the endpoint
    encrypts."""

    own_certificate: CertificateFacts | None = None
    """The certificate of an endpoint that encrypts."""

    @property
    def certificate(self) -> CertificateFacts | None:
        return self.own_certificate if self.encryption is None else self.encryption.certificate

    def build_protocols(self) -> IProtocolFactory:
        if is_user_code(self.spec.protocol):
            factory: IProtocolFactory = self.code.factory_for(self.spec.protocol)
            return factory
        definition = catalog.find(self.spec.protocol)
        return definition.build(definition.make_options(self.spec.options), self.context)

    def change_options(self, factory: ListenerFactory, spec: ListenerSpec) -> StreamBinder:
        definition = catalog.find(spec.protocol)
        assert definition.change is not None
        definition.change(factory.service, definition.make_options(spec.options), self.context)
        return evolve(self, spec=spec)

    def listen(self, factory: ListenerFactory) -> Deferred[IListeningPort]:
        served: IProtocolFactory = factory
        if self.encryption is not None:
            served = self.encryption.wrap(factory, self.reactor)
        brought = self.code.take_socket()
        if brought is not None:
            return take_over(self.reactor, brought, served)
        return listen(self.reactor, self.endpoint, served)


@frozen
class DatagramBinder(Binder):
    """Binds a UDP socket, or a Unix socket for datagrams."""

    factory_type: ClassVar[type[ListenerFactory]] = DatagramFactory

    def build_protocols(self) -> DatagramService:
        if is_user_code(self.spec.protocol):
            service: DatagramService = self.code.datagrams_for(self.spec.protocol)
            return service
        datagrams = catalog.find_datagrams(self.spec.protocol)
        options = catalog.find(self.spec.protocol).make_options(self.spec.options)
        return CatalogService(datagrams.build(options, self.context))

    def change_options(self, factory: ListenerFactory, spec: ListenerSpec) -> DatagramBinder:
        datagrams = catalog.find_datagrams(spec.protocol)
        assert datagrams.change is not None
        options = catalog.find(spec.protocol).make_options(spec.options)
        datagrams.change(cast(Any, factory.service), options, self.context)
        return evolve(self, spec=spec)

    def listen(self, factory: ListenerFactory) -> Deferred[IListeningPort]:
        """Bind the socket. The Deferred has fired already: UDP has nothing to wait for."""
        assert isinstance(factory, DatagramFactory)
        return execute(self._listen, factory)

    def _listen(self, factory: DatagramFactory) -> IListeningPort:
        receiver = DatagramReceiver(factory)
        ports = self._bind(receiver)
        port = FairLoopbackPorts(*ports) if len(ports) == 2 else ports[0]
        try:
            factory.open(port)
        except BaseException:
            for each in ports:
                each.connectionLost()
            raise
        return cast(IListeningPort, port)

    def _bind(self, receiver: DatagramReceiver) -> tuple[Any, ...]:
        brought = self.code.take_socket()
        if brought is not None:
            return (FairPort.take_over(self.reactor, brought, receiver, LARGEST_READ),)
        if self.endpoint.is_unix:
            return (FairSocketFile.bind(self.reactor, self.endpoint, receiver, LARGEST_READ),)
        interface = self.endpoint.interface or ""
        number = self.endpoint.port or 0
        is_shared = self.endpoint.is_shared

        def bind(interface: str, number: int) -> Any:
            if not IReactorFDSet.providedBy(self.reactor):
                return cast(Any, self.reactor).listenUDP(number, receiver, interface, LARGEST_READ)
            reactor = cast(Any, self.reactor)
            port = FairPort(number, receiver, interface, LARGEST_READ, reactor, is_shared)
            port.startListening()
            return port

        if interface.lower() == "localhost":
            return bind_loopbacks(bind, number)
        return (bind(interface, number),)


class DatagramReceiver(AbstractDatagramProtocol):
    """The protocol that Twisted calls at the socket. It passes everything to the factory."""

    noisy = False

    def __init__(self, factory: DatagramFactory) -> None:
        self._factory = factory

    def makeConnection(self, transport: Any) -> None:
        """Do nothing: the factory is opened later, when all of its sockets are bound."""

    def datagramReceived(self, datagram: bytes, addr: PeerAddress) -> None:
        self._factory.receive(datagram, addr)

    def doStop(self) -> None:
        self._factory.close()
