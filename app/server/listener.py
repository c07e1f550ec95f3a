"""One configured server as it runs: starts, stops, and tells the truth about it."""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Callable, Iterator
from enum import Enum
from pathlib import Path
from typing import TYPE_CHECKING, Any

from twisted.internet.defer import CancelledError, Deferred, DeferredLock, maybeDeferred
from twisted.internet.interfaces import IAddress, IListeningPort
from twisted.python.failure import Failure

from app.endpoint import Endpoint, EndpointError
from app.own_protocol import OwnProtocolError, is_own
from app.profile import ListenerSpec
from app.server.addresses import show
from app.server.binding import Binder, binder_for
from app.server.factory import ListenerFactory
from app.server.observer import Observer
from app.server.own.code import Code
from app.server.own.failures import log_traceback
from app.server.own.loading import CURRENT_FOLDER, Announce
from app.server.ports import explain, is_taken
from app.spawn import log_failure
from app.tap import Tap

if TYPE_CHECKING:
    from app.tls.identity import CertificateFacts

log = logging.getLogger(__name__)

STOP_GRACE_SECONDS = 1.5
"""How long the clients of a stopping listener have to go before they are reset."""


class State(Enum):
    """What a listener is doing. The value is the word a person reads."""

    STOPPED = "stopped"
    STARTING = "starting"
    LISTENING = "listening"
    STOPPING = "stopping"
    FAILED = "failed"


class Listener:
    """A spec, and whatever of it is alive.

    Invariants: `port` is set exactly while a socket is bound; `factory` is that of the last
    successful start, so that its totals can still be read; only `_move` changes `state`.
    """

    def __init__(
        self,
        spec: ListenerSpec,
        *,
        reactor: Any,
        observer: Observer,
        numbers: Iterator[int],
        who_holds: Callable[[Endpoint], Awaitable[str | None]],
        tap: Tap | None = None,
        folder: Path = CURRENT_FOLDER,
        loading: Announce | None = None,
        ca_folder: Path | None = None,
    ) -> None:
        """`who_holds` says in words who has the port of an endpoint, if anyone knows.

        `folder` is where the paths of a spec begin, and `loading` is told which file of the user's
        own is executed next. `ca_folder` is where the local CA is, if not where the user's is.
        """
        self.spec = spec
        self.state = State.STOPPED
        self.reason = ""
        """Why the last start failed, as a sentence; empty unless `state` is `FAILED`."""
        self.reload_trouble = ""
        """Why the last reload failed, as a sentence. The code before it goes on serving then."""
        self.port: IListeningPort | None = None
        self.factory: ListenerFactory | None = None
        self._reactor = reactor
        self._observer = observer
        self._numbers = numbers
        self._who_holds = who_holds
        self._tap = tap
        self._folder = folder
        self._ca_folder = ca_folder
        self._code = Code(folder, loading)
        self._one_at_a_time = DeferredLock()
        self._binder: Binder | None = None
        self._binding: Deferred[IListeningPort] | None = None

    def __repr__(self) -> str:
        return f"<Listener {self.spec.name} {self.state.value} {self.where}>"

    @property
    def address(self) -> IAddress | None:
        """The bound address, with the real port where the spec says 0; `None` when not bound."""
        return None if self.port is None else self.port.getHost()

    @property
    def where(self) -> str:
        """The address for people: the bound one, or else the one it will ask for."""
        if self.port is not None:
            return show(self.port.getHost())
        try:
            return Endpoint.parse(self.spec.endpoint).display
        except EndpointError:
            return self.spec.endpoint

    @property
    def certificate(self) -> CertificateFacts | None:
        """The one that peers are shown; `None` while it is off, and where none is known."""
        return None if self.port is None or self._binder is None else self._binder.certificate

    @property
    def connection_count(self) -> int:
        """How many peers are connected now."""
        return 0 if self.factory is None else len(self.factory.connections)

    @property
    def is_on(self) -> bool:
        """Whether it listens or is about to."""
        return self.state in (State.STARTING, State.LISTENING)

    async def start(self) -> None:
        """Listen. Done when the listener listens or has failed; waits for a stop under way.

        Nothing is raised: what went wrong is in `reason`. A listener that is on is left alone.
        """
        await self._one_at_a_time.acquire()
        try:
            if self.state is not State.LISTENING:
                await self._listen()
        finally:
            self._one_at_a_time.release()

    async def stop(self) -> None:
        """Close the socket, then the connections, gently first. Done when all of it is gone."""
        if self._binding is not None:
            self._binding.cancel()
        await self._one_at_a_time.acquire()
        try:
            if self.port is not None:
                await self._close()
            self._move(State.STOPPED)
        finally:
            self._one_at_a_time.release()

    def change(self, spec: ListenerSpec) -> None:
        """Take a new spec. Name and limit count at once, the rest from the next start on.

        What was wrong with the old endpoint says nothing about the new one.
        """
        is_cured = self.state is State.FAILED and needs_restart(self.spec, spec)
        self.spec = spec
        if self.factory is not None:
            self.factory.change(spec)
        if is_cured:
            self._move(State.STOPPED)
        else:
            self._observer.listener_moved(self)

    def reload(self) -> bool:
        """Put new connections on the user's code as it is now; those that are there keep theirs.

        True once they are. False where nothing of the user's own listens, and where it failed:
        `reload_trouble` tells why, and nothing has changed for anybody.
        """
        if self.state is not State.LISTENING or not is_own(self.spec.protocol):
            return False
        assert self.factory is not None
        assert self._binder is not None
        try:
            self.factory.replace(self._binder.build_protocols())
        except OwnProtocolError as error:
            self.reload_trouble = str(error)
            log.warning("%s: the new code is not in use. %s", self.spec.name, str(error))
            log_traceback(self.spec.name, error)
        else:
            self.reload_trouble = ""
            log.info("%s: new connections run the code as it is now.", self.spec.name)
        self._observer.listener_moved(self)
        return not self.reload_trouble

    def code_has_changed(self) -> bool:
        """Whether the user's files are others than those that it last loaded or tried to load.

        Cheap enough to ask every second. After that, `reload` is for a listener that listens, and
        `start` for one that failed.
        """
        return is_own(self.spec.protocol) and self._code.has_changed()

    async def _listen(self) -> None:
        self.reload_trouble = ""
        self._move(State.STARTING)
        endpoint: Endpoint | None = None
        try:
            endpoint = Endpoint.parse(self.spec.endpoint).bound()
            factory = await self._bind(endpoint)
        except CancelledError:
            self._move(State.STOPPED)
        except KeyboardInterrupt:
            self._move(State.FAILED, "It was interrupted while it started. Start it again.")
            raise
        except Exception as error:  # noqa: BLE001 - whatever an endpoint raises is the reason
            holder = None
            if endpoint is not None and endpoint.port is not None and is_taken(error):
                holder = await self._who_holds(endpoint)
            self._move(State.FAILED, explain(error, endpoint, holder))
            log_traceback(self.spec.name, error)
        else:
            self.factory = factory
            self._move(State.LISTENING)
        finally:
            self._binding = None

    async def _bind(self, endpoint: Endpoint) -> ListenerFactory:
        binder = binder_for(
            self.spec,
            endpoint,
            self._code,
            self._reactor,
            folder=self._folder,
            ca_folder=self._ca_folder,
        )
        factory = binder.build_factory(self._observer, self._numbers, self._tap)
        # If it failed to start once there is a socket, Twisted would leave the socket behind.
        factory.doStart()
        try:
            self._binding = _unless_given_up(binder.listen(factory), factory)
            self.port = await self._binding
        finally:
            factory.doStop()
        self._binder = binder
        return factory

    async def _close(self) -> None:
        assert self.port is not None
        assert self.factory is not None
        self._move(State.STOPPING)
        try:
            await maybeDeferred(self.port.stopListening)
        except Exception:
            # The socket is closed by now; a user's factory may raise anything when told to stop.
            log.exception("%s: the protocol's factory failed to stop.", self.spec.name)
        self.port = None
        gone = self.factory.emptied()
        for connection in list(self.factory.connections):
            connection.loseConnection()
        impatience = self._reactor.callLater(STOP_GRACE_SECONDS, self._abort_all)
        await gone
        if impatience.active():
            impatience.cancel()
        self.factory.let_go()

    def _abort_all(self) -> None:
        assert self.factory is not None
        for connection in list(self.factory.connections):
            connection.abortConnection()

    def _move(self, state: State, reason: str = "") -> None:
        if (state, reason) == (self.state, self.reason):
            return
        self.state, self.reason = state, reason
        if state is State.FAILED:
            log.warning("%s: %s", self.spec.name, reason)
        elif state is State.LISTENING:
            log.info("%s is listening on %s.", self.spec.name, self.where)
        else:
            log.info("%s is %s.", self.spec.name, state.value)
        self._observer.listener_moved(self)


def needs_restart(old: ListenerSpec, new: ListenerSpec) -> bool:
    """Whether a listener that is on must restart for `new` to take effect."""
    kept = ("endpoint", "protocol", "options", "tls")
    return any(getattr(old, name) != getattr(new, name) for name in kept)


def _unless_given_up(
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
