"""Programs that forward, and programs that answer by rule, beside which Portdeck is measured."""

from __future__ import annotations

import json
import socket
import sys
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from tests.benchmarks.harness.programs import (
    HOST,
    Kind,
    Program,
    Run,
    found,
    free_port,
    listening_command,
    plain_server,
    running,
    wait_for,
    window,
)
from tests.screen import Screen

PORTDECK = "Portdeck, window and all traffic kept"
RULES = 20
REQUEST = b"message 19 of the client, padded to sixty-four bytes ".ljust(63, b".") + b"\n"
ANSWER = "the answer to it, which is as long as the message ".ljust(63, ".") + "\n"

MITMPROXY = "`python3 -m venv build/peers && build/peers/bin/pip install mitmproxy`"
MOUNTEBANK = "`npm install --prefix build/peers mountebank`"

HAPROXY = """
global
    nbthread 1
defaults
    mode tcp
    timeout connect 5s
    timeout client 60s
    timeout server 60s
listen bench
    bind {host}:{port}
    server upstream {host}:{upstream}
"""


def profile(protocol: str, more: str = "", *, port: int = 0) -> str:
    """One listener on TCP. `more` is what follows in its table."""
    return f"""
version = 1

[[listener]]
name = "Bench"
protocol = "{protocol}"
endpoint = "tcp:{port}:interface={HOST}"
max_connections = 10000
autostart = true
{more}
"""


def forwarders(upstream: int) -> list[Kind]:
    """Each forwards to the port `upstream`."""
    options = f'[listener.options]\nto = "{HOST}:{upstream}"'
    return [
        Kind(PORTDECK, window(profile("forward", options))),
        Kind("Twisted portforward", plain_server("portforward", str(upstream))),
        Kind("HAProxy", _haproxy(upstream), needs="haproxy", install="`.ci/packages haproxy`"),
        Kind(
            "socat fork",
            listening_command(
                lambda port: [
                    *("socat", f"TCP-LISTEN:{port},bind={HOST},fork,backlog=1024"),
                    f"TCP:{HOST}:{upstream}",
                ]
            ),
            needs="socat",
            install="`.ci/packages socat`",
        ),
        Kind(
            "mitmdump --mode reverse:tcp",
            listening_command(
                lambda port: [
                    *("mitmdump", "--quiet", "--mode", f"reverse:tcp://{HOST}:{upstream}"),
                    *("--listen-host", HOST, "--listen-port", str(port)),
                    *("--set", "connection_strategy=lazy"),
                ]
            ),
            needs="mitmdump",
            install=MITMPROXY,
        ),
    ]


def _haproxy(upstream: int) -> Run:
    @contextmanager
    def run(_: Screen) -> Iterator[Program]:
        port = free_port(socket.SOCK_STREAM)
        text = HAPROXY.format(host=HOST, port=port, upstream=upstream)
        with _with_file("haproxy.cfg", text, ["haproxy", "-db", "-f"], port) as program:
            yield program

    return run


def repliers() -> list[Kind]:
    """Each has 20 rules, the last of which matches `REQUEST`; then those of one rule."""
    rules = "".join(
        f"[[listener.options.rule]]\nequals = {json.dumps(request)}\nreply = {json.dumps(ANSWER)}\n"
        for request in _requests()
    )
    options = f'[listener.options]\nframing = "line"\n{rules}'
    return [
        Kind(PORTDECK, window(profile("replies", options))),
        Kind(f"mountebank, {RULES} stubs", _mountebank(RULES), needs="mb", install=MOUNTEBANK),
        Kind("mountebank, 1 stub", _mountebank(1), needs="mb", install=MOUNTEBANK),
    ]


def _requests() -> list[str]:
    """What each rule waits for, without the end of the line."""
    last = REQUEST.decode().rstrip("\n")
    return [*(last.replace("19", f"{number:02}") for number in range(RULES - 1)), last]


def _mountebank(stubs: int) -> Run:
    @contextmanager
    def run(_: Screen) -> Iterator[Program]:
        port, control = (free_port(socket.SOCK_STREAM) for _ in range(2))
        imposter: Mapping[str, Any] = {
            "port": port,
            "protocol": "tcp",
            "mode": "text",
            "stubs": [
                {
                    "predicates": [{"equals": {"data": f"{request}\n"}}],
                    "responses": [{"is": {"data": ANSWER}}],
                }
                for request in _requests()[-stubs:]
            ],
        }
        command = ["mb", "--port", str(control), "--nologfile", "--loglevel", "error"]
        text = json.dumps({"imposters": [imposter]})
        with _with_file("imposters.json", text, [*command, "--configfile"], port) as program:
            yield program

    return run


@contextmanager
def _with_file(name: str, text: str, command: Sequence[str], port: int) -> Iterator[Program]:
    """A command whose last argument is a file."""
    with tempfile.TemporaryDirectory(prefix="portdeck-bench-") as folder:
        path = Path(folder) / name
        path.write_text(text, encoding="utf-8")
        where, *arguments = command
        with running([found(where) or where, *arguments, str(path)], folder=folder) as process:
            wait_for(port)
            yield Program(process.pid, port)


def faulty(fault: str = "", *, has_window: bool = True) -> Run:
    """Portdeck's Echo with one fault, or without; in the window, or by `portdeck serve`."""
    table = f"[[listener.fault]]\n{fault}" if fault else ""
    return window(profile("echo", table)) if has_window else _served(table)


def _served(table: str) -> Run:
    @contextmanager
    def run(_: Screen) -> Iterator[Program]:
        port = free_port(socket.SOCK_STREAM)
        with tempfile.NamedTemporaryFile("w", suffix=".toml") as file:
            file.write(profile("echo", table, port=port))
            file.flush()
            with running([sys.executable, "-m", "app", "serve", "--profile", file.name]) as process:
                wait_for(port)
                yield Program(process.pid, port)

    return run
