from __future__ import annotations

import string
from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.net.target import Target, TargetError, Transport
from app.net.target_syntax import read_target

NAMES = st.one_of(
    st.text(string.ascii_letters + string.digits + ".-_ü", min_size=1).filter(
        lambda name: not name.startswith(("./", "../"))
    ),
    st.sampled_from(["tcp", "udp", "Unix"]),
)
HOSTS = st.one_of(
    NAMES, st.ip_addresses(v=4).map(str), st.ip_addresses(v=6).map(str), st.just("fe80::1%eth0")
)


@pytest.mark.parametrize(
    ("text", "target"),
    [
        ("127.0.0.1:8007", Target("127.0.0.1", 8007)),
        ("localhost:8007", Target("localhost", 8007)),
        ("  localhost : 8007\n", Target("localhost", 8007)),
        ("8007", Target("127.0.0.1", 8007)),
        (":8007", Target("127.0.0.1", 8007)),
        ("localhost:0008007", Target("localhost", 8007)),
        ("[::1]:8007", Target("::1", 8007)),
        (" [ ::1 ] : 8007 ", Target("::1", 8007)),
        ("[fe80::1%eth0]:8007", Target("fe80::1%eth0", 8007)),
        ("bücher.example:80", Target("bücher.example", 80)),
        ("localhost:1", Target("localhost", 1)),
        ("localhost:65535", Target("localhost", 65535)),
    ],
)
def test_a_typed_target_is_understood(text: str, target: Target) -> None:
    assert read_target(text) == target


@pytest.mark.parametrize(
    ("description", "target"),
    [
        ("tcp:127.0.0.1:8007", Target("127.0.0.1", 8007)),
        ("TCP:localhost:8007", Target("localhost", 8007)),
        ("tcp:[::1]:8007", Target("::1", 8007)),
        ("tcp:8007", Target("127.0.0.1", 8007)),
        ("tcp:8007:interface=127.0.0.1", Target("127.0.0.1", 8007)),
        ("tcp:8007:interface=192.168.1.2", Target("192.168.1.2", 8007)),
        ("tcp:8007:interface=0.0.0.0", Target("127.0.0.1", 8007)),
        (r"tcp:8007:interface=\:\:", Target("::1", 8007)),
        ("tcp6:8007", Target("::1", 8007)),
        (r"tcp:\:\:1:8007", Target("::1", 8007)),
        ("tls:localhost:8443", Target("localhost", 8443, Transport.TLS)),
        ("SSL:[::1]:8443", Target("::1", 8443, Transport.TLS)),
        ("tls://localhost:8443", Target("localhost", 8443, Transport.TLS)),
        ("ssl:8443:privateKey=key.pem", Target("127.0.0.1", 8443, Transport.TLS)),
        ("tls:certs:8443:interface=0.0.0.0", Target("127.0.0.1", 8443, Transport.TLS)),
        ("udp:8007", Target("127.0.0.1", 8007, Transport.UDP)),
        ("udp:192.168.1.2:53", Target("192.168.1.2", 53, Transport.UDP)),
        ("unix:/run/echo.sock", Target.unix("/run/echo.sock")),
        ("unix:/run/echo.sock:mode=660", Target.unix("/run/echo.sock")),
        (r"unix:/run/a\:b", Target.unix("/run/a:b")),
        ("/run/echo.sock", Target.unix("/run/echo.sock")),
        ("./echo.sock", Target.unix("./echo.sock")),
        (
            "tcp:localhost:80:bindAddress=127.0.0.2:bindPort=5000",
            Target("localhost", 80, local_host="127.0.0.2", local_port=5000),
        ),
        (r"[::1]:80:bindAddress=\:\:1", Target("::1", 80, local_host="::1")),
    ],
)
def test_a_pasted_description_is_understood(description: str, target: Target) -> None:
    assert read_target(description) == target


@pytest.mark.parametrize(
    ("text", "advice"),
    [
        ("", "Type where to connect to"),
        (" \t", "Type where to connect to"),
        ("tcp:", "Type where to connect to"),
        ("localhost", "Add a port to"),
        ("localhost:", "Add a port to"),
        ("localhost:http", "must be a number from 1 to 65535"),
        ("localhost:+80", "must be a number from 1 to 65535"),
        ("localhost:８０", "must be a number from 1 to 65535"),
        ("localhost:-1", "must be a number from 1 to 65535"),
        ("localhost:0", "Choose a port between 1 and 65535"),
        ("0", "Choose a port between 1 and 65535"),
        ("tcp:0:interface=127.0.0.1", "Choose a port between 1 and 65535"),
        ("localhost:65536", "Choose a port between 1 and 65535"),
        ("localhost:" + "9" * 5000, "Choose a port between 1 and 65535"),
        ("::1", "Put an IPv6 address in brackets"),
        ("::1:8007", "Put an IPv6 address in brackets"),
        ("foo:bar:baz", "has more than one colon"),
        ("[::1]", "Add a port to [::1]"),
        ("[::1]:", "Add a port to [::1]"),
        ("[::1]8007", "Add a port to [::1]"),
        ("[::1:8007", "Brackets hold an IPv6 address"),
        ("[localhost]:8007", "Brackets hold an IPv6 address"),
        ("http://localhost:8007/", "Leave out http://"),
        ("two words:8007", "is no host name"),
        ("user@host:22", "is no host name"),
        ("tls:localhost", "Add a port to"),
        ("unix:", "unix needs its address"),
        ("unix:/x:mode=999", "The mode must be"),
        ("/" + "x" * 200, "no more than 107 bytes"),
        ("/a\nb", "on one line"),
        ("localhost:80:colour=red", "There is no option"),
        ("localhost:80:bindPort=x", "must be a number"),
        ("localhost:80:bindAddress=eth0", "must be an IP address of this machine"),
    ],
)
def test_a_wrong_target_is_refused_with_advice(text: str, advice: str) -> None:
    with pytest.raises(TargetError) as caught:
        read_target(text)
    sentence = str(caught.value)
    assert advice in sentence
    assert sentence.endswith(".")
    assert len(sentence) < 200


@pytest.mark.parametrize(("host", "port"), [("", 80), ("a b", 80), ("a:b", 80), ("::1", 70_000)])
def test_an_invalid_target_cannot_be_made(host: str, port: int) -> None:
    with pytest.raises(TargetError):
        Target(host, port)


@given(
    HOSTS,
    st.integers(1, 65535),
    st.sampled_from([Transport.TCP, Transport.TLS, Transport.UDP]),
    st.one_of(st.just(""), st.ip_addresses().map(str)),
    st.integers(0, 65535),
)
def test_the_text_of_a_target_parses_to_the_same_target(
    host: str, port: int, transport: Transport, local_host: str, local_port: int
) -> None:
    target = Target(host, port, transport, local_host=local_host, local_port=local_port)
    assert read_target(str(target)) == target


@given(st.text(string.printable.strip() + "ü ", max_size=40).map(str.strip).filter(bool))
def test_any_socket_path_is_read_back(name: str) -> None:
    target = Target.unix(f"/run/{name}")
    assert read_target(str(target)) == target


@given(st.text())
def test_any_text_is_a_target_or_a_target_error(text: str) -> None:
    with suppress(TargetError):
        target = read_target(text)
        assert target.path if target.transport is Transport.UNIX else 1 <= target.port <= 65535


def test_a_socket_has_no_local_port() -> None:
    with pytest.raises(TargetError, match="no local port"):
        Target("", 0, Transport.UNIX, "/run/x", local_port=1)


def test_a_local_address_is_added_if_there_is_none() -> None:
    plain, named = Target("localhost", 80), Target("localhost", 80, local_host="127.0.0.3")
    assert plain.with_local_address("127.0.0.2", 7).local_host == "127.0.0.2"
    assert named.with_local_address("127.0.0.2", 7).local_host == "127.0.0.3"
    assert named.with_local_address("127.0.0.2", 7).local_port == 7
    assert Target.unix("/run/x").with_local_address("127.0.0.2", 7) == Target.unix("/run/x")


def test_a_listener_on_every_interface_is_reached_over_loopback() -> None:
    assert str(Target.of_listener("0.0.0.0", 8007)) == "127.0.0.1:8007"
    assert str(Target.of_listener("::", 8007)) == "[::1]:8007"
    assert str(Target.of_listener("192.168.1.2", 8007)) == "192.168.1.2:8007"


@pytest.mark.parametrize(
    ("text", "target", "written"),
    [
        ("ws://localhost:80/a?b=c#d", ("localhost", 80, "/a?b=c"), "ws://localhost:80/a?b=c"),
        ("ws://h", ("h", 80, "/"), "ws://h:80/"),
        ("ws://h?x", ("h", 80, "/?x"), "ws://h:80/?x"),
        ("WSS://h/x", ("h", 443, "/x"), "wss://h:443/x"),
        ("wss://user:secret@h:1", ("h", 1, "/"), "wss://h:1/"),
        ("ws://[::1]/ü x", ("::1", 80, "/%C3%BC%20x"), "ws://[::1]:80/%C3%BC%20x"),
        ("ws://:8028", ("127.0.0.1", 8028, "/"), "ws://127.0.0.1:8028/"),
    ],
)
def test_a_websocket_is_typed_as_its_url(
    text: str, target: tuple[str, int, str], written: str
) -> None:
    found = read_target(text)
    assert (found.host, found.port, found.resource) == target
    assert found.transport.has_messages
    assert found.transport.has_tls is text.lower().startswith("wss")
    assert str(found) == written
    assert read_target(written) == found


@pytest.mark.parametrize("text", ["ws://", "ws://h:0/", "ws://h:x/", "ws://a b/", "ws://h:99999"])
def test_what_is_no_url_of_a_websocket_says_so(text: str) -> None:
    if text == "ws://":
        assert read_target(text).host == "127.0.0.1"
        return
    with pytest.raises(TargetError):
        read_target(text)


@pytest.mark.parametrize(
    ("text", "target"),
    [
        ("tcp:host=localhost:port=8007", Target("localhost", 8007)),
        ("tcp:port=8007:host=localhost", Target("localhost", 8007)),
        ("tcp:localhost:port=8007", Target("localhost", 8007)),
        (r"tcp:host=\:\:1:port=8007", Target("::1", 8007)),
        ("tls:host=example.com:port=443", Target("example.com", 443, Transport.TLS)),
        (
            "tcp:host=h:port=1:bindAddress=127.0.0.2",
            Target("h", 1, local_host="127.0.0.2"),
        ),
        ("unix:path=/tmp/echo.sock", Target.unix("/tmp/echo.sock")),
    ],
)
def test_a_client_endpoint_of_twisted_is_understood(text: str, target: Target) -> None:
    assert read_target(text) == target


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("tcp:host=h:port=1:timeout=5", "timeout"),
        ("tcp:host=h:port=1:colour=red", "colour"),
        ("tcp:host=h", "port must be a number"),
        ("unix:path=", "path of the socket"),
    ],
)
def test_a_client_endpoint_that_does_not_do_says_why(text: str, words: str) -> None:
    with pytest.raises(TargetError, match=words):
        read_target(text)
