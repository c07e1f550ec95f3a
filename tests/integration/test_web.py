"""HTTP and WebSocket listeners as `portdeck serve` runs them, with clients of other makers."""

from __future__ import annotations

import http.client
import json
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import trustme
from websockets.exceptions import ConnectionClosedError
from websockets.sync.client import ClientConnection, connect

from tests.integration.programs import PATIENCE_SECONDS, running, serving

PROFILE = """
version = 1
[[listener]]
name = "Inspect"
protocol = "http"
endpoint = "tcp:0:interface=127.0.0.1"
[[listener]]
name = "Files"
protocol = "http"
endpoint = "tcp:0:interface=127.0.0.1"
options = {{ mode = "folder", folder = "{folder}/site" }}
[[listener]]
name = "Echo"
protocol = "websocket"
endpoint = "tcp:0:interface=127.0.0.1"
options = {{ longest_message = 100000, subprotocols = "chat" }}
[[listener]]
name = "Room"
protocol = "websocket"
endpoint = "tcp:0:interface=127.0.0.1"
options = {{ mode = "room", path = "/room" }}
[[listener]]
name = "Secured"
protocol = "websocket"
endpoint = "ssl:0:interface=127.0.0.1:privateKey={folder}/key.pem:certKey={folder}/cert.pem"
"""


@pytest.fixture
def ports(tmp_path: Path) -> Iterator[dict[str, int]]:
    """The port of each listener of the profile, by its name."""
    (tmp_path / "site").mkdir()
    (tmp_path / "site" / "index.html").write_text("<p>Hi")
    (tmp_path / "site" / "large.bin").write_bytes(bytes(range(256)) * 40_000)
    (tmp_path / "secret.txt").write_text("secret")
    certificate = trustme.CA().issue_cert("127.0.0.1")
    certificate.private_key_pem.write_to_path(tmp_path / "key.pem")
    certificate.cert_chain_pems[0].write_to_path(tmp_path / "cert.pem")
    path = tmp_path / "profile.toml"
    path.write_text(PROFILE.format(folder=tmp_path), encoding="utf-8")
    with running(*serving("--profile", str(path), "--json")) as program:
        events = [program.event() for _ in range(5)]
        yield {each["listener"]: each["port"] for each in events}


def websocket(port: int, path: str = "/", **more: Any) -> ClientConnection:
    client: ClientConnection = connect(
        f"ws://127.0.0.1:{port}{path}", open_timeout=PATIENCE_SECONDS, **more
    )
    return client


def talk(*arguments: str, say: str = "") -> tuple[int, str]:
    """What `portdeck connect` ends with, and what it heard."""
    command = [sys.executable, "-m", "app", "connect", *arguments]
    done = subprocess.run(
        command, capture_output=True, input=say, timeout=PATIENCE_SECONDS, text=True
    )
    return done.returncode, done.stdout


def test_python_itself_asks_twice_on_one_connection(ports: dict[str, int]) -> None:
    client = http.client.HTTPConnection("127.0.0.1", ports["Inspect"], timeout=PATIENCE_SECONDS)
    for text in ("hello", "grüß"):
        client.request("POST", "/a?b=1", text.encode(), {"X-Test": "1"})
        got = json.load(client.getresponse())
        assert (got["method"], got["path"], got["body"]) == ("POST", "/a", text)
        assert ["X-Test", "1"] in got["headers"]
    client.close()


@pytest.mark.skipif(shutil.which("curl") is None, reason="there is no curl here")
def test_curl_gets_files_and_nothing_else(ports: dict[str, int], tmp_path: Path) -> None:
    def curl(*arguments: str) -> bytes:
        command = ["curl", "-s", "--path-as-is", *arguments]
        return subprocess.run(command, capture_output=True, timeout=PATIENCE_SECONDS).stdout

    site = f"http://127.0.0.1:{ports['Files']}"
    large = (tmp_path / "site" / "large.bin").read_bytes()
    assert curl(f"{site}/") == b"<p>Hi"
    assert curl(f"{site}/large.bin") == large
    assert curl("-r", "1000-1999", f"{site}/large.bin") == large[1000:2000]
    for path in ("/../secret.txt", "/%2e%2e/secret.txt", "/..%2fsecret.txt"):
        assert curl("-w", "%{http_code}", "-o", "/dev/null", f"{site}{path}") == b"404"
    head = f"X: {'a' * 30_000}"
    assert curl("-w", "%{http_code}", "-o", "/dev/null", "-H", head, f"{site}/") == b"431"


def test_websockets_gets_its_messages_back(ports: dict[str, int]) -> None:
    with websocket(ports["Echo"], subprotocols=["chat"]) as client:
        assert client.subprotocol == "chat"
        client.send("grüß")
        client.send([b"\xff", b"\x00", b"x" * 50_000])
        assert client.ping().wait(PATIENCE_SECONDS)
        assert client.recv(PATIENCE_SECONDS) == "grüß"
        assert client.recv(PATIENCE_SECONDS) == b"\xff\x00" + b"x" * 50_000


def test_websockets_is_closed_for_a_message_that_is_too_large(ports: dict[str, int]) -> None:
    with websocket(ports["Echo"], compression=None) as client:
        client.send(b"x" * 100_001)
        with pytest.raises(ConnectionClosedError) as caught:
            client.recv(PATIENCE_SECONDS)
    assert caught.value.rcvd is not None
    assert caught.value.rcvd.code == 1009


def test_a_room_of_websockets_and_connect(ports: dict[str, int]) -> None:
    with websocket(ports["Room"], "/room") as client:
        url = f"ws://127.0.0.1:{ports['Room']}/room"
        assert talk(url, "--send", "hello", "--timeout", "0.1")[0] == 0
        assert client.recv(PATIENCE_SECONDS) == "hello"


def test_connect_sends_each_line_as_a_message(ports: dict[str, int]) -> None:
    url = f"ws://127.0.0.1:{ports['Echo']}/"
    assert talk(url, say="one\n\ntwo\r\nthree") == (0, "one\ntwo\nthree\n")


def test_connect_speaks_websocket_over_tls(ports: dict[str, int]) -> None:
    url = f"wss://127.0.0.1:{ports['Secured']}/"
    assert talk(url, "--insecure", "--send", "hello", "--expect", "hello") == (0, "hello\n")
    assert talk(url, "--send", "hello")[0] == 3


def test_connect_says_that_there_is_no_websocket(ports: dict[str, int]) -> None:
    assert talk(f"ws://127.0.0.1:{ports['Inspect']}/", "--send", "hello") == (3, "")
    assert talk(f"ws://127.0.0.1:{ports['Room']}/", "--send", "hello") == (3, "")
