"""HTTP: what is answered, what is refused, and what nobody can get out of a folder."""

from __future__ import annotations

import json
import os
from base64 import b64decode
from email.utils import formatdate
from http.client import HTTPResponse
from io import BytesIO
from pathlib import Path
from typing import Any, cast

import pytest
from hypothesis import given
from hypothesis import strategies as st
from twisted.internet.error import ConnectionDone
from twisted.internet.task import Clock
from twisted.internet.testing import StringTransport
from twisted.python.failure import Failure

from app.protocols.definition import ListenerContext, OptionError
from app.protocols.http import channel as bounds
from app.protocols.http.channel import WebChannel
from app.protocols.http.folder import content_type, path_names, read_range
from app.protocols.http.options import HttpOptions, Mode
from app.protocols.http.server import HttpFactory, read_headers
from tests.protocols.conftest import ADDRESS, Join

GET = b"GET / HTTP/1.1\r\nHost: x\r\n\r\n"


class Browser:
    """A client of one connection, on a transport that keeps what it is given."""

    def __init__(self, options: HttpOptions | None = None) -> None:
        self.clock = Clock()
        factory = HttpFactory(options or HttpOptions(), ListenerContext(self.clock))
        built = factory.buildProtocol(ADDRESS)
        assert isinstance(built, WebChannel)
        self.channel = built
        self.transport = StringTransport(peerAddress=ADDRESS)
        self.channel.makeConnection(self.transport)

    def send(self, data: bytes) -> None:
        self.channel.dataReceived(data)

    def answers(self, *methods: str) -> list[HTTPResponse]:
        """The answers so far, to requests with these methods."""
        source = Wire(self.transport.value())
        self.transport.clear()
        found = []
        for method in methods or ("GET",):
            response = HTTPResponse(cast(Any, source), method=method)
            response.begin()
            response.body = response.read()  # type: ignore[attr-defined]
            found.append(response)
        assert source.read() == b""
        return found

    def ask(self, data: bytes, method: str = "GET") -> HTTPResponse:
        self.send(data)
        return self.answers(method)[0]

    def get(self, path: str, *headers: str, method: str = "GET") -> HTTPResponse:
        lines = (f"{method} {path} HTTP/1.1", "Host: x", *headers, "", "")
        return self.ask("\r\n".join(lines).encode(), method)

    def leave(self) -> None:
        self.channel.connectionLost(Failure(ConnectionDone()))


class Wire(BytesIO):
    """What `HTTPResponse` takes for a socket; several answers are read from one."""

    def makefile(self, mode: str) -> Wire:
        return self

    def close(self) -> None:
        """There may be another answer."""


def body(response: HTTPResponse) -> bytes:
    data: bytes = response.body  # type: ignore[attr-defined]
    return data


def inspected(response: HTTPResponse) -> dict[str, Any]:
    got: dict[str, Any] = json.loads(body(response))
    return got


# Inspecting


def test_a_request_is_answered_with_what_it_was() -> None:
    browser = Browser()
    got = inspected(
        browser.ask(
            b"POST /a%20b?x=1&x=2&y= HTTP/1.1\r\nHost: here\r\nX-Two: 1\r\nX-Two: 2\r\n"
            b"Content-Length: 5\r\n\r\nh\xc3\xa9y!",
            "POST",
        )
    )
    assert got["method"] == "POST"
    assert got["target"] == "/a%20b?x=1&x=2&y="
    assert got["path"] == "/a%20b"
    assert got["query"] == {"x": ["1", "2"], "y": [""]}
    assert got["version"] == "HTTP/1.1"
    assert [each for each in got["headers"] if each[0] == "X-Two"] == [
        ["X-Two", "1"],
        ["X-Two", "2"],
    ]
    assert (got["body"], got["body_encoding"], got["body_bytes"]) == ("héy!", "utf-8", 5)
    assert got["peer"] == "127.0.0.1:50000"
    assert got["tls"] is False


def test_a_body_that_is_no_text_is_base64() -> None:
    got = inspected(Browser().ask(b"PUT / HTTP/1.1\r\nContent-Length: 2\r\n\r\n\xff\x00", "PUT"))
    assert got["body_encoding"] == "base64"
    assert b64decode(got["body"]) == b"\xff\x00"


def test_a_chunked_body_is_joined() -> None:
    request = (
        b"POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n2\r\nde\r\n0\r\n\r\n"
    )
    assert inspected(Browser().ask(request, "POST"))["body"] == "abcde"


def test_the_status_headers_and_content_type_are_those_chosen() -> None:
    options = HttpOptions(status=418, headers="X-Tea: yes\r\n\r\nContent-Type: a/b\n")
    response = Browser(options).ask(GET)
    assert response.status == 418
    assert response.getheader("X-Tea") == "yes"
    assert response.getheader("Content-Type") == "a/b"
    assert inspected(response)["path"] == "/"


def test_a_status_that_nobody_registered_is_sent() -> None:
    assert Browser(HttpOptions(status=299)).ask(GET).status == 299


@pytest.mark.parametrize("status", [204, 304])
def test_a_status_without_a_body_has_none(status: int) -> None:
    browser = Browser(HttpOptions(status=status))
    browser.send(GET + GET)
    assert [each.status for each in browser.answers("GET", "GET")] == [status, status]


def test_a_fixed_body_is_sent_as_utf_8() -> None:
    response = Browser(HttpOptions(mode=Mode.FIXED, body="Grüß\n")).ask(GET)
    assert body(response) == "Grüß\n".encode()
    assert response.getheader("Content-Type") == "text/plain; charset=utf-8"


def test_an_answer_to_head_has_the_length_alone() -> None:
    response = Browser(HttpOptions(mode=Mode.FIXED)).get("/", method="HEAD")
    assert response.getheader("Content-Length") == "6"
    assert body(response) == b""


def test_an_answer_is_delayed_and_the_next_waits_its_turn() -> None:
    browser = Browser(HttpOptions(delay_ms=1500))
    browser.send(GET + GET)
    browser.clock.advance(1.4)
    assert browser.transport.value() == b""
    browser.clock.advance(0.2)
    assert len(browser.answers("GET")) == 1
    browser.clock.advance(1.5)
    assert len(browser.answers("GET")) == 1


def test_a_client_that_leaves_is_not_answered() -> None:
    browser = Browser(HttpOptions(delay_ms=1500))
    browser.send(GET)
    browser.leave()
    assert not browser.clock.getDelayedCalls()


@pytest.mark.parametrize(
    "wrong",
    ["no header", "bad name: 3", "C: a\x00b", "Content-Length: 9", "transfer-encoding: chunked"],
)
def test_a_header_that_cannot_be_sent_says_so_at_the_start(wrong: str) -> None:
    with pytest.raises(OptionError):
        HttpFactory(HttpOptions(headers=f"A: 1\n{wrong}\n"), ListenerContext(Clock()))
    assert read_headers("A: 1\r\n\r\nB:2") == (("A", "1"), ("B", "2"))


def test_a_folder_that_is_missing_says_so_at_the_start(tmp_path: Path) -> None:
    options = HttpOptions(mode=Mode.FOLDER, folder=str(tmp_path / "missing"))
    with pytest.raises(OptionError, match="Make it, or choose another"):
        HttpFactory(options, ListenerContext(Clock())).doStart()


# Bounds


@pytest.mark.parametrize(
    "garbage",
    [
        b"hello\n",
        b"hello\r\n",
        b"\x16\x03\x01\x02\x00",
        b"GET /\r\n",
        b"GET / HTTP/2.0\r\n\r\n",
        b"GET / HTTP/1.1\r\nno colon\r\n\r\n",
        b"GET / HTTP/1.1\r\nbad name: 1\r\n\r\n",
        b"POST / HTTP/1.1\r\nContent-Length: x\r\n\r\n",
        b"POST / HTTP/1.1\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n",
        b"x" * 100_000,
    ],
)
def test_what_is_no_request_is_answered_400_and_closed(garbage: bytes) -> None:
    browser = Browser()
    browser.send(garbage)
    assert browser.transport.value().startswith(b"HTTP/1.1 400 ")
    assert browser.transport.value().count(b"HTTP/1.1 400") == 1
    assert browser.transport.disconnecting


@pytest.mark.parametrize(
    ("request_bytes", "status"),
    [
        (b"GET /" + b"a" * 20_000 + b" HTTP/1.1\r\n\r\n", 414),
        (b"GET / HTTP/1.1\r\nX: " + b"a" * 20_000 + b"\r\n\r\n", 431),
        (b"GET / HTTP/1.1\r\n" + b"X: aaaaaaaaaaa\r\n" * 99 + b"Y: 1\r\nZ: 2\r\n\r\n", 431),
        (b"GET / HTTP/1.1\r\n" + (b"X: " + b"a" * 996 + b"\r\n") * 20 + b"\r\n", 431),
        (b"POST / HTTP/1.1\r\nContent-Length: 11\r\nExpect: 100-continue\r\n\r\n", 413),
        (b"POST / HTTP/1.1\r\nContent-Length: 99999999999999999999\r\n\r\n", 413),
        (b"POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\nb\r\n" + b"a" * 11, 413),
    ],
)
@pytest.mark.parametrize("size", [97, 1_000_000])
def test_what_is_too_large_gets_its_status_and_the_end(
    request_bytes: bytes, status: int, size: int
) -> None:
    browser = Browser(HttpOptions(longest_body=10))
    for start in range(0, len(request_bytes), size):
        if browser.transport.disconnecting:
            break
        browser.send(request_bytes[start : start + size])
    assert browser.answers("POST")[0].status == status
    assert browser.transport.disconnecting
    browser.leave()
    assert not browser.clock.getDelayedCalls()


def test_endless_headers_are_not_kept() -> None:
    browser = Browser()
    browser.send(b"GET / HTTP/1.1\r\n")
    for _ in range(1000):
        browser.send(b"X: " + b"a" * 1000 + b"\r\n")
    assert browser.answers()[0].status == 431


def test_a_request_that_drips_in_is_given_up() -> None:
    browser = Browser()
    browser.send(b"POST / HTTP/1.1\r\nContent-Length: 1000\r\n\r\n")
    for _ in range(int(bounds.REQUEST_SECONDS)):
        browser.send(b"x")
        browser.clock.advance(1)
    assert browser.answers("POST")[0].status == 408
    assert browser.transport.disconnecting


def test_a_connection_without_a_request_is_closed_without_a_word() -> None:
    browser = Browser()
    browser.ask(GET)
    browser.clock.advance(bounds.IDLE_SECONDS + 1)
    assert browser.transport.value() == b""
    assert browser.transport.disconnecting


def test_pipelined_requests_are_answered_in_turns_of_the_reactor() -> None:
    browser = Browser(HttpOptions(mode=Mode.FIXED))
    browser.send(GET * 100)
    assert browser.transport.value().count(b"HTTP/1.1 200") == bounds.REQUESTS_IN_A_ROW
    for _ in range(3):
        browser.clock.advance(0)
    assert len(browser.answers(*["GET"] * 100)) == 100


def test_a_client_that_stops_sending_still_gets_its_answer(join: Join) -> None:
    clock = Clock()
    client = join(HttpFactory(HttpOptions(delay_ms=1000), ListenerContext(clock)))
    client.send(GET)
    client.half_close()

    def is_over() -> bool:
        clock.advance(0.1)
        return client.read()

    client.until(is_over)
    assert client.received.startswith(b"HTTP/1.1 200")


@given(st.binary(max_size=300), st.integers(1, 50))
def test_no_bytes_make_it_fail(data: bytes, size: int) -> None:
    browser = Browser()
    for start in range(0, len(data), size):
        if not browser.transport.disconnecting:
            browser.send(data[start : start + size])
    browser.leave()
    assert not browser.clock.getDelayedCalls()


# A folder


@pytest.fixture
def site(tmp_path: Path) -> Path:
    outside = tmp_path / "outside"
    outside.mkdir()
    (outside / "secret.txt").write_text("secret")
    root = tmp_path / "site"
    (root / "sub" / "deep").mkdir(parents=True)
    (root / "index.html").write_text("<p>Hi")
    (root / "data.json").write_text("{}")
    (root / "numbers.txt").write_bytes(b"0123456789")
    (root / "a <b> & c.txt").write_text("odd")
    (root / ".env").write_text("PASSWORD=1")
    (root / ".well-known").mkdir()
    (root / ".well-known" / "x.txt").write_text("well")
    (root / "out.txt").symlink_to(outside / "secret.txt")
    (root / "outdir").symlink_to(outside)
    (root / "loop").symlink_to(root / "loop")
    (root / "inside.txt").symlink_to(root / "numbers.txt")
    return root


def browse(site: Path, **more: Any) -> Browser:
    return Browser(HttpOptions(mode=Mode.FOLDER, folder=str(site), **more))


@pytest.mark.parametrize(
    ("path", "content", "kind"),
    [
        ("/", b"<p>Hi", "text/html; charset=utf-8"),
        ("/index.html?x", b"<p>Hi", "text/html; charset=utf-8"),
        ("/data.json", b"{}", "application/json; charset=utf-8"),
        ("/a%20%3Cb%3E%20&%20c.txt", b"odd", "text/plain; charset=utf-8"),
        ("/inside.txt", b"0123456789", "text/plain; charset=utf-8"),
        ("/.well-known/x.txt", b"well", "text/plain; charset=utf-8"),
    ],
)
def test_files_are_served_with_their_type(site: Path, path: str, content: bytes, kind: str) -> None:
    response = browse(site).get(path)
    assert (response.status, body(response)) == (200, content)
    assert response.getheader("Content-Type") == kind


@pytest.mark.parametrize(
    "path",
    [
        "/../outside/secret.txt",
        "/%2e%2e/outside/secret.txt",
        "/sub/../../outside/secret.txt",
        "/sub/..%2f..%2foutside%2fsecret.txt",
        "/%2Fetc/passwd",
        "//etc/passwd",
        "/sub//deep/",
        "/./index.html",
        "/..%5coutside%5csecret.txt",
        "/index.html%00",
        "/index.html/",
        "/out.txt",
        "/outdir/",
        "/outdir/secret.txt",
        "/loop",
        "/.env",
        "/missing",
        "/" + "a" * 5000,
        "*",
        "http://x/index.html",
        "/%ff",
    ],
)
def test_nothing_else_is_found(site: Path, path: str) -> None:
    response = browse(site).get(path)
    assert response.status == 404
    assert b"secret" not in body(response)


def test_a_pipe_in_the_folder_does_not_block(site: Path) -> None:
    os.mkfifo(site / "pipe")
    assert browse(site).get("/pipe").status == 404


def test_a_folder_is_listed_with_hidden_files_left_out(site: Path) -> None:
    (site / "index.html").unlink()
    page = body(browse(site).get("/")).decode()
    assert "a &lt;b&gt; &amp; c.txt</a>" in page
    assert 'href="./a%20%3Cb%3E%20%26%20c.txt"' in page
    assert 'href="./sub/"' in page
    assert 'href="./inside.txt"' in page
    assert not any(name in page for name in (".env", "out.txt", "outdir", "loop"))


def test_a_folder_of_many_files_is_listed_in_part(tmp_path: Path) -> None:
    for number in range(1010):
        (tmp_path / f"{number}.txt").touch()
    page = body(browse(tmp_path).get("/")).decode()
    assert page.count("<a ") == 1000
    assert "More than 1,000" in page


def test_a_folder_is_not_listed_if_that_is_off(site: Path) -> None:
    assert browse(site, listing=False).get("/sub/").status == 403


def test_a_folder_without_its_slash_is_sent_there(site: Path) -> None:
    response = browse(site).get("/sub?x=1")
    assert (response.status, response.getheader("Location")) == (301, "/sub/?x=1")


def test_other_methods_are_refused(site: Path) -> None:
    response = browse(site).get("/", method="DELETE")
    assert (response.status, response.getheader("Allow")) == (405, "GET, HEAD")


def test_head_tells_the_length(site: Path) -> None:
    response = browse(site).get("/numbers.txt", method="HEAD")
    assert (response.status, response.getheader("Content-Length"), body(response)) == (
        200,
        "10",
        b"",
    )


@pytest.mark.parametrize(
    ("asked", "status", "content", "where"),
    [
        ("bytes=2-4", 206, b"234", "bytes 2-4/10"),
        ("bytes=7-", 206, b"789", "bytes 7-9/10"),
        ("bytes=-3", 206, b"789", "bytes 7-9/10"),
        ("bytes=8-100", 206, b"89", "bytes 8-9/10"),
        ("bytes=-100", 200, b"0123456789", None),
        ("bytes=0-1,3-4", 200, b"0123456789", None),
        ("bytes=4-2", 200, b"0123456789", None),
        ("lines=1-2", 200, b"0123456789", None),
        ("bytes=-", 200, b"0123456789", None),
        ("bytes=10-", 416, b"The file has 10 bytes.\n", "bytes */10"),
        ("bytes=-0", 416, b"The file has 10 bytes.\n", "bytes */10"),
    ],
)
def test_a_part_of_a_file(
    site: Path, asked: str, status: int, content: bytes, where: str | None
) -> None:
    response = browse(site).get("/numbers.txt", f"Range: {asked}")
    assert (response.status, body(response)) == (status, content)
    assert response.getheader("Content-Range") == where


@given(st.text("bytes=0123456789-, ", max_size=40), st.integers(0, 1000))
def test_a_range_is_within_the_file(text: str, size: int) -> None:
    part = read_range(text, size)
    assert part is None or part == (0, 0) or 0 <= part[0] < part[1] <= size


@given(st.binary(max_size=60))
def test_no_path_has_a_name_that_leads_elsewhere(path: bytes) -> None:
    for name in path_names(b"/" + path) or ():
        assert name
        assert "/" not in name
        assert name == ".well-known" or not name.startswith(".")


def test_a_client_that_has_the_file_is_told_so(site: Path) -> None:
    browser = browse(site)
    response = browser.get("/numbers.txt")
    tag, modified = response.getheader("ETag"), response.getheader("Last-Modified")
    assert browser.get("/numbers.txt", f"If-None-Match: {tag}").status == 304
    assert browser.get("/numbers.txt", f"If-Modified-Since: {modified}").status == 304
    old = formatdate(0, usegmt=True)
    assert browser.get("/numbers.txt", f"If-Modified-Since: {old}").status == 200
    other = ('If-None-Match: "x"', f"If-Modified-Since: {modified}")
    assert browser.get("/numbers.txt", *other).status == 200
    assert browser.get("/numbers.txt", "Range: bytes=1-2", f"If-Range: {tag}").status == 206
    assert browser.get("/numbers.txt", "Range: bytes=1-2", 'If-Range: "x"').status == 200


def test_a_large_file_waits_for_a_client_that_does_not_read(tmp_path: Path, join: Join) -> None:
    content = os.urandom(1000) * 8_000
    (tmp_path / "large.bin").write_bytes(content)
    options = HttpOptions(mode=Mode.FOLDER, folder=str(tmp_path))
    client = join(HttpFactory(options, ListenerContext(Clock())))
    client.send(b"GET /large.bin HTTP/1.1\r\n\r\n")
    for _ in range(50):
        client.reactor.turn()
    head, _, _ = client.read_all(len(content)).partition(b"\r\n\r\n")
    assert f"Content-Length: {len(content)}".encode() in head
    client.read_all(len(head) + 4 + len(content))
    assert client.received.endswith(content)


def test_a_client_that_leaves_amid_a_file_closes_it(tmp_path: Path, join: Join) -> None:
    (tmp_path / "large.bin").write_bytes(bytes(8_000_000))
    client = join(
        HttpFactory(HttpOptions(mode=Mode.FOLDER, folder=str(tmp_path)), ListenerContext(Clock()))
    )
    before = len(list(Path("/proc/self/fd").iterdir()))
    client.send(b"GET /large.bin HTTP/1.1\r\n\r\n")
    client.read_all(1000)
    client.reset()
    client.until(lambda: not client.reactor.getReaders() and not client.reactor.getWriters())
    assert len(list(Path("/proc/self/fd").iterdir())) < before


def test_the_type_is_the_same_on_every_machine() -> None:
    assert content_type(Path("a.js")) == "text/javascript; charset=utf-8"
    assert content_type(Path("a.woff2")) == "font/woff2"
    assert content_type(Path("a.tar.gz")) == "application/gzip"
    assert content_type(Path("a")) == "application/octet-stream"
