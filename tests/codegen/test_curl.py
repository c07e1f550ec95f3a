"""The `curl` line of a request: words that a shell cannot mistake, and the same request again."""

from __future__ import annotations

import shlex
import subprocess

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.codegen.command_lines import ClientAddress, ClientTransport
from app.codegen.curl import BODY_FILE, LONGEST_BODY, curl_line
from app.traffic.http_framing import HttpMessage, describe

ADDRESS = ClientAddress(ClientTransport.TCP, "127.0.0.1", 8080)
PLAIN = ("Host: 127.0.0.1:8080", "User-Agent: x", "Accept: */*")


def request(start: str, *headers: str, body: bytes = b"") -> HttpMessage:
    head = "\r\n".join((f"{start} HTTP/1.1", *headers, "", "")).encode()
    made = describe(head + body)
    assert isinstance(made, HttpMessage)
    return made


def line(start: str, *headers: str, body: bytes = b"", address: ClientAddress = ADDRESS) -> str:
    return curl_line(request(start, *headers, body=body), address)


def test_a_plain_request_is_a_short_line() -> None:
    assert line("GET /a?b=c", *PLAIN) == (
        "curl -H 'User-Agent: x' -H 'Accept: */*' 'http://127.0.0.1:8080/a?b=c'"
    )


def test_the_host_is_stated_where_it_is_another_one() -> None:
    assert "-H 'Host: example.org'" in line("GET /", "Host: example.org")


def test_headers_that_curl_would_add_are_left_out() -> None:
    words = shlex.split(line("POST /", "Host: 127.0.0.1:8080", body=b"x"))
    assert {"User-Agent:", "Accept:", "Content-Type:"} <= set(words)


@pytest.mark.parametrize(
    ("start", "body", "words"),
    [
        ("GET /", b"", []),
        ("POST /", b"x", []),
        ("HEAD /", b"", ["--head"]),
        ("DELETE /", b"", ["-X", "DELETE"]),
        ("PUT /", b"x", ["-X", "PUT"]),
        ("GET /", b"x", ["-X", "GET"]),
    ],
)
def test_the_method_is_stated_unless_curl_takes_it_anyway(
    start: str, body: bytes, words: list[str]
) -> None:
    got = shlex.split(line(start, *PLAIN, body=body))
    assert [each for each in got if each in ("--head", "-X", *words)] == words


def test_a_body_that_begins_with_an_at_sign_names_no_file() -> None:
    words = shlex.split(line("POST /", *PLAIN, body=b"@/etc/passwd"))
    assert words[words.index("@/etc/passwd") - 1] == "--data-raw"


def test_a_very_long_body_comes_from_a_file() -> None:
    assert f"--data-binary @{BODY_FILE}" in line("POST /", *PLAIN, body=b"x" * (LONGEST_BODY + 1))


def test_urls_are_taken_as_they_are() -> None:
    words = shlex.split(line("GET /a/../[1]{b}", *PLAIN))
    assert "--globoff" in words
    assert "--path-as-is" in words
    assert shlex.split(line("OPTIONS *", *PLAIN))[-3:] != []
    assert "--request-target" in line("OPTIONS *", *PLAIN)


def test_a_tls_listener_has_an_https_url() -> None:
    secure = ClientAddress(ClientTransport.TCP, "::1", 8443, has_tls=True)
    assert line("GET /", *PLAIN, address=secure).endswith("'https://[::1]:8443/'")


TEXTS = st.text(st.characters(codec="latin-1", exclude_characters="\r\n\x00"), max_size=30)


@given(TEXTS, st.text(st.characters(codec="utf-8", exclude_characters="\x00"), max_size=60))
def test_a_shell_takes_every_value_as_one_word(value: str, body: str) -> None:
    made = HttpMessage(
        ("POST", "/x", "HTTP/1.1"), True, (("X-A", value),), body.encode(), body.encode()
    )
    words = shlex.split(curl_line(made, ADDRESS).split(" | ")[-1])
    text = value.encode("latin-1").decode("utf-8", "replace")
    assert (f"X-A: {text}" if text else "X-A;") in words


@given(st.binary(min_size=1, max_size=300))
def test_printf_writes_every_byte(body: bytes) -> None:
    made = curl_line(request("POST /", *PLAIN, body=body), ADDRESS)
    if made.startswith("printf"):
        command = made[: made.rindex(" | curl")]
        done = subprocess.run(["sh", "-c", command], stdout=subprocess.PIPE, check=True)
        assert done.stdout == body
    else:
        assert body.decode() in shlex.split(made)
