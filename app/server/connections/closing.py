"""How a connection ended, in a few words."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from textwrap import shorten
from typing import Any, Final

from attrs import frozen
from twisted.internet.error import ConnectionAborted, ConnectionDone, ConnectionLost
from twisted.internet.interfaces import (
    IDelayedCall,
    IHalfCloseableProtocol,
    IReactorTime,
    ISSLTransport,
    ITCPTransport,
)
from twisted.internet.protocol import Protocol, connectionDone
from twisted.python.failure import Failure
from zope.interface import implementer

# MERGED server/handshake: The handshake of TLS: how long it may take, and what both sides agreed on in it.

HANDSHAKE_SECONDS: Final = 10.0
"""How long a peer may take until TLS can carry bytes."""


class Handshake:
    """One that is under way. It is given up if it does not end in time."""

    __slots__ = ("_deadline",)

    def __init__(self, clock: IReactorTime, give_up: Callable[[], object]) -> None:
        self._deadline = clock.callLater(HANDSHAKE_SECONDS, give_up)

    def end(self) -> None:
        """It is complete, or will never be."""
        if self._deadline.active():
            self._deadline.cancel()


@frozen
class TlsFacts:
    """What both sides agreed on."""

    version: str
    """Such as `TLSv1.3`."""

    cipher: str
    """Such as `TLS_AES_256_GCM_SHA384`."""

    client: str = ""
    """Whose certificate the client showed; empty if it showed none."""

    @classmethod
    def of(cls, transport: Any) -> TlsFacts | None:
        """Those of a TLS transport of Twisted whose handshake is complete."""
        handle = transport.getHandle()
        if handle is None:
            return None
        certificate = handle.get_peer_certificate(as_cryptography=True)
        client = ""
        if certificate is not None:
            from app.tls.certificates import (
                subject_of,  # few listeners ask clients for certificates
            )

            client = subject_of(certificate)
        version, cipher = handle.get_protocol_version_name(), handle.get_cipher_name()
        return cls(version, cipher or "", client)


def looks_like_tls(data: bytes) -> bool:
    """Whether a peer that says this first wants to begin TLS (RFC 8446, 4.1.2 and 5.1)."""
    return data[:2] == b"\x16\x03" and data[5:6] == b"\x01"


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


def describe_error(error: BaseException) -> str:
    """An exception in one short line: `ValueError: boom`."""
    words = f"{type(error).__name__}: {error}" if str(error) else type(error).__name__
    return shorten(words, LONGEST_REASON, placeholder="…")


def describe_loss(reason: Failure, transport: Any, *, early: bool) -> str:
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
            return describe_tls_error(problem)
    return describe_error(error)


def describe_tls_error(problem: str) -> str:
    """A handshake that failed with what OpenSSL calls `problem`."""
    said = problem.lower()
    known = (words for part, words in _OPENSSL.items() if part in said)
    return next(known, f"TLS failed: {problem}")


# MERGED server/lingering: Closing so that the peer can read the last words.
#
# A socket closed while unread bytes wait in it sends a reset, and the reset may overtake what was
# written just before (RFC 1122, 4.2.2.13). So: send all, close the write side, read away what still
# comes, and close fully once the peer is done too, or after `LINGER_SECONDS`.

LINGER_SECONDS = 1.0
"""How long a peer that was sent everything may take to close its side."""


def half_close(transport: Any) -> bool:
    """Close the write side of `transport` once everything written is sent.

    True: the transport's protocol hears `writeConnectionLost` then, goes on dropping what it reads,
    and closes fully. False: there is no half-close (TLS says goodbye in its own way), so the
    transport is closing by itself.
    """
    if ISSLTransport.providedBy(transport) or not ITCPTransport.providedBy(transport):
        transport.loseConnection()
        return False
    transport.loseWriteConnection()
    return True


# MERGED server/refusal: What a peer meets when its listener is full.

TOO_MANY_CONNECTIONS = b"Too many connections, try later"
TOO_MANY_OF_YOURS = b"Too many connections from your address, close one first"

TLS_SECONDS = HANDSHAKE_SECONDS / 2
"""How long TLS may take until it can carry the text: whoever has no place is given less time."""


@implementer(IHalfCloseableProtocol)
class RefusalProtocol(Protocol):
    """Says one text, drops whatever the peer says, and closes. Takes no slot of the listener.

    As nobody counts it, it never stays: whatever the peer does, it is over in a few seconds.
    """

    transport: Any

    def __init__(self, text: bytes, clock: IReactorTime) -> None:
        self._text = text
        self._clock = clock
        self._deadline: IDelayedCall | None = None

    def connectionMade(self) -> None:
        self.transport.write(self._text)
        half_close(self.transport)
        if ISSLTransport.providedBy(self.transport):
            end, seconds = self.transport.abortConnection, TLS_SECONDS
        else:
            end, seconds = self.transport.loseConnection, LINGER_SECONDS
        self._deadline = self._clock.callLater(seconds, end)

    def readConnectionLost(self) -> None:
        self.transport.loseConnection()

    def writeConnectionLost(self) -> None:
        """Expected: the text is out."""

    def connectionLost(self, reason: Failure = connectionDone) -> None:
        if self._deadline is not None and self._deadline.active():
            self._deadline.cancel()


# MERGED server/tally: How often each of a few things happened.

MOST_REASONS = 20
OTHER_REASONS = "for other reasons"


class ReasonCounter:
    """Counts by reason. As a reason may hold anything, such as an exception's words, there is a
    bound to how many are told apart."""

    def __init__(self) -> None:
        self.total = 0
        self._counts: Counter[str] = Counter()

    def add(self, reason: str) -> None:
        """Once more."""
        self.total += 1
        if reason not in self._counts and len(self._counts) >= MOST_REASONS:
            reason = OTHER_REASONS
        self._counts[reason] += 1

    def by_reason(self) -> list[tuple[str, int]]:
        """The reasons with their counts, the most frequent first."""
        return self._counts.most_common()
