"""`portdeck connect` as a program: pipes, exit codes, and peers of every kind."""

from __future__ import annotations

import os
import signal
import socket
import ssl
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from pathlib import Path

import psutil
import pytest
import trustme

from tests.integration.programs import PATIENCE_SECONDS, ROOT, connecting, running, serving

Handle = Callable[[socket.socket], None]


def run(
    *arguments: str, data: bytes = b"", expected: int = 0
) -> subprocess.CompletedProcess[bytes]:
    """Run it to its end with `data` on standard input."""
    done = subprocess.run(
        connecting(*arguments),
        input=data,
        capture_output=True,
        cwd=ROOT,
        timeout=PATIENCE_SECONDS,
        check=False,
    )
    assert done.returncode == expected, done.stderr.decode()
    return done


@contextmanager
def peer(
    handle: Handle, kind: int = socket.SOCK_STREAM, context: ssl.SSLContext | None = None
) -> Iterator[int]:
    """A server for one client, which `handle` talks to on a thread; gives the port."""
    listening = socket.socket(socket.AF_INET, kind)
    listening.bind(("127.0.0.1", 0))
    listening.settimeout(PATIENCE_SECONDS)

    def serve() -> None:
        with suppress(OSError):
            if kind == socket.SOCK_DGRAM:
                handle(listening)
                return
            connection, _ = listening.accept()
            connection.settimeout(PATIENCE_SECONDS)
            if context is not None:
                connection = context.wrap_socket(connection, server_side=True)
            with connection:
                handle(connection)

    if kind == socket.SOCK_STREAM:
        listening.listen()
    thread = threading.Thread(target=serve)
    thread.start()
    try:
        yield listening.getsockname()[1]
    finally:
        thread.join()
        listening.close()


def echo(connection: socket.socket) -> None:
    while data := connection.recv(65_536):
        connection.sendall(data)


def read_all(connection: socket.socket) -> bytes:
    return b"".join(iter(lambda: connection.recv(65_536), b""))


def say(*words: bytes) -> Handle:
    """Say `words`, then wait for the client's end."""

    def handle(connection: socket.socket) -> None:
        for word in words:
            connection.sendall(word)
        read_all(connection)

    return handle


@pytest.fixture
def nobody() -> Iterator[int]:
    """A port that is bound, where nobody listens."""
    with socket.socket() as bound:
        bound.bind(("127.0.0.1", 0))
        yield bound.getsockname()[1]


def test_input_goes_there_and_what_comes_to_output_byte_for_byte() -> None:
    data = os.urandom(3_000_000)
    with peer(echo) as port:
        done = run(f"127.0.0.1:{port}", data=data)
    assert done.stdout == data
    said = done.stderr.decode().splitlines()
    assert said[0].startswith(f"Connected to 127.0.0.1:{port} from")
    assert said[-1] == "The peer closed the connection."


def test_a_connection_that_fails_at_once_is_one_line(nobody: int) -> None:
    done = run(f"127.0.0.1:{nobody}", expected=3)
    assert len(done.stderr.decode().splitlines()) == 1


@pytest.mark.skipif(sys.platform == "win32", reason="has no such pipes")
def test_pipes_that_another_program_made_non_blocking_lose_nothing() -> None:
    data = os.urandom(1_000_000)
    there, fed = os.pipe()
    read, back = os.pipe()
    os.set_blocking(there, False)
    os.set_blocking(back, False)
    with (
        peer(echo) as port,
        os.fdopen(read, "rb") as output,
        os.fdopen(fed, "wb") as feed,
        subprocess.Popen(
            connecting(str(port)), stdin=there, stdout=back, stderr=subprocess.PIPE, cwd=ROOT
        ) as process,
        ThreadPoolExecutor(1) as thread,
    ):
        os.close(there)
        os.close(back)
        assert process.stderr is not None
        while b"Connected" not in process.stderr.readline():
            pass  # from now on it reads, and there is nothing yet
        reading = thread.submit(output.read)
        feed.write(data)
        feed.close()
        assert reading.result(PATIENCE_SECONDS) == data
        assert process.wait(PATIENCE_SECONDS) == 0


def test_the_end_of_the_input_closes_this_side_and_the_rest_is_waited_for() -> None:
    def answer(connection: socket.socket) -> None:
        connection.sendall(b"got " + read_all(connection))

    with peer(answer) as port:
        done = run(str(port), "--quiet", data=b"everything")
    assert done.stdout == b"got everything"
    assert done.stderr == b""


def test_text_is_sent_with_its_escapes_and_with_line_ends() -> None:
    with peer(echo) as port:
        done = run(str(port), "--send", r"a\x00b\n", "--send", r"\u20ac\r\n", "--crlf")
    assert done.stdout == b"a\x00b\r\n\xe2\x82\xac\r\n"


def test_a_file_can_be_the_input(tmp_path: Path) -> None:
    (tmp_path / "lines").write_bytes(b"one\ntwo\n")
    with peer(echo) as port, (tmp_path / "lines").open("rb") as file:
        done = subprocess.run(
            connecting(str(port), "--crlf"), stdin=file, capture_output=True, cwd=ROOT, check=True
        )
    assert done.stdout == b"one\r\ntwo\r\n"


def test_hex_is_shown_with_offsets() -> None:
    with peer(echo) as port:
        done = run(str(port), "--hex", "--send", "hello")
    assert done.stdout == b"00000000  68 65 6c 6c 6f" + b" " * 36 + b"|hello|\n"


def test_what_is_expected_ends_it_well() -> None:
    with peer(say(b"220 re", b"ady\r\n")) as port:
        done = run(str(port), "--expect", r"^220 \w+\r\n")
    assert done.stdout == b"220 ready\r\n"


def test_what_is_expected_after_what_was_sent_keeps_the_connection_open() -> None:
    def answer(connection: socket.socket) -> None:
        assert connection.recv(5) == b"PING\n"
        connection.sendall(b"PONG\n")
        read_all(connection)

    with peer(answer) as port:
        run(str(port), "--send", r"PING\n", "--expect", "PONG")


@pytest.mark.parametrize("ends", [True, False], ids=["the peer closes", "time is up"])
def test_what_does_not_come_is_told_by_the_exit_code(ends: bool) -> None:
    def answer(connection: socket.socket) -> None:
        connection.sendall(b"no\n")
        if not ends:
            read_all(connection)

    with peer(answer) as port:
        done = run(str(port), "--expect", "yes", "--timeout", "0.3", "--quiet", expected=1)
    assert done.stdout == b"no\n"
    how = "The connection ended before anything matched" if ends else "Nothing matched 'yes' within"
    assert done.stderr.decode().startswith(how)


def test_an_expression_that_explodes_ends_it() -> None:
    with peer(say(b"a" * 5_000)) as port:
        done = run(str(port), "--expect", "^(([a-z])+.)+[A-Z]([a-z])+$", expected=2)
    assert b"takes too long" in done.stderr


def test_a_reset_is_not_a_good_end() -> None:
    def reset(connection: socket.socket) -> None:
        connection.recv(1)
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\1\0\0\0\0\0\0\0")

    with peer(reset) as port:
        done = run(str(port), "--send", "x", expected=1)
    assert b"The peer reset the connection." in done.stderr


def test_where_nobody_listens_is_told_by_the_exit_code(nobody: int, tmp_path: Path) -> None:
    done = run(f"127.0.0.1:{nobody}", "--quiet", expected=3)
    assert done.stdout == b""
    assert done.stderr.decode() == (
        f"Nothing listens on 127.0.0.1:{nobody}. Start a listener there, or check the port.\n"
    )
    done = run(f"unix:{tmp_path}/none", "--quiet", expected=3)
    assert b"There is no socket" in done.stderr


def test_an_answer_that_does_not_come_in_time_is_told_by_the_exit_code() -> None:
    with peer(read_all_quietly) as port:
        done = run(f"tls:127.0.0.1:{port}", "--connect-timeout", "0.3", expected=3)
    assert b"did not finish the TLS handshake in time" in done.stderr


def read_all_quietly(connection: socket.socket) -> None:
    read_all(connection)


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (["localhost"], "host:port"),
        (["localhost:"], "Add a port"),
        (["8007", "--passphrase-file", "/no/such/file"], "cannot be read"),
        (["8007", "--send", r"\q"], "Write"),
        (["8007", "--expect", "("], "is no regular expression"),
        (["8007", "--ca", "~nobody-here/ca.pem"], 'There is no user "nobody-here"'),
        (["unix:~nobody-here/a"], 'There is no user "nobody-here"'),
        (["8007", "--timeout", "soon"], "must be a number above 0"),
        (["8007", "--timeout", "-1"], "must be a number above 0"),
        (["8007", "--time", "1"], "unrecognized arguments: --time"),
    ],
)
def test_arguments_that_make_no_sense_are_refused(arguments: Sequence[str], sentence: str) -> None:
    done = run(*arguments, expected=2)
    assert sentence in done.stderr.decode()
    assert done.stdout == b""


def test_tls_is_verified_unless_one_says_otherwise(authority: trustme.CA, tmp_path: Path) -> None:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert("localhost", "127.0.0.1").configure_cert(context)
    ca = tmp_path / "ca.pem"
    authority.cert_pem.write_to_path(ca)
    with peer(echo, context=context) as port:
        done = run(f"tls:127.0.0.1:{port}", "--send", "x", expected=3)
        assert b"Nobody vouches for the certificate" in done.stderr
    with peer(echo, context=context) as port:
        assert run(f"tls:127.0.0.1:{port}", "--ca", str(ca), "--send", "x").stdout == b"x"
    with peer(echo, context=context) as port:
        done = run(f"tls:127.0.0.1:{port}", "--insecure", "--quiet", "--send", "x")
        assert b"NOT VERIFIED" in done.stderr


def test_a_certificate_of_ones_own_is_shown(authority: trustme.CA, tmp_path: Path) -> None:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert("127.0.0.1").configure_cert(context)
    authority.configure_trust(context)
    context.verify_mode = ssl.CERT_REQUIRED
    ca, mine = tmp_path / "ca.pem", tmp_path / "me.pem"
    authority.cert_pem.write_to_path(ca)
    authority.issue_cert("me@example.org").private_key_and_cert_chain_pem.write_to_path(mine)
    with peer(echo, context=context) as port:
        done = run(f"tls:127.0.0.1:{port}", "--ca", str(ca), "--cert", str(mine), "--send", "hello")
    assert done.stdout == b"hello"


def test_datagrams_are_waited_for_a_while() -> None:
    def answer(datagrams: socket.socket) -> None:
        for _ in range(2):
            data, sender = datagrams.recvfrom(100)
            datagrams.sendto(data.upper(), sender)

    with peer(answer, socket.SOCK_DGRAM) as port:
        done = run(f"udp:127.0.0.1:{port}", "--send", "a", "--send", "b", "--timeout", "0.5")
    assert done.stdout == b"AB"


def test_what_is_sent_as_datagrams_has_room_in_them_with_its_line_ends() -> None:
    arrived = bytearray()

    def take(datagrams: socket.socket) -> None:
        while len(arrived) < 90_000:
            arrived.extend(datagrams.recv(65_536))

    with peer(take, socket.SOCK_DGRAM) as port:
        run(f"udp:127.0.0.1:{port}", "--crlf", data=b"a\n" * 30_000)
    assert arrived == b"a\r\n" * 30_000


def test_what_was_not_sent_is_told_by_the_exit_code_whatever_comes_after() -> None:
    def answer(datagrams: socket.socket) -> None:
        data, sender = datagrams.recvfrom(100)
        datagrams.sendto(data, sender)

    with peer(answer, socket.SOCK_DGRAM) as port:
        sends = ("--send", "x" * 65_508, "--send", "a")
        done = run(f"udp:127.0.0.1:{port}", *sends, "--timeout", "0.5", expected=1)
    assert done.stdout == b"a"
    said = done.stderr.decode().splitlines()
    assert "Not sent: a datagram carries no more than 65,507 bytes." in said
    assert said[-1] == "Disconnected."


def test_datagrams_that_nobody_takes_are_told_by_the_exit_code() -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as bound:
        bound.bind(("127.0.0.1", 0))
        port = bound.getsockname()[1]
    done = run(f"udp:127.0.0.1:{port}", "--send", "x", "--timeout", "0.5", expected=1)
    assert b"Nobody takes datagrams" in done.stderr


def test_what_the_peer_did_not_read_is_told_by_the_exit_code(tmp_path: Path) -> None:
    with socket.socket(socket.AF_UNIX) as listening:
        listening.bind(f"{tmp_path}/s")
        listening.listen()
        done = run(f"unix:{tmp_path}/s", "--timeout", "0.3", data=bytes(900_000), expected=1)
    assert b"Not sent:" in done.stderr


def test_a_unix_socket_is_talked_to(tmp_path: Path) -> None:
    endpoint = f"unix:{tmp_path}/echo.sock"
    with running(*serving(f"echo={endpoint}", "--json")) as program:
        assert program.event()["event"] == "listening"
        assert run(endpoint, data=b"hello").stdout == b"hello"


@pytest.mark.parametrize(
    ("number", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)], ids=["Ctrl-C", "SIGTERM"]
)
def test_a_signal_ends_it(number: signal.Signals, code: int) -> None:
    with peer(read_all_quietly) as port:
        process = subprocess.Popen(
            connecting(str(port)), stdin=subprocess.PIPE, stderr=subprocess.PIPE, cwd=ROOT
        )
        assert process.stderr is not None
        while b"Connected" not in process.stderr.readline():
            pass
        process.send_signal(number)
        assert process.wait(PATIENCE_SECONDS) == code
        process.communicate()


def test_it_ends_when_nobody_reads_its_output() -> None:
    def flood(connection: socket.socket) -> None:
        while True:
            connection.sendall(bytes(65_536))

    with peer(flood) as port:
        process = subprocess.Popen(
            connecting(str(port), "--quiet"),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            cwd=ROOT,
        )
        assert process.stdout is not None
        assert process.stdout.read(1) == b"\0"
        process.stdout.close()
        assert process.wait(PATIENCE_SECONDS) == 141
        assert process.stderr is not None
        assert process.stderr.read() == b""
        process.stderr.close()
        assert process.stdin is not None
        process.stdin.close()


def test_an_output_that_nobody_reads_holds_up_the_peer() -> None:
    sent = 0
    stuck = threading.Event()

    def flood(connection: socket.socket) -> None:
        nonlocal sent
        connection.settimeout(1)
        with suppress(TimeoutError):
            while sent < 200_000_000:
                sent += connection.send(bytes(65_536))
        stuck.set()

    with peer(flood) as port:
        process = subprocess.Popen(
            connecting(str(port), "--quiet"),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            cwd=ROOT,
        )
        assert stuck.wait(PATIENCE_SECONDS)
        rest, _ = process.communicate()
    assert sent < 50_000_000  # what the kernel's buffers hold, and a little
    assert len(rest) == sent
    assert process.returncode == 0


def test_much_more_than_memory_goes_through_a_little_of_it(tmp_path: Path) -> None:
    size = 100_000_000
    with (tmp_path / "big").open("wb") as sparse:
        sparse.truncate(size)
    with peer(echo) as port, (tmp_path / "big").open("rb") as file:
        process = subprocess.Popen(
            connecting(str(port), "--quiet"), stdin=file, stdout=subprocess.PIPE, cwd=ROOT
        )
        assert process.stdout is not None
        memory = psutil.Process(process.pid)
        count = most = 0
        while data := process.stdout.read(1_000_000):
            count += len(data)
            if count < size:
                most = max(most, memory.memory_info().rss)
        process.stdout.close()
    assert (count, process.wait(PATIENCE_SECONDS)) == (size, 0)
    assert most < size
