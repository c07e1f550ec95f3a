"""Why a session could not connect, why its connection ended, and what to do: the sentences for the
errors of Twisted, of the system and of OpenSSL. Used by `Session`.
"""

from __future__ import annotations

import errno
import socket
from collections.abc import Callable
from typing import TYPE_CHECKING

from twisted.internet import defer, error
from twisted.python.failure import Failure

from app.client.options import OptionsError
from app.client.transport import WireEnd
from app.net.target import Target, Transport
from app.text.sentence import Sentence, sentence_template

if TYPE_CHECKING:
    from app.client.security import Verdict

_Template = Callable[..., Sentence]
"""A sentence about a target, which `_about` completes."""

_REFUSED = sentence_template(
    "connect-refused", "Nothing listens on {target}. Start a listener there, or check the port."
)
_TIMED_OUT = sentence_template(
    "connect-timed-out",
    "{target} did not answer in time. Check the address, and any firewall on the way.",
)
_UNKNOWN_NAME = sentence_template(
    "connect-unknown-host", "No address is known for {host}. Check the name, or use an IP address."
)
_NO_ROUTE = sentence_template(
    "connect-no-route", "There is no way to {target} from here. Check the address and the network."
)
_NOT_PERMITTED = sentence_template(
    "connect-not-permitted",
    "This machine does not permit connecting to {target}. Check its firewall.",
)
_TOO_MANY_OPEN = sentence_template(
    "connect-too-many-open",
    "Too many files and connections are open here. Close some, then connect again.",
)
_NO_LOCAL_PORT = sentence_template(
    "connect-no-local-port",
    "No local address or port is free to reach {target}. Close some connections first.",
)
_NO_SUCH_FAMILY = sentence_template(
    "connect-no-such-family",
    "This machine cannot use addresses such as {host}. Try another address.",
)
_CANCELLED = sentence_template("connect-cancelled", "Connecting to {target} was cancelled.")
_OTHER = sentence_template(
    "connect-failed",
    "Could not connect to {target}: {reason}. Check the address, then connect again.",
)
_NOT_SENT = sentence_template("not-sent-reason", "Not sent: {reason}.")
_NO_SOCKET_FILE = sentence_template(
    "connect-no-socket", "There is no socket {path}. Start what listens there, or check the path."
)
_DEAD_SOCKET_FILE = sentence_template(
    "connect-dead-socket", "Nobody listens on {path} any more. Start what listens there."
)
_OTHER_SOCKET_FILE = sentence_template(
    "connect-other-socket", "{path} is a socket of another kind. Check the path."
)
_NOT_PERMITTED_FILE = sentence_template(
    "connect-socket-denied", "You may not connect to {path}. Check who may write to it."
)
_NO_HANDSHAKE_IN_TIME = sentence_template(
    "connect-no-handshake",
    "{target} did not finish the TLS handshake in time. Perhaps it does not speak TLS: try tcp:.",
)
_ENDED_IN_HANDSHAKE = sentence_template(
    "connect-ended-in-handshake",
    "{target} ended the connection during the TLS handshake. Perhaps it does not speak TLS: try "
    "tcp:.",
)
_LOCAL_PORT_TAKEN = sentence_template(
    "local-port-in-use",
    "The local port {local_port} is in use, or was a moment ago. Choose another, or none.",
)
_NO_LOCAL_ADDRESS = sentence_template(
    "local-address-unknown",
    "{local_host} is no address of this machine. Choose one that is, or none.",
)
_LOCAL_PORT_PRIVILEGED = sentence_template(
    "local-port-privileged",
    "Only the system may use the local port {local_port}. Choose one above 1023, or none.",
)
_BY_ERRNO: dict[object, _Template] = {
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
_BY_ERRNO_OF_SOCKET_FILE: dict[object, _Template] = {
    errno.ENOENT: _NO_SOCKET_FILE,
    errno.ENOTDIR: _NO_SOCKET_FILE,
    errno.ECONNREFUSED: _DEAD_SOCKET_FILE,
    errno.EPROTOTYPE: _OTHER_SOCKET_FILE,
    errno.ENOTSOCK: _OTHER_SOCKET_FILE,
    errno.EACCES: _NOT_PERMITTED_FILE,
    errno.EPERM: _NOT_PERMITTED_FILE,
}
_BY_ERRNO_OF_BIND: dict[object, _Template] = {
    errno.EADDRINUSE: _LOCAL_PORT_TAKEN,
    errno.EADDRNOTAVAIL: _NO_LOCAL_ADDRESS,
    errno.EACCES: _LOCAL_PORT_PRIVILEGED,
}


# The first match counts: Twisted's TimeoutError is a subclass of UserError.
_BY_TYPE: tuple[tuple[tuple[type[BaseException], ...], _Template], ...] = (
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
        sentence_template(
            "connect-not-tls",
            "{target} does not answer in TLS. Try tcp: instead of tls:, or check the port.",
        ),
    ),
    (
        ("certificate required", "peer did not return a certificate"),
        sentence_template(
            "connect-certificate-asked",
            "{target} asks for a certificate of yours. Choose one in the connection options.",
        ),
    ),
    (
        ("unknown ca", "bad certificate", "certificate unknown", "certificate expired"),
        sentence_template(
            "connect-certificate-refused",
            "{target} refuses the certificate that you chose. Choose another.",
        ),
    ),
    (
        ("protocol version", "unsupported protocol"),
        sentence_template(
            "connect-no-tls-version", "{target} and this machine have no version of TLS in common."
        ),
    ),
    (
        ("no shared cipher", "handshake failure"),
        sentence_template(
            "connect-handshake-refused",
            "{target} refuses the TLS handshake. It may ask for a certificate, or have other "
            "ciphers.",
        ),
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
        sentence = _explain_handshake(reason, target, verdict)
        if sentence:
            return sentence
    number = _error_number(reason)
    if isinstance(reason, OptionsError):
        return str(reason)
    is_binding = isinstance(reason, error.ConnectBindError | error.CannotListenError)
    if is_binding and number in _BY_ERRNO_OF_BIND:
        template = _BY_ERRNO_OF_BIND[number]
    elif target.transport is Transport.UNIX and number in _BY_ERRNO_OF_SOCKET_FILE:
        template = _BY_ERRNO_OF_SOCKET_FILE[number]
    else:
        template = _explain_by_type(reason) or _BY_ERRNO.get(number, _OTHER)
    return _about(target, template, reason)


def explain_loss(failure: Failure, target: Target, *, has_tls: bool = False) -> str:
    """Why an established connection ended, and what to do if there is something to do."""
    reason = failure.value
    if isinstance(reason, WireEnd):
        return str(reason)
    if isinstance(reason, error.ConnectionDone):
        return Sentence("peer-closed", "The peer closed the connection.")
    if isinstance(reason, error.ConnectionAborted):
        return Sentence("connection-aborted", "The connection was aborted.")
    if isinstance(reason, error.ConnectionLost):
        if has_tls:
            return Sentence(
                "peer-left-without-tls-goodbye",
                "The peer left without a TLS close_notify: something may be missing.",
            )
        return Sentence(
            "peer-reset",
            "The peer reset the connection. It may have crashed or refused what was sent.",
        )
    template = _explain_tls_error(reason)
    if template is not None:
        return _about(target, template, reason)
    return Sentence(
        "connection-broke",
        "The connection broke: {reason}. Connect again to go on.",
        reason=_error_text(reason),
    )


def explain_refusal(reason: Exception, target: Target) -> str:
    """Why sent data was not delivered, although the session continues."""
    if isinstance(reason, error.ConnectionRefusedError):
        return Sentence(
            "datagram-refused",
            "Nobody takes datagrams on {target}, its system says. Start a listener there.",
            target=target,
        )
    if isinstance(reason, error.MessageLengthError):
        return Sentence(
            "not-sent-datagram-room",
            "Not sent: one datagram has no room for so much. Send less at once.",
        )
    if isinstance(reason, BlockingIOError):
        return Sentence(
            "not-sent-buffer-full", "Not sent: the system's buffer is full. Send more slowly."
        )
    return _about(target, _BY_ERRNO.get(_error_number(reason), _NOT_SENT), reason)


def _about(target: Target, template: _Template, reason: object) -> Sentence:
    return template(
        target=target,
        host=target.host,
        path=target.path,
        local_host=target.local_host,
        local_port=target.local_port,
        reason=_error_text(reason),
    )


def _explain_handshake(reason: object, target: Target, verdict: Verdict) -> str:
    if verdict.is_refusal:
        return Sentence(
            "connect-certificate-distrusted",
            "Nobody vouches for the certificate of {target}: {distrust}. Choose the file of an "
            "authority that does in the connection options, or connect without verifying.",
            target=target,
            distrust=verdict.distrust,
        )
    if isinstance(reason, TimeoutError | error.TimeoutError):
        return _about(target, _NO_HANDSHAKE_IN_TIME, reason)
    if isinstance(reason, error.ConnectionDone | error.ConnectionLost):
        return _about(target, _ENDED_IN_HANDSHAKE, reason)
    template = _explain_tls_error(reason)
    return "" if template is None else _about(target, template, reason)


def _explain_tls_error(reason: object) -> _Template | None:
    if not _is_tls_error(reason):
        return None
    text = _error_text(reason).lower()
    known = (template for parts, template in _BY_TLS_ERROR if any(part in text for part in parts))
    return next(known, None)


def _explain_by_type(reason: object) -> _Template | None:
    return next((template for types, template in _BY_TYPE if isinstance(reason, types)), None)


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
