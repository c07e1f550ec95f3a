"""How a connection ended, in a few words."""

from __future__ import annotations

from textwrap import shorten
from typing import Any, Final

from twisted.internet.error import ConnectionAborted, ConnectionDone, ConnectionLost
from twisted.python.failure import Failure

from app.server.handshake import HANDSHAKE_SECONDS

CLOSED_BY_PEER: Final = "closed by the peer"
CLOSED_BY_LISTENER: Final = "closed by the listener"
ABORTED_BY_LISTENER: Final = "aborted by the listener"
RESET_BY_PEER: Final = "reset by the peer"

NO_HANDSHAKE: Final = f"no TLS handshake within {HANDSHAKE_SECONDS:g} s"
LEFT_IN_HANDSHAKE: Final = "the peer left during the TLS handshake"
NO_GOODBYE: Final = "closed by the peer, without a goodbye of TLS"
SPOKE_TLS: Final = "the peer spoke TLS to a port without it"

LONGEST_REASON: Final = 200

_PLAIN: Final = "TLS failed: the peer spoke plain text"
_TOO_OLD: Final = "TLS failed: the peer offers no version that is new enough"
_REJECTED: Final = "TLS failed: the peer does not accept this certificate"

_OPENSSL: Final = {
    "http request": "TLS failed: the peer spoke plain HTTP",
    "https proxy request": "TLS failed: the peer spoke plain HTTP, as to a proxy",
    "wrong version number": _PLAIN,
    "packet length too long": _PLAIN,
    "bad record type": _PLAIN,
    "record layer failure": _PLAIN,
    "unsupported protocol": _TOO_OLD,
    "no protocols available": _TOO_OLD,
    "no shared cipher": "TLS failed: the peer offers no cipher that is known here",
    "peer did not return a certificate": "TLS failed: the peer showed no certificate",
    "certificate verify failed": "TLS failed: the peer's certificate is not of the client CA",
    "unknown ca": "TLS failed: the peer does not trust the CA of this certificate",
    "certificate unknown": _REJECTED,
    "bad certificate": _REJECTED,
    "certificate expired": _REJECTED,
}
"""For a part of what OpenSSL says."""


def words_for(error: BaseException) -> str:
    """An exception in one short line: `ValueError: boom`."""
    words = f"{type(error).__name__}: {error}" if str(error) else type(error).__name__
    return shorten(words, LONGEST_REASON, placeholder="…")


def words_for_loss(reason: Failure, transport: Any, *, early: bool) -> str:
    """Why a connection over `transport` was lost; `early` is before its TLS could carry bytes."""
    if early and reason.check(ConnectionDone, ConnectionLost):
        return LEFT_IN_HANDSHAKE
    if reason.check(ConnectionDone):
        return CLOSED_BY_PEER
    if reason.check(ConnectionAborted):
        return ABORTED_BY_LISTENER
    if reason.check(ConnectionLost):
        below: Failure | None = getattr(transport, "wire_reason", None)
        return NO_GOODBYE if below is not None and below.check(ConnectionDone) else RESET_BY_PEER
    error = reason.value
    assert error is not None
    match error.args:
        case ([*_, (_, _, str(problem))],):  # as OpenSSL tells it: the last of its errors
            return words_for_tls(problem)
    return words_for(error)


def words_for_tls(problem: str) -> str:
    """A handshake that failed with what OpenSSL calls `problem`."""
    said = problem.lower()
    known = (words for part, words in _OPENSSL.items() if part in said)
    return next(known, f"TLS failed: {problem}")
