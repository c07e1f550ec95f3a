"""Which two interfaces cannot be bound with the same port at once."""

from __future__ import annotations

import pytest

from app.server.clashes import clash


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
    assert clash(one, other) is expected
    assert clash(other, one) is expected
