"""The user's code behind one listener: made into what serves whenever that is asked for."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from twisted.internet.interfaces import IDelayedCall, IReactorTime

from app.user_code.errors import LoadingFailed, SourceFiles
from app.user_code.reference import LoadCallback, Reference, announce_nothing

if TYPE_CHECKING:
    from app.user_code.factories import UserDatagrams, UserFactory
    from app.user_code.loading import Loaded


class Code:
    """Loads anew each time, and knows whether the files changed since it last tried.

    Each listener has one, and few have code of the user's: what loads that is imported only then.
    """

    def __init__(self, folder: Path, loading: LoadCallback | None = None) -> None:
        """`folder` is where relative paths begin; `loading` is told what is executed next."""
        self._folder = folder
        self._loading = loading or announce_nothing
        self._sources = SourceFiles()

    def factory(self, reference: Reference) -> UserFactory:
        """A factory of the code as it is now. Raises `LoadingFailed`."""
        from app.user_code.factories import build

        return build(self._load(reference))

    def datagrams(self, reference: Reference) -> UserDatagrams:
        """A datagram protocol of the code as it is now. Raises `LoadingFailed`."""
        from app.user_code.factories import build_datagrams

        return build_datagrams(self._load(reference))

    def has_changed(self) -> bool:
        """Whether another try would read something else; cheap enough to ask every second."""
        return self._sources.changed()

    def _load(self, reference: Reference) -> Loaded:
        from app.user_code.loading import load

        try:
            loaded = load(reference, self._folder, self._loading)
        except LoadingFailed as error:
            self._sources = error.sources
            raise
        self._sources = loaded.sources
        return loaded


# MERGED server/watching: Looks once a second, and only while it is asked to: what files are, nobody tells.

LOOK_SECONDS = 1.0


class CodeWatch:
    """Calls `look` again and again while it is on; costs nothing while it is off."""

    def __init__(self, clock: IReactorTime, look: Callable[[], object]) -> None:
        self._clock = clock
        self._look = look
        self._timer: IDelayedCall | None = None

    def turn(self, on: bool) -> None:
        """Begin to look, or look no more."""
        if not on and self._timer is not None:
            timer, self._timer = self._timer, None
            timer.cancel()
        elif on and self._timer is None:
            self._timer = self._clock.callLater(LOOK_SECONDS, self._go_on)

    def _go_on(self) -> None:
        self._timer = self._clock.callLater(LOOK_SECONDS, self._go_on)
        self._look()
