"""The programs that Portdeck is compared with: how each is started, and what it costs (Linux).

A program may consist of many processes: `ncat -e` and `socat EXEC:` start one for each connection.
:class:`Program` counts all of them.
"""

from __future__ import annotations

import json
import shutil
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path

import psutil
from attrs import frozen

from tests.panel import Panel
from tests.screen import Screen

HOST = "127.0.0.1"
START_SECONDS = 15.0
MESSAGE = 64
MANY = 2_000

PANEL_PROFILE = f"""
version = 1

[[listener]]
name = "Echo"
protocol = "echo"
endpoint = "tcp:0:interface={HOST}"
max_connections = {MANY}
autostart = true

[[listener]]
name = "Datagrams"
protocol = "echo"
endpoint = "udp:0:interface={HOST}"
autostart = true
"""


@frozen
class Program:
    """One that runs."""

    pid: int
    port: int
    datagram_port: int | None = None
    """Where it answers datagrams, if it does."""

    def processes(self) -> list[psutil.Process]:
        """It and all that it has started."""
        root = psutil.Process(self.pid)
        return [root, *root.children(recursive=True)]

    def cpu_seconds(self) -> float:
        """Processor time of all of them, those included that have ended and were waited for."""
        total = 0.0
        for each in self.processes():
            with suppress(psutil.NoSuchProcess):
                times = each.cpu_times()
                total += times.user + times.system + times.children_user + times.children_system
        return total

    def memory_bytes(self) -> int:
        """Memory of all of them; what several share counts once."""
        total = 0
        for each in self.processes():
            with suppress(psutil.NoSuchProcess):
                total += each.memory_full_info().pss
        return total


@frozen
class Kind:
    """A program that can be started, if it is installed."""

    label: str
    run: Callable[[Screen], object]
    """Gives a context manager of a :class:`Program`."""
    needs: str = ""
    """The command that must be there."""
    install: str = ""
    """How to install it."""
    echoes: bool = True
    """Whether it answers with what it was sent; otherwise with as many bytes of its own."""

    @property
    def missing(self) -> str:
        """A sentence about what is not installed; empty if all is there."""
        if not self.needs or shutil.which(self.needs):
            return ""
        return (
            f"{self.label} is left out: there is no {self.needs}. Install it with {self.install}."
        )


@contextmanager
def panel(screen: Screen) -> Iterator[Program]:
    """The window, with the table on show and every chunk recorded."""
    with Panel(screen, PANEL_PROFILE) as running:
        ((_, port),) = running.wait_until_listening(1)
        running.window(screen)
        found = psutil.Process(running.process.pid).net_connections("udp")
        yield Program(running.process.pid, port, found[0].laddr.port)


@contextmanager
def serve(_: Screen) -> Iterator[Program]:
    """`portdeck serve`, without a window."""
    command = [sys.executable, "-m", "app", "serve", "--json"]
    listeners = [f"echo=tcp:0:interface={HOST}", f"echo=udp:0:interface={HOST}"]
    with _running([*command, *listeners]) as process:
        assert process.stdout is not None
        ports = [int(json.loads(process.stdout.readline())["port"]) for _ in listeners]
        with open("/dev/null", "wb") as nowhere:  # noqa: PTH123 - a device
            drain = subprocess.Popen(["cat"], stdin=process.stdout, stdout=nowhere)
        try:
            yield Program(process.pid, *ports)
        finally:
            process.kill()
            drain.wait()


def plain_server(variant: str) -> Callable[[Screen], object]:
    """One of `peer_servers`."""

    @contextmanager
    def run(_: Screen) -> Iterator[Program]:
        command = [sys.executable, "-m", "tests.benchmarks.peer_servers", variant]
        with _running(command) as process:
            assert process.stdout is not None
            ports = json.loads(process.stdout.readline())
            yield Program(process.pid, ports["port"], ports["udp"])

    return run


def command_pair(
    stream: Callable[[int], Sequence[str]], datagrams: Callable[[int], Sequence[str]] | None
) -> Callable[[Screen], object]:
    """A command for a TCP port, and another one for a UDP port that is measured with it."""

    @contextmanager
    def run(_: Screen) -> Iterator[Program]:
        with ExitStack() as stack:
            port = free_port(socket.SOCK_STREAM)
            shell = ["sh", "-c", 'for each; do sh -c "exec $each" & done; wait', "peers"]
            commands = [" ".join(stream(port))]
            datagram_port = None
            if datagrams is not None:
                datagram_port = free_port(socket.SOCK_DGRAM)
                commands.append(" ".join(datagrams(datagram_port)))
            process = stack.enter_context(_running([*shell, *commands]))
            wait_for(port)
            yield Program(process.pid, port, datagram_port)

    return run


@contextmanager
def packet_sender(screen: Screen) -> Iterator[Program]:
    """Its window with persistent TCP connections. It cannot echo: it answers 64 fixed bytes."""
    ports = [free_port(socket.SOCK_STREAM), free_port(socket.SOCK_DGRAM)]
    with tempfile.TemporaryDirectory(prefix="portdeck-peers-") as home:
        folder = Path(home) / "PacketSender"
        folder.mkdir()
        answer = " ".join(["00"] * MESSAGE)
        (folder / "ps_settings.ini").write_text(
            f"[General]\ntcpPort={ports[0]}\nudpPort={ports[1]}\ntcpServerEnable=true\n"
            "udpServerEnable=true\nsslServerEnable=false\npersistentTCPCheck=true\n"
            f"sendReponse=true\nsendResponse=true\nresponseHex={answer}\n",
            encoding="utf-8",
        )
        places = {f"XDG_{name}_HOME": home for name in ("CONFIG", "DATA", "CACHE", "STATE")}
        environment = {**screen.environment, **places, "HOME": home}
        with _running(["packetsender"], environment) as process:
            wait_for(ports[0])
            yield Program(process.pid, *ports)


@contextmanager
def mitmdump(command: str, upstream: int) -> Iterator[Program]:
    """Every message looked at on its way to the echo server at `upstream`."""
    port = free_port(socket.SOCK_STREAM)
    place = ["--listen-host", HOST, "--listen-port", str(port), "--set", "connection_strategy=lazy"]
    with _running(
        [command, "--quiet", "--mode", f"reverse:tcp://{HOST}:{upstream}", *place]
    ) as process:
        wait_for(port)
        yield Program(process.pid, port)


KINDS = (
    Kind("Portdeck, window and all traffic kept", panel),
    Kind("Portdeck serve", serve),
    Kind("Twisted epoll", plain_server("twisted")),
    Kind("asyncio", plain_server("asyncio")),
    Kind("uvloop", plain_server("uvloop")),
    Kind(
        "ncat -k -e /bin/cat",
        command_pair(
            lambda port: ["ncat", "-l", "-k", "-m", str(MANY), "-e", "/bin/cat", HOST, str(port)],
            lambda port: ["ncat", "-l", "-u", "-k", "-e", "/bin/cat", HOST, str(port)],
        ),
        needs="ncat",
        install="`.ci/packages ncat`",
    ),
    Kind(
        "socat fork EXEC:cat",
        command_pair(
            lambda port: ["socat", f"TCP-LISTEN:{port},bind={HOST},fork,backlog=1024", "EXEC:cat"],
            lambda port: ["socat", f"UDP-LISTEN:{port},bind={HOST},fork", "EXEC:cat"],
        ),
        needs="socat",
        install="`.ci/packages socat`",
    ),
    Kind(
        "Packet Sender",
        packet_sender,
        needs="packetsender",
        install="`.ci/packages packetsender x11-xserver-utils`",
        echoes=False,
    ),
)


def free_port(kind: socket.SocketKind) -> int:
    """A port that is free now, for a program that cannot choose one itself."""
    with socket.socket(socket.AF_INET, kind) as chosen:
        chosen.bind((HOST, 0))
        return int(chosen.getsockname()[1])


def wait_for(port: int) -> None:
    """Return once somebody accepts connections there. Raises `TimeoutError`."""
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline:
        with suppress(OSError), socket.create_connection((HOST, port), timeout=1):
            return
        time.sleep(0.05)
    raise TimeoutError(f"nobody listens on port {port}")


@contextmanager
def _running(
    command: Sequence[str], environment: dict[str, str] | None = None
) -> Iterator[subprocess.Popen[str]]:
    process = subprocess.Popen(
        command,
        env=environment,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    )
    try:
        yield process
    finally:
        with suppress(psutil.NoSuchProcess):
            for each in psutil.Process(process.pid).children(recursive=True):
                with suppress(psutil.NoSuchProcess):
                    each.kill()
        process.kill()
        process.communicate()
