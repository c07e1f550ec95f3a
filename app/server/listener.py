"""One configured server as it runs: starts, stops, and tells the truth about it."""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Callable, Iterator
from enum import Enum
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

from twisted.internet.defer import CancelledError, Deferred, DeferredLock, maybeDeferred
from twisted.internet.interfaces import IAddress, IListeningPort

from app.net.endpoint import Endpoint, EndpointError
from app.profile import ListenerSpec
from app.profile.compare import needs_restart
from app.runtime.coroutines import spawn
from app.server.binder import Binder, binder_for, unless_given_up
from app.server.connections.connection import ConnectionObserver
from app.server.connections.factory import ListenerFactory, close_all
from app.server.sockets.accept_guard import AcceptCallbacks, AcceptGuard, guard_all
from app.server.sockets.addresses import PortConflict, format_address
from app.server.sockets.listen_errors import explain, is_taken
from app.traffic.connection_info import Tap
from app.user_code.code import Code, CodeWatch
from app.user_code.errors import log_traceback
from app.user_code.reference import CURRENT_FOLDER, LoadCallback, UserCodeError, is_user_code

if TYPE_CHECKING:
    from app.tls.certificates import CertificateFacts


# MERGED server/state: What a listener may be doing.


class State(Enum):
    """The value is the word a person reads."""

    STOPPED = "stopped"
    STARTING = "starting"
    LISTENING = "listening"

    PAUSED = "paused"
    """It would listen, and lets nobody in for want of descriptors."""

    DRAINING = "draining"
    """It lets nobody in, and stops when the last peer has gone."""

    STOPPING = "stopping"
    FAILED = "failed"


log = logging.getLogger(__name__)

__all__ = ["Listener", "State"]


class Observer(ConnectionObserver, Protocol):
    """The one object that is told what happens on a deck. Calls come on the reactor's thread."""

    def listener_moved(self, listener: Listener) -> None:
        """The listener's state, reason, address or spec is another one now."""


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
        who_holds: Callable[[Endpoint], Awaitable[PortConflict]],
        tap: Tap | None = None,
        folder: Path = CURRENT_FOLDER,
        loading: LoadCallback | None = None,
        ca_folder: Path | None = None,
    ) -> None:
        """`who_holds` says who has the port of an endpoint, as far as anyone knows.

        `folder` is where the paths of a spec begin, and `loading` is told which file of the user's
        own is executed next. `ca_folder` is where the local CA is, if not where the user's is.
        """
        self.spec = spec
        self.state = State.STOPPED
        self.reason = ""
        """Why it failed, as a sentence; why it is paused; why it drains on though it was to start.
        Empty if there is nothing to say."""
        self.taken: PortConflict | None = None
        """Who has its port, if that is why it failed."""
        self.reload_trouble = ""
        """Why the last reload failed, as a sentence. The code before it goes on serving then."""
        self.port: IListeningPort | None = None
        self.address: IAddress | None = None
        """The bound address, with the real port where the spec says 0; `None` when not bound."""
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
        self._bound_spec: ListenerSpec | None = None
        self._entrances: tuple[AcceptGuard, ...] = ()
        self._watch = CodeWatch(reactor, self._look_at_code)
        self._waits_for_code = False
        self._binding: Deferred[IListeningPort] | None = None

    def __repr__(self) -> str:
        return f"<Listener {self.spec.name} {self.state.value} {self.where}>"

    @property
    def where(self) -> str:
        """The address for people: the bound one, or else the one it will ask for."""
        if self.address is not None:
            return getattr(self.port, "where", "") or format_address(self.address)
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
        return self.state in (State.STARTING, State.LISTENING, State.PAUSED)

    @property
    def can_stop(self) -> bool:
        """Whether there is something to stop."""
        return self.is_on or self.state is State.DRAINING

    @property
    def can_drain(self) -> bool:
        """Whether it accepts peers, or will once it can, and could leave that."""
        return self.state in (State.LISTENING, State.PAUSED)

    @property
    def running_spec(self) -> ListenerSpec | None:
        """The spec that what runs was started with; `None` while nothing does."""
        runs = self.can_drain or self.state is State.DRAINING
        return self._bound_spec if runs else None

    @property
    def is_stale(self) -> bool:
        """Whether it runs as an older spec says, and must restart for the one of now."""
        running = self.running_spec
        return running is not None and needs_restart(running, self.spec)

    def would_need_restart(self, spec: ListenerSpec) -> bool:
        """Whether what runs, or was wished last, must restart for `spec` to take effect."""
        return needs_restart(self._bound_spec or self.spec, spec)

    async def start(self) -> None:
        """Listen. Done when the listener listens or has failed; waits for a stop under way.

        Nothing is raised: what went wrong is in `reason`. A listener that is on is left alone, and
        one that drains goes on with the connections it has, unless its spec needs a restart.
        """
        await self._one_at_a_time.acquire()
        try:
            if self.is_stale and self.state is State.DRAINING:
                await self._close()
            if self.port is not None and self.state is State.DRAINING:
                self._admit_again()
            elif not self.can_drain:
                await self._listen()
        finally:
            self._one_at_a_time.release()

    async def stop(self) -> None:
        """Close the socket, then the connections, gently first. Done when all of it is gone."""
        if self._binding is not None:
            self._binding.cancel()
        await self._one_at_a_time.acquire()
        try:
            if self.port is not None or self.state is State.DRAINING:
                await self._close()
            self._move(State.STOPPED)
        finally:
            self._one_at_a_time.release()

    async def drain(self) -> None:
        """Accept nobody more, and stop once the last connection is gone; done when it is.

        A start takes this back, and a stop closes who is left. What does not listen is left alone.
        """
        await self._one_at_a_time.acquire()
        try:
            if not self.can_drain:
                return
            assert self.factory is not None
            if not self.connection_count:
                await self._close()
                self._move(State.STOPPED)
                return
            if self.factory.admit(False):
                self._move(State.DRAINING)
            else:
                await self._close_port(State.DRAINING)
            gone = self.factory.emptied()
        finally:
            self._one_at_a_time.release()
        await gone
        await self._stop_drained()

    async def _stop_drained(self) -> None:
        """The last connection is gone; if it still drains, nothing is left to do for it."""
        await self._one_at_a_time.acquire()
        try:
            if self.state is State.DRAINING and not self.connection_count:
                await self._close_port(State.DRAINING)
                self._end()
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
            self._watch_code()
            self._observer.listener_moved(self)

    def reload(self) -> bool:
        """Put new connections on the user's code as it is now; those that are there keep theirs.

        True once they are. False where nothing of the user's own listens, or other code than the
        spec says, and where it failed: `reload_trouble` tells why, and nothing has changed.
        """
        if not self.can_drain or not is_user_code(self.spec.protocol) or self.is_stale:
            return False
        assert self.factory is not None
        assert self._binder is not None
        try:
            self.factory.replace(self._binder.build_protocols())
        except UserCodeError as error:
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
        return is_user_code(self.spec.protocol) and self._code.has_changed()

    async def _listen(self) -> None:
        resumes = self.state is State.DRAINING
        self.reload_trouble, self.taken = "", None
        self._move(State.STARTING)
        endpoint: Endpoint | None = None
        try:
            endpoint = Endpoint.parse(self.spec.endpoint).bound(self._folder)
            await self._bind(endpoint, resumes=resumes)
        except CancelledError:
            self._fall_back(State.STOPPED)
        except KeyboardInterrupt:
            self._fall_back(State.FAILED, "It was interrupted while it started. Start it again.")
            raise
        except Exception as error:  # noqa: BLE001 - whatever an endpoint raises is the reason
            taken = None
            if endpoint is not None and endpoint.port is not None and is_taken(error):
                taken = await self._who_holds(endpoint)
            self._waits_for_code = isinstance(error, UserCodeError)
            self.taken = taken
            self._fall_back(State.FAILED, explain(error, endpoint, taken.by if taken else ""))
            log_traceback(self.spec.name, error)
        else:
            self._move(State.LISTENING)
        finally:
            self._binding = None

    async def _bind(self, endpoint: Endpoint, *, resumes: bool) -> None:
        spec = self.spec
        if resumes and self._binder is not None and self.factory is not None:
            binder, factory = self._binder, self.factory
        else:
            where = (self._folder, self._ca_folder)
            binder = binder_for(spec, endpoint, self._code, self._reactor, *where)
            factory = binder.build_factory(self._observer, self._numbers, self._tap)
        # If it failed to start once there is a socket, Twisted would leave the socket behind.
        factory.doStart()
        try:
            self._binding = unless_given_up(binder.listen(factory), factory)
            self.port = await self._binding
        finally:
            factory.doStop()
        self.address = self.port.getHost()
        self._binder, self._bound_spec, self.factory = binder, spec, factory
        factory.unbound = lambda: self._lose_socket("something has closed it")
        keeper = AcceptCallbacks(self._pause, self._go_on, self._lose_socket)
        self._entrances = guard_all(self.port, self._reactor, keeper)

    def _fall_back(self, state: State, reason: str = "") -> None:
        """It does not listen after all: it is in `state`, or drains on if somebody is left."""
        if self.connection_count:
            self._move(State.DRAINING, reason)
            return
        if self.factory is not None:
            self._end()
        self._move(state, reason)

    def _admit_again(self) -> None:
        """It drained with its socket open: let in whoever comes."""
        assert self.factory is not None
        self.factory.admit(True)
        self._move(State.LISTENING)

    async def _close(self) -> None:
        """Close all there is, gently at first; done when all is gone."""
        assert self.factory is not None
        await self._close_port(State.STOPPING)
        await close_all(self.factory, self._reactor)
        self._end()

    async def _close_port(self, state: State) -> None:
        self._move(state)
        if self.port is None:
            return
        for entrance in self._entrances:
            entrance.let_go()
        try:
            await maybeDeferred(self.port.stopListening)
        except Exception:
            # The socket is closed by now; a user's factory may raise anything when told to stop.
            log.exception("%s: the protocol's factory failed to stop.", self.spec.name)
        self.port = self.address = None
        self._entrances = ()

    def _end(self) -> None:
        """Nobody is served any more."""
        assert self.factory is not None
        self.factory.let_go()
        self._bound_spec = None

    # What the socket says

    def _pause(self, reason: str) -> None:
        if self.state is State.LISTENING:
            self._move(State.PAUSED, reason)

    def _go_on(self) -> None:
        if self.state is State.PAUSED:
            self._move(State.LISTENING)

    def _lose_socket(self, why: str) -> None:
        if self.can_drain:
            # Whoever says so is in the middle of closing it.
            self._reactor.callLater(0, lambda: spawn(self._fail(why)))

    async def _fail(self, why: str) -> None:
        await self._one_at_a_time.acquire()
        try:
            if self.can_drain:
                where = self.where
                await self._close()
                reason = f"The socket at {where} is lost: {why}. Start it again."
                self._move(State.FAILED, reason)
        finally:
            self._one_at_a_time.release()

    # What the user's code does

    def _watch_code(self) -> None:
        is_watched = self.spec.auto_reload and is_user_code(self.spec.protocol)
        waits = self.state is State.FAILED and self._waits_for_code
        self._watch.turn(is_watched and (self.can_drain or waits))

    def _look_at_code(self) -> None:
        if not self.code_has_changed():
            return
        if self.state is State.FAILED:
            spawn(self.start())
        else:
            self.reload()

    def _move(self, state: State, reason: str = "") -> None:
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
        self._observer.listener_moved(self)
