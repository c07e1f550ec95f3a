"""A program on the deck: one entry, and one listener for each place where the program listens.

The entry loads and ends the program. Each place starts, stops and counts connections by itself. All
places share one load. When the last place is off, the program ends. When a place is started again,
the program is loaded again.
"""

from __future__ import annotations

import logging
from collections import Counter
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from attrs import evolve, frozen
from twisted.internet.defer import Deferred, succeed
from twisted.internet.interfaces import IAddress

from app.net.endpoint import Endpoint
from app.profile import ListenerSpec, Tls
from app.profile.spec import LONGEST_NAME
from app.runtime.coroutines import spawn
from app.server.connections.connection import Connection
from app.server.connections.owner import ConnectionOwner
from app.server.listener import Listener, Observer, State
from app.server.place_code import PlaceCode
from app.server.sockets.listen_errors import START_INTERRUPTED
from app.text.sentence import Sentence, composed
from app.user_code.errors import SourceFiles, log_traceback
from app.user_code.programs.places import ListeningPlace, PlaceKind
from app.user_code.programs.reference import OWN_PLACES, ProgramReference
from app.user_code.reference import LoadCallback, UserCodeError, announce_nothing

if TYPE_CHECKING:
    from app.user_code.programs.program import Program

log = logging.getLogger(__name__)

_SOCKETS_ARE_GONE: Final = Sentence(
    "socket-taken-earlier",
    "An earlier start took over the socket that it was given, and has closed it. If it needs that "
    "socket, start Portdeck again.",
)

BuildPlace = Callable[[ListenerSpec, PlaceCode, Observer], Listener]
"""Makes the listener of one place, with the given spec, code and observer."""


class ProgramListener(Listener):
    """The entry of a program. It has no socket; its `places` have.

    Invariants: it is `LISTENING` or `DRAINING` exactly while the program is loaded. Each listener
    of `places` stands for a place of the program, or for one that the program has left.
    """

    def __init__(self, spec: ListenerSpec, *, build_place: BuildPlace, **common: Any) -> None:
        """`common` is what every `Listener` takes."""
        super().__init__(spec, **common)
        self.program: Program | None = None
        self.places: list[Listener] = []
        """The listeners of the places. After the end of the program, those of the last load."""
        self._build_place = build_place
        self._loading: LoadCallback = common.get("loading") or announce_nothing
        self._codes: dict[Listener, PlaceCode] = {}
        self._users: Counter[Program] = Counter()
        self._sources = SourceFiles()
        self._loaded_spec: ListenerSpec | None = None
        self._is_settling = False
        self._endpoint_of_places = spec.endpoint
        self._spent_descriptors: set[int] = set()
        """The descriptors of sockets that earlier loads adopted. They are closed since then."""

    @property
    def where(self) -> str:
        """The address of the only place, or the number of places."""
        if len(self.places) == 1:
            return self.places[0].where
        return (
            Sentence("place-count", "{count} places", count=len(self.places))
            if self.places
            else self.spec.protocol
        )

    @property
    def _started_spec(self) -> ListenerSpec | None:
        return self._loaded_spec

    @property
    def connection_count(self) -> int:
        return sum(each.connection_count for each in self.places)

    async def start(self) -> None:
        """Load the program and listen at all its places. Raises nothing; errors are in `reason`."""
        async with self._lock:
            if self.program is None:
                self._set_state(State.STARTING)
                self._load_or_fail()
            await self._start_places()

    async def stop(self) -> None:
        """Stop all places, then end the program. Done when that is finished."""
        async with self._lock:
            await self._end_all(State.STOPPED)

    async def drain(self) -> None:
        """Accept no more peers, and end the program when the last connection is closed."""
        if not self.can_drain:
            return
        self._set_state(State.DRAINING)
        for each in [spawn(place.drain()) for place in self.places]:
            await each
        if self.state is State.DRAINING:
            await self.stop()

    def change(self, spec: ListenerSpec) -> None:
        """Set a new spec. Its limits take effect immediately at every place."""
        super().change(spec)
        for each in self.places:
            each.change(self._spec_at(each.spec.endpoint, each.spec.name, self._codes[each].place))

    def reload(self) -> bool:
        """Load the program again, for new connections. Live connections keep the old load.

        The old load ends when its last connection is closed. Returns whether the new code is in
        use. False if the program is not loaded, or if loading failed: `reload_error` says why.
        """
        if self.program is None or self.is_stale:
            return False
        try:
            program = self._loaded()
        except UserCodeError as error:
            self.reload_error = self._reason_of(error)
            log.warning("%s: the new code is not in use. %s", self.spec.name, self.reload_error)
            log_traceback(self.spec.name, error)
            self._observer.listener_changed(self)
            return False
        self.reload_error = ""
        before = self.program
        self._use(program)
        for each in self.places:
            each.reload()
        spawn(self._settle_after_reload(before))
        return True

    def code_has_changed(self) -> bool:
        """Whether the files of the program have changed since the last load."""
        return self._sources.changed()

    # What the places ask for

    def program_at(self, code: PlaceCode) -> tuple[Program, ListeningPlace]:
        """The program, and the place of `code` in it. Loads the program if it is not loaded.

        Raises `UserCodeError`.
        """
        if self.program is None:
            self._use(self._loaded())
            self._set_state(State.LISTENING)
        assert self.program is not None
        if code.place is None:
            raise UserCodeError(
                "place-gone",
                "{title} does not listen there any more. Remove this place.",
                title=self.program.title,
            )
        return self.program, code.place

    def count(self, program: Program, by: int) -> None:
        """Add `by` to the number of places that serve with `program`. A replaced one ends at 0."""
        self._users[program] += by
        if self._users[program] <= 0:
            del self._users[program]
            if program is not self.program:
                spawn(program.end())

    def place_moved(self, place: Listener) -> None:
        """Called when the state of a place changed. The program ends when its last place is off."""
        is_over = place.state in (State.STOPPED, State.FAILED)
        if is_over and self.program is not None and not self._is_settling:
            self._reactor.callLater(0, self._end_if_unused)

    # Loading

    def _loaded(self) -> Program:
        # Slow to import, and rarely needed.
        from app.user_code.programs.program import Program

        if self.program is not None:  # it is loaded again
            self._spent_descriptors |= self.program.adopted_descriptors
        reference = ProgramReference.of_listener(self.spec.protocol)
        program = Program(
            reference,
            self._folder,
            self._reactor,
            loading=self._loading,
            on_place=self._add_later,
            on_end=self._end_soon,
            on_note=lambda: self._observer.listener_changed(self),
            spent_descriptors=self._spent_descriptors,
            before=self.program,
        )
        try:
            program.load()
        finally:
            self._sources = program.sources
        return program

    def _load_or_fail(self) -> None:
        self.reload_error = ""
        if self._endpoint_of_places != self.spec.endpoint:  # the first place moves
            self.places.clear()
            self._codes.clear()
        try:
            self._use(self._loaded())
        except UserCodeError as error:
            self._waits_for_code = True
            self._set_state(State.FAILED, self._reason_of(error))
            log_traceback(self.spec.name, error)
        except KeyboardInterrupt:
            self._set_state(State.FAILED, START_INTERRUPTED)

    def _reason_of(self, error: UserCodeError) -> str:
        if not self._spent_descriptors:
            return str(error)
        return composed("{first} {second}", first=error, second=_SOCKETS_ARE_GONE)

    def _use(self, program: Program) -> None:
        """Assign the places of `program` to the listeners, and make the missing listeners."""
        self.program, self._loaded_spec = program, self.spec
        self._endpoint_of_places = self.spec.endpoint
        waiting = list(program.places)
        for listener in list(self.places):
            code = self._codes[listener]
            found = _same_place(code.place, waiting)
            if code.place is not None:
                code.place.port.listener = None
            code.place = found
            if found is not None:
                waiting.remove(found)
                found.port.listener = _Joined(listener)
        for place in waiting:
            self._add(place)

    def _add(self, place: ListeningPlace) -> Listener:
        endpoint = place.endpoint
        if self.spec.endpoint != OWN_PLACES and not self.places:
            endpoint = self.spec.endpoint
        code = PlaceCode(self, place, self._folder, is_moved=endpoint != place.endpoint)
        spec = self._spec_at(endpoint, self._free_name(endpoint), place)
        listener = self._build_place(spec, code, _PlaceObserver(self, self._observer))
        place.port.listener = _Joined(listener)
        self._codes[listener] = code
        self.places.append(listener)
        return listener

    def _spec_at(self, endpoint: str, name: str, place: ListeningPlace | None) -> ListenerSpec:
        """The spec of one place. Its TLS is that of the program, which `PlaceCode` provides."""
        has_tls = place is not None and place.kind is PlaceKind.TLS
        tls = Tls() if has_tls else self.spec.tls
        return evolve(self.spec, name=name, endpoint=endpoint, autostart=False, tls=tls)

    def _free_name(self, endpoint: str) -> str:
        parsed = Endpoint.parse(endpoint)
        last = str(parsed.port) if parsed.port is not None else Path(parsed.args[0]).name
        wish = f"{self.spec.name[: LONGEST_NAME - 30]} {last[-20:]}"
        taken = {each.spec.name for each in self.places}
        names = (wish, *(f"{wish}-{number}" for number in range(2, len(taken) + 3)))
        return next(name for name in names if name not in taken)

    # Starting and ending

    async def _start_places(self) -> None:
        if self.program is None:
            return
        self._is_settling = True
        try:
            for each in list(self.places):
                if self._codes[each].place is None:
                    await self._drop(each)
                else:
                    await each.start()
        finally:
            self._is_settling = False
        failed = [each for each in self.places if each.state is State.FAILED]
        if failed and len(failed) == len(self.places):
            reason = failed[0].reason
            await self._end_all(State.FAILED, reason)
        elif self.program is not None:
            names = ", ".join(each.spec.name for each in failed)
            self._set_state(
                State.LISTENING,
                Sentence("places-failed", "These of its places failed: {names}.", names=names)
                if failed
                else "",
            )

    async def _settle_after_reload(self, before: Program) -> None:
        async with self._lock:
            await self._start_places()
        if not self._users[before]:
            await before.end()
        self._observer.listener_changed(self)

    async def _end_all(self, state: State, reason: str = "") -> None:
        if self.program is not None:
            self._set_state(State.STOPPING)
        stopping = [spawn(each.stop()) for each in self.places if each.can_stop]
        for done in stopping:
            await done
        program, self.program = self.program, None
        if program is not None:
            self._spent_descriptors |= program.adopted_descriptors
            await program.end()
        self._loaded_spec = None
        self._set_state(state, reason)

    async def _drop(self, listener: Listener) -> None:
        """Remove the listener of a place that the program has left."""
        if listener in self.places:
            self.places.remove(listener)
        del self._codes[listener]
        await listener.stop()

    def _end_soon(self) -> None:
        log.info("%s has stopped its reactor: its listeners stop.", self.spec.name)
        self._reactor.callLater(0, lambda: spawn(self.stop()))

    def _end_if_unused(self) -> None:
        for each in list(self.places):
            code = self._codes[each]
            is_over = each.state is State.STOPPED
            if is_over and code.place is not None and not code.place.port.is_wanted:
                spawn(self._drop(each))
        if self.program is None or any(each.can_stop for each in self.places):
            return
        failed = [each for each in self.places if each.state is State.FAILED]
        state = State.FAILED if failed else State.STOPPED
        spawn(self._end_all(state, failed[0].reason if failed else ""))

    def _add_later(self, place: ListeningPlace) -> None:
        """Add a place where the program listens after its load, such as a passive port of FTP."""
        spawn(self._add(place).start())


def is_program_entry(listener: Listener) -> bool:
    """Whether `listener` is the entry of a program, which has no socket of its own."""
    return isinstance(listener, ProgramListener)


@frozen
class _Joined:
    """The listener of a place, as the program can use it through its port."""

    listener: Listener

    @property
    def address(self) -> IAddress | None:
        return self.listener.address

    def begin(self) -> None:
        spawn(self.listener.start())

    def end(self) -> Deferred[None]:
        spawn(self.listener.drain())
        return succeed(None)


@frozen
class _PlaceObserver:
    """Passes the events of a place to the observer, and changes of its state also to the entry."""

    entry: ProgramListener
    observer: Observer

    def listener_changed(self, listener: Listener) -> None:
        self.observer.listener_changed(listener)
        self.entry.place_moved(listener)

    def opened(self, connection: Connection) -> None:
        self.observer.opened(connection)
        self.observer.listener_changed(self.entry)  # the entry counts it too

    def active(self, connection: Connection) -> None:
        self.observer.active(connection)

    def forwarded(self, connection: Connection) -> None:
        self.observer.forwarded(connection)

    def closed(self, connection: Connection) -> None:
        self.observer.closed(connection)
        self.observer.listener_changed(self.entry)

    def refused(self, factory: ConnectionOwner, peer: IAddress | None, reason: str) -> None:
        self.observer.refused(factory, peer, reason)


def _same_place(
    before: ListeningPlace | None, candidates: Iterable[ListeningPlace]
) -> ListeningPlace | None:
    """The place of a new load that continues `before`: the one of the same kind and endpoint."""
    if before is None:
        return None
    return next((each for each in candidates if _is_same(before, each)), None)


def _is_same(one: ListeningPlace, other: ListeningPlace) -> bool:
    return one.kind is other.kind and one.endpoint == other.endpoint
