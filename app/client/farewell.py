"""How a connection ended: in a sentence, and whether that is well."""

from __future__ import annotations

from twisted.internet.error import ConnectionAborted, ConnectionDone, ConnectionLost
from twisted.python.failure import Failure

from app.client.failures import explain_loss
from app.client.formatting import count_bytes
from app.client.target import Target
from app.client.wire import Wire


def farewell(
    reason: Failure, wire: Wire, target: Target, *, leaving: bool, half_closed: bool
) -> tuple[str, bool]:
    """What to say of the end of `wire`, and whether it ended as it should.

    `leaving`: the user disconnected. `half_closed`: the peer was told that nothing more comes. Over
    TLS many peers answer either by going without a goodbye.
    """
    has_tls = wire.security is not None
    well = (ConnectionDone, ConnectionLost) if has_tls else (ConnectionDone,)
    unsent = wire.bytes_unsent
    if leaving and reason.check(*((ConnectionDone,) if unsent else well)):
        sentence, is_well = "Disconnected.", True
    else:
        sentence = explain_loss(reason, target, has_tls=has_tls)
        is_well = bool(
            reason.check(ConnectionDone, ConnectionAborted) or (half_closed and reason.check(*well))
        )
    if not unsent:
        return sentence, is_well
    return f"{sentence} Not sent: {count_bytes(unsent)}.", False
