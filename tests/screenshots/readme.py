"""The pictures of the README: the real program at work (Linux).

On a screen of its own, as large as the window will be, Portdeck is started and driven by keys
alone: listeners are started, real clients talk with them, one port is taken by somebody else, and
the console chats. What is on the screen then becomes `resources/screenshots/SCHEME.png`.
"""

from __future__ import annotations

import math
import selectors
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import psutil

from tests.portdeck_process import CONNECTIONS_ON_SHOW, PortdeckProcess
from tests.screen import Screen
from tests.screenshots.starts import FIRST
from tests.screenshots.world import PORTS

FOLDER = Path(__file__).resolve().parents[2] / "resources" / "screenshots"
SIZE = (1180, 760)
FILM_SIZE = (1080, 720)

ECHO, HELLO, CHAT, TAKEN = 8007, 8025, 8030, 8080
PROFILE = f"""
version = 1

[[listener]]
name = "Echo"
protocol = "echo"
endpoint = "tcp:{ECHO}:interface=127.0.0.1"

[[listener]]
name = "Hello"
protocol = "hello"
endpoint = "tcp:{HELLO}:interface=127.0.0.1"

[[listener]]
name = "Team chat"
protocol = "chat"
endpoint = "tcp:{CHAT}:interface=127.0.0.1"

[[listener]]
name = "Test API"
protocol = "line"
endpoint = "tcp:{TAKEN}:interface=127.0.0.1"
"""
FONTS = "font=Inter\ndata_font=JetBrains Mono\n"
"""What the window remembers: fonts that read well at a small size. Without them, the system's."""

ECHO_CLIENTS = 9
CHATTERS = 3
SAYINGS = ("hello", "is anybody there?", '{"user": 42, "action": "login"}')

TRAFFIC_SECONDS = 18.0
"""Long enough for the small graphs to have a past."""

SHOW_SECONDS = 0.5
"""In which the window has shown whatever happened: it does so ten times a second."""

PATIENCE_SECONDS = 20.0
POLL_SECONDS = 0.02


def check_ports() -> None:
    """End the program if others use the ports of the pictures."""
    taken = [port for port in sorted({ECHO, HELLO, CHAT, TAKEN, *PORTS.values()}) if _answers(port)]
    if taken:
        sys.exit(f"The pictures show ports that others use just now: {taken}. End those first.")


def take() -> None:
    """Take the pictures."""
    FOLDER.mkdir(parents=True, exist_ok=True)
    for scheme in ("light", "dark"):
        for path, make in (
            (FOLDER / f"{scheme}.png", _take),
            (FOLDER / f"film-{scheme}.gif", _film),
        ):
            make(scheme, path)
            print(f"{path.relative_to(Path.cwd())}: {path.stat().st_size / 1000:.0f} kB")


def _film(scheme: str, path: Path) -> None:
    with (
        Screen(*FILM_SIZE) as screen,
        PortdeckProcess(
            screen,
            FIRST,
            module="tests.screenshots.posed_window",
            settings=f"[General]\nscheme={scheme}\n{FONTS}",
            pipe=subprocess.PIPE,
        ) as portdeck,
    ):
        if trouble := ask(portdeck, f"film {path}"):
            sys.exit(trouble)


def ask(portdeck: PortdeckProcess, line: str) -> str:
    """Say `line` to a posed window; its answer, which is empty if all went well."""
    assert portdeck.process.stdin is not None
    assert portdeck.process.stdout is not None
    portdeck.process.stdin.write(f"{line}\n")
    portdeck.process.stdin.flush()
    answer: str = portdeck.process.stdout.readline()
    return answer.strip() if answer else "The window ended."


def _take(scheme: str, path: Path) -> None:
    with ExitStack() as stack:
        screen = stack.enter_context(Screen(*SIZE))
        stack.enter_context(_taken(TAKEN))
        portdeck = stack.enter_context(
            PortdeckProcess(
                screen, PROFILE, settings=f"{CONNECTIONS_ON_SHOW}scheme={scheme}\n{FONTS}"
            )
        )
        window = portdeck.window(screen)
        screen.xdotool("windowsize", "--sync", window, *map(str, SIZE))
        screen.xdotool("windowmove", window, "0", "0", "windowfocus", "--sync", window)
        screen.xdotool("key", "F5")  # start all
        portdeck.wait_until_listening(3)
        clients = stack.enter_context(_clients())
        # Go to the listeners, choose the first one, and talk to it.
        screen.xdotool("key", "ctrl+1", "Down", "ctrl+shift+t")
        _wait_for(lambda: _connected(portdeck) == ECHO_CLIENTS + CHATTERS + 1)
        time.sleep(SHOW_SECONDS)
        for saying in SAYINGS:
            screen.xdotool("type", saying)
            screen.xdotool("key", "Return")
            time.sleep(SHOW_SECONDS)
        clients(TRAFFIC_SECONDS)
        subprocess.run(
            ["import", "-window", window, "-strip", str(path)],
            env=screen.environment,
            check=True,
        )


@contextmanager
def _taken(port: int) -> Iterator[None]:
    """Another program listens on `port`: the web server that somebody forgot."""
    command = ["python3", "-m", "http.server", str(port), "--bind", "127.0.0.1"]
    with subprocess.Popen(
        command,  # shows no path of the machine where the pictures are made
        executable=sys.executable,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    ) as process:
        try:
            _wait_for(lambda: _answers(port))
            yield
        finally:
            process.terminate()


def _answers(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


@contextmanager
def _clients() -> Iterator[Callable[[float], None]]:
    """Connected clients, and what has them talk for so many seconds."""
    with ExitStack() as stack:
        opened = [
            stack.enter_context(socket.create_connection(("127.0.0.1", port)))
            for port in [ECHO] * ECHO_CLIENTS + [CHAT] * CHATTERS
        ]
        echoers, chatters = opened[:ECHO_CLIENTS], opened[ECHO_CLIENTS:]
        for name, chatter in zip(("ada", "grace", "linus"), chatters, strict=True):
            chatter.sendall(f"{name} is here\n".encode())
        readers = stack.enter_context(selectors.DefaultSelector())
        for each in opened:
            readers.register(each, selectors.EVENT_READ)

        def talk(seconds: float) -> None:
            began = time.monotonic()
            due = 0.0
            while (now := time.monotonic() - began) < seconds:
                if now >= due:
                    due += 0.05
                    _talk(now, echoers, chatters)
                for key, _ in readers.select(max(0.0, due - now)):
                    key.fileobj.recv(65536)  # type: ignore[union-attr]

        yield talk


def _talk(now: float, echoers: list[socket.socket], chatters: list[socket.socket]) -> None:
    """One step of a traffic that swells and ebbs, differently for each client."""
    for number, each in enumerate(echoers):
        strength = max(0.0, math.sin(now * (0.6 + 0.1 * number) + number))
        size = int(strength * 40 * 2.2**number)
        if size:
            each.sendall(bytes(size))
    if int(now * 20) % 17 == 0:
        chatters[int(now * 20) % len(chatters)].sendall(b"on my way\n")


def _connected(portdeck: PortdeckProcess) -> int:
    """How many peers the program has accepted."""
    ports = (ECHO, HELLO, CHAT)
    found = psutil.Process(portdeck.process.pid).net_connections("tcp")
    return sum(
        each.status == psutil.CONN_ESTABLISHED and each.laddr.port in ports for each in found
    )


def _wait_for(condition: Callable[[], bool]) -> None:
    deadline = time.monotonic() + PATIENCE_SECONDS
    while not condition():
        if time.monotonic() > deadline:
            raise TimeoutError("What the picture is to show did not happen.")
        time.sleep(POLL_SECONDS)
