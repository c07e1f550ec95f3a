"""A deck and the profile it came from, kept in step: what a window's commands act on.

Every change counts on the deck at once and is saved at once. A profile that cannot be saved,
because it is broken or somebody else changed it, stops no work: `trouble` says what is the matter.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterable

from attrs import evolve, frozen
from twisted.internet.defer import Deferred

from app.endpoint import Endpoint
from app.profile import ListenerSpec, Problem, ProfileError, ProfileFile
from app.profile.spec import LONGEST_NAME, comparable
from app.server.clashes import exclude
from app.server.deck import Deck
from app.server.listener import Listener, needs_restart


@frozen
class Removed:
    """A listener that was taken away, and how to put it back."""

    spec: ListenerSpec
    position: int
    was_on: bool


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
        wanted = Endpoint.parse(spec.endpoint)
        return [
            each
            for each in self.deck.listeners
            if each.spec is not spec and exclude(Endpoint.parse(each.spec.endpoint), wanted)
        ]

    def change(self, listener: Listener, spec: ListenerSpec) -> Deferred[None]:
        """Give `listener` a new spec; it is restarted if it is on and cannot do without."""
        must_restart = listener.is_on and needs_restart(listener.spec, spec)
        listener.change(spec)
        self.save()
        return self.deck.restart(listener) if must_restart else self.deck.start()

    def remove(self, listener: Listener) -> Removed:
        """Take `listener` away and stop it."""
        removed = Removed(listener.spec, self.deck.listeners.index(listener), was_on=listener.is_on)
        self.deck.remove(listener)
        self.save()
        return removed

    def restore(self, removed: Removed) -> Listener:
        """Put back what `remove` took away, and start it if it was on."""
        spec = evolve(removed.spec, name=self.free_name(removed.spec.name))
        listener = self.deck.add(spec, min(removed.position, len(self.deck.listeners)))
        self.save()
        if removed.was_on:
            self.deck.start(listener)
        return listener

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
