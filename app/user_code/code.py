"""The user's code of one listener: loads it, watches its files, and warns of async callbacks."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from socket import socket
from typing import TYPE_CHECKING, Any, Final, Protocol
from weakref import WeakSet

from twisted.internet.interfaces import IDelayedCall, IProtocolFactory, IReactorTime

from app.text.sentence import Sentence
from app.user_code.errors import LoadingFailed, SourceFiles
from app.user_code.reference import LoadCallback, Reference, announce_nothing

if TYPE_CHECKING:
    from app.tls.certificates import CertificateFacts
    from app.user_code.loading import Loaded, LoadedFunctions


class Encrypts(Protocol):
    """The TLS between a socket and the connections."""

    @property
    def certificate(self) -> CertificateFacts | None:
        """The certificate that peers get, if Portdeck knows it."""

    def wrap(self, factory: IProtocolFactory, reactor: Any) -> IProtocolFactory:
        """A factory whose protocols speak TLS to peers, and plain text to those of `factory`."""


class Code:
    """Loads the user's code again on each call, and checks whether the files changed since then.

    Every listener has a `Code`, but few run user code. So the modules that load it are imported
    inside the methods.
    """

    def __init__(
        self, folder: Path, loading: LoadCallback | None = None, reactor: Any = None
    ) -> None:
        """Relative paths begin in `folder`. `loading` is called before a file is executed.
        `reactor` is given to functions that take one.
        """
        self._folder = folder
        self._loading = loading or announce_nothing
        self._reactor = reactor
        self._sources = SourceFiles()
        self._functions: LoadedFunctions | None = None
        self._function_sources: tuple[SourceFiles, ...] = ()

    def factory_for(self, protocol: str) -> Any:
        """The factory of a listener whose spec says `protocol`, from the current code. Raises
        `UserCodeError`."""
        from app.user_code.factories import build

        return build(self._load(Reference.parse(protocol)), self._reactor)

    def datagrams_for(self, protocol: str) -> Any:
        """The datagram protocol of a listener whose spec says `protocol`, from the current code.
        Raises `UserCodeError`."""
        from app.user_code.factories import build_datagrams

        return build_datagrams(self._load(Reference.parse(protocol)))

    def encryption(self) -> Encrypts | None:
        """The TLS of the code itself; `None` if it brings none."""
        return None

    def take_socket(self) -> socket | None:
        """The bound socket that the code brings, to listen with it once; `None` if it brings none.
        Raises `UserCodeError` if it was taken already."""
        return None

    def load_functions(self, names: Iterable[str]) -> Mapping[str, Callable[..., object]]:
        """The functions called `names`, such as `rules.py:answer`, from the current code. Raises
        `UserCodeError`; the functions of the last load stay usable then."""
        from app.user_code.loading import LoadedFunctions

        loaded = LoadedFunctions()
        try:
            for name in names:
                loaded.add(name, self._folder, self._loading)
        finally:
            self._function_sources = tuple(loaded.sources)
        self._functions = loaded
        return loaded.by_name

    @property
    def has_functions(self) -> bool:
        """Whether functions were loaded, or could not be."""
        return bool(self._function_sources)

    def has_changed(self) -> bool:
        """Whether the files changed since the last load. Cheap enough to call every second."""
        return any(each.changed() for each in (self._sources, *self._function_sources))

    def _load(self, reference: Reference) -> Loaded:
        from app.user_code.loading import load

        try:
            loaded = load(reference, self._folder, self._loading)
        except LoadingFailed as error:
            self._sources = error.sources
            raise
        self._sources = loaded.sources
        return loaded


LOOK_SECONDS = 1.0
"""The interval of `CodeWatch`."""


class CodeWatch:
    """Calls `look` once a second while it is switched on.

    It polls because there are no change notifications.
    """

    def __init__(self, clock: IReactorTime, look: Callable[[], object]) -> None:
        self._clock = clock
        self._look = look
        self._timer: IDelayedCall | None = None

    def turn(self, on: bool) -> None:
        """Switch on or off."""
        if not on and self._timer is not None:
            timer, self._timer = self._timer, None
            timer.cancel()
        elif on and self._timer is None:
            self._timer = self._clock.callLater(LOOK_SECONDS, self._go_on)

    def _go_on(self) -> None:
        self._timer = self._clock.callLater(LOOK_SECONDS, self._go_on)
        self._look()


CALLBACKS: Final = (
    "connectionMade",
    "connectionLost",
    "dataReceived",
    "lineReceived",
    "rawDataReceived",
    "stringReceived",
    "readConnectionLost",
    "writeConnectionLost",
    "startProtocol",
    "stopProtocol",
    "datagramReceived",
    "connectionRefused",
)
"""The callbacks of Twisted's protocols, also of those for lines and strings."""


def coroutine_callbacks(protocol: type) -> tuple[str, ...]:
    """The names of the callbacks of the class `protocol` that are coroutine functions."""
    return tuple(
        name for name in CALLBACKS if inspect.iscoroutinefunction(getattr(protocol, name, None))
    )


class CoroutineWarnings:
    """Finds the `async def` callbacks of each class once. Twisted calls them, but never awaits the
    result."""

    def __init__(self) -> None:
        self._seen: WeakSet[type] = WeakSet()

    def about(self, protocol: object) -> str:
        """The warning about the class of `protocol`, or of a protocol inside it; empty if there is
        nothing to warn of, and if the class was seen before."""
        while protocol is not None:
            kind = type(protocol)
            if kind not in self._seen:
                self._seen.add(kind)
                if names := coroutine_callbacks(kind):
                    return Sentence(
                        "coroutine-callback",
                        "{callbacks} of {kind} is an async function. Twisted calls it and does not "
                        "run it. Make it an ordinary one, and call defer.ensureDeferred(…) in it "
                        "with the coroutine.",
                        callbacks=", ".join(names),
                        kind=kind.__name__,
                    )
            protocol = getattr(protocol, "__dict__", {}).get("wrappedProtocol")
        return ""
