from __future__ import annotations

import string
from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.client.target import Target, TargetError

NAMES = st.text(string.ascii_letters + string.digits + ".-_ü", min_size=1).filter(
    lambda name: name.lower() not in ("tcp", "tcp6")
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
    assert Target.parse(text) == target


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
    ],
)
def test_a_pasted_description_is_understood(description: str, target: Target) -> None:
    assert Target.parse(description) == target


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
        ("[::1]", "Add a port to [::1]"),
        ("[::1]:", "Add a port to [::1]"),
        ("[::1]8007", "Add a port to [::1]"),
        ("[::1:8007", "Brackets hold an IPv6 address"),
        ("[localhost]:8007", "Brackets hold an IPv6 address"),
        ("http://localhost:8007/", "Leave out http://"),
        ("two words:8007", "is no host name"),
        ("user@host:22", "is no host name"),
    ],
)
def test_a_wrong_target_is_refused_with_advice(text: str, advice: str) -> None:
    with pytest.raises(TargetError) as caught:
        Target.parse(text)
    sentence = str(caught.value)
    assert advice in sentence
    assert sentence.endswith(".")
    assert len(sentence) < 200


@pytest.mark.parametrize(("host", "port"), [("", 80), ("a b", 80), ("a:b", 80), ("::1", 70_000)])
def test_no_wrong_target_can_be_made(host: str, port: int) -> None:
    with pytest.raises(TargetError):
        Target(host, port)


@given(HOSTS, st.integers(1, 65535))
def test_what_a_target_shows_is_read_back_as_the_same_target(host: str, port: int) -> None:
    target = Target(host, port)
    assert Target.parse(str(target)) == target


@given(st.text())
def test_any_text_is_a_target_or_a_target_error(text: str) -> None:
    with suppress(TargetError):
        assert 1 <= Target.parse(text).port <= 65535


def test_a_listener_on_every_interface_is_reached_over_loopback() -> None:
    assert str(Target.of_listener("0.0.0.0", 8007)) == "127.0.0.1:8007"
    assert str(Target.of_listener("::", 8007)) == "[::1]:8007"
    assert str(Target.of_listener("192.168.1.2", 8007)) == "192.168.1.2:8007"
