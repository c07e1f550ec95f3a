"""Addresses: their texts, conflicts between them, and the next free port."""

from __future__ import annotations

import errno
import socket
from pathlib import Path
from typing import Any

import pytest
from twisted.internet.address import HostnameAddress, IPv4Address, IPv6Address, UNIXAddress
from twisted.internet.interfaces import IAddress

from app.net.endpoint import Endpoint
from app.server.sockets.addresses import (
    BindAddress,
    addresses_conflict,
    endpoints_conflict,
    format_address,
    next_free_port,
)


@pytest.mark.parametrize(
    ("address", "shown"),
    [
        (None, ""),
        (IPv4Address("TCP", "127.0.0.1", 8007), "127.0.0.1:8007"),
        (IPv6Address("TCP", "::1", 8007), "[::1]:8007"),
        (IPv6Address("TCP", "::ffff:127.0.0.1", 8007), "127.0.0.1:8007"),
        (IPv6Address("TCP", "64:ff9b::192.0.2.1", 8007), "[64:ff9b::192.0.2.1]:8007"),
        (UNIXAddress(b"/tmp/a.sock"), "/tmp/a.sock"),
        (UNIXAddress(b"/tmp/\xff.sock"), r"/tmp/\xff.sock"),
        (UNIXAddress(None), "unnamed socket"),
        (UNIXAddress(b""), "unnamed socket"),
    ],
)
def test_an_address_is_shown_as_host_and_port(address: IAddress | None, shown: str) -> None:
    assert format_address(address) == shown


def test_an_unknown_kind_of_address_is_shown_by_its_str() -> None:
    address = HostnameAddress(b"example.test", 80)
    assert format_address(address) == str(address)


# Conflicts


@pytest.mark.parametrize(
    ("one", "other", "expected"),
    [
        ("127.0.0.1", "127.0.0.1", True),
        ("127.0.0.1", "localhost", True),
        ("::1", "localhost", True),
        ("127.0.0.2", "localhost", False),
        ("127.0.0.1", "127.0.0.2", False),
        ("127.0.0.1", "0.0.0.0", True),
        ("127.0.0.1", "::", True),
        ("127.0.0.1", "::ffff:127.0.0.1", True),
        ("0.0.0.0", "::", True),
        ("0.0.0.0", "::1", False),
        ("127.0.0.1", "::1", False),
        ("::1", "::", True),
        ("example.org", "127.0.0.1", True),
        ("", "127.0.0.1", True),
    ],
)
def test_two_addresses_conflict_in_either_order(one: str, other: str, *, expected: bool) -> None:
    assert addresses_conflict(BindAddress(one), BindAddress(other)) is expected
    assert addresses_conflict(BindAddress(other), BindAddress(one)) is expected


@pytest.mark.parametrize(
    ("one", "other", "expected"),
    [
        (r"tcp6:80:interface=\:\:", "tcp:80", False),
        (r"tcp6:80:interface=\:\:", "tcp:80:interface=0.0.0.0", False),
        (r"tcp6:80:interface=\:\:", "tcp:80:interface=localhost", True),
        (r"tcp6:80:interface=\:\:", r"tcp:80:interface=\:\:1", True),
        (r"tcp6:80:interface=\:\:", r"tcp:80:interface=\:\:", True),
        (r"tcp:80:interface=\:\:", "tcp:80", True),
        ("tcp:80", "tcp:81", False),
        ("tcp:0", "tcp:0", False),
        ("tcp:80", "udp:80", False),
        ("unix:run/echo", "unix:/profiles/run/echo:mode=600", True),
        ("unix:/profiles/../echo", "unix:address=/echo", True),
        ("unix:echo", "unix:run/echo", False),
    ],
)
def test_two_endpoints_conflict_in_either_order(one: str, other: str, *, expected: bool) -> None:
    first, second = Endpoint.parse(one), Endpoint.parse(other)
    assert endpoints_conflict(first, second, Path("/profiles")) is expected
    assert endpoints_conflict(second, first, Path("/profiles")) is expected


# The next free port


def test_bound_and_avoided_ports_are_skipped() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        found = next_free_port(Endpoint.tcp(port - 1))
        assert found is not None
        assert found > port
        another = next_free_port(Endpoint.tcp(port - 1), {found})
        assert another is not None
        assert another > found


def test_udp_ports_and_tcp_ports_do_not_conflict() -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as taken:
        taken.bind(("127.0.0.1", 0))
        port = taken.getsockname()[1]
        udp = next_free_port(Endpoint.udp(port - 1))
        assert udp is not None
        assert udp > port


def test_an_endpoint_without_a_port_has_no_next_port() -> None:
    assert next_free_port(Endpoint.tcp(0)) is None
    assert next_free_port(Endpoint.tcp(65535)) is None
    assert next_free_port(Endpoint.parse("unix:/tmp/x")) is None
    assert next_free_port(Endpoint.tcp(8080, "203.0.113.1")) is None, "it cannot be bound at all"


def test_a_port_of_localhost_is_free_on_both_addresses() -> None:
    with socket.create_server(("::1", 0), family=socket.AF_INET6) as taken:
        port = taken.getsockname()[1]
        found = next_free_port(Endpoint.tcp(port - 1, "localhost"))
        assert found is not None
        assert found > port


def test_an_ipv6_only_wildcard_does_not_conflict_with_ipv4() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        assert next_free_port(Endpoint.parse(rf"tcp6:{port - 1}:interface=\:\:")) == port
        both = next_free_port(Endpoint.parse(rf"tcp:{port - 1}:interface=\:\:"))
        assert both is not None
        assert both > port


def test_localhost_works_without_ipv6(monkeypatch: pytest.MonkeyPatch) -> None:
    class Ipv4Alone(socket.socket):
        def bind(self, address: Any) -> None:
            if ":" in address[0]:
                raise OSError(errno.EADDRNOTAVAIL, "there is no IPv6")
            super().bind(address)

    monkeypatch.setattr(socket, "socket", Ipv4Alone)
    assert next_free_port(Endpoint.tcp(8080, "localhost")) is not None
    assert next_free_port(Endpoint.tcp(8080, "::1")) is None


def test_no_name_is_looked_up_for_a_port(monkeypatch: pytest.MonkeyPatch) -> None:
    def look_up(*_: object) -> None:
        raise AssertionError("the window would wait for it")

    monkeypatch.setattr(socket.socket, "bind", look_up)
    assert next_free_port(Endpoint.tcp(8080, "server.example")) is None
