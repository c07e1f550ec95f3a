"""Closing a connection so that the peer reads the last bytes, and the reason in a few words.

A socket that is closed while unread bytes wait in it sends a reset, and the reset may overtake what
was written just before (RFC 1122, 4.2.2.13). So `half_close` sends everything and closes the write
side. The connection then reads and drops what still arrives. It closes fully when the peer has
closed too, or after `LINGER_SECONDS`. A refused peer is closed in the same way by
`RefusalProtocol`.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from pathlib import Path
from textwrap import shorten
from typing import Any, Final, NamedTuple

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

from app.text.sentence import Sentence
from app.traffic.connection_info import CloseKind

LINGER_SECONDS: Final = 1.0
"""How long a peer that was sent everything may take to close its side."""

HANDSHAKE_SECONDS: Final = 10.0
"""How long a TLS handshake may take."""

REFUSAL_TLS_SECONDS: Final = HANDSHAKE_SECONDS / 2
"""How long the handshake of a refused peer may take. It is short, as no limit counts the peer."""

REFUSED_LISTENER_FULL: Final = b"Too many connections, try later"
REFUSED_ADDRESS_FULL: Final = b"Too many connections from your address, close one first"

CLOSED_BY_PEER: Final = Sentence("closed-by-peer", "closed by the peer")
CLOSED_BY_LISTENER: Final = Sentence("closed-by-listener", "closed by the listener")
CLOSED_BY_TARGET: Final = Sentence("closed-by-target", "closed by the target")
ABORTED_BY_LISTENER: Final = Sentence("aborted-by-listener", "aborted by the listener")
RESET_BY_PEER: Final = Sentence("reset-by-peer", "reset by the peer")

NO_HANDSHAKE: Final = Sentence(
    "no-handshake",
    "no TLS handshake within {handshake_seconds:g} s",
    handshake_seconds=HANDSHAKE_SECONDS,
)
LEFT_IN_HANDSHAKE: Final = Sentence("left-in-handshake", "the peer left during the TLS handshake")
NO_CLOSE_NOTIFY: Final = Sentence(
    "no-close-notify", "closed by the peer, without a TLS close_notify"
)
TLS_TO_PLAIN_PORT: Final = Sentence("tls-to-plain-port", "the peer spoke TLS to a port without it")

DID_NOT_READ: Final = Sentence("did-not-read", "did not read")
IDLE: Final = Sentence("idle", "idle")
HANDSHAKE_TIMEOUT: Final = Sentence("handshake-timeout", "no TLS handshake")
"""The limits that close a connection. Each has a count."""

LONGEST_REASON: Final = 200

MOST_REASONS: Final = 20
OTHER_REASONS: Final = Sentence("other-reasons", "for other reasons")

_PLAIN: Final = Sentence("tls-plain-text", "TLS failed: the peer spoke plain text")
_TOO_OLD: Final = Sentence(
    "tls-too-old", "TLS failed: the peer offers no version that is new enough"
)
_REJECTED: Final = Sentence(
    "tls-certificate-rejected", "TLS failed: the peer does not accept this certificate"
)

_OPENSSL: Final = {
    "http request": Sentence("tls-plain-http", "TLS failed: the peer spoke plain HTTP"),
    "https proxy request": Sentence(
        "tls-plain-http-proxy", "TLS failed: the peer spoke plain HTTP, as to a proxy"
    ),
    "wrong version number": _PLAIN,
    "packet length too long": _PLAIN,
    "bad record type": _PLAIN,
    "record layer failure": _PLAIN,
    "unsupported protocol": _TOO_OLD,
    "no protocols available": _TOO_OLD,
    "no shared cipher": Sentence(
        "tls-no-cipher", "TLS failed: the peer offers no cipher that is known here"
    ),
    "peer did not return a certificate": Sentence(
        "tls-no-client-certificate", "TLS failed: the peer showed no certificate"
    ),
    "certificate verify failed": Sentence(
        "tls-client-certificate-wrong", "TLS failed: the peer's certificate is not of the client CA"
    ),
    "unknown ca": Sentence(
        "tls-ca-not-trusted", "TLS failed: the peer does not trust the CA of this certificate"
    ),
    "certificate unknown": _REJECTED,
    "bad certificate": _REJECTED,
    "certificate expired": _REJECTED,
}
"""The reason for each part of an OpenSSL message that is known."""


def idle_for(seconds: float) -> Sentence:
    """The reason of a connection on which nothing moved."""
    return Sentence("idle-for", "idle for {seconds:g} s", seconds=seconds)


def did_not_read_for(seconds: float) -> Sentence:
    """The reason of a connection whose peer took nothing."""
    return Sentence("did-not-read-for", "did not read for {seconds:g} s", seconds=seconds)


def did_not_read(unsent: int) -> Sentence:
    """The reason of a connection with more unsent bytes than it may have."""
    return Sentence("did-not-read-unsent", "did not read: {unsent:,} bytes unsent", unsent=unsent)


def faults_hold(held: int) -> Sentence:
    """The reason of a connection whose faults hold more than it may have unsent."""
    return Sentence("faults-hold", "faults hold {held:,} written bytes", held=held)


def half_close(transport: Any) -> bool:
    """Close the write side of `transport` when everything written is sent.

    True: the protocol gets `writeConnectionLost` then, keeps dropping what it reads, and closes
    fully. False: the transport has no half-close and closes by itself. TLS sends its own
    `close_notify` then.
    """
    if ISSLTransport.providedBy(transport) or not ITCPTransport.providedBy(transport):
        transport.loseConnection()
        return False
    transport.loseWriteConnection()
    return True


def describe_error(error: BaseException) -> str:
    """An exception in one short line: `ValueError: boom`.

    A missing file with a relative path has the folder where it was looked for: it is the current
    folder of Portdeck, in which users do not expect it.
    """
    words = f"{type(error).__name__}: {error}" if str(error) else type(error).__name__
    if isinstance(error, FileNotFoundError) and isinstance(error.filename, str):
        path = Path(error.filename)
        words += "" if path.is_absolute() else f" in {Path.cwd()}"
    return shorten(words, LONGEST_REASON, placeholder="…")


def describe_loss(reason: Failure, transport: Any, *, early: bool) -> tuple[CloseKind, str]:
    """How and why a connection over `transport` was lost. `early`: during the TLS handshake."""
    # The most frequent one first; `check` takes a microsecond.
    if reason.type is ConnectionDone or reason.check(ConnectionDone):
        return CloseKind.CLOSED_BY_PEER, LEFT_IN_HANDSHAKE if early else CLOSED_BY_PEER
    if reason.check(ConnectionAborted):
        return CloseKind.RESET_HERE, ABORTED_BY_LISTENER
    if reason.check(ConnectionLost):
        below: Failure | None = getattr(transport, "wire_reason", None)
        is_clean = below is not None and below.check(ConnectionDone)
        kind = CloseKind.CLOSED_BY_PEER if is_clean else CloseKind.RESET_BY_PEER
        words = NO_CLOSE_NOTIFY if is_clean else RESET_BY_PEER
        return kind, LEFT_IN_HANDSHAKE if early else words
    error = reason.value
    assert error is not None
    match error.args:
        case ([*_, (_, _, str(problem))],):  # an error of OpenSSL; the last of its list counts
            # Twisted sends the alert and then closes the socket without a reset.
            return CloseKind.CLOSED_HERE, describe_tls_error(problem)
    return CloseKind.CLOSED, describe_error(error)


def describe_tls_error(problem: str) -> str:
    """A failed handshake, from OpenSSL's message `problem`."""
    message = problem.lower()
    known = (words for part, words in _OPENSSL.items() if part in message)
    return next(known, Sentence("tls-failed", "TLS failed: {problem}", problem=problem))


class ReasonCounter:
    """Counts by reason, such as refusals or connections closed by a limit.

    A reason may contain any text, such as that of an exception. So at most `MOST_REASONS` are kept
    apart, and the rest counts as `OTHER_REASONS`.
    """

    def __init__(self) -> None:
        self.total = 0
        self._counts: Counter[str] = Counter()

    def add(self, reason: str) -> None:
        """Count `reason` once more."""
        self.total += 1
        if reason not in self._counts and len(self._counts) >= MOST_REASONS:
            reason = OTHER_REASONS
        self._counts[reason] += 1

    def by_reason(self) -> list[tuple[str, int]]:
        """The reasons with their counts, the most frequent first."""
        return self._counts.most_common()


@implementer(IHalfCloseableProtocol)
class RefusalProtocol(Protocol):
    """Sends one text to a refused peer, drops what it receives, and closes.

    No limit counts it, so it must never stay: it ends within a few seconds in any case.
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
            end, seconds = self.transport.abortConnection, REFUSAL_TLS_SECONDS
        else:
            end, seconds = self.transport.loseConnection, LINGER_SECONDS
        self._deadline = self._clock.callLater(seconds, end)

    def readConnectionLost(self) -> None:
        self.transport.loseConnection()

    def writeConnectionLost(self) -> None:
        """Nothing to do: the text is sent, and the deadline closes the rest."""

    def connectionLost(self, reason: Failure = connectionDone) -> None:
        if self._deadline is not None and self._deadline.active():
            self._deadline.cancel()


class ResetProtocol(Protocol):
    """Resets a refused peer at once."""

    transport: Any

    def connectionMade(self) -> None:
        self.transport.abortConnection()


class Handshake:
    """The deadline of a TLS handshake that has begun."""

    __slots__ = ("_deadline",)

    def __init__(self, clock: IReactorTime, give_up: Callable[[], object]) -> None:
        """`give_up` is called if `end` is not called within `HANDSHAKE_SECONDS`."""
        self._deadline = clock.callLater(HANDSHAKE_SECONDS, give_up)

    def end(self) -> None:
        """Cancel the deadline: the handshake is complete, or the connection is lost."""
        if self._deadline.active():
            self._deadline.cancel()


class TlsFacts(NamedTuple):
    """The result of a TLS handshake."""

    version: str
    """Such as `TLSv1.3`."""

    cipher: str
    """Such as `TLS_AES_256_GCM_SHA384`."""

    client: str = ""
    """The subject of the client's certificate; empty if it sent none."""

    @classmethod
    def of(cls, transport: Any) -> TlsFacts | None:
        """The facts of a Twisted TLS transport whose handshake is complete."""
        handle = transport.getHandle()
        if handle is None:
            return None
        certificate = handle.get_peer_certificate(as_cryptography=True)
        client = ""
        if certificate is not None:
            # Imported late: few listeners ask clients for certificates.
            from app.tls.certificates import subject_of

            client = subject_of(certificate)
        version, cipher = handle.get_protocol_version_name(), handle.get_cipher_name()
        return cls(version, cipher or "", client)


def looks_like_tls(data: bytes) -> bool:
    """Whether the first bytes of a peer are a TLS ClientHello (RFC 8446, 4.1.2 and 5.1)."""
    return data[:2] == b"\x16\x03" and data[5:6] == b"\x01"


def implements(interface: Any, protocol: Any) -> bool:
    """Whether the class of `protocol` has the methods of `interface`.

    `providedBy` is not enough: a `ProtocolWrapper` of Twisted says that it provides the interfaces
    of its transport, here a `Connection`, and passes the call back to it without an end.
    """
    return interface.providedBy(protocol) and all(
        hasattr(type(protocol), name) for name in interface
    )
