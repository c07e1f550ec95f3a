from __future__ import annotations

import errno
import os
import socket

import pytest
from OpenSSL import SSL
from twisted.internet import defer, error
from twisted.python.failure import Failure

from app.client.connect_errors import explain_connect, explain_loss
from app.client.security import Verdict
from app.net.target import Target

TARGET = Target("localhost", 9)


def raised(number: int) -> Exception:
    """Twisted's exception for the errno `number`."""
    reason = error.getConnectError((number, os.strerror(number)))
    assert isinstance(reason, Exception)
    return reason


@pytest.mark.parametrize(
    ("reason", "sentence"),
    [
        (raised(errno.ECONNREFUSED), "Nothing listens on localhost:9. Start a listener there"),
        (ConnectionRefusedError(), "Nothing listens on localhost:9."),
        (raised(errno.ETIMEDOUT), "localhost:9 did not answer in time."),
        (error.TimeoutError(), "localhost:9 did not answer in time."),
        (defer.TimeoutError(), "localhost:9 did not answer in time."),
        (TimeoutError(), "localhost:9 did not answer in time."),
        (error.DNSLookupError("no results"), "No address is known for localhost."),
        (error.UnknownHostError(), "No address is known for localhost."),
        (socket.gaierror(socket.EAI_NONAME, "?"), "No address is known for localhost."),
        (ValueError("invalid hostname"), "No address is known for localhost."),
        (raised(errno.ENETUNREACH), "There is no way to localhost:9 from here."),
        (raised(errno.EHOSTUNREACH), "There is no way to localhost:9 from here."),
        (error.NoRouteError(), "There is no way to localhost:9 from here."),
        (raised(errno.EACCES), "This machine does not permit connecting to localhost:9."),
        (PermissionError(errno.EPERM, "no"), "This machine does not permit connecting"),
        (error.ConnectBindError(errno.EMFILE, "x"), "Too many files and connections are open"),
        (OSError(errno.ENFILE, "x"), "Too many files and connections are open here."),
        (raised(errno.EADDRNOTAVAIL), "No local address or port is free to reach localhost:9."),
        (raised(errno.EAFNOSUPPORT), "This machine cannot use addresses such as localhost."),
        (error.ConnectingCancelledError(None), "Connecting to localhost:9 was cancelled."),
        (defer.CancelledError(), "Connecting to localhost:9 was cancelled."),
        (error.UserError(), "Connecting to localhost:9 was cancelled."),
        (RuntimeError("strange."), "Could not connect to localhost:9: strange. Check"),
        (RuntimeError(), "Could not connect to localhost:9: RuntimeError. Check"),
        (raised(errno.EIO), "Could not connect to localhost:9: An error occurred"),
    ],
    ids=lambda value: type(value).__name__ if isinstance(value, Exception) else "",
)
def test_each_reason_not_to_connect_is_explained(reason: Exception, sentence: str) -> None:
    explained = explain_connect(Failure(reason), TARGET)
    assert explained.startswith(sentence)
    assert explained.endswith(".")


@pytest.mark.parametrize(
    ("reason", "sentence"),
    [
        (error.ConnectionDone(), "The peer closed the connection."),
        (error.ConnectionLost(), "The peer reset the connection."),
        (error.ConnectionAborted(), "The connection was aborted."),
        (RuntimeError("strange"), "The connection broke: strange. Connect again"),
    ],
    ids=lambda value: type(value).__name__ if isinstance(value, Exception) else "",
)
def test_each_end_of_a_connection_is_explained(reason: Exception, sentence: str) -> None:
    assert explain_loss(Failure(reason), TARGET).startswith(sentence)


def test_a_peer_that_echoes_the_client_hello_has_no_tls() -> None:
    reason = SSL.Error([("SSL routines", "", "unexpected message")])
    explained = explain_connect(Failure(reason), TARGET, Verdict(is_enforced=True))
    assert explained.startswith("localhost:9 does not answer in TLS. Try tcp: instead of tls:")
