"""The lines of *Copy as*, typed into a shell while the listener is up."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from threading import Timer

import pytest
from attrs import evolve

from app.codegen.command_lines import client_address, command_lines
from app.codegen.tls_files import tls_files
from app.net.endpoint import Endpoint
from app.profile import ListenerSpec, Tls
from app.server.deck import Deck
from app.server.listener import State
from app.ui.reactor.reactor import DeckReactor
from tests.integration.programs import PATIENCE_SECONDS
from tests.integration.sockets import Beside, ResultOf, Until
from tests.server.record import Record

SAID = b"hello there\n"

STREAM = {"nc", "telnet", "socat"}


@pytest.fixture
def running(
    reactor: DeckReactor, record: Record, tmp_path: Path, result_of: ResultOf, until: Until
) -> Iterator[Deck]:
    deck = Deck(reactor, record, folder=tmp_path, ca_folder=tmp_path)
    yield deck
    for connection in list(record.live):
        connection.abortConnection()
    until(lambda: not record.live)
    result_of(deck.stop_all())


def typed(line: str) -> bytes:
    """What the terminal shows after `line` and `SAID` were typed into it, until that came back."""
    with subprocess.Popen(
        ["sh", "-c", f"exec {line}"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
    ) as client:
        net = Timer(PATIENCE_SECONDS, client.kill)
        net.start()
        assert client.stdin is not None
        assert client.stdout is not None
        client.stdin.write(SAID)
        client.stdin.flush()
        shown = b""
        while SAID not in shown and (data := os.read(client.stdout.fileno(), 65536)):
            shown += data
        net.cancel()
        client.kill()
    return shown


@pytest.mark.parametrize(
    ("endpoint", "tls", "tools"),
    [
        ("tcp:0", None, STREAM),
        ("tcp:0:interface=0.0.0.0", None, STREAM),
        ("tcp6:0", None, STREAM),
        ("tcp:0:interface=localhost", None, STREAM),
        ("udp:0", None, {"nc", "socat"}),
        ("udp:0:interface=localhost", None, {"nc", "socat"}),
        (r"udp:0:interface=\:\:1", None, {"nc", "socat"}),
        ("unix", None, {"nc", "socat"}),
        ("tcp:0", Tls(), {"openssl s_client", "socat"}),
        ("tcp6:0", Tls(minimum_version="1.3"), {"openssl s_client", "socat"}),
        ("unix", Tls(), {"openssl s_client"}),
    ],
)
def test_every_line_reaches_the_listener(
    endpoint: str,
    tls: Tls | None,
    tools: set[str],
    running: Deck,
    tmp_path: Path,
    beside: Beside[bytes],
    result_of: ResultOf,
) -> None:
    if endpoint == "unix":
        endpoint = str(Endpoint("unix", (str(tmp_path / "it's, a {socket}:1"),)))
    spec = ListenerSpec(name="Echo", protocol="echo", endpoint=endpoint)
    listener = running.add(evolve(spec, tls=tls))
    result_of(running.start(listener))
    assert listener.state is State.LISTENING, listener.reason
    found = client_address(
        listener.spec, listener.address, tmp_path, tls_files(listener.spec, tmp_path, tmp_path)
    )
    assert found is not None
    lines = command_lines(found)
    assert {line.tool for line in lines} == tools
    for line in lines:
        shown = beside(partial(typed, line.text))
        assert SAID in shown, (line.text, shown)
        if line.tool == "openssl s_client":
            assert b"Verify return code: 0 (ok)" in shown or b"Verification: OK" in shown
