"""A deck and the profile it came from, kept in step: what a window's commands act on.

Every change counts on the deck at once and is saved at once. A profile that cannot be saved,
because it is broken or somebody else changed it, stops no work: `trouble` says what is the matter.
"""

from __future__ import annotations

import itertools
from collections.abc import Collection, Iterable
from pathlib import PurePath

from attrs import evolve, frozen
from twisted.internet.defer import Deferred

from app.net.endpoint import Endpoint
from app.profile import ListenerSpec, Problem, ProfileError, ProfileFile
from app.profile.spec import LONGEST_NAME, comparable
from app.server.deck import Deck
from app.server.listener import Listener
from app.server.sockets.addresses import endpoints_conflict


@frozen
class Removed:
    """A listener that was taken away, and how to put it back."""

    spec: ListenerSpec
    position: int
    was_on: bool


Removal = tuple[Removed, ...]
"""The listeners that were taken away at once, in their order."""


class Workspace:
    """Owns the deck's listeners and their profile.

    Invariant: while `problems` and `trouble` are empty, the file holds exactly the deck's specs.
    """

    def __init__(self, deck: Deck, file: ProfileFile) -> None:
        self.deck = deck
        self.file = file
        self.problems: tuple[Problem, ...] = ()
        """What was wrong in the file when it was read."""
        self.trouble = ""
        """Why the last change is not in the file, as a sentence."""

    def load(self) -> None:
        """Put the profile's listeners on the empty deck. What is broken is in `problems`."""
        reading = self.file.load()
        self.problems = reading.problems
        for spec in reading.listeners:
            self.deck.add(spec)

    def reload(self) -> Deferred[None]:
        """Read the file again. Listeners whose spec did not change go on; gone ones are stopped.

        A broken file, or none, changes nothing: a slip of the pen is no wish to stop a listener.
        Fires once stopping and restarting what changed is done.
        """
        reading = self.file.load_again()
        self.problems, self.trouble = reading.problems, ""
        return self.deck.start() if reading.problems else self.deck.update(reading.listeners)

    def start_over(self) -> None:
        """Set the broken file aside, where it can be mended, and begin a new one.

        What could be read of it goes on: the new file holds the deck as it is.
        """
        try:
            self.file.set_aside()
        except ProfileError as error:
            self.trouble = str(error)
            return
        self.problems = ()
        self.save()

    def add(self, spec: ListenerSpec) -> Listener:
        """A new listener, last on the deck."""
        listener = self.deck.add(spec)
        self.save()
        return listener

    def take_in(self, specs: Iterable[ListenerSpec]) -> list[Listener]:
        """New listeners from elsewhere, last on the deck, each under a name that is free."""
        taken = [self.deck.add(evolve(spec, name=self.free_name(spec.name))) for spec in specs]
        self.save()
        return taken

    def in_the_way(self, spec: ListenerSpec) -> list[Listener]:
        """The listeners that cannot be on at once with one that `spec` asks for."""
        wanted, folder = Endpoint.parse(spec.endpoint), self.file.path.parent
        return [
            each
            for each in self.deck.listeners
            if each.spec is not spec
            and endpoints_conflict(Endpoint.parse(each.spec.endpoint), wanted, folder)
        ]

    def change(
        self, listener: Listener, spec: ListenerSpec, *, restart: bool = True
    ) -> Deferred[None]:
        """Give `listener` a new spec; it is restarted if it is on and cannot do without.

        Without `restart` it goes on as it is, and takes all of the spec when it starts next.
        """
        must_restart = restart and listener.is_on and listener.would_need_restart(spec)
        listener.change(spec)
        self.save()
        return self.deck.restart(listener) if must_restart else self.deck.start()

    def move_to_port(self, listener: Listener, port: int) -> Deferred[None]:
        """Have `listener` listen at another port of the same address, from now on."""
        endpoint = Endpoint.parse(listener.spec.endpoint).at("port", str(port))
        self.change(listener, evolve(listener.spec, endpoint=str(endpoint)))
        return self.deck.start(listener)

    def duplicate(self, listener: Listener) -> Listener:
        """A stopped twin right below, with a name and a place of its own."""
        spec = listener.spec
        twin = evolve(
            spec,
            name=self.free_name(spec.name),
            endpoint=self._free_place(spec.endpoint),
            autostart=False,
        )
        added = self.deck.add(twin, self.deck.listeners.index(listener) + 1)
        self.save()
        return added

    def move(self, listeners: Collection[Listener], by: int) -> bool:
        """Move `listeners` up (-1) or down (+1) together; whether there was room to."""
        order = self.deck.listeners
        places = sorted(order.index(each) for each in listeners)
        if not places or places[0] + by < 0 or places[-1] + by >= len(order):
            return False
        for place in places if by < 0 else reversed(places):
            order[place], order[place + by] = order[place + by], order[place]
        self.save()
        return True

    def place(self, listener: Listener, gap: int) -> None:
        """Put `listener` where `gap` of the listeners, counted before it moves, are above it."""
        order = self.deck.listeners
        index = order.index(listener)
        if gap not in (index, index + 1):
            order.insert(gap, listener)
            del order[index + (gap < index)]
            self.save()

    def remove(self, *listeners: Listener) -> Removal:
        """Take `listeners` away and stop them."""
        places = [(self.deck.listeners.index(each), each) for each in listeners]
        removed = [Removed(each.spec, place, each.is_on) for place, each in sorted(places)]
        for listener in listeners:
            self.deck.remove(listener)
        self.save()
        return tuple(removed)

    def restore(self, removal: Removal) -> list[Listener]:
        """Put back what `remove` took away, and start what was on."""
        restored = []
        for removed in removal:
            spec = evolve(removed.spec, name=self.free_name(removed.spec.name))
            place = min(removed.position, len(self.deck.listeners))
            restored.append((self.deck.add(spec, place), removed.was_on))
        self.save()
        self.deck.start(*(listener for listener, was_on in restored if was_on))
        return [listener for listener, _ in restored]

    def save(self) -> None:
        """Write the deck's specs to the profile, or say in `trouble` why not."""
        try:
            self.file.save([each.spec for each in self.deck.listeners])
        except ProfileError as error:
            self.trouble = str(error)
        else:
            self.trouble = ""

    def free_name(self, wish: str) -> str:
        """`wish`, or the first of `wish 2`, `wish 3`, … that no listener has."""
        taken = {comparable(each.spec.name) for each in self.deck.listeners}
        endings = itertools.chain([""], (f" {number}" for number in itertools.count(2)))
        names = (f"{wish[: LONGEST_NAME - len(each)].rstrip()}{each}" for each in endings)
        return next(name for name in names if comparable(name) not in taken)

    def _free_place(self, description: str) -> str:
        """An endpoint like the one described where no listener is, as far as that can be made."""
        endpoint = Endpoint.parse(description)
        if endpoint.kind == "unix":
            path = PurePath(endpoint.value("address") or "")
            taken = {each.spec.endpoint for each in self.deck.listeners}
            paths = (path.with_stem(f"{path.stem}-{number}") for number in itertools.count(2))
            places = (str(endpoint.at("address", str(each))) for each in paths)
            return next(place for place in places if place not in taken)
        port = self.deck.free_port(endpoint)
        return description if port is None else str(endpoint.at("port", str(port)))
