"""What runs behind a listener: its protocols, its connections, and its socket while that is bound.

`Listener` decides when the server starts and stops. It imports this module with its first start,
as the window shows the listeners before.
"""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING

from attrs import evolve
from twisted.internet.defer import Deferred, maybeDeferred
from twisted.internet.interfaces import IAddress, IListeningPort
from twisted.python.failure import Failure

from app.profile import ListenerSpec
from app.runtime.coroutines import log_failure
from app.server.binder import Binder
from app.server.connections.factory import ListenerFactory
from app.server.sockets.accept_guard import AcceptCallbacks, AcceptGuard, guard_all
from app.server.sockets.listen_errors import SOCKET_CLOSED
from app.user_code.reference import is_user_code

if TYPE_CHECKING:
    from app.tls.certificates import CertificateFacts

log = logging.getLogger(__name__)


class RunningServer:
    """One spec in service, until its last connection is closed.

    Invariant: `port` and `address` are set exactly while the socket is bound. It may be closed and
    bound again while connections stay.
    """

    def __init__(self, spec: ListenerSpec, binder: Binder, factory: ListenerFactory) -> None:
        """`binder` is that of `spec`, and has built `factory`."""
        self.spec = spec
        """The spec of its start, with the options that it has taken since."""
        self.factory = factory
        self.port: IListeningPort | None = None
        self.address: IAddress | None = None
        self._binder = binder
        self._accept_guards: tuple[AcceptGuard, ...] = ()

    @property
    def certificate(self) -> CertificateFacts | None:
        """The certificate that peers get; `None` while the socket is closed, and if none is
        known."""
        return None if self.port is None else self._binder.certificate

    async def bind(self, callbacks: AcceptCallbacks) -> None:
        """Bind the socket, which then calls `callbacks`. Raises what an endpoint raises."""
        # Start the factory first. If it failed after the bind, Twisted would not close the socket.
        self.factory.doStart()
        try:
            binding = self._binder.listen(self.factory)
            self.port = await _close_if_cancelled(binding, self.factory)
        finally:
            self.factory.doStop()
        try:
            self.address = self.port.getHost()
        except Exception:  # the port of somebody's endpoint may raise anything
            await self.unbind()
            raise
        self.factory.on_unbound = lambda: callbacks.on_error(SOCKET_CLOSED)
        self._accept_guards = guard_all(self.port, self.factory.clock, callbacks)

    async def unbind(self) -> None:
        """Close the socket; the connections stay. Does nothing if it is closed."""
        if self.port is None:
            return
        for guard in self._accept_guards:
            guard.stop()
        try:
            await maybeDeferred(self.port.stopListening)
        except Exception:
            # The socket is closed already. The factory of the user may raise anything in doStop.
            log.exception("%s: the protocol's factory failed to stop.", self.factory.spec.name)
        self.port = self.address = None
        self._accept_guards = ()

    def reload(self, spec: ListenerSpec) -> None:
        """Load the user code again: the protocol, or the functions that the options of `spec` name.

        Raises `UserCodeError`; nothing has changed then.
        """
        if is_user_code(spec.protocol):
            self.factory.replace(self._binder.build_protocols())
            log.info("%s: new connections run the code as it is now.", spec.name)
        else:
            self._binder = self._binder.change_options(self.factory, spec)
            self.spec = evolve(self.spec, options=spec.options)
            log.info("%s goes on with its options as they are now.", spec.name)


def _close_if_cancelled(
    binding: Deferred[IListeningPort], factory: ListenerFactory
) -> Deferred[IListeningPort]:
    """A Deferred that fires as `binding` does. If it is cancelled first, the port is closed as soon
    as it is bound.

    Cancelling `binding` itself is not enough. Some endpoints cannot be cancelled and bind later.
    Twisted then drops the port, which goes on listening.
    """
    cancellable: Deferred[IListeningPort] = Deferred()

    def finish(result: IListeningPort | Failure) -> object:
        if not cancellable.called:
            cancellable.callback(result)
            return None
        if isinstance(result, Failure):
            return None
        for connection in list(factory.connections):
            connection.abort()
        return result.stopListening()

    binding.addBoth(finish).addErrback(log_failure)
    return cancellable
