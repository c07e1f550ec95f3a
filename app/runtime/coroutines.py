"""Runs a coroutine without dropping what becomes of it."""

from __future__ import annotations

import logging
from collections.abc import Callable, Coroutine
from typing import Any

from twisted.internet.defer import Deferred
from twisted.python.failure import Failure

log = logging.getLogger(__name__)


def log_failure(failure: Failure) -> None:
    """Write what nobody expected to the log, with its traceback."""
    log.error("Something unexpected failed: %s", failure.value, exc_info=failure.value)


def spawn(
    coroutine: Coroutine[Deferred[Any], Any, object],
    on_error: Callable[[Failure], None] = log_failure,
) -> Deferred[None]:
    """Start `coroutine` now. The Deferred fires with `None` when it is done, however it ended;
    a failure has gone to `on_error` by then."""
    done: Deferred[Any] = Deferred.fromCoroutine(coroutine)
    done.addCallbacks(lambda _: None, on_error)
    return done
