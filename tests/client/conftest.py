"""The transport that the tests of wires and sessions share."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.client.staged import Desk
from tests.client.transports import StagedTransport


@pytest.fixture
def transport() -> Iterator[StagedTransport]:
    """A transport whose sockets are closed after the test, however far it came."""
    transport = StagedTransport()
    yield transport
    transport.handle.close()
    transport.far.close()


@pytest.fixture
def desk() -> Desk:
    """A session on a fake clock, which connects when a test says so."""
    return Desk()
