"""The echo servers that Portdeck is compared with."""

from __future__ import annotations

import json
import socket
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path

from tests.benchmarks.harness.programs import (
    HOST,
    Kind,
    Program,
    Run,
    free_port,
    plain_server,
    running,
    wait_for,
    window,
)
from tests.screen import Screen

MESSAGE = 64
MANY = 2_000

PROFILE = f"""
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


@contextmanager
def serve(_: Screen) -> Iterator[Program]:
    """`portdeck serve`, without a window."""
    command = [sys.executable, "-m", "app", "serve", "--json"]
    listeners = [f"echo=tcp:0:interface={HOST}", f"echo=udp:0:interface={HOST}"]
    with running([*command, *listeners]) as process:
        assert process.stdout is not None
        ports = [int(json.loads(process.stdout.readline())["port"]) for _ in listeners]
        with open("/dev/null", "wb") as nowhere:  # noqa: PTH123 - a device
            drain = subprocess.Popen(["cat"], stdin=process.stdout, stdout=nowhere)
        try:
            yield Program(process.pid, *ports)
        finally:
            process.kill()
            drain.wait()


def command_pair(
    stream: Callable[[int], Sequence[str]], datagrams: Callable[[int], Sequence[str]] | None
) -> Run:
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
            process = stack.enter_context(running([*shell, *commands]))
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
        with running(["packetsender"], environment) as process:
            wait_for(ports[0])
            yield Program(process.pid, *ports)


KINDS = (
    Kind("Portdeck, window and all traffic kept", window(PROFILE)),
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
    ),
)
