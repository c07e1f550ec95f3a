"""Why a session could not connect, or ended: sentences that say what to do."""

from __future__ import annotations

import errno
import socket

from twisted.internet import defer, error
from twisted.python.failure import Failure

from app.client.target import Target

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

# The first that fits: Twisted's TimeoutError is a UserError.
_BY_TYPE: tuple[tuple[tuple[type[BaseException], ...], str], ...] = (
    ((error.ConnectionRefusedError, ConnectionRefusedError), _REFUSED),
    ((error.TimeoutError, error.TCPTimedOutError, defer.TimeoutError, TimeoutError), _TIMED_OUT),
    ((error.DNSLookupError, error.UnknownHostError, socket.gaierror, ValueError), _UNKNOWN_NAME),
    ((error.NoRouteError,), _NO_ROUTE),
    ((error.ConnectingCancelledError, error.UserError, defer.CancelledError), _CANCELLED),
)


def explain_connect(failure: Failure, target: Target) -> str:
    """Why `target` could not be reached, and what to do."""
    reason = failure.value
    for types, sentence in _BY_TYPE:
        if isinstance(reason, types):
            return sentence.format(target=target)
    sentence = _BY_ERRNO.get(_number(reason), _OTHER)
    return sentence.format(target=target, reason=_words(reason))


def explain_loss(failure: Failure) -> str:
    """Why an established connection ended, and what to do where there is something to do."""
    reason = failure.value
    if isinstance(reason, error.ConnectionDone):
        return "The peer closed the connection."
    if isinstance(reason, error.ConnectionAborted):
        return "The connection was aborted."
    if isinstance(reason, error.ConnectionLost):
        return "The peer reset the connection. It may have crashed or refused what was sent."
    return f"The connection broke: {_words(reason)}. Connect again to go on."


def _number(reason: object) -> object:
    if isinstance(reason, error.ConnectError):
        return reason.osError
    return reason.errno if isinstance(reason, OSError) else None


def _words(reason: object) -> str:
    return str(reason).strip().rstrip(".") or type(reason).__name__
