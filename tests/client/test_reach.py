from __future__ import annotations

import pytest
from twisted.internet.defer import Deferred
from twisted.internet.error import DNSLookupError
from twisted.internet.interfaces import (
    IHostnameResolver,
    IHostResolution,
    IProtocol,
    IResolutionReceiver,
)
from twisted.internet.protocol import Factory, Protocol
from twisted.internet.testing import MemoryReactorClock
from zope.interface import implementer

from app.client.reach import endpoint_towards
from app.client.target import Target


@implementer(IHostnameResolver, IHostResolution)
class NoNames:
    """Knows no name, and what it was asked for last."""

    name = ""

    def resolveHostName(
        self,
        resolutionReceiver: IResolutionReceiver,
        hostName: str,
        portNumber: int = 0,
        addressTypes: object = None,
        transportSemantics: str = "TCP",
    ) -> IHostResolution:
        self.name = hostName
        resolutionReceiver.resolutionComplete()
        return self

    def cancel(self) -> None:
        raise AssertionError("there is nothing to cancel")


@pytest.fixture
def memory() -> MemoryReactorClock:
    return MemoryReactorClock()


@pytest.fixture
def names(memory: MemoryReactorClock) -> NoNames:
    names = NoNames()
    memory.installNameResolver(names)
    return names


def attempt(memory: MemoryReactorClock, host: str) -> Deferred[IProtocol]:
    endpoint = endpoint_towards(memory, Target(host, 8007), 7.0)
    return endpoint.connect(Factory.forProtocol(Protocol))


@pytest.mark.parametrize("host", ["127.0.0.1", "::1"])
def test_a_literal_address_is_connected_to_without_the_resolver(
    memory: MemoryReactorClock, names: NoNames, host: str
) -> None:
    attempt(memory, host)
    ((reached, port, _factory, timeout, _bind),) = memory.tcpClients
    assert (reached, port, timeout) == (host, 8007, 7.0)
    assert names.name == ""


def test_a_name_goes_to_the_reactors_resolver(memory: MemoryReactorClock, names: NoNames) -> None:
    failed = attempt(memory, "host.invalid")
    assert names.name == "host.invalid"
    failures: list[object] = []
    failed.addErrback(lambda failure: failures.append(failure.type))
    assert failures == [DNSLookupError]


def test_the_addresses_of_a_name_are_connected_to(memory: MemoryReactorClock) -> None:
    attempt(memory, "localhost")
    assert [(host, port) for host, port, *_ in memory.tcpClients] == [("127.0.0.1", 8007)]
