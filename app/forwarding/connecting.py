"""Connects to a target, with a time-out, and says in a sentence why that failed."""

from __future__ import annotations

import logging
import os
import socket
from collections.abc import Callable
from pathlib import Path
from typing import Any, Final

from attrs import frozen
from twisted.internet.defer import Deferred
from twisted.internet.endpoints import wrapClientTLS
from twisted.internet.error import ConnectError, ConnectionRefusedError, DNSLookupError
from twisted.internet.error import TimeoutError as ConnectTimeoutError
from twisted.internet.interfaces import IProtocolFactory
from twisted.python.failure import Failure

from app.files.paths import resolve_path
from app.net.sockets import endpoint_for
from app.net.target import Target
from app.text.sentence import Sentence, SentenceError, system_reason, without_stop

log = logging.getLogger(__name__)

LOG_SECONDS: Final = 1.0
"""The same failure is logged once in so long."""


class TargetFileError(SentenceError):
    """A file for TLS cannot be used. The text is a sentence for the user."""


@frozen
class Dialing:
    """How a target is connected to."""

    seconds: float = 10.0
    """For name, connection and TLS together."""

    verify: bool = True
    """Whether a TLS target must prove its name."""

    ca_file: Path | None = None
    """The authorities to trust instead of those of the system."""

    def connect(self, reactor: Any, target: Target, factory: IProtocolFactory) -> Deferred[Any]:
        """Fires with the protocol that `factory` builds. Fails with what `explain` explains."""
        endpoint = endpoint_for(reactor, target, self.seconds)
        if target.transport.has_tls:
            endpoint = wrapClientTLS(self._tls(target.host), endpoint, reactor)
        return self.bounded(endpoint.connect(factory), reactor)

    def bounded(self, connecting: Deferred[Any], reactor: Any) -> Deferred[Any]:
        """The same, but it fails when it takes too long."""
        return connecting.addTimeout(self.seconds, reactor, onTimeoutCancel=_time_out)

    def _tls(self, host: str) -> Any:
        from app.forwarding.target_tls import client_creator  # OpenSSL is slow to import

        try:
            authorities = None if self.ca_file is None else self.ca_file.read_bytes()
            return client_creator(host, authorities, verify=self.verify)
        except (OSError, ValueError) as error:
            words = system_reason(error)
            raise TargetFileError(
                "target-file-unusable",
                "{ca_file} cannot be used: {words}.",
                ca_file=self.ca_file,
                words=words,
            ) from None


def ca_path(file: str, folder: Path) -> Path | None:
    """The path of the file with the authorities; `None` if none is named."""
    return resolve_path(file, folder) if file else None


def _time_out(_result: object, seconds: float) -> Failure:
    return Failure(ConnectTimeoutError(f"{seconds:g} s"))


def explain(failure: Failure, target: Target, seconds: float) -> str:
    """Why there is no connection to `target`, in a sentence without its full stop."""
    error = failure.value
    if isinstance(error, TargetFileError):
        return without_stop(str(error))
    if failure.check(ConnectTimeoutError):
        return Sentence(
            "target-late",
            "{target} did not answer within {seconds:g} s",
            target=target,
            seconds=seconds,
        )
    if failure.check(ConnectionRefusedError):
        return Sentence(
            "target-refused", "{target} refused the connection; is it running?", target=target
        )
    if failure.check(DNSLookupError, socket.gaierror):
        return Sentence(
            "target-unknown-host", "{host} is not known as a host name", host=target.host
        )
    cause: object = error
    if isinstance(error, ConnectError):
        number = error.osError
        is_known = isinstance(number, int)
        cause = system_reason(os.strerror(number)) if is_known else str(error).rstrip(".")
    return Sentence(
        "target-unreachable", "{target} cannot be reached ({error})", target=target, error=cause
    )


def explain_tls(failure: Failure, target: Target) -> str:
    """Why TLS with `target` failed."""
    error = failure.value
    reasons = error.args[0] if error is not None and error.args else ()
    words = [str(each[-1]) for each in reasons if isinstance(each, tuple) and each]
    cause = ", ".join(filter(None, words)) or str(error)
    return Sentence(
        "target-tls-failed", "TLS with {target} failed: {cause}", target=target, cause=cause
    )


class FailureLog:
    """Logs the failures of a forwarding listener, but not the same one at every connection."""

    def __init__(
        self, seconds: Callable[[], float], name: str, level: int = logging.WARNING
    ) -> None:
        """`name` is that of the listener. `serve` shows errors; the others are in its events."""
        self._seconds = seconds
        self._name = name
        self._level = level
        self._last = ("", float("-inf"))

    def report(self, sentence: str) -> None:
        """Log `sentence`, unless it was logged just now."""
        now = self._seconds()
        before, logged_at = self._last
        if sentence != before or now - logged_at >= LOG_SECONDS:
            self._last = sentence, now
            log.log(self._level, "%s: %s", self._name, sentence)
