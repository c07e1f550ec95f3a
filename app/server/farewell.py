"""How the peers of a listener are sent away when it stops."""

from __future__ import annotations

from twisted.internet.interfaces import IReactorTime

from app.server.factory import ListenerFactory

STOP_GRACE_SECONDS = 1.5
"""How long they have to go before they are reset."""


async def see_off(factory: ListenerFactory, clock: IReactorTime) -> None:
    """Close every connection of `factory`, gently at first. Done when the last one is gone."""

    def abort_all() -> None:
        for connection in list(factory.connections):
            connection.abortConnection()

    gone = factory.emptied()
    for connection in list(factory.connections):
        connection.loseConnection()
    impatience = clock.callLater(STOP_GRACE_SECONDS, abort_all)
    await gone
    if impatience.active():
        impatience.cancel()
