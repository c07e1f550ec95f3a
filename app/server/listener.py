"""A listener: one configured server, its states, and the operations start, stop, drain and reload.

`Deck` owns the listeners. What a listener runs, from its start to the end of its last connection,
is its `RunningServer`. It reports every change to an `Observer`.
"""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Callable, Iterator
from enum import Enum
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol, TypeVar

from twisted.internet.defer import CancelledError, Deferred, DeferredLock
from twisted.internet.interfaces import IAddress, IListeningPort

from app.net.endpoint import Endpoint, EndpointError
from app.profile import ListenerSpec
from app.profile.compare import can_change_options, needs_restart
from app.runtime.coroutines import spawn
from app.server.connections.factory import ListenerFactory, close_all
from app.server.connections.owner import ConnectionObserver
from app.server.sockets import listen_errors
from app.server.sockets.accept_guard import AcceptCallbacks
from app.server.sockets.addresses import PortConflict, format_address
from app.text.sentence import Sentence
from app.traffic.connection_info import Tap
from app.user_code.code import Code, CodeWatch
from app.user_code.errors import log_traceback
from app.user_code.reference import CURRENT_FOLDER, LoadCallback, UserCodeError, is_user_code

if TYPE_CHECKING:
    from app.server.running_server import RunningServer
    from app.tls.certificates import CertificateFacts
    from app.tls.passphrases import AskPassphrases

log = logging.getLogger(__name__)

Part = TypeVar("Part")


class State(Enum):
    """The state of a listener. The values are for people."""

    STOPPED = Sentence("stopped", "stopped")
    STARTING = Sentence("starting", "starting")
    LISTENING = Sentence("listening", "listening")

    PAUSED = Sentence("paused", "paused")
    """Bound, but it accepts no peers until file descriptors are free."""

    DRAINING = Sentence("draining", "draining")
    """It accepts no peers, and stops when the last connection is closed."""

    STOPPING = Sentence("stopping", "stopping")
    FAILED = Sentence("failed", "failed")


class Observer(ConnectionObserver, Protocol):
    """The one object that gets the events of a deck. Calls come on the reactor's thread."""

    def listener_changed(self, listener: Listener) -> None:
        """The state, reason, address or spec of the listener has changed."""


class Listener:
    """A spec, with its socket and its connections while it runs.

    Invariants: `port` and `address` are set exactly while a socket is bound. `factory` is that of
    the last successful start, so its totals can be read after a stop. Only `_set_state` changes
    `state`.
    """

    def __init__(
        self,
        spec: ListenerSpec,
        *,
        reactor: Any,
        observer: Observer,
        numbers: Iterator[int],
        find_conflict: Callable[[Endpoint], Awaitable[PortConflict]],
        tap: Tap | None = None,
        folder: Path = CURRENT_FOLDER,
        loading: LoadCallback | None = None,
        ca_folder: Path | None = None,
        code: Code | None = None,
        ask_passphrases: AskPassphrases | None = None,
    ) -> None:
        """`find_conflict` finds out who uses the port of an endpoint.

        Relative paths of the spec start in `folder`. `loading` is called with each file of user
        code before it is executed. `ca_folder` is the folder of the local CA, by default that of
        the user. `code` replaces the user code of the spec's protocol. `ask_passphrases` is asked
        for those of an encrypted key.
        """
        self.spec = spec
        self.state = State.STOPPED
        self.reason = ""
        """Why it failed, is paused, or still drains after a failed start. A sentence; only a
        few words if it is paused. Empty in all other states."""
        self.port_conflict: PortConflict | None = None
        """Who uses its port, if it failed because of that."""
        self.reload_error = ""
        """Why the last reload failed, as a sentence. The old code stays in use then."""
        self.factory: ListenerFactory | None = None
        self._reactor = reactor
        self._observer = observer
        self._numbers = numbers
        self._find_conflict = find_conflict
        self._tap = tap
        self._folder = folder
        self._ca_folder = ca_folder
        self._ask_passphrases = ask_passphrases
        self._code = code or Code(folder, loading, reactor)
        self._lock = DeferredLock()
        self._server: RunningServer | None = None
        """Set from a successful start until the last connection is closed."""
        self._starting: Deferred[None] | None = None
        self._watch = CodeWatch(reactor, self._reload_changed_code)
        self._waits_for_code = False

    def __repr__(self) -> str:
        return f"<Listener {self.spec.name} {self.state.value} {self.where}>"

    @property
    def port(self) -> IListeningPort | None:
        """The bound socket."""
        return None if self._server is None else self._server.port

    @property
    def address(self) -> IAddress | None:
        """The bound address, with the real port if the spec says 0."""
        return None if self._server is None else self._server.address

    @property
    def where(self) -> str:
        """The address as text: the bound address, or the one of the spec while not bound."""
        if self.address is not None:
            return getattr(self.port, "where", "") or format_address(self.address)
        try:
            return Endpoint.parse(self.spec.endpoint).display
        except EndpointError:
            return self.spec.endpoint

    @property
    def certificate(self) -> CertificateFacts | None:
        """The certificate that peers get; `None` while it is off, and if none is known."""
        return None if self._server is None else self._server.certificate

    @property
    def connection_count(self) -> int:
        """The number of live connections."""
        return 0 if self.factory is None else len(self.factory.connections)

    def part(self, name: str, kind: type[Part]) -> Part | None:
        """The part `name` of what serves it now, such as `rules`; `None` while it is off, and if
        there is no such part."""
        service = self.factory.service if self.factory is not None and self.can_stop else None
        found = getattr(service, name, None)
        return found if isinstance(found, kind) else None

    @property
    def is_on(self) -> bool:
        """Whether it is starting, listening or paused."""
        return self.state in (State.STARTING, State.LISTENING, State.PAUSED)

    @property
    def can_stop(self) -> bool:
        """Whether it is on or draining."""
        return self.is_on or self.state is State.DRAINING

    @property
    def can_drain(self) -> bool:
        """Whether it is listening or paused, so that `drain` has an effect."""
        return self.state in (State.LISTENING, State.PAUSED)

    @property
    def _started_spec(self) -> ListenerSpec | None:
        return None if self._server is None else self._server.spec

    @property
    def running_spec(self) -> ListenerSpec | None:
        """The spec that it was started with; `None` while it does not run."""
        return self._started_spec if self.can_drain or self.state is State.DRAINING else None

    @property
    def is_stale(self) -> bool:
        """Whether it runs with an older spec, and needs a restart for the current one."""
        running = self.running_spec
        return running is not None and needs_restart(running, self.spec)

    def would_need_restart(self, spec: ListenerSpec) -> bool:
        """Whether `spec` takes effect only after a restart. While it does not run, `spec` is
        compared with the current spec."""
        return needs_restart(self._started_spec or self.spec, spec)

    # Start, stop and drain

    async def start(self) -> None:
        """Listen. Done when the listener listens or has failed. Waits for a stop that is running.

        Raises nothing: an error is in `reason`. Does nothing if the listener is on. A draining
        listener keeps its connections, unless its spec needs a restart.
        """
        async with self._lock:
            if self.is_stale and self.state is State.DRAINING:
                await self._close()
            if self.port is not None and self.state is State.DRAINING:
                assert self.factory is not None
                self.factory.set_accepting(True)
                self._set_state(State.LISTENING)
            elif not self.can_drain:
                await self._listen()

    async def stop(self) -> None:
        """Close the socket, then the connections; see `close_all`. Done when all are closed."""
        if self._starting is not None:
            self._starting.cancel()
        async with self._lock:
            await self._close()
            self._set_state(State.STOPPED)

    async def drain(self) -> None:
        """Stop accepting peers, and stop when the last connection is closed. Done then.

        `start` undoes this, and `stop` closes the remaining connections. Does nothing unless the
        listener is listening or paused.
        """
        async with self._lock:
            if not self.can_drain:
                return
            assert self._server is not None
            if not self.connection_count:
                await self._close()
                self._set_state(State.STOPPED)
                return
            self._set_state(State.DRAINING)
            factory = self._server.factory
            if not factory.set_accepting(False):
                await self._server.unbind()
            empty = factory.when_empty()
        await empty
        async with self._lock:
            if self.state is State.DRAINING and not self.connection_count:
                await self._server.unbind()
                self._release()
                self._set_state(State.STOPPED)

    async def _listen(self) -> None:
        self.reload_error, self.port_conflict = "", None
        self._set_state(State.STARTING)
        endpoint: Endpoint | None = None
        try:
            endpoint = Endpoint.parse(self.spec.endpoint).bound(self._folder)
            self._starting = Deferred.fromCoroutine(self._bind(endpoint))
            await self._starting
        except CancelledError:
            self._abandon_start(State.STOPPED)
        except KeyboardInterrupt:
            self._abandon_start(State.FAILED, listen_errors.START_INTERRUPTED)
        except Exception as error:  # noqa: BLE001 - an endpoint may raise anything
            if (
                endpoint is not None
                and endpoint.port is not None
                and listen_errors.is_address_in_use(error)
            ):
                self.port_conflict = await self._find_conflict(endpoint)
            self._waits_for_code = isinstance(error, UserCodeError)
            owner = self.port_conflict.by if self.port_conflict else ""
            self._abandon_start(State.FAILED, listen_errors.explain(error, endpoint, owner))
            log_traceback(self.spec.name, error)
        else:
            self._set_state(State.LISTENING)
            self._change_options()
        finally:
            self._starting = None

    async def _bind(self, endpoint: Endpoint) -> None:
        server = self._server or await self._build(endpoint)
        await server.bind(AcceptCallbacks(self._pause, self._resume, self._lose_socket))
        self._server, self.factory = server, server.factory

    async def _build(self, endpoint: Endpoint) -> RunningServer:
        # late, for a faster start
        from app.server.binder import binder_for
        from app.server.running_server import RunningServer

        spec = self.spec
        context = (self._reactor, self._folder, self._ca_folder, self._ask_passphrases)
        binder = await binder_for(spec, endpoint, self._code, *context)
        factory = binder.build_factory(self._observer, self._numbers, self._tap)
        return RunningServer(spec, binder, factory)

    def _abandon_start(self, state: State, reason: str = "") -> None:
        """Go to `state` after a start that failed. Keep draining if connections are left."""
        if self.connection_count:
            self._set_state(State.DRAINING, reason)
            return
        self._release()
        self._set_state(state, reason)

    async def _close(self) -> None:
        """Close the socket and the connections. Done when all are closed."""
        if self._server is None:
            return
        self._set_state(State.STOPPING)
        await self._server.unbind()
        await close_all(self._server.factory, self._reactor)
        self._release()

    def _release(self) -> None:
        """Release the server and its protocols: no connection is left."""
        if self._server is not None:
            self._server.factory.release_protocols()
            self._server = None

    def _set_state(self, state: State, reason: str = "") -> None:
        if (state, reason) == (self.state, self.reason):
            return
        self.state, self.reason = state, reason
        self._watch_code()
        if state in (State.FAILED, State.PAUSED):
            log.warning("%s: %s", self.spec.name, reason)
        elif state is State.LISTENING:
            log.info("%s is listening on %s.", self.spec.name, self.where)
        else:
            log.info("%s is %s.", self.spec.name, state.value)
        self._observer.listener_changed(self)

    # Calls from the socket

    def _pause(self, reason: str) -> None:
        if self.state is State.LISTENING:
            self._set_state(State.PAUSED, reason)

    def _resume(self) -> None:
        if self.state is State.PAUSED:
            self._set_state(State.LISTENING)

    def _lose_socket(self, why: str) -> None:
        if self.can_drain:
            # Later: the caller may be in the middle of closing the socket.
            self._reactor.callLater(0, lambda: spawn(self._fail(why)))

    async def _fail(self, why: str) -> None:
        async with self._lock:
            if self.can_drain:
                where = self.where
                await self._close()
                self._set_state(State.FAILED, listen_errors.socket_lost(where, why))

    # Another spec, and other code

    def change(self, spec: ListenerSpec) -> None:
        """Set a new spec. What `restart_changes` names takes effect at the next start, the rest
        immediately.

        A failed listener becomes stopped if such a field changed: the error was about the old spec.
        """
        is_error_outdated = self.state is State.FAILED and needs_restart(self.spec, spec)
        self.spec = spec
        if self.factory is not None:
            self.factory.change(spec)
        self._change_options()
        if is_error_outdated:
            self._set_state(State.STOPPED)
        else:
            self._watch_code()
            self._observer.listener_changed(self)

    def _change_options(self) -> None:
        """Apply other options to a running listener whose protocol takes them."""
        running = self.running_spec
        if running is None or running.options == self.spec.options:
            return
        if can_change_options(running, self.spec):
            self._reload()

    @property
    def has_user_code(self) -> bool:
        """Whether it runs user code: as its protocol, or as functions that its options name."""
        return is_user_code(self.spec.protocol) or self._code.has_functions

    def reload(self) -> bool:
        """Load the user code again, for new connections. Live connections keep the old code. Only
        functions that the options name are new for all.

        Returns whether the new code is in use. False without user code, if a restart is needed, and
        if loading failed: then `reload_error` says why, and the old code stays in use.
        """
        if not self.can_drain or not self.has_user_code or self.is_stale:
            return False
        is_reloaded = self._reload()
        self._observer.listener_changed(self)
        return is_reloaded

    def _reload(self) -> bool:
        assert self._server is not None
        try:
            self._server.reload(self.spec)
        except UserCodeError as error:
            self.reload_error = str(error)
            log.warning("%s: the new code is not in use. %s", self.spec.name, str(error))
            log_traceback(self.spec.name, error)
            return False
        self.reload_error = ""
        return True

    def code_has_changed(self) -> bool:
        """Whether the files of the user code have changed since it last loaded or failed to load.

        Cheap enough for a call each second. If true, call `reload` if it listens, and `start` if it
        failed.
        """
        return self.has_user_code and self._code.has_changed()

    def _watch_code(self) -> None:
        is_watched = self.spec.auto_reload and self.has_user_code
        waits = self.state is State.FAILED and self._waits_for_code
        self._watch.turn(is_watched and (self.can_drain or waits))

    def _reload_changed_code(self) -> None:
        if not self.code_has_changed():
            return
        if self.state is State.FAILED:
            spawn(self.start())
        else:
            self.reload()
