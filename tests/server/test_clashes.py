"""Which two interfaces cannot be bound with the same port at once."""

from __future__ import annotations

from pathlib import Path

import pytest

from app.endpoint import Endpoint
from app.server.clashes import Place, clash, exclude


@pytest.mark.parametrize(
    ("one", "other", "expected"),
    [
        ("127.0.0.1", "127.0.0.1", True),
        ("127.0.0.1", "localhost", True),
        ("::1", "localhost", True),
        ("127.0.0.2", "localhost", False),
        ("127.0.0.1", "127.0.0.2", False),
        ("127.0.0.1", "0.0.0.0", True),
        ("127.0.0.1", "::", True),
        ("127.0.0.1", "::ffff:127.0.0.1", True),
        ("0.0.0.0", "::", True),
        ("0.0.0.0", "::1", False),
        ("127.0.0.1", "::1", False),
        ("::1", "::", True),
        ("example.org", "127.0.0.1", True),
        ("", "127.0.0.1", True),
    ],
)
def test_two_interfaces_clash_in_either_order(one: str, other: str, *, expected: bool) -> None:
    assert clash(Place(one), Place(other)) is expected
    assert clash(Place(other), Place(one)) is expected


@pytest.mark.parametrize(
    ("one", "other", "expected"),
    [
        (r"tcp6:80:interface=\:\:", "tcp:80", False),
        (r"tcp6:80:interface=\:\:", "tcp:80:interface=0.0.0.0", False),
        (r"tcp6:80:interface=\:\:", "tcp:80:interface=localhost", True),
        (r"tcp6:80:interface=\:\:", r"tcp:80:interface=\:\:1", True),
        (r"tcp6:80:interface=\:\:", r"tcp:80:interface=\:\:", True),
        (r"tcp:80:interface=\:\:", "tcp:80", True),
        ("tcp:80", "tcp:81", False),
        ("tcp:0", "tcp:0", False),
        ("tcp:80", "udp:80", False),
        ("unix:run/echo", "unix:/profiles/run/echo:mode=600", True),
        ("unix:/profiles/../echo", "unix:address=/echo", True),
        ("unix:echo", "unix:run/echo", False),
    ],
)
def test_two_endpoints_exclude_each_other_in_either_order(
    one: str, other: str, *, expected: bool
) -> None:
    first, second = Endpoint.parse(one), Endpoint.parse(other)
    assert exclude(first, second, Path("/profiles")) is expected
    assert exclude(second, first, Path("/profiles")) is expected
