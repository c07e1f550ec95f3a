"""`socks` on real sockets, spoken as its clients do."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from tests.integration.programs import PATIENCE_SECONDS, Program, running, serving
from tests.integration.sockets import connect, read_exactly, read_to_end

HTTP_GRANTED = b"HTTP/1.1 200 Connection established\r\n\r\n"
GRANTED = b"\x05\x00\x05\x00\x00\x01" + bytes(6)


@pytest.fixture
def program() -> Iterator[Program]:
    with running(*serving("socks=tcp:0", "--json")) as program:
        yield program


@pytest.fixture
def port(program: Program) -> int:
    port: int = program.event()["port"]
    return port


@contextmanager
def listening() -> Iterator[socket.socket]:
    with socket.create_server(("127.0.0.1", 0)) as target:
        target.settimeout(PATIENCE_SECONDS)
        yield target


def socks_request(host: str, port: int) -> bytes:
    name = host.encode()
    return b"\x05\x01\x00\x05\x01\x00\x03" + bytes((len(name),)) + name + port.to_bytes(2, "big")


def http_request(host: str, port: int) -> bytes:
    return f"CONNECT {host}:{port} HTTP/1.1\r\n\r\n".encode()


@pytest.mark.parametrize("kind", ["socks", "http"])
def test_a_client_reaches_its_target_with_what_it_said_at_once(port: int, kind: str) -> None:
    with listening() as target, connect(port) as client:
        number = target.getsockname()[1]
        ask = socks_request if kind == "socks" else http_request
        client.sendall(ask("localhost", number) + b"early")
        served, _ = target.accept()
        with served:
            assert read_exactly(served, 5) == b"early"
            served.sendall(b"hello")
            head = GRANTED if kind == "socks" else HTTP_GRANTED
            assert read_exactly(client, len(head) + 5) == head + b"hello"
            client.shutdown(socket.SHUT_WR)
            assert served.recv(1) == b""
        assert client.recv(1) == b""


def test_the_client_may_go_on_when_its_target_sends_nothing_more(port: int) -> None:
    with listening() as target, connect(port) as client:
        client.sendall(socks_request("localhost", target.getsockname()[1]))
        served, _ = target.accept()
        with served:
            served.shutdown(socket.SHUT_WR)
            assert read_to_end(client) == GRANTED
            client.sendall(b"more")
            client.shutdown(socket.SHUT_WR)
            assert read_to_end(served) == b"more"


def test_a_plain_request_to_the_proxy_is_told_what_is_served(port: int) -> None:
    with connect(port) as client:
        client.sendall(b"GET http://localhost/ HTTP/1.1\r\n\r\n")
        head, _, body = read_to_end(client).partition(b"\r\n\r\n")
    assert head.startswith(b"HTTP/1.1 405 ")
    assert b"\r\nAllow: CONNECT" in head
    assert b"--proxytunnel" in body


def test_a_target_elsewhere_is_refused(port: int, program: Program) -> None:
    with connect(port) as client:
        client.sendall(socks_request("example.org", 80))
        assert read_to_end(client)[:4] == b"\x05\x00\x05\x02"
    with connect(port) as client:
        client.sendall(http_request("192.0.2.1", 80))
        assert read_to_end(client).startswith(b"HTTP/1.1 403 ")
    reasons = [
        event["reason"] for event in (program.event() for _ in range(4)) if "reason" in event
    ]
    assert all("is not on this machine" in reason for reason in reasons)


def test_a_target_that_refuses_is_told_in_the_words_of_the_client(port: int) -> None:
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        number = unused.getsockname()[1]
        with connect(port) as client:
            client.sendall(socks_request("127.0.0.1", number))
            assert read_to_end(client)[2:4] == b"\x05\x05"
        with connect(port) as client:
            client.sendall(http_request("127.0.0.1", number))
            answer = read_to_end(client)
    assert answer.startswith(b"HTTP/1.1 502 ")
    assert b"refused the connection" in answer


def test_another_language_is_turned_away(port: int, program: Program) -> None:
    with connect(port) as client:
        client.sendall(b"\x04\x01\x00\x50")
        assert read_to_end(client) == b""
    program.event()
    assert "neither SOCKS5 nor HTTP" in program.event()["reason"]
