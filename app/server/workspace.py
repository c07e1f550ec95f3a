"""A deck together with its profile. The commands of the window act on it.

Every change takes effect on the deck immediately and is saved immediately. If the profile cannot be
saved, because it is broken or another program changed it, the deck goes on; `save_error` says why.
"""

from __future__ import annotations

import itertools
import logging
from collections.abc import Collection, Iterable
from pathlib import Path, PurePath
from typing import NamedTuple

from attrs import evolve
from twisted.internet.defer import Deferred

from app.net.endpoint import Endpoint
from app.profile import ListenerSpec, Problem, ProfileError, ProfileFile, default_path
from app.profile.spec import LONGEST_NAME, name_key
from app.server.deck import Deck
from app.server.listener import Listener
from app.server.sockets.addresses import endpoints_conflict
from app.user_code.reference import UserCodeError
from app.user_code.trust import Trust, files_of, references_in

log = logging.getLogger(__name__)


class Removed(NamedTuple):
    """A removed listener, with what `restore` needs to put it back."""

    spec: ListenerSpec
    position: int
    was_on: bool
    is_temporary: bool = False


Removal = tuple[Removed, ...]
"""The listeners that one call of `Workspace.remove` removed, in their order."""


class Workspace:
    """Owns the deck's listeners and their profile.

    Invariant: while `problems` and `save_error` are empty, the file holds exactly the deck's specs,
    without those of temporary listeners.
    """

    def __init__(self, deck: Deck, file: ProfileFile, trust: Trust | None = None) -> None:
        """`trust` remembers which user code may be executed. Without it, everything may."""
        self.deck = deck
        self._trust = trust
        self.untrusted_files: tuple[Path, ...] = ()
        """The files with user code that may not be executed before the user has agreed."""
        self.file = file
        self._temporary: list[Listener] = []
        self.problems: tuple[Problem, ...] = ()
        """The mistakes in the file when it was read last."""
        self.save_error = ""
        """Why the last change could not be saved, as a sentence. Empty if it was saved."""

    def load(self) -> None:
        """Add the listeners of the profile to the empty deck. Mistakes are in `problems`."""
        profile = self.file.load()
        self.problems = profile.problems
        for spec in profile.listeners:
            self.deck.add(spec)
        self._look_for_untrusted_code()

    @property
    def is_trusted(self) -> bool:
        """Whether the user code of the profile may be executed."""
        return not self.untrusted_files

    def trust_code(self) -> None:
        """The user agreed: the code of the profile as it is now may be executed from now on."""
        self.untrusted_files = ()
        self._keep_trust()

    def require_trust(self, path: Path | None = None) -> None:
        """Raise `UserCodeError` while the user code at `path` may not be executed.

        What a temporary listener runs was written by the user in this window.
        """
        own = (each.spec.protocol for each in self._temporary)
        if not self.is_trusted and path not in files_of(own, self.file.path.parent):
            raise UserCodeError(
                "code-not-trusted",
                "The code of this profile is not trusted yet, so it does not run. Choose "
                "File, Trust the code of this profile.",
            )

    def reload(self) -> Deferred[None]:
        """Read the file again and update the deck; see `Deck.update`.

        A broken or missing file changes nothing: a typing mistake must not stop a listener. Fires
        when everything that changed is stopped and restarted.
        """
        profile = self.file.load_again()
        self.problems, self.save_error = profile.problems, ""
        if profile.problems:
            return self.deck.start()
        temporary = [each.spec for each in self.deck.listeners if each in self._temporary]
        updated = self.deck.update([*profile.listeners, *temporary])
        self._keep_trust()
        return updated

    def replace_broken_file(self) -> None:
        """Rename the broken file, where the user can correct it, and write a new one.

        The new file contains the listeners of the deck as they are.
        """
        try:
            self.file.set_aside()
        except ProfileError as error:
            self.save_error = str(error)
            return
        self.problems = ()
        self.save()

    def add(self, spec: ListenerSpec) -> Listener:
        """Add a listener at the end of the deck."""
        listener = self.deck.add(spec)
        self.save()
        return listener

    def add_temporary(self, spec: ListenerSpec) -> Listener:
        """Add a listener that is not saved, until `keep` is called for it."""
        listener = self.deck.add(spec)
        self._temporary.append(listener)
        return listener

    def keep(self, listener: Listener) -> None:
        """Save a temporary listener with the others from now on."""
        if listener in self._temporary:
            self._temporary.remove(listener)
            self.save()

    def import_listeners(self, specs: Iterable[ListenerSpec]) -> list[Listener]:
        """Add listeners of another profile at the end of the deck, each under a free name."""
        added = [self.deck.add(evolve(spec, name=self.free_name(spec.name))) for spec in specs]
        self.save()
        return added

    def conflicting(self, spec: ListenerSpec) -> list[Listener]:
        """The listeners that cannot listen at the same time as a listener with `spec`."""
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
        """Give `listener` a new spec. Restart it if it is on and the change needs that.

        Without `restart` it runs on, and the whole spec takes effect at the next start.
        """
        must_restart = restart and listener.is_on and listener.would_need_restart(spec)
        listener.change(spec)
        self.save()
        return self.deck.restart(listener) if must_restart else self.deck.start()

    def move_to_port(self, listener: Listener, port: int) -> Deferred[None]:
        """Change the port of `listener` and start it."""
        endpoint = Endpoint.parse(listener.spec.endpoint).with_value("port", str(port))
        self.change(listener, evolve(listener.spec, endpoint=str(endpoint)))
        return self.deck.start(listener)

    def duplicate(self, listener: Listener) -> Listener:
        """Add a stopped copy below `listener`, with a free name and a free endpoint."""
        spec = listener.spec
        copy = evolve(
            spec,
            name=self.free_name(spec.name),
            endpoint=self.free_endpoint(spec.endpoint),
            autostart=False,
        )
        added = self.deck.add(copy, self.deck.listeners.index(listener) + 1)
        self.save()
        return added

    def move(self, listeners: Collection[Listener], by: int) -> bool:
        """Move `listeners` up (-1) or down (+1) together. False if they are at the end already."""
        order = self.deck.listeners
        indexes = sorted(order.index(each) for each in listeners)
        if not indexes or indexes[0] + by < 0 or indexes[-1] + by >= len(order):
            return False
        for index in indexes if by < 0 else reversed(indexes):
            order[index], order[index + by] = order[index + by], order[index]
        self.save()
        return True

    def place(self, listener: Listener, gap: int) -> None:
        """Move `listener` into a gap: `gap` is the index of the listener below the gap before the
        move, or the number of listeners for the end."""
        order = self.deck.listeners
        index = order.index(listener)
        if gap not in (index, index + 1):
            order.insert(gap, listener)
            del order[index + (gap < index)]
            self.save()

    def remove(self, *listeners: Listener) -> Removal:
        """Remove `listeners` from the deck and stop them."""
        indexes = {self.deck.listeners.index(each): each for each in listeners}
        removed = [
            Removed(each.spec, index, each.is_on, each in self._temporary)
            for index, each in sorted(indexes.items())
        ]
        for listener in listeners:
            self.deck.remove(listener)
        self._temporary = [each for each in self._temporary if each not in listeners]
        self.save()
        return tuple(removed)

    def restore(self, removal: Removal) -> list[Listener]:
        """Put back the listeners that `remove` removed, and start those that were on."""
        restored = []
        for removed in removal:
            spec = evolve(removed.spec, name=self.free_name(removed.spec.name))
            position = min(removed.position, len(self.deck.listeners))
            listener = self.deck.add(spec, position)
            if removed.is_temporary:
                self._temporary.append(listener)
            restored.append((listener, removed.was_on))
        self.save()
        self.deck.start(*(listener for listener, was_on in restored if was_on))
        return [listener for listener, _ in restored]

    def save(self) -> None:
        """Write the specs of the deck to the profile. Sets `save_error`."""
        try:
            kept = (each for each in self.deck.listeners if each not in self._temporary)
            self.file.save([each.spec for each in kept])
        except ProfileError as error:
            self.save_error = str(error)
        else:
            self.save_error = ""
            self._keep_trust()

    def _look_for_untrusted_code(self) -> None:
        """Find the code that needs a question. The default profile needs none: it is the user's."""
        references, path = self._code_references(), self.file.path
        if self._trust is None or not references or path == default_path():
            return
        files = files_of(references, path.parent)
        self.untrusted_files = self._trust.answers().needs_question(path, files)

    def _code_references(self) -> list[str]:
        specs = (each.spec for each in self.deck.listeners if each not in self._temporary)
        return [found for spec in specs for found in references_in(spec.protocol, spec.options)]

    def _keep_trust(self) -> None:
        """Trust the code of a profile that is saved here, so that opening it again asks nothing."""
        references = self._code_references()
        if self._trust is None or not self.is_trusted or not references:
            return
        try:
            self._trust.keep((self.file.path, *files_of(references, self.file.path.parent)))
        except OSError as error:  # it will be asked again
            log.warning("The trust in the profile's code was not kept. %s", str(error))

    def free_name(self, name: str) -> str:
        """`name`, or the first of `name 2`, `name 3`, … that no listener has."""
        used = {name_key(each.spec.name) for each in self.deck.listeners}
        suffixes = itertools.chain([""], (f" {number}" for number in itertools.count(2)))
        names = (f"{name[: LONGEST_NAME - len(each)].rstrip()}{each}" for each in suffixes)
        return next(each for each in names if name_key(each) not in used)

    def free_endpoint(self, description: str) -> str:
        """An endpoint like `description` with the next free port or an unused path.

        It is `description` itself if no free port is known.
        """
        endpoint = Endpoint.parse(description)
        if endpoint.is_unix:
            path = PurePath(endpoint.value("address") or "")
            used = {each.spec.endpoint for each in self.deck.listeners}
            paths = (path.with_stem(f"{path.stem}-{number}") for number in itertools.count(2))
            endpoints = (str(endpoint.with_value("address", str(each))) for each in paths)
            return next(each for each in endpoints if each not in used)
        port = self.deck.free_port(endpoint)
        return description if port is None else str(endpoint.with_value("port", str(port)))
