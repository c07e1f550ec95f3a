"""The sentences of a session: why it could not connect, how a connection ended, why data was not
sent.

`SessionState` is here too, because what is declined depends on it. Used by `Session`.
"""

from __future__ import annotations

import errno
import socket
from enum import Enum
from typing import TYPE_CHECKING

from twisted.internet import defer, error
from twisted.internet.error import ConnectionAborted, ConnectionDone, ConnectionLost
from twisted.python.failure import Failure

from app.client.options import OptionsError
from app.client.send_file import OutgoingFile
from app.client.transcript import count_bytes
from app.client.transport import Wire, WireEnd
from app.net.ip import LARGEST_DATAGRAM
from app.net.target import Target, Transport

if TYPE_CHECKING:
    from app.client.security import Security, Verdict


MAX_UNSENT_BYTES = 16 * 1024 * 1024
SPEAKS_TLS = "The peer speaks TLS. Disconnect, and connect with tls: in front."
_TLS_ALERT = b"\x15\x03"
_TLS_ALERT_BYTES = 7


class SessionState(Enum):
    """The state of a session. IDLE is before the first `connect`, CLOSED is after every other
    end."""

    IDLE = "idle"
    CONNECTING = "connecting"
    CONNECTED = "connected"
    HALF_CLOSED = "half-closed"
    """Our side is closed. The peer can still send."""
    CLOSING = "closing"
    WAITING = "waiting to connect again"
    CLOSED = "closed"

    @property
    def is_over(self) -> bool:
        """Whether there is no connection, and none will be made automatically."""
        return self in (SessionState.IDLE, SessionState.CLOSED)

    @property
    def is_open(self) -> bool:
        """Whether there is a connection that is not being closed."""
        return self in (SessionState.CONNECTED, SessionState.HALF_CLOSED)


NOT_SENT = {
    SessionState.IDLE: "Not sent: connect first.",
    SessionState.CONNECTING: "Not sent: still connecting. Send again once the connection is there.",
    SessionState.HALF_CLOSED: (
        "Not sent: this side is closed. Disconnect, then connect again to send."
    ),
    SessionState.CLOSING: "Not sent: the connection is closing.",
    SessionState.WAITING: "Not sent: waiting to connect again. Send once the connection is there.",
    SessionState.CLOSED: "Not sent: the connection is closed. Connect again first.",
}


def reason_not_to_send(
    data: bytes, has_datagrams: bool, unsent: int, file: OutgoingFile | None
) -> str:
    """Why an open connection cannot send `data` now. Empty if it can."""
    size = len(data)
    if has_datagrams:
        if size > LARGEST_DATAGRAM:
            return f"Not sent: a datagram carries no more than {LARGEST_DATAGRAM:,} bytes."
        return ""
    if file is not None:
        return f"Not sent: {file.name} is being sent. Wait for its end, or cancel it."
    if not size:
        return "Nothing to send: type something, or choose a line ending."
    if size > MAX_UNSENT_BYTES:
        return f"Not sent: {count_bytes(size)} are too much at once. Send it in parts."
    if unsent + size > MAX_UNSENT_BYTES:
        waiting = count_bytes(unsent)
        return f"Not sent: {waiting} still wait for the peer to read. Wait, or disconnect."
    return ""


def describe_opening(target: Target, wire: Wire) -> str:
    """`Connected to 127.0.0.1:8007 from 127.0.0.1:50122.`"""
    if target.transport is Transport.UDP:
        return (
            f"Sending datagrams to {wire.peer} from {wire.local}. "
            "Whether anybody takes them shows when they answer."
        )
    come_from = f" from {wire.local}" if wire.local else ""
    return f"Connected to {wire.peer}{come_from}."


def describe_security(security: Security) -> str:
    """The TLS parameters, and whether the peer's certificate was verified."""
    agreed = f"{security.version}, {security.cipher}."
    certificate = security.certificate
    if certificate is None:
        return f"{agreed} The peer showed no certificate."
    if security.distrust:
        return f"{agreed} NOT VERIFIED: the peer's certificate proves nothing, {security.distrust}."
    return (
        f"{agreed} The peer is {certificate.title}, says {certificate.issuer}, "
        f"until {certificate.facts.not_after:%Y-%m-%d}."
    )


def is_tls_alert(data: bytes) -> bool:
    """Whether `data`, the first of a connection, is a TLS alert: the answer to bytes that are not
    TLS."""
    return len(data) == _TLS_ALERT_BYTES and data.startswith(_TLS_ALERT)


def describe_end(
    reason: Failure, wire: Wire, target: Target, *, is_disconnecting: bool, is_half_closed: bool
) -> tuple[str, bool]:
    """The sentence about the end of `wire`, and whether it ended as it should.

    `is_disconnecting`: the user disconnected. `is_half_closed`: the user had closed our side. Over
    TLS many peers answer both by closing without a TLS close alert.
    """
    has_tls = wire.security is not None
    good_reasons = (ConnectionDone, ConnectionLost) if has_tls else (ConnectionDone,)
    ended_well = isinstance(reason.value, WireEnd) and reason.value.is_well
    unsent = wire.bytes_unsent
    if is_disconnecting and (
        ended_well or reason.check(*((ConnectionDone,) if unsent else good_reasons))
    ):
        sentence, is_well = "Disconnected.", True
    else:
        sentence = explain_loss(reason, target, has_tls=has_tls)
        is_well = ended_well or bool(
            reason.check(ConnectionDone, ConnectionAborted)
            or (is_half_closed and reason.check(*good_reasons))
        )
    if not unsent:
        return sentence, is_well
    return f"{sentence} Not sent: {count_bytes(unsent)}.", False


_REFUSED = "Nothing listens on {target}. Start a listener there, or check the port."
_TIMED_OUT = "{target} did not answer in time. Check the address, and any firewall on the way."
_UNKNOWN_NAME = "No address is known for {target.host}. Check the name, or use an IP address."
_NO_ROUTE = "There is no way to {target} from here. Check the address and the network."
_NOT_PERMITTED = "This machine does not permit connecting to {target}. Check its firewall."
_TOO_MANY_OPEN = "Too many files and connections are open here. Close some, then connect again."
_NO_LOCAL_PORT = "No local address or port is free to reach {target}. Close some connections first."
_NO_SUCH_FAMILY = "This machine cannot use addresses such as {target.host}. Try another address."
_CANCELLED = "Connecting to {target} was cancelled."
_OTHER = "Could not connect to {target}: {reason}. Check the address, then connect again."
_NO_SOCKET_FILE = "There is no socket {target.path}. Start what listens there, or check the path."
_DEAD_SOCKET_FILE = "Nobody listens on {target.path} any more. Start what listens there."
_OTHER_SOCKET_FILE = "{target.path} is a socket of another kind. Check the path."
_NOT_PERMITTED_FILE = "You may not connect to {target.path}. Check who may write to it."
_NO_HANDSHAKE_IN_TIME = (
    "{target} did not finish the TLS handshake in time. Perhaps it does not speak TLS: try tcp:."
)
_LOCAL_PORT_TAKEN = (
    "The local port {target.local_port} is in use, or was a moment ago. Choose another, or none."
)
_NO_LOCAL_ADDRESS = (
    "{target.local_host} is no address of this machine. Choose one that is, or none."
)
_LOCAL_PORT_PRIVILEGED = (
    "Only the system may use the local port {target.local_port}. Choose one above 1023, or none."
)
_BY_ERRNO: dict[object, str] = {
    errno.ECONNREFUSED: _REFUSED,
    errno.ETIMEDOUT: _TIMED_OUT,
    errno.ENETUNREACH: _NO_ROUTE,
    errno.ENETDOWN: _NO_ROUTE,
    errno.EHOSTUNREACH: _NO_ROUTE,
    errno.EACCES: _NOT_PERMITTED,
    errno.EPERM: _NOT_PERMITTED,
    errno.EMFILE: _TOO_MANY_OPEN,
    errno.ENFILE: _TOO_MANY_OPEN,
    errno.EADDRNOTAVAIL: _NO_LOCAL_PORT,
    errno.EAFNOSUPPORT: _NO_SUCH_FAMILY,
}
_BY_ERRNO_OF_SOCKET_FILE: dict[object, str] = {
    errno.ENOENT: _NO_SOCKET_FILE,
    errno.ENOTDIR: _NO_SOCKET_FILE,
    errno.ECONNREFUSED: _DEAD_SOCKET_FILE,
    errno.EPROTOTYPE: _OTHER_SOCKET_FILE,
    errno.ENOTSOCK: _OTHER_SOCKET_FILE,
    errno.EACCES: _NOT_PERMITTED_FILE,
    errno.EPERM: _NOT_PERMITTED_FILE,
}
_BY_ERRNO_OF_BIND: dict[object, str] = {
    errno.EADDRINUSE: _LOCAL_PORT_TAKEN,
    errno.EADDRNOTAVAIL: _NO_LOCAL_ADDRESS,
    errno.EACCES: _LOCAL_PORT_PRIVILEGED,
}


# The first match counts: Twisted's TimeoutError is a subclass of UserError.
_BY_TYPE: tuple[tuple[tuple[type[BaseException], ...], str], ...] = (
    ((error.ConnectionRefusedError, ConnectionRefusedError), _REFUSED),
    ((error.TimeoutError, error.TCPTimedOutError, defer.TimeoutError, TimeoutError), _TIMED_OUT),
    ((error.DNSLookupError, error.UnknownHostError, socket.gaierror, ValueError), _UNKNOWN_NAME),
    ((error.NoRouteError,), _NO_ROUTE),
    ((error.ConnectingCancelledError, error.UserError, defer.CancelledError), _CANCELLED),
)


# Parts of OpenSSL's error texts, and their meaning here. The first match counts.
_BY_TLS_ERROR = (
    (
        (
            "wrong version number",
            "packet length too long",
            "http request",
            "bad record type",
            "unexpected message",  # the peer echoes our own first bytes
        ),
        "{target} does not answer in TLS. Try tcp: instead of tls:, or check the port.",
    ),
    (
        ("certificate required", "peer did not return a certificate"),
        "{target} asks for a certificate of yours. Choose one in the connection options.",
    ),
    (
        ("unknown ca", "bad certificate", "certificate unknown", "certificate expired"),
        "{target} refuses the certificate that you chose. Choose another.",
    ),
    (
        ("protocol version", "unsupported protocol"),
        "{target} and this machine have no version of TLS in common.",
    ),
    (
        ("no shared cipher", "handshake failure"),
        "{target} refuses the TLS handshake. It may ask for a certificate, or have other ciphers.",
    ),
)


def explain_connect(failure: Failure, target: Target, verdict: Verdict | None = None) -> str:
    """Why the connection to `target` failed, and what to do. `verdict` is the TLS check of the
    peer."""
    reason = failure.value
    assert reason is not None
    if isinstance(reason, WireEnd):
        return str(reason)
    if verdict is not None:
        sentence = _explain_handshake(reason, verdict)
        if sentence:
            return sentence.format(target=target)
    number = _error_number(reason)
    if isinstance(reason, OptionsError):
        return str(reason)
    is_binding = isinstance(reason, error.ConnectBindError | error.CannotListenError)
    if is_binding and number in _BY_ERRNO_OF_BIND:
        sentence = _BY_ERRNO_OF_BIND[number]
    elif target.transport is Transport.UNIX and number in _BY_ERRNO_OF_SOCKET_FILE:
        sentence = _BY_ERRNO_OF_SOCKET_FILE[number]
    else:
        sentence = _explain_by_type(reason) or _BY_ERRNO.get(number, _OTHER)
    return sentence.format(target=target, reason=_error_text(reason))


def explain_loss(failure: Failure, target: Target, *, has_tls: bool = False) -> str:
    """Why an established connection ended, and what to do if there is something to do."""
    reason = failure.value
    if isinstance(reason, WireEnd):
        return str(reason)
    if isinstance(reason, error.ConnectionDone):
        return "The peer closed the connection."
    if isinstance(reason, error.ConnectionAborted):
        return "The connection was aborted."
    if isinstance(reason, error.ConnectionLost):
        if has_tls:
            return "The peer left without the goodbye of TLS: something may be missing."
        return "The peer reset the connection. It may have crashed or refused what was sent."
    sentence = _explain_tls_error(reason)
    if sentence:
        return sentence.format(target=target)
    return f"The connection broke: {_error_text(reason)}. Connect again to go on."


def explain_refusal(reason: Exception, target: Target) -> str:
    """Why sent data was not delivered, although the session continues."""
    if isinstance(reason, error.ConnectionRefusedError):
        return f"Nobody takes datagrams on {target}, its system says. Start a listener there."
    if isinstance(reason, error.MessageLengthError):
        return "Not sent: one datagram has no room for so much. Send less at once."
    if isinstance(reason, BlockingIOError):
        return "Not sent: the system's buffer is full. Send more slowly."
    sentence = _BY_ERRNO.get(_error_number(reason), "Not sent: {reason}.")
    return sentence.format(target=target, reason=_error_text(reason))


def _explain_handshake(reason: object, verdict: Verdict) -> str:
    if verdict.is_refusal:
        distrust = verdict.distrust.replace("{", "{{").replace("}", "}}")
        return (
            f"Nobody vouches for the certificate of {{target}}: {distrust}. Choose the file of an "
            "authority that does in the connection options, or connect without verifying."
        )
    if isinstance(reason, TimeoutError | error.TimeoutError):
        return _NO_HANDSHAKE_IN_TIME
    if isinstance(reason, error.ConnectionDone | error.ConnectionLost):
        return (
            "{target} ended the connection during the TLS handshake. Perhaps it does not speak "
            "TLS: try tcp:."
        )
    return _explain_tls_error(reason)


def _explain_tls_error(reason: object) -> str:
    if not _is_tls_error(reason):
        return ""
    text = _error_text(reason).lower()
    for parts, sentence in _BY_TLS_ERROR:
        if any(part in text for part in parts):
            return sentence
    return ""


def _explain_by_type(reason: object) -> str:
    return next((sentence for types, sentence in _BY_TYPE if isinstance(reason, types)), "")


def _is_tls_error(reason: object) -> bool:
    # By module name, so that OpenSSL is not imported only for this check.
    return type(reason).__module__.startswith("OpenSSL.")


def _error_number(reason: object) -> object:
    if isinstance(reason, error.CannotListenError):
        return getattr(reason.socketError, "errno", None)
    if isinstance(reason, error.ConnectError):
        return reason.osError
    return reason.errno if isinstance(reason, OSError) else None


def _error_text(reason: object) -> str:
    if _is_tls_error(reason):
        found = getattr(reason, "args", ())
        parts = [part[-1] for part in (found[0] if found else ()) if part and part[-1]]
        return ", ".join(map(str, parts)) or "TLS failed"
    return str(reason).strip().rstrip(".") or type(reason).__name__
