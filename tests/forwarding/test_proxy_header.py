"""The PROXY header, with the examples of its specification."""

from __future__ import annotations

from ipaddress import ip_address
from typing import Any

import pytest
from twisted.internet.address import IPv4Address, IPv6Address, UNIXAddress
from twisted.protocols.haproxy._v1parser import V1Parser
from twisted.protocols.haproxy._v2parser import V2Parser

from app.forwarding.proxy_header import proxy_header

CLIENT = IPv4Address("TCP", "192.168.0.1", 56324)
LISTENER = IPv4Address("TCP", "192.168.0.11", 443)
CLIENT6 = IPv6Address("TCP", "2001:db8::1", 56324)
LISTENER6 = IPv6Address("TCP", "2001:db8::2", 443)
SCOPED = IPv6Address("TCP", "fe80::1%eth0", 5)


def test_version_1_is_a_line() -> None:
    assert proxy_header(1, CLIENT, LISTENER) == (
        b"PROXY TCP4 192.168.0.1 192.168.0.11 56324 443\r\n"
    )
    assert proxy_header(1, SCOPED, LISTENER6) == b"PROXY TCP6 fe80::1 2001:db8::2 5 443\r\n"


@pytest.mark.parametrize(("client", "listener"), [(CLIENT, LISTENER), (CLIENT6, LISTENER6)])
def test_twisted_reads_both_versions_back(
    client: IPv4Address | IPv6Address, listener: IPv4Address | IPv6Address
) -> None:
    for version, parser in ((1, V1Parser()), (2, V2Parser())):
        info: Any
        info, rest = parser.feed(proxy_header(version, client, listener) + b"rest")
        ends = [(ip_address(end.host), end.port) for end in (info.source, info.destination)]
        assert ends == [(ip_address(client.host), 56324), (ip_address(listener.host), 443)]
        assert rest == b"rest"


@pytest.mark.parametrize("client", [UNIXAddress(b"/s"), None, CLIENT6])
def test_who_has_no_such_address_is_unknown(client: UNIXAddress | IPv6Address | None) -> None:
    assert proxy_header(1, client, LISTENER) == b"PROXY UNKNOWN\r\n"
    assert proxy_header(2, client, LISTENER)[12:] == b"\x21\x00\x00\x00"
