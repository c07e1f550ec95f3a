"""Coroutines whose outcome nobody drops."""

from __future__ import annotations

import pytest
from twisted.internet.defer import Deferred
from twisted.python.failure import Failure

from app.runtime.coroutines import spawn


async def wait_for(deferred: Deferred[str]) -> str:
    return await deferred


def test_it_starts_now_and_fires_with_nothing_when_done() -> None:
    answer: Deferred[str] = Deferred()
    done = spawn(wait_for(answer))
    assert not done.called
    answer.callback("an answer")
    assert done.called
    assert done.result is None


def test_a_failure_goes_to_whoever_asked_for_it() -> None:
    failures: list[Failure] = []
    answer: Deferred[str] = Deferred()
    done = spawn(wait_for(answer), failures.append)
    error = ValueError("boom")
    answer.errback(error)
    assert [failure.value for failure in failures] == [error]
    assert done.result is None


def test_a_failure_that_nobody_asked_for_is_logged_with_its_traceback(
    caplog: pytest.LogCaptureFixture,
) -> None:
    async def fail() -> None:
        raise ValueError("boom")

    assert spawn(fail()).called
    assert caplog.messages == ["Something unexpected failed: boom"]
    assert "in fail" in caplog.text
