"""Coroutines started from plain code, without losing their failures."""

from __future__ import annotations

import logging
from collections.abc import Callable, Coroutine
from typing import Any

from twisted.internet.defer import Deferred
from twisted.python.failure import Failure

log = logging.getLogger(__name__)


def log_failure(failure: Failure) -> None:
    """Log an unexpected failure with its traceback."""
    log.error("Something unexpected failed: %s", failure.value, exc_info=failure.value)


def spawn(
    coroutine: Coroutine[Deferred[Any], Any, object],
    on_error: Callable[[Failure], None] = log_failure,
) -> Deferred[None]:
    """Start `coroutine`. The Deferred fires with `None` when it has ended, also with a failure,
    which `on_error` gets first."""
    done: Deferred[Any] = Deferred.fromCoroutine(coroutine)
    done.addCallbacks(lambda _: None, on_error)
    return done
