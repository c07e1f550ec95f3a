"""`portdeck serve` as a program: its lines, its signals and its exit codes."""

from __future__ import annotations

import hashlib
import json
import os
import signal
import socket
import ssl
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from itertools import takewhile
from pathlib import Path

import psutil
import pytest

from app.tls.local_ca import certificate_path
from tests.integration.programs import PATIENCE_SECONDS, running, serving

NOBODY = 65534

SIGNALS = [signal.SIGINT, signal.SIGTERM]


@contextmanager
def client_of(port: int) -> Iterator[socket.socket]:
    with socket.create_connection(("127.0.0.1", port), timeout=PATIENCE_SECONDS) as client:
        yield client


def read_to_end(client: socket.socket) -> bytes:
    return b"".join(iter(lambda: client.recv(65536), b""))


def profile(path: Path, *listeners: str) -> Path:
    tables = (f"[[listener]]\n{each}\n" for each in listeners)
    path.write_text("version = 1\n" + "".join(tables), encoding="utf-8")
    return path


ECHO = 'name = "My Echo"\nprotocol = "echo"\nendpoint = "tcp:0"'


@pytest.mark.parametrize("by_profile", [True, False])
def test_a_listener_with_tls_tells_its_fingerprint_and_keeps_its_ca(
    by_profile: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path))
    path = profile(tmp_path / "p.toml", ECHO + "\n[listener.tls]")
    arguments = ["--profile", str(path)] if by_profile else ["--tls", "echo=tcp:0"]
    with running(*serving("--json", *arguments)) as program:
        listening = program.event()
        context = ssl.create_default_context(cafile=certificate_path())
        with (
            client_of(listening["port"]) as plain,
            context.wrap_socket(plain, server_hostname="localhost") as client,
        ):
            client.sendall(b"hello")
            assert client.recv(5) == b"hello"
            shown = client.getpeercert(binary_form=True)
            assert shown is not None
        program.send(signal.SIGTERM)
        assert program.end()[0] == 0
    assert listening["fingerprint"] == hashlib.sha256(shown).digest().hex(":").upper()


def test_each_event_is_a_json_object_on_its_line() -> None:
    began = time.time()
    with running(*serving("echo=tcp:0:interface=127.0.0.1", "--json")) as program:
        listening = program.event()
        with client_of(listening["port"]) as client:
            peer = "{}:{}".format(*client.getsockname())
            client.sendall(b"hello")
            assert client.recv(5) == b"hello"
            opened = program.event()
        closed = program.event()
        program.send(signal.SIGTERM)
        stopped = program.event()
        code, out, err = program.end()
    times = [event.pop("time") for event in (listening, opened, closed, stopped)]
    assert began <= times[0] <= times[1] <= times[2] <= times[3] <= time.time()
    assert list(listening) == ["event", "listener", "address", "port", "fingerprint"]
    assert listening.pop("port") > 0
    assert listening.pop("fingerprint") is None
    assert listening == {"event": "listening", "listener": "echo", "address": "127.0.0.1"}
    assert opened == {"event": "opened", "listener": "echo", "connection": 1, "peer": peer}
    assert closed == {
        "event": "closed",
        "listener": "echo",
        "connection": 1,
        "peer": peer,
        "reason": "closed by the peer",
        "bytes_in": 5,
        "bytes_out": 5,
        "target": None,
        "target_bytes_in": None,
        "target_bytes_out": None,
        "code": "closed-by-peer",
    }
    assert stopped == {"event": "stopped", "listener": "echo"}
    assert (code, out, err) == (0, "", "")


def test_each_event_is_a_readable_line(tmp_path: Path) -> None:
    path = profile(tmp_path / "profile.toml", ECHO + "\nmax_connections = 1")
    with running(*serving("--profile", str(path))) as program:
        words, _, address = program.line().rpartition(" ")
        assert words == "My Echo is listening on"
        host, _, port = address.removesuffix(".").rpartition(":")
        assert host == "127.0.0.1"
        with client_of(int(port)) as client:
            peer = "{}:{}".format(*client.getsockname())
            assert program.line() == f"My Echo: connection 1 from {peer}."
            with client_of(int(port)) as refused:
                assert read_to_end(refused) == b"Too many connections, try later"
                other = "{}:{}".format(*refused.getsockname())
            assert program.line() == f"My Echo: {other} was refused: too many connections."
        assert program.line() == (
            f"My Echo: connection 1 from {peer} is over: closed by the peer; 0 bytes in, 0 out."
        )
        program.send(signal.SIGINT)
        assert program.line() == "My Echo is stopped."
        assert program.end() == (0, "", "")


@pytest.mark.parametrize("number", SIGNALS)
def test_a_signal_stops_it_cleanly_with_clients_connected(number: int) -> None:
    with running(*serving("echo=tcp:0", "hello=tcp:0", "--json")) as program:
        ports = [program.event()["port"] for _ in range(2)]
        with client_of(ports[0]) as client:
            client.sendall(b"hello")
            assert client.recv(5) == b"hello"
            assert program.event()["event"] == "opened"
            program.send(number)
            assert read_to_end(client) == b""
        events = [program.event() for _ in range(3)]
        assert sorted(event["event"] for event in events) == ["closed", "stopped", "stopped"]
        assert program.end() == (0, "", "")


@pytest.mark.parametrize("number", SIGNALS)
def test_an_impatient_second_signal_does_no_harm(number: int) -> None:
    with running(*serving("echo=tcp:0", "--json")) as program:
        with client_of(program.event()["port"]) as client:
            assert program.event()["event"] == "opened"
            program.send(number)
            assert client.recv(1) == b"", "it is stopping"
            for _ in range(3):
                program.send(number)
        code, out, err = program.end()
        assert (code, err) == (0, "")
        assert out.count("\n") == 2


def test_a_signal_before_anybody_connected_stops_it() -> None:
    with running(*serving("echo=tcp:0")) as program:
        assert program.line().startswith("echo is listening on 127.0.0.1:")
        program.send(signal.SIGTERM)
        assert program.end() == (0, "echo is stopped.\n", "")


def test_a_listener_that_cannot_start_stops_the_others(taken_port: int) -> None:
    with running(*serving("hello=tcp:0", f"echo=tcp:{taken_port}", "--json")) as program:
        events = [program.event() for _ in range(3)]
        code, out, err = program.end()
    this = psutil.Process()
    reason = events[1]["reason"]
    assert reason.startswith(f"Port {taken_port} is in use by {this.name()} (pid {this.pid}: ")
    said = [(event["event"], event["listener"], event.get("reason")) for event in events]
    assert said == [
        ("listening", "hello", None),
        ("failed", "echo", reason),
        ("stopped", "hello", None),
    ]
    assert (code, out, err) == (1, "", f"echo: {reason}\n")


def test_two_listeners_on_one_port_are_told_apart() -> None:
    with socket.create_server(("127.0.0.1", 0)) as listening:
        port = listening.getsockname()[1]
    with running(*serving(f"echo=tcp:{port}", f"hello=tcp:{port}")) as program:
        code, _, err = program.end()
    assert code == 1
    assert err == (
        f"hello: Port {port} is in use by your listener echo. Stop it, or choose another port.\n"
    )


def test_an_address_of_another_machine_is_explained() -> None:
    with running(*serving("echo=tcp:0:interface=203.0.113.1")) as program:
        code, _, err = program.end()
    assert code == 1
    assert err.startswith("echo: 203.0.113.1 is not an address of this machine. Use 127.0.0.1 ")


FIRST_FREE_PORT = Path("/proc/sys/net/ipv4/ip_unprivileged_port_start")


@pytest.mark.skipif(
    sys.platform != "linux" or int(FIRST_FREE_PORT.read_text()) <= 1,
    reason="every port is for everybody here",
)
def test_a_port_for_which_the_rights_lack_is_explained() -> None:
    program = (
        "import os, sys\n"
        "from app import cli, profile\n"
        "from app.runtime import logs\n"
        "from app.serve import arguments, run\n"
        "from twisted.internet import endpoints, reactor\n"  # later nobody may read modules
        f"os.getuid() or os.setuid({NOBODY})\n"
        "sys.exit(cli.main(['serve', 'echo=tcp:1']))\n"
    )
    with running(sys.executable, "-c", program) as without_rights:
        code, _, err = without_rights.end()
    assert code == 1
    # Measured coverage, if any, cannot be written without the rights either, and says so.
    assert "echo: Port 1 needs administrator rights. Choose a port from 1024 up.\n" in err


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (["echo"], "echo: Write an endpoint, such as tcp:8007."),
        (["ecko=tcp:0"], "ecko=tcp:0: There is no protocol called 'ecko'. Did you mean echo?"),
        (["echo=tcp:http"], "echo=tcp:http: The port must be a whole number"),
        (["--jason"], "portdeck: error: "),
    ],
)
def test_bad_arguments_end_it_with_a_sentence(arguments: list[str], sentence: str) -> None:
    with running(*serving(*arguments)) as program:
        code, out, err = program.end()
    assert (code, out) == (2, "")
    assert sentence in err
    assert "Traceback" not in err


def test_an_empty_profile_ends_it_with_a_sentence(tmp_path: Path) -> None:
    path = profile(tmp_path / "profile.toml")
    with running(*serving("--profile", str(path))) as program:
        code, out, err = program.end()
    assert (code, out) == (2, "")
    assert err == "The profile has no listener. Add one, or name one: echo=tcp:8007.\n"


def test_a_broken_profile_ends_it_and_stays_as_it_is(tmp_path: Path) -> None:
    path = profile(tmp_path / "profile.toml", ECHO, ECHO.replace("tcp:0", "tcp:none"))
    before = path.read_bytes()
    with running(*serving("--profile", str(path))) as program:
        code, out, err = program.end()
    assert (code, out) == (2, "")
    assert "listener[1].endpoint: " in err
    assert "Traceback" not in err
    assert path.read_bytes() == before
    assert list(tmp_path.iterdir()) == [path]


def instead(make: Callable[[Path], object]) -> Callable[[Path], object]:
    """Something else in the place of a file."""

    def replace(path: Path) -> None:
        path.unlink()
        make(path)

    return replace


@pytest.mark.skipif(sys.platform == "win32", reason="has no such files")
@pytest.mark.parametrize(
    ("make", "sentence"),
    [
        (lambda path: os.truncate(path, 100_000_000), "it is larger than 1024 KiB"),
        (lambda path: path.write_bytes(bytes(range(256)) * 50), "line 2: this is not UTF-8 text"),
        (instead(Path.mkdir), "cannot be read (Is a directory)"),
        (instead(os.mkfifo), "cannot be read (it is no regular file)"),
        (instead(lambda path: path.symlink_to("/dev/zero")), "it is no regular file"),
        (instead(lambda path: path.symlink_to(path)), "Too many levels of symbolic links"),
        (instead(lambda path: path.symlink_to("/proc/self/mem")), "cannot be read ("),
    ],
    ids=["huge", "binary", "folder", "pipe", "device", "loop", "odd"],
)
def test_what_is_no_profile_ends_it_with_a_sentence(
    tmp_path: Path, make: Callable[[Path], object], sentence: str
) -> None:
    path = profile(tmp_path / "profile.toml")
    make(path)
    with running(*serving("--profile", str(path))) as program:
        code, out, err = program.end()
    assert (code, out) == (2, "")
    assert sentence in err
    assert len(err.splitlines()) == 1


@pytest.mark.skipif(sys.platform == "win32", reason="has other rights")
def test_a_profile_that_may_not_be_read_ends_it_with_a_sentence(tmp_path: Path) -> None:
    path = profile(tmp_path / "profile.toml", ECHO)
    path.chmod(0)
    program = (
        "import os, sys\n"
        "from app import cli, profile\n"
        "from app.runtime import logs\n"
        "from app.serve import arguments, run\n"
        f"os.getuid() or os.setuid({NOBODY})\n"
        f"sys.exit(cli.main(['serve', '--profile', {str(path)!r}]))\n"
    )
    ours = takewhile(lambda folder: folder != Path(tempfile.gettempdir()), tmp_path.parents)
    for folder in (tmp_path, *ours):
        folder.chmod(0o755)
    with running(sys.executable, "-c", program) as without_rights:
        code, _, err = without_rights.end()
    assert code == 2
    assert f"{path}: cannot be read (Permission denied); check its rights" in err


def test_it_ends_quietly_when_nobody_reads_its_lines_any_more() -> None:
    with running(*serving("echo=tcp:0", "--json")) as program:
        port = program.event()["port"]
        program.output.close()
        with client_of(port) as client:
            assert read_to_end(client) == b"", "the first line that nobody reads ends it"
        assert program.process.stderr is not None
        assert program.process.stderr.read() == ""
        program.process.stderr.close()
        assert program.process.wait() == 0


def test_a_signal_when_nobody_reads_its_lines_does_no_harm() -> None:
    with running(*serving("echo=tcp:0", "--json")) as program:
        program.event()
        program.output.close()
        program.send(signal.SIGINT)
        assert program.process.stderr is not None
        assert program.process.stderr.read() == ""
        program.process.stderr.close()
        assert program.process.wait() == 0


def test_a_name_that_the_terminal_cannot_write_stops_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PYTHONIOENCODING", "ascii")
    path = profile(tmp_path / "profile.toml", ECHO.replace("My Echo", "回声"))
    with running(*serving("--profile", str(path))) as program:
        assert program.line().startswith(r"\u56de\u58f0 is listening on 127.0.0.1:")
        program.send(signal.SIGTERM)
        assert program.end() == (0, "\\u56de\\u58f0 is stopped.\n", "")


def test_it_imports_no_qt_and_runs_the_kind_of_reactor_that_twisted_chooses() -> None:
    report = (
        "import sys\n"
        "from app import cli\n"
        "cli.main(['serve', 'echo=tcp:0'])\n"
        "from twisted.internet import reactor\n"
        "print(type(reactor).__bases__[-1])\n"
        "print([name for name in sys.modules if name.partition('.')[0] in\n"
        "    ('PySide6', 'shiboken6', 'qtpy', 'qreactor') or name.startswith('app.ui')])\n"
    )
    with running(sys.executable, "-c", report) as program:
        program.line()
        program.send(signal.SIGTERM)
        code, out, err = program.end()
    chosen = subprocess.check_output(
        [sys.executable, "-c", "from twisted.internet import reactor; print(type(reactor))"],
        text=True,
        timeout=PATIENCE_SECONDS,
    )
    assert (code, err) == (0, "")
    assert out == f"echo is stopped.\n{chosen}[]\n"


def test_importing_the_command_chooses_no_reactor() -> None:
    report = (
        "import sys, app.cli, app.serve.run, app.server.workspace\n"
        "print('twisted.internet.reactor' in sys.modules)\n"
    )
    with running(sys.executable, "-c", report) as program:
        assert program.end() == (0, "False\n", "")


def test_a_protocol_that_fails_is_told_on_standard_error_with_its_traceback() -> None:
    program = (
        "import sys\n"
        "from app import cli\n"
        "from app.protocols import echo\n"
        "def fail(self, data):\n"
        "    raise ValueError('boom')\n"
        "echo.Echo.dataReceived = fail\n"
        "sys.exit(cli.main(['serve', 'echo=tcp:0', '--json']))\n"
    )
    with running(sys.executable, "-c", program) as failing:
        with client_of(failing.event()["port"]) as client:
            peer = "{}:{}".format(*client.getsockname())
            client.sendall(b"x")
            assert failing.event()["event"] == "opened"
            closed = failing.event()
        failing.send(signal.SIGTERM)
        code, _, err = failing.end()
    assert (closed["event"], closed["reason"]) == ("closed", "ValueError: boom")
    assert code == 0
    assert err.startswith(
        f"echo: the protocol failed on the connection from {peer}, which is closed now.\nTraceback"
    )
    assert err.endswith("ValueError: boom\n")


def test_it_ends_by_itself_at_a_limit() -> None:
    with running(*serving("echo=tcp:0", "--json", "--until-connections", "2")) as program:
        port = program.event()["port"]
        with client_of(port), client_of(port):
            pass
        events = [program.event()["event"] for _ in range(5)]
        assert sorted(events[:4]) == ["closed", "closed", "opened", "opened"]
        assert events[4] == "stopped"
        assert program.end() == (0, "", "")
    with running(*serving("echo=tcp:0", "--exit-after", "0.01")) as program:
        code, out, err = program.end()
        assert (code, err) == (0, "")
        assert out.endswith("echo is stopped.\n")


@pytest.mark.skipif(sys.platform == "win32", reason="has no SIGHUP")
def test_sighup_loads_the_profile_again_while_the_connections_of_what_is_the_same_go_on(
    tmp_path: Path,
) -> None:
    path = profile(tmp_path / "profile.toml", ECHO, ECHO.replace("My Echo", "Other"))
    with running(*serving("--profile", str(path), "--json")) as program:
        port = program.event()["port"]
        program.event()
        with client_of(port) as client:
            assert program.event()["event"] == "opened"
            profile(path, ECHO + "\nmax_connections = 7")
            program.send(signal.SIGHUP)
            assert program.event()["event"] == "stopped"
            reloaded = program.event()
            assert (reloaded["removed"], reloaded["changed"]) == (["Other"], ["My Echo"])
            client.sendall(b"hello")
            assert client.recv(5) == b"hello"
            path.write_text("[[listener]")
            program.send(signal.SIGHUP)
            assert program.event()["event"] == "not_reloaded"
            client.sendall(b"still")
            assert client.recv(5) == b"still"
        assert program.event()["event"] == "closed"
        program.send(signal.SIGTERM)
        assert program.event()["event"] == "stopped"
        code, _, err = program.end()
        assert code == 0
        assert "line 1, column " in err


HUNG_UP = """
import os, pty, signal, subprocess, sys
if sys.argv[1] == "nohup":
    signal.signal(signal.SIGHUP, signal.SIG_IGN)
read, write = os.pipe()
pid, terminal = pty.fork()
if not pid:
    os.close(read)
    os.dup2(write, 1)
    os.execv(sys.executable, [sys.executable, "-m", "app", "serve", "echo=tcp:0"])
os.close(write)
with os.fdopen(read) as lines:
    print(lines.readline().partition(" on ")[0])
    os.close(terminal)
    print(lines.readline(), end="")
    if sys.argv[1] == "nohup":
        os.kill(pid, signal.SIGTERM)
print(os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]))
"""
"""A program on a terminal that is closed once the program listens."""


@pytest.mark.skipif(sys.platform == "win32", reason="has no such terminals")
@pytest.mark.parametrize(
    ("way", "then"),
    [
        ("plain", "echo is stopped."),
        ("nohup", "The profile was not loaded again; everything goes on as it was."),
    ],
)
def test_it_ends_with_its_terminal_unless_it_shall_outlive_it(way: str, then: str) -> None:
    with running(sys.executable, "-c", HUNG_UP, way) as program:
        code, out, _ = program.end()
    assert code == 0
    assert out.splitlines() == ["echo is listening", then, "0"]


@pytest.mark.skipif(sys.platform == "win32", reason="needs Unix sockets")
def test_systemd_hears_of_the_start_and_of_the_end(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    address = str(tmp_path / "notify")
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as warden:
        warden.bind(address)
        warden.settimeout(PATIENCE_SECONDS)
        monkeypatch.setenv("NOTIFY_SOCKET", address)
        with running(*serving("echo=tcp:0")) as program:
            assert warden.recv(1000) == b"READY=1\nSTATUS=1 of 1 listeners on"
            program.send(signal.SIGHUP)
            assert warden.recv(1000).startswith(b"RELOADING=1\nMONOTONIC_USEC=")
            assert warden.recv(1000).startswith(b"READY=1\n")
            program.send(signal.SIGTERM)
            assert warden.recv(1000) == b"STOPPING=1"
            assert program.end()[0] == 0


def test_who_does_not_read_its_lines_holds_nobody_up() -> None:
    """What a test suite does that starts it and reads no more than the first line."""
    with running(*serving("echo=tcp:0:interface=127.0.0.1", "--json")) as program:
        port = program.event()["port"]
        lines = 0
        while lines < 3000:  # far more than a pipe has room for
            with client_of(port) as client:
                client.sendall(b"hello")
                assert client.recv(5) == b"hello"
            lines += 2
        program.send(signal.SIGTERM)
        assert program.process.wait(PATIENCE_SECONDS) == 0


def test_who_does_not_read_its_complaints_holds_nobody_up(tmp_path: Path) -> None:
    (tmp_path / "bad.py").write_text(
        "from twisted.internet.protocol import Protocol\n"
        "class Bad(Protocol):\n"
        "    def dataReceived(self, data):\n"
        "        print('x' * 100_000)\n"  # more than a pipe has room for
        "        raise ValueError('y' * 100_000)\n"
    )
    own = f"python:{tmp_path / 'bad.py'}:Bad=tcp:0"
    with running(*serving(own, "echo=tcp:0", "--json")) as program:
        bad, echo = (program.event()["port"] for _ in range(2))
        with client_of(bad) as client:
            client.sendall(b"hello")
            with pytest.raises(ConnectionResetError):  # it failed, and was told
                client.recv(1)
        with client_of(echo) as client:
            client.sendall(b"hello")
            assert client.recv(5) == b"hello"
        program.send(signal.SIGTERM)
        assert program.process.wait(PATIENCE_SECONDS) == 0


def test_what_code_of_ones_own_prints_is_not_among_the_lines(tmp_path: Path) -> None:
    (tmp_path / "chatty.py").write_text(
        "from twisted.internet.protocol import Protocol\n"
        "print('loaded')\n"
        "class Chatty(Protocol):\n"
        "    def connectionMade(self):\n"
        "        print('made')\n"
    )
    own = f"python:{tmp_path / 'chatty.py'}:Chatty=tcp:0"
    with running(*serving(own, "--json", "--until-connections", "1")) as program:
        with client_of(program.event()["port"]):
            pass
        code, out, err = program.end()
    assert code == 0
    assert [json.loads(line)["event"] for line in out.splitlines()] == [
        "opened",
        "closed",
        "stopped",
    ]
    assert err == "loaded\nmade\n"


@pytest.mark.skipif(sys.platform == "win32", reason="is written in a POSIX shell's words")
@pytest.mark.parametrize("streams", [">&-", "2>&-", ">&- 2>&-", "</dev/null >&- 2>&-", "<&-"])
def test_without_its_streams_it_serves_all_the_same(streams: str) -> None:
    command = f"exec {sys.executable} -m app serve echo=tcp:0 --exit-after 0.1 {streams}"
    with running("/bin/sh", "-c", command) as program:
        code, out, err = program.end()
    assert (code, err) == (0, "")
    assert out == "" or out.endswith("echo is stopped.\n")


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="has no such device")
def test_a_full_disk_stops_no_listener() -> None:
    command = f"exec {sys.executable} -m app serve echo=tcp:0 --exit-after 0.5 >/dev/full"
    with running("/bin/sh", "-c", command) as program:
        code, _, err = program.end()
    assert code == 0
    assert err == "The lines cannot be written (No space left on device); trying again.\n"
