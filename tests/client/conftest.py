"""Fixtures for the tests of wires and sessions."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.client.harness import SessionHarness
from tests.client.transports import StagedTransport


@pytest.fixture
def transport() -> Iterator[StagedTransport]:
    """A transport whose sockets are closed after the test."""
    transport = StagedTransport()
    yield transport
    transport.handle.close()
    transport.far.close()


@pytest.fixture
def harness() -> SessionHarness:
    """A session with a fake clock and staged connections."""
    return SessionHarness()
