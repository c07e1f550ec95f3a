"""Why there is no connection to a target, in words."""

from __future__ import annotations

import errno
import os

import pytest
from twisted.internet.error import TimeoutError as ConnectTimeoutError
from twisted.internet.error import UserError, getConnectError
from twisted.python.failure import Failure

from app.forwarding.connecting import explain
from app.net.target_syntax import read_target

TARGET = read_target("db.example:5432")


@pytest.mark.parametrize(
    ("error", "words"),
    [
        (
            getConnectError(OSError(errno.ECONNREFUSED, "Connection refused")),
            "refused the connection; is it running?",
        ),
        (
            getConnectError(OSError(errno.EHOSTUNREACH, "No route to host")),
            f"cannot be reached ({os.strerror(errno.EHOSTUNREACH)})",
        ),
        (ConnectTimeoutError("10 s"), "did not answer within 10 s"),
        (UserError("stopped"), "cannot be reached (User aborted connection: stopped)"),
    ],
)
def test_the_reason_is_that_of_the_system(error: Exception, words: str) -> None:
    said = explain(Failure(error), TARGET, 10)
    assert said.endswith(words)
    assert "[Errno" not in said
