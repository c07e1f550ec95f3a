"""The next free port is free, and is nobody's."""

from __future__ import annotations

import errno
import socket
from typing import Any

import pytest

from app.endpoint import Endpoint
from app.server.taken import next_free_port


def test_ports_that_are_bound_or_to_be_avoided_are_passed_over() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        found = next_free_port(Endpoint.tcp(port - 1))
        assert found is not None
        assert found > port
        another = next_free_port(Endpoint.tcp(port - 1), {found})
        assert another is not None
        assert another > found


def test_a_port_of_udp_is_no_matter_to_tcp() -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as taken:
        taken.bind(("127.0.0.1", 0))
        port = taken.getsockname()[1]
        udp = next_free_port(Endpoint.udp(port - 1))
        assert udp is not None
        assert udp > port


def test_where_there_is_no_port_there_is_no_next() -> None:
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


def test_every_address_of_ipv6_alone_minds_no_ipv4() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        assert next_free_port(Endpoint.parse(rf"tcp6:{port - 1}:interface=\:\:")) == port
        both = next_free_port(Endpoint.parse(rf"tcp:{port - 1}:interface=\:\:"))
        assert both is not None
        assert both > port


def test_a_machine_without_ipv6_has_its_localhost(monkeypatch: pytest.MonkeyPatch) -> None:
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
