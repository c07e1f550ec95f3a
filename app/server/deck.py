"""The running set of listeners: the one object a window or a script drives."""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any

from twisted.internet.defer import Deferred, DeferredList

from app.net.endpoint import Endpoint, EndpointError
from app.profile import ListenerSpec
from app.profile.compare import same_listeners
from app.runtime.coroutines import spawn
from app.server.connections.connection import Connection
from app.server.listener import Listener, Observer, State
from app.server.sockets.addresses import (
    BindAddress,
    PortConflict,
    addresses_conflict,
    next_free_port,
    sockets_of,
)
from app.server.sockets.listen_errors import FindHolder, holder_finder
from app.traffic.connection_info import Tap
from app.user_code.reference import CURRENT_FOLDER, LoadCallback


class Deck:
    """Owns the listeners, in the order the user gave them.

    Every Deferred it returns fires with `None`, and only once what was asked for is done; failures
    are told by each listener's state and reason, never raised.
    """

    def __init__(
        self,
        reactor: Any,
        observer: Observer,
        *,
        tap: Tap | None = None,
        find_holder: FindHolder | None = None,
        folder: Path = CURRENT_FOLDER,
        loading: LoadCallback | None = None,
        ca_folder: Path | None = None,
    ) -> None:
        """`find_holder` looks up the process behind a port; by default on a reactor thread.

        All paths of the specs begin in `folder`, which is the profile's. `loading` is told which
        file of the user's own is executed next: nothing else happens until that is over.
        `ca_folder` is where the local CA is, by default that of the user.
        """
        self.listeners: list[Listener] = []
        self._reactor = reactor
        self._observer = observer
        self._tap = tap
        self._folder = folder
        self._loading = loading
        self._ca_folder = ca_folder
        self._find_holder = find_holder or holder_finder(reactor)
        self._is_closed = False
        self.numbers = itertools.count(1)
        """What counts the connections, and whatever else speaks beside them: no number is given
        twice."""

    def add(self, spec: ListenerSpec, position: int | None = None) -> Listener:
        """A new, stopped listener, last or at `position`."""
        listener = self._build(spec)
        self.listeners.insert(len(self.listeners) if position is None else position, listener)
        return listener

    def remove(self, listener: Listener) -> Deferred[None]:
        """Take `listener` off the deck and stop it."""
        self.listeners.remove(listener)
        return self.stop(listener)

    def update(self, specs: Sequence[ListenerSpec]) -> Deferred[None]:
        """Make the deck what `specs` say: listeners go on where they can, under a new name too.

        All specs are the new ones as soon as this returns. What is gone is stopped first, to free
        its port, before what changed is started again.
        """
        sources = same_listeners([each.spec for each in self.listeners], specs)
        known = [None if index is None else self.listeners[index] for index in sources]
        gone = [each for each in self.listeners if each not in known]
        wishes = [
            (each or self._build(spec), spec) for each, spec in zip(known, specs, strict=True)
        ]
        stale = [each for each, spec in wishes if each.is_on and each.would_need_restart(spec)]
        self.listeners = [listener for listener, _ in wishes]
        # Not once all is stopped: whoever reads or saves the specs meanwhile must find these.
        for listener, spec in wishes:
            listener.change(spec)

        async def settle() -> None:
            await self.stop(*gone, *stale)
            # Stopping took a while: one of them may have been removed since.
            await self.start(*(each for each in stale if each in self.listeners))

        return spawn(settle())

    def start(self, *listeners: Listener) -> Deferred[None]:
        """Start the given listeners, all at once."""
        if self._is_closed:
            listeners = ()
        return _all_of(spawn(listener.start()) for listener in listeners)

    def stop(self, *listeners: Listener) -> Deferred[None]:
        """Stop the given listeners and close their connections, all at once."""
        return _all_of(spawn(listener.stop()) for listener in listeners)

    def drain(self, *listeners: Listener) -> Deferred[None]:
        """Have the given listeners accept nobody more, and stop once their last peer has gone."""
        return _all_of(spawn(listener.drain()) for listener in listeners)

    def restart(self, *listeners: Listener) -> Deferred[None]:
        """Stop and start again: a changed spec takes effect.

        Both are queued at once, so that whatever is asked for meanwhile has the last word.
        """
        return _all_of((self.stop(*listeners), self.start(*listeners)))

    def start_all(self) -> Deferred[None]:
        """Start every listener that is not on."""
        return self.start(*self.listeners)

    def stop_all(self) -> Deferred[None]:
        """Stop every listener that there is something to stop of. What failed keeps its reason."""
        return self.stop(*(each for each in self.listeners if each.can_stop))

    def close(self) -> Deferred[None]:
        """Stop every listener for good: what would start one from now on does nothing.

        The failed ones stay as they are, with their reason.
        """
        self._is_closed = True
        return self.stop(*(each for each in self.listeners if each.state is not State.FAILED))

    def start_automatic(self) -> Deferred[None]:
        """Start the listeners whose spec says `autostart`."""
        return self.start(*(each for each in self.listeners if each.spec.autostart))

    def connections(self) -> Iterator[Connection]:
        """Every live connection of every listener."""
        for listener in self.listeners:
            if listener.factory is not None:
                yield from listener.factory.connections

    def named(self, name: str) -> Listener | None:
        """The listener called `name`."""
        return next((each for each in self.listeners if each.spec.name == name), None)

    def _build(self, spec: ListenerSpec) -> Listener:
        return Listener(
            spec,
            reactor=self._reactor,
            observer=self._observer,
            numbers=self.numbers,
            who_holds=self._who_holds,
            tap=self._tap,
            folder=self._folder,
            loading=self._loading,
            ca_folder=self._ca_folder,
        )

    def free_port(self, endpoint: Endpoint) -> int | None:
        """The next port after that of `endpoint` that is free, and that no listener asks for."""
        return next_free_port(endpoint, {_port_of(each.spec) for each in self.listeners})

    async def _who_holds(self, endpoint: Endpoint) -> PortConflict:
        for listener in self.listeners:
            if any(_is_at(port, endpoint) for port in sockets_of(listener.port)):
                name = listener.spec.name
                return PortConflict(f"your listener {name}", name, self.free_port(endpoint))
        holder = await self._find_holder(endpoint)
        by = "" if holder is None else str(holder)
        return PortConflict(by, free_port=self.free_port(endpoint))


def _is_at(port: Any, endpoint: Endpoint) -> bool:
    """Whether `port`, which is bound, keeps `endpoint` from being bound."""
    address = port.getHost()
    if getattr(address, "port", None) != endpoint.port:
        return False
    if (address.type == "UDP") is not endpoint.is_datagram:
        return False
    place = BindAddress(address.host, getattr(port, "is_ipv6_alone", False))
    return addresses_conflict(place, BindAddress.of(endpoint))


def _port_of(spec: ListenerSpec) -> int:
    try:
        return Endpoint.parse(spec.endpoint).port or 0
    except EndpointError:
        return 0


def _all_of(parts: Iterable[Deferred[None]]) -> Deferred[None]:
    return DeferredList(list(parts)).addCallback(lambda _: None)
