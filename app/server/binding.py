"""How a listener comes to its socket: one object knows what serves there and how it is bound.

The listener asks for states and connections and knows no transport; `binder_for` finds the one for
its endpoint.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

from attrs import frozen
from twisted.internet.defer import Deferred
from twisted.internet.interfaces import IListeningPort, IProtocolFactory
from twisted.python.failure import Failure

from app.endpoint import Endpoint
from app.own_protocol import Reference, is_own
from app.profile import ListenerSpec
from app.protocols import catalog
from app.server import stream_ports
from app.server.datagrams.binding import DatagramBinder
from app.server.factory import ListenerFactory
from app.server.observer import Observer
from app.server.own.code import Code
from app.spawn import log_failure
from app.tap import Tap

if TYPE_CHECKING:
    from app.server.encryption import Encryption
    from app.tls.identity import CertificateFacts


class Binder(Protocol):
    """Binds one spec. Every method may raise what a start may fail with."""

    @property
    def certificate(self) -> CertificateFacts | None:
        """The one that peers are shown, where Portdeck knows it."""

    def build_protocols(self) -> Any:
        """What makes the protocols, anew with each call; what `ListenerFactory.replace` takes."""

    def build_factory(
        self, observer: Observer, numbers: Iterator[int], tap: Tap | None
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
        if is_own(self.spec.protocol):
            return self.code.factory(Reference.parse(self.spec.protocol))
        entry = catalog.find(self.spec.protocol)
        return entry.build(entry.options(**self.spec.options))

    def build_factory(
        self, observer: Observer, numbers: Iterator[int], tap: Tap | None
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
        return stream_ports.listen(self.reactor, self.endpoint, served)


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
        from app.tls.authority import Authority

        encryption = Encryption(spec.tls, endpoint, folder, Authority(ca_folder))
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
