"""The deck: the running set of listeners. The window and `portdeck serve` control it."""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from twisted.internet.defer import Deferred, DeferredList

from app.net.endpoint import Endpoint, EndpointError
from app.profile import ListenerSpec
from app.profile.compare import same_listeners
from app.runtime.coroutines import spawn
from app.server.connections.connection import Connection
from app.server.listener import Listener, Observer, State
from app.server.program_listener import ProgramListener
from app.server.sockets.addresses import (
    BindAddress,
    PortConflict,
    addresses_conflict,
    next_free_port,
    sockets_of,
)
from app.server.sockets.listen_errors import FindPortOwner, port_owner_finder
from app.text.sentence import Sentence
from app.traffic.connection_info import Tap
from app.user_code.programs.reference import runs_as_program
from app.user_code.reference import CURRENT_FOLDER, LoadCallback

if TYPE_CHECKING:
    from app.tls.passphrases import AskPassphrases


class Deck:
    """Owns the listeners, in the order the user gave them.

    Every Deferred it returns fires with `None` when the operation is done. Failures are in each
    listener's `state` and `reason`; they are never raised.
    """

    def __init__(
        self,
        reactor: Any,
        observer: Observer,
        *,
        tap: Tap | None = None,
        find_port_owner: FindPortOwner | None = None,
        folder: Path = CURRENT_FOLDER,
        loading: LoadCallback | None = None,
        ca_folder: Path | None = None,
        ask_passphrases: AskPassphrases | None = None,
    ) -> None:
        """`find_port_owner` looks up the process behind a port; by default on a reactor thread.

        `folder` is the folder of the profile; relative paths of the specs start there. `loading` is
        called with each file of user code before it is executed, as that blocks the reactor.
        `ca_folder` is the folder of the local CA, by default that of the user. `ask_passphrases`
        is asked for those of an encrypted key.
        """
        self.listeners: list[Listener] = []
        self._reactor = reactor
        self._observer = observer
        self._tap = tap
        self._folder = folder
        self._loading = loading
        self._ca_folder = ca_folder
        self._ask_passphrases = ask_passphrases
        self._find_port_owner = find_port_owner or port_owner_finder(reactor)
        self._is_closed = False
        self.numbers = itertools.count(1)
        """Gives each connection its number, and each client session too. No number occurs twice."""

    def add(self, spec: ListenerSpec, position: int | None = None) -> Listener:
        """Add a stopped listener at the end or at `position`."""
        listener = self._build(spec)
        self.listeners.insert(len(self.listeners) if position is None else position, listener)
        return listener

    def remove(self, listener: Listener) -> Deferred[None]:
        """Take `listener` off the deck and stop it."""
        self.listeners.remove(listener)
        return self.stop(listener)

    def update(self, specs: Sequence[ListenerSpec]) -> Deferred[None]:
        """Make the listeners of the deck match `specs`. A listener is kept where possible, also if
        it was renamed.

        The new specs are set when this returns. Removed listeners are stopped first, which frees
        their ports; then the changed ones are restarted.
        """
        old_indexes = same_listeners([each.spec for each in self.listeners], specs)
        known = [self._kept(index, spec) for index, spec in zip(old_indexes, specs, strict=True)]
        removed = [each for each in self.listeners if each not in known]
        pairs = [(each or self._build(spec), spec) for each, spec in zip(known, specs, strict=True)]
        stale = [each for each, spec in pairs if each.is_on and each.would_need_restart(spec)]
        self.listeners = [listener for listener, _ in pairs]
        # Change the specs now, not after stopping: they may be read or saved in between.
        for listener, spec in pairs:
            listener.change(spec)

        async def restart_stale() -> None:
            await self.stop(*removed, *stale)
            # Stopping takes a while: a listener may have been removed since.
            await self.start(*(each for each in stale if each in self.listeners))

        return spawn(restart_stale())

    def start(self, *listeners: Listener) -> Deferred[None]:
        """Start the given listeners in parallel."""
        if self._is_closed:
            listeners = ()
        return _all_of(spawn(listener.start()) for listener in listeners)

    def stop(self, *listeners: Listener) -> Deferred[None]:
        """Stop the given listeners and close their connections, in parallel."""
        return _all_of(spawn(listener.stop()) for listener in listeners)

    def drain(self, *listeners: Listener) -> Deferred[None]:
        """Stop accepting peers, and stop each listener when its last connection is closed."""
        return _all_of(spawn(listener.drain()) for listener in listeners)

    def restart(self, *listeners: Listener) -> Deferred[None]:
        """Stop and start again, so that a changed spec takes effect.

        Both calls are queued immediately, so a later call of `stop` or `start` comes after both.
        """
        return _all_of((self.stop(*listeners), self.start(*listeners)))

    def start_all(self) -> Deferred[None]:
        """Start every listener that is not on."""
        return self.start(*self.listeners)

    def stop_all(self) -> Deferred[None]:
        """Stop every listener that can be stopped. Failed listeners keep their reason."""
        return self.stop(*(each for each in self.listeners if each.can_stop))

    def close(self) -> Deferred[None]:
        """Stop every listener permanently: later calls of `start` do nothing.

        Failed listeners keep their state and their reason.
        """
        self._is_closed = True
        return self.stop(*(each for each in self.listeners if each.state is not State.FAILED))

    def start_automatic(self) -> Deferred[None]:
        """Start the listeners whose spec says `autostart`."""
        return self.start(*(each for each in self.listeners if each.spec.autostart))

    def connections(self) -> Iterator[Connection]:
        """Every live connection of every listener."""
        for listener in self.every():
            if listener.factory is not None:
                yield from listener.factory.connections

    def named(self, name: str) -> Listener | None:
        """The listener called `name`, or `None`."""
        return next((each for each in self.every() if each.spec.name == name), None)

    def every(self) -> Iterator[Listener]:
        """The listeners in order. Each program is followed by the listeners of its places."""
        for listener in self.listeners:
            yield listener
            yield from self.places_of(listener)

    def places_of(self, listener: Listener) -> tuple[Listener, ...]:
        """The listeners of the places of a program; none if `listener` is no program."""
        return tuple(listener.places) if isinstance(listener, ProgramListener) else ()

    def with_sockets(self) -> Iterator[Listener]:
        """The listeners that have a socket while they are on: all but programs, whose places do."""
        return (each for each in self.every() if not isinstance(each, ProgramListener))

    def _kept(self, index: int | None, spec: ListenerSpec) -> Listener | None:
        """The listener that continues with `spec`. Not if only one of the two is a program."""
        if index is None:
            return None
        listener = self.listeners[index]
        is_program = runs_as_program(spec.protocol, spec.endpoint)
        is_same_kind = isinstance(listener, ProgramListener) is is_program
        return listener if is_same_kind else None

    def _build(self, spec: ListenerSpec) -> Listener:
        if runs_as_program(spec.protocol, spec.endpoint):
            return ProgramListener(
                spec,
                build_place=lambda spec, code, observer: Listener(
                    spec, **self._arguments(observer), code=code
                ),
                **self._arguments(self._observer),
            )
        return Listener(spec, **self._arguments(self._observer))

    def _arguments(self, observer: Observer) -> dict[str, Any]:
        """The arguments that every listener takes."""
        return {
            "reactor": self._reactor,
            "observer": observer,
            "numbers": self.numbers,
            "find_conflict": self._find_conflict,
            "tap": self._tap,
            "folder": self._folder,
            "loading": self._loading,
            "ca_folder": self._ca_folder,
            "ask_passphrases": self._ask_passphrases,
        }

    def free_port(self, endpoint: Endpoint) -> int | None:
        """The next free port after that of `endpoint` that no listener of the deck uses."""
        return next_free_port(endpoint, {_port_of(each.spec) for each in self.every()})

    async def _find_conflict(self, endpoint: Endpoint) -> PortConflict:
        for listener in self.every():
            if any(_conflicts(port, endpoint) for port in sockets_of(listener.port)):
                name = listener.spec.name
                return PortConflict(
                    Sentence("your-listener", "your listener {name}", name=name),
                    name,
                    self.free_port(endpoint),
                )
        owner = await self._find_port_owner(endpoint)
        by = "" if owner is None else str(owner)
        return PortConflict(by, free_port=self.free_port(endpoint))


def _conflicts(port: Any, endpoint: Endpoint) -> bool:
    """Whether the bound `port` prevents `endpoint` from being bound."""
    address = port.getHost()
    if getattr(address, "port", None) != endpoint.port:
        return False
    if (address.type == "UDP") is not endpoint.is_datagram:
        return False
    bound = BindAddress(address.host, getattr(port, "is_ipv6_only", False))
    return addresses_conflict(bound, BindAddress.of(endpoint))


def _port_of(spec: ListenerSpec) -> int:
    try:
        return Endpoint.parse(spec.endpoint).port or 0
    except EndpointError:
        return 0


def _all_of(deferreds: Iterable[Deferred[None]]) -> Deferred[None]:
    return DeferredList(list(deferreds)).addCallback(lambda _: None)
