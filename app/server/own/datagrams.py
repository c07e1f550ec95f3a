"""From the user's object to the one protocol that serves all who send datagrams to a listener."""

from __future__ import annotations

import logging
from functools import partial
from typing import Any, cast

from twisted.internet.protocol import AbstractDatagramProtocol

from app.server.own.building import refuse_coroutines, refuse_if_it_takes_arguments
from app.server.own.failures import LoadingFailed, attempt, log_traceback
from app.server.own.kinds import Kind, kind_of
from app.server.own.loading import Loaded

log = logging.getLogger(__name__)


class OwnDatagrams:
    """A datagram protocol of the user's, as the server layer holds it.

    It keeps the modules in Python while it is held, and sees to it that starting and stopping
    cannot harm the listener.
    """

    def __init__(self, loaded: Loaded, protocol: AbstractDatagramProtocol) -> None:
        self.loaded = loaded
        self.protocol = protocol

    def start(self, outlet: Any) -> None:
        """Give the user's protocol its transport, which starts it. Raises `LoadingFailed`."""
        try:
            attempt(partial(self.protocol.makeConnection, outlet), self.loaded.sources)
        except LoadingFailed:
            self.protocol.transport = None  # one that was made beforehand may be tried again
            raise

    def stop(self) -> None:
        """Stop the user's protocol. A failure is only logged: the listener stops in any case."""
        try:
            attempt(self.protocol.doStop, self.loaded.sources)
        except LoadingFailed as error:
            log.warning("The protocol was not stopped in order. %s", str(error))
            log_traceback(self.loaded.reference.name, error)


def build_datagrams(loaded: Loaded) -> OwnDatagrams:
    """The datagram protocol of what was loaded. Raises `LoadingFailed` if there can be none."""
    sources = loaded.sources
    name = loaded.reference.name
    kind = attempt(lambda: kind_of(loaded.found), sources)
    found = cast(Any, loaded.found)
    match kind:
        case Kind.DATAGRAM if not isinstance(found, type):
            protocol = found
        case Kind.DATAGRAM:
            refuse_if_it_takes_arguments(loaded, f"Name one that is made: {name}(…).")
            protocol = attempt(found, sources, f"making {name}")
        case Kind.FUNCTION:
            refuse_if_it_takes_arguments(loaded, "Let it take none.")
            refuse_coroutines(loaded)
            protocol = attempt(found, sources)
        case None:
            raise LoadingFailed(
                f"{name} is no protocol of Twisted's for UDP. "
                "Derive it from twisted.internet.protocol.DatagramProtocol.",
                sources,
            )
        case _:
            raise LoadingFailed(
                f"{name} needs connections, which UDP does not have. "
                "Choose a DatagramProtocol, or an endpoint such as tcp:8100.",
                sources,
            )
    if not isinstance(protocol, AbstractDatagramProtocol):
        raise LoadingFailed(
            f"{name} returns no protocol for UDP ({type(protocol).__name__}). "
            "Let it return a DatagramProtocol.",
            sources,
        )
    # Starts are told by the listener; Twisted's log would hold on to the protocol.
    protocol.noisy = False
    return OwnDatagrams(loaded, protocol)
