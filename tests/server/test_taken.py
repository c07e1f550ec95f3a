"""The next free port is free, and is nobody's."""

from __future__ import annotations

import socket

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
