"""The user's code behind one listener: made into what serves whenever that is asked for."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from app.own_protocol import Reference
from app.server.own.failures import LoadingFailed
from app.server.own.sources import Sources
from app.server.own.surroundings import Announce, announce_nothing

if TYPE_CHECKING:
    from app.server.own.building import OwnFactory
    from app.server.own.datagrams import OwnDatagrams
    from app.server.own.loading import Loaded


class Code:
    """Loads anew each time, and knows whether the files changed since it last tried.

    Each listener has one, and few have code of the user's: what loads that is imported only then.
    """

    def __init__(self, folder: Path, loading: Announce | None = None) -> None:
        """`folder` is where relative paths begin; `loading` is told what is executed next."""
        self._folder = folder
        self._loading = loading or announce_nothing
        self._sources = Sources()

    def factory(self, reference: Reference) -> OwnFactory:
        """A factory of the code as it is now. Raises `LoadingFailed`."""
        from app.server.own.building import build

        return build(self._load(reference))

    def datagrams(self, reference: Reference) -> OwnDatagrams:
        """A datagram protocol of the code as it is now. Raises `LoadingFailed`."""
        from app.server.own.datagrams import build_datagrams

        return build_datagrams(self._load(reference))

    def has_changed(self) -> bool:
        """Whether another try would read something else; cheap enough to ask every second."""
        return self._sources.changed()

    def _load(self, reference: Reference) -> Loaded:
        from app.server.own.loading import load

        try:
            loaded = load(reference, self._folder, self._loading)
        except LoadingFailed as error:
            self._sources = error.sources
            raise
        self._sources = loaded.sources
        return loaded
