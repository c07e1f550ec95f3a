"""`forward` on real sockets: what a client and its target see of each other through it."""

from __future__ import annotations

import socket
import ssl
import struct
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
import trustme

from tests.integration.programs import PATIENCE_SECONDS, Program, running, serving
from tests.integration.sockets import connect, read_exactly, read_to_end, reset, silent_target

MUCH = 10_000_000


class Forwarded:
    """A running listener that forwards, and the target that it forwards to."""

    def __init__(self, program: Program, port: int, target: socket.socket) -> None:
        self.program = program
        self.port = port
        self.target = target

    def client(self) -> socket.socket:
        return connect(self.port)

    def accept(self) -> socket.socket:
        accepted, _ = self.target.accept()
        accepted.settimeout(PATIENCE_SECONDS)
        return accepted

    def both(self) -> tuple[socket.socket, socket.socket]:
        """A client, and its connection at the target."""
        client = self.client()
        return client, self.accept()

    def event(self, kind: str) -> dict[str, Any]:
        while (event := self.program.event())["event"] != kind:
            pass
        return event


@contextmanager
def forwarding(
    folder: Path, to: str = "", options: str = "", endpoint: str = "tcp:0", listener: str = ""
) -> Iterator[Forwarded]:
    with socket.create_server(("127.0.0.1", 0)) as target:
        target.settimeout(PATIENCE_SECONDS)
        to = to or "127.0.0.1:{}"
        to = to.format(target.getsockname()[1])
        path = folder / "p.toml"
        path.write_text(
            'version = 1\n[[listener]]\nname = "F"\nprotocol = "forward"\n'
            f'endpoint = "{endpoint}"\n{listener}\n[listener.options]\nto = "{to}"\n{options}\n',
            encoding="utf-8",
        )
        with running(*serving("--profile", str(path), "--json")) as program:
            yield Forwarded(program, program.event()["port"], target)


@pytest.fixture
def forwarded(tmp_path: Path) -> Iterator[Forwarded]:
    with forwarding(tmp_path) as found:
        yield found


def send_beside(sender: socket.socket, data: bytes, *, end: bool = False) -> threading.Thread:
    def send() -> None:
        sender.sendall(data)
        if end:
            sender.shutdown(socket.SHUT_WR)

    thread = threading.Thread(target=send, daemon=True)
    thread.start()
    return thread


def pattern(seed: int) -> bytes:
    return bytes((seed + i) % 251 for i in range(251)) * (MUCH // 251)


def test_ten_megabytes_pass_both_ways_at_once(forwarded: Forwarded) -> None:
    client, served = forwarded.both()
    with client, served:
        up, down = pattern(1), pattern(2)
        threads = [send_beside(client, up), send_beside(served, down)]
        heard: list[bytes] = []
        reading = threading.Thread(target=lambda: heard.append(read_exactly(served, len(up))))
        reading.start()
        assert read_exactly(client, len(down)) == down
        reading.join(PATIENCE_SECONDS)
        assert heard == [up]
        for thread in threads:
            thread.join(PATIENCE_SECONDS)
    closed = forwarded.event("closed")
    assert (closed["bytes_in"], closed["bytes_out"]) == (len(up), len(down))


def test_one_who_sends_everything_before_reading_does_not_block_the_other(
    forwarded: Forwarded,
) -> None:
    client, served = forwarded.both()
    with client, served:
        down = send_beside(served, pattern(2))
        up = send_beside(client, pattern(1), end=True)
        assert read_to_end(served) == pattern(1), "although the client reads nothing"
        up.join(PATIENCE_SECONDS)
        assert read_exactly(client, len(pattern(2))) == pattern(2)
        down.join(PATIENCE_SECONDS)


@pytest.mark.parametrize("first", ["client", "target"])
def test_a_half_close_is_passed_on_and_the_other_direction_goes_on(
    forwarded: Forwarded, first: str
) -> None:
    client, served = forwarded.both()
    with client, served:
        ending, going_on = (client, served) if first == "client" else (served, client)
        sending = send_beside(ending, pattern(1), end=True)
        assert read_to_end(going_on) == pattern(1)
        sending.join(PATIENCE_SECONDS)
        sending = send_beside(going_on, pattern(2), end=True)
        assert read_to_end(ending) == pattern(2)
        sending.join(PATIENCE_SECONDS)
    assert forwarded.event("closed")["bytes_in"] == MUCH // 251 * 251


@pytest.mark.parametrize("first", ["client", "target"])
def test_a_reset_is_passed_on_as_one(forwarded: Forwarded, first: str) -> None:
    client, served = forwarded.both()
    resetting, other = (client, served) if first == "client" else (served, client)
    with other:
        client.sendall(b"x")
        read_exactly(served, 1)
        reset(resetting)
        with pytest.raises(ConnectionResetError):
            other.recv(1)
    reason = forwarded.event("closed")["reason"]
    assert "reset" in reason
    assert ("127.0.0.1:" in reason) == (first == "target"), "the target is named"


@pytest.mark.parametrize("slow", ["client", "target"])
def test_a_slow_reader_stops_the_sender_and_loses_nothing(forwarded: Forwarded, slow: str) -> None:
    client, served = forwarded.both()
    with client, served:
        reader, sender = (client, served) if slow == "client" else (served, client)
        sender.settimeout(0.5)
        sent = 0
        block = bytes(100_000)
        try:
            while sent < 100_000_000:
                sent += sender.send(block)
        except TimeoutError:
            pass
        assert sent < 50_000_000, "what the system and the listener buffer is bounded"
        assert len(read_exactly(reader, sent)) == sent
        sender.settimeout(PATIENCE_SECONDS)
        sender.sendall(b"more")
        assert read_exactly(reader, 4) == b"more"


def test_a_target_that_refuses_is_told_and_the_client_is_reset(tmp_path: Path) -> None:
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        port = unused.getsockname()[1]
        with forwarding(tmp_path, f"127.0.0.1:{port}") as forwarded:
            with pytest.raises(ConnectionResetError), forwarded.client() as client:
                client.recv(1)
            reason = forwarded.event("closed")["reason"]
    assert f"127.0.0.1:{port} refused the connection" in reason


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost"])
def test_a_target_that_is_the_listener_itself_is_not_connected_to(
    tmp_path: Path, host: str
) -> None:
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        port = unused.getsockname()[1]
    with forwarding(tmp_path, f"{host}:{port}", endpoint=f"tcp:{port}") as forwarded:
        with pytest.raises(ConnectionResetError), forwarded.client() as client:
            client.recv(1)
        closed = forwarded.event("closed")
    assert f"{host}:{port} is this listener itself" in closed["reason"]
    assert closed["connection"] == 1


def test_a_target_that_never_answers_is_given_up(tmp_path: Path) -> None:
    with silent_target() as target:
        port = target.getsockname()[1]
        with forwarding(tmp_path, f"127.0.0.1:{port}", "connect_seconds = 1") as forwarded:
            with pytest.raises(ConnectionResetError), forwarded.client() as client:
                client.recv(1)
            assert "did not answer within 1 s" in forwarded.event("closed")["reason"]


def test_a_name_that_nobody_knows_is_told(tmp_path: Path) -> None:
    with forwarding(tmp_path, "nobody.invalid:80") as forwarded:
        with pytest.raises(ConnectionResetError), forwarded.client() as client:
            client.recv(1)
        reason = forwarded.event("closed")["reason"]
    assert "nobody.invalid" in reason


def test_a_target_that_says_nothing_is_waited_for(forwarded: Forwarded) -> None:
    client, served = forwarded.both()
    with client, served:
        client.settimeout(0.3)
        with pytest.raises(TimeoutError):
            client.recv(1)
        served.sendall(b"late")
        client.settimeout(PATIENCE_SECONDS)
        assert read_exactly(client, 4) == b"late"


@pytest.mark.parametrize("first", ["client", "target"])
@pytest.mark.parametrize("half", [False, True])
def test_the_reason_of_the_end_tells_who_closed_first(
    forwarded: Forwarded, first: str, half: bool
) -> None:
    client, served = forwarded.both()
    with client, served:
        closing, other = (client, served) if first == "client" else (served, client)
        if half:
            closing.shutdown(socket.SHUT_WR)
        else:
            closing.close()
        assert other.recv(1) == b""
        other.close()
    reason = "closed by the peer" if first == "client" else "closed by the target"
    assert forwarded.event("closed")["reason"] == reason


def test_a_stop_lets_both_sides_leave_in_order(forwarded: Forwarded) -> None:
    client, served = forwarded.both()
    with client, served:
        forwarded.program.send(15)
        assert client.recv(1) == b""
        assert served.recv(1) == b""
        client.close()
        assert forwarded.program.end()[0] == 0


def test_the_target_is_met_at_the_first_byte_if_asked(tmp_path: Path) -> None:
    with forwarding(tmp_path, options='connect_at = "first-byte"') as forwarded:
        with forwarded.client() as silent:
            forwarded.target.settimeout(0.3)
            with pytest.raises(TimeoutError):
                forwarded.target.accept()
            forwarded.target.settimeout(PATIENCE_SECONDS)
            silent.sendall(b"first")
            with forwarded.accept() as served:
                assert read_exactly(served, 5) == b"first"
        with forwarded.client() as quiet:
            quiet.shutdown(socket.SHUT_WR)
            assert quiet.recv(1) == b"", "who leaves without a word needs no target"


@pytest.mark.parametrize("version", ["v1", "v2"])
def test_the_target_is_told_the_address_of_the_client(tmp_path: Path, version: str) -> None:
    with forwarding(tmp_path, options=f'proxy = "{version}"') as forwarded:
        client, served = forwarded.both()
        with client, served:
            client.sendall(b"hello")
            port = client.getsockname()[1]
            if version == "v1":
                head = f"PROXY TCP4 127.0.0.1 127.0.0.1 {port} {forwarded.port}\r\n".encode()
            else:
                ends = socket.inet_aton("127.0.0.1") * 2 + struct.pack("!HH", port, forwarded.port)
                head = b"\r\n\r\n\x00\r\nQUIT\n\x21\x11\x00\x0c" + ends
            assert read_exactly(served, len(head) + 5) == head + b"hello"


def test_a_unix_socket_is_a_target(tmp_path: Path) -> None:
    path = tmp_path / "s"
    with socket.socket(socket.AF_UNIX) as target:
        target.bind(str(path))
        target.listen()
        with (
            forwarding(tmp_path, f"unix:{path}") as forwarded,
            forwarded.client() as client,
            target.accept()[0] as served,
        ):
            client.sendall(b"hello")
            client.shutdown(socket.SHUT_WR)
            assert read_to_end(served) == b"hello"
            served.sendall(b"bye")
            served.close()
            assert read_to_end(client) == b"bye"


@pytest.fixture
def authority() -> trustme.CA:
    return trustme.CA()


def serve_tls(
    ca: trustme.CA, name: str, target: socket.socket, answer: Callable[[ssl.SSLSocket], None]
) -> threading.Thread:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    ca.issue_cert(name).configure_cert(context)

    def serve() -> None:
        plain, _ = target.accept()
        try:
            with context.wrap_socket(plain, server_side=True) as served:
                answer(served)
        except OSError:
            pass

    thread = threading.Thread(target=serve, daemon=True)
    thread.start()
    return thread


def reverse(served: ssl.SSLSocket) -> None:
    heard = b""
    while data := served.recv(100_000):
        heard += data
    served.sendall(heard[::-1])


def test_a_tls_target_is_verified_and_gets_the_end(tmp_path: Path, authority: trustme.CA) -> None:
    authority.cert_pem.write_to_path(tmp_path / "ca.pem")
    with forwarding(tmp_path, "tls:localhost:{}", 'ca_file = "ca.pem"') as forwarded:
        thread = serve_tls(authority, "localhost", forwarded.target, reverse)
        with forwarded.client() as client:
            sending = send_beside(client, pattern(1), end=True)
            assert read_to_end(client) == pattern(1)[::-1]
            sending.join(PATIENCE_SECONDS)
        thread.join(PATIENCE_SECONDS)


@pytest.mark.parametrize("verify", [True, False])
def test_a_tls_target_with_another_name_is_refused_unless_told(
    tmp_path: Path, authority: trustme.CA, verify: bool
) -> None:
    authority.cert_pem.write_to_path(tmp_path / "ca.pem")
    options = f'ca_file = "ca.pem"\nverify = {str(verify).lower()}'
    with forwarding(tmp_path, "tls:localhost:{}", options) as forwarded:
        serve_tls(authority, "other.example", forwarded.target, reverse)
        with forwarded.client() as client:
            if verify:
                with pytest.raises(ConnectionResetError):
                    client.recv(1)
                reason = forwarded.event("closed")["reason"]
                assert "TLS with tls:localhost" in reason
            else:
                client.sendall(b"abc")
                client.shutdown(socket.SHUT_WR)
                assert read_to_end(client) == b"cba"


def test_a_listener_with_tls_forwards_plain_bytes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path))
    context = ssl.create_default_context()
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    with (
        forwarding(tmp_path, listener="[listener.tls]") as forwarded,
        context.wrap_socket(forwarded.client()) as client,
        forwarded.accept() as served,
    ):
        sending = send_beside(client, pattern(1))
        assert read_exactly(served, len(pattern(1))) == pattern(1)
        sending.join(PATIENCE_SECONDS)
        sending = send_beside(served, pattern(2), end=True)
        assert read_to_end(client) == pattern(2)
        sending.join(PATIENCE_SECONDS)


REWRITE = """\
framing = "line"
[[listener.options.rewrite]]
direction = "in"
regex = '^Host: (.*)$'
replace = "Host: new.example ({1})"
[[listener.options.rewrite]]
direction = "out"
find = "secret"
replace = { hex = "2a 2a" }
"""


def test_messages_are_rewritten_in_each_direction(tmp_path: Path) -> None:
    with forwarding(tmp_path, options=REWRITE) as forwarded:
        client, served = forwarded.both()
        with client, served:
            client.sendall(b"Ho")
            client.sendall(b"st: old\r\nsecret\nrest")
            client.shutdown(socket.SHUT_WR)
            assert read_to_end(served) == b"Host: new.example (old)\r\nsecret\nrest"
            served.sendall(b"a secret\nHost: x\n")
            assert read_exactly(client, 13) == b"a **\nHost: x\n"


HOLD = """\
framing = "line"
[listener.options.hold]
contains = "wait"
seconds = 0.4
"""


def test_held_messages_pass_on_in_order_after_their_time(tmp_path: Path) -> None:
    with forwarding(tmp_path, options=HOLD) as forwarded:
        client, served = forwarded.both()
        with client, served:
            client.sendall(b"one\nwait\ntwo\n")
            client.shutdown(socket.SHUT_WR)
            assert read_exactly(served, 4) == b"one\n"
            served.settimeout(0.1)
            with pytest.raises(TimeoutError):
                served.recv(1)
            served.settimeout(PATIENCE_SECONDS)
            assert read_to_end(served) == b"wait\ntwo\n", "and the end comes after them"


def test_other_options_keep_the_connections(tmp_path: Path) -> None:
    with forwarding(tmp_path) as forwarded, socket.create_server(("127.0.0.1", 0)) as other:
        other.settimeout(PATIENCE_SECONDS)
        client, served = forwarded.both()
        with client, served:
            path = tmp_path / "p.toml"
            old = str(forwarded.target.getsockname()[1])
            text = path.read_text().replace(old, str(other.getsockname()[1]))
            path.write_text(text)
            forwarded.program.send(1)
            assert forwarded.event("reloaded")["restarted"] == []
            client.sendall(b"old")
            assert read_exactly(served, 3) == b"old"
            with forwarded.client() as later, other.accept()[0] as there:
                later.sendall(b"new")
                assert read_exactly(there, 3) == b"new"


def test_datagrams_pass_for_each_peer_by_itself(tmp_path: Path) -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as target:
        target.bind(("127.0.0.1", 0))
        target.settimeout(PATIENCE_SECONDS)
        to = f"udp:localhost:{target.getsockname()[1]}"
        with forwarding(tmp_path, to, endpoint="udp:0") as forwarded:
            clients = [socket.socket(socket.AF_INET, socket.SOCK_DGRAM) for _ in range(2)]
            for client in clients:
                client.settimeout(PATIENCE_SECONDS)
                client.connect(("127.0.0.1", forwarded.port))
            seen = []
            for index, client in enumerate(clients):
                client.send(b"from %d" % index)
                data, address = target.recvfrom(100)
                seen.append((data, address))
            assert [data for data, _ in seen] == [b"from 0", b"from 1"]
            assert seen[0][1] != seen[1][1], "each peer has an address of its own there"
            for index in (1, 0):
                target.sendto(b"to %d" % index, seen[index][1])
            assert [client.recv(100) for client in clients] == [b"to 0", b"to 1"]
            target.sendto(bytes(60_000), seen[0][1])
            assert len(clients[0].recv(65_536)) == 60_000
            for client in clients:
                client.close()


@pytest.mark.parametrize(
    ("endpoint", "option", "words"),
    [
        ("tcp:0", 'proxy = "v1"', "takes no PROXY header"),
        ("udp:0", 'framing = "line"', "each datagram is a message"),
    ],
)
def test_an_option_that_does_not_fit_a_udp_target_fails_the_start(
    tmp_path: Path, endpoint: str, option: str, words: str
) -> None:
    path = tmp_path / "p.toml"
    path.write_text(
        'version = 1\n[[listener]]\nname = "F"\nprotocol = "forward"\n'
        f'endpoint = "{endpoint}"\n[listener.options]\nto = "udp:127.0.0.1:9"\n{option}\n',
        encoding="utf-8",
    )
    with running(*serving("--profile", str(path), "--json")) as program:
        code, _, err = program.end()
    assert code == 1
    assert words in err
