from __future__ import annotations

import pytest
from twisted.internet.address import IPv4Address, IPv6Address
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

from app.client.session import Session
from app.client.session_messages import SessionState
from app.net.sockets import endpoint_for
from app.net.target import Target, Transport


@implementer(IHostnameResolver, IHostResolution)
class FakeResolver:
    """A resolver with the same addresses for every name. It keeps the last name."""

    def __init__(self, *addresses: str) -> None:
        self.name = ""
        self._addresses = addresses

    def resolveHostName(
        self,
        resolutionReceiver: IResolutionReceiver,
        hostName: str,
        portNumber: int = 0,
        addressTypes: object = None,
        transportSemantics: str = "TCP",
    ) -> IHostResolution:
        self.name = hostName
        for each in self._addresses:
            kind = IPv6Address if ":" in each else IPv4Address
            resolutionReceiver.addressResolved(kind("UDP", each, portNumber))
        resolutionReceiver.resolutionComplete()
        return self

    def cancel(self) -> None:
        raise AssertionError("there is nothing to cancel")


@pytest.fixture
def memory() -> MemoryReactorClock:
    return MemoryReactorClock()


@pytest.fixture
def resolver(memory: MemoryReactorClock) -> FakeResolver:
    resolver = FakeResolver()
    memory.installNameResolver(resolver)
    return resolver


def attempt(memory: MemoryReactorClock, host: str) -> Deferred[IProtocol]:
    endpoint = endpoint_for(memory, Target(host, 8007), 7.0)
    return endpoint.connect(Factory.forProtocol(Protocol))


@pytest.mark.parametrize("host", ["127.0.0.1", "::1"])
def test_a_literal_address_is_connected_to_without_the_resolver(
    memory: MemoryReactorClock, resolver: FakeResolver, host: str
) -> None:
    attempt(memory, host)
    ((reached, port, _factory, timeout, _bind),) = memory.tcpClients
    assert (reached, port, timeout) == (host, 8007, 7.0)
    assert resolver.name == ""


def test_a_name_goes_to_the_reactors_resolver(
    memory: MemoryReactorClock, resolver: FakeResolver
) -> None:
    failed = attempt(memory, "host.invalid")
    assert resolver.name == "host.invalid"
    failures: list[object] = []
    failed.addErrback(lambda failure: failures.append(failure.type))
    assert failures == [DNSLookupError]


def test_the_addresses_of_a_name_are_connected_to(memory: MemoryReactorClock) -> None:
    attempt(memory, "localhost")
    assert [(host, port) for host, port, *_ in memory.tcpClients] == [("127.0.0.1", 8007)]


@pytest.mark.parametrize(
    ("addresses", "local_host", "reached"),
    [
        (["::1", "127.0.0.1"], "", "127.0.0.1:8007"),
        (["127.0.0.2", "::1"], "", "127.0.0.2:8007"),
        (["::1", "127.0.0.2"], "127.0.0.3", "127.0.0.2:8007"),
    ],
)
def test_datagrams_go_to_the_preferred_address_of_a_name(
    memory: MemoryReactorClock, addresses: list[str], local_host: str, reached: str
) -> None:
    memory.installNameResolver(FakeResolver(*addresses))
    session = Session(memory, wake=lambda: None)
    session.connect(Target("localhost", 8007, Transport.UDP, local_host=local_host))
    assert session.addresses[0] == reached
    session.abort()
    memory.advance(0)
    assert session.state is SessionState.CLOSED


@pytest.mark.parametrize(
    ("addresses", "local_host"), [([], ""), (["::1"], "127.0.0.1"), (["127.0.0.1"], "::1")]
)
def test_a_name_without_a_usable_address_is_reported_for_udp(
    memory: MemoryReactorClock, addresses: list[str], local_host: str
) -> None:
    memory.installNameResolver(FakeResolver(*addresses))
    target = Target("host.invalid", 8007, Transport.UDP, local_host=local_host)
    session = Session(memory, wake=lambda: None)
    session.connect(target)
    assert session.state is SessionState.CLOSED
    said = str(session.transcript.entries[-1].data)
    assert said.startswith("No address is known for host.invalid")
