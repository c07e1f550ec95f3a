"""Addresses as people read them."""

from __future__ import annotations

import pytest
from twisted.internet.address import HostnameAddress, IPv4Address, IPv6Address, UNIXAddress
from twisted.internet.interfaces import IAddress

from app.server.addresses import show


@pytest.mark.parametrize(
    ("address", "shown"),
    [
        (None, ""),
        (IPv4Address("TCP", "127.0.0.1", 8007), "127.0.0.1:8007"),
        (IPv6Address("TCP", "::1", 8007), "[::1]:8007"),
        (IPv6Address("TCP", "::ffff:127.0.0.1", 8007), "127.0.0.1:8007"),
        (IPv6Address("TCP", "64:ff9b::192.0.2.1", 8007), "[64:ff9b::192.0.2.1]:8007"),
        (UNIXAddress(b"/tmp/a.sock"), "/tmp/a.sock"),
        (UNIXAddress(b"/tmp/\xff.sock"), r"/tmp/\xff.sock"),
        (UNIXAddress(None), "unnamed socket"),
        (UNIXAddress(b""), "unnamed socket"),
    ],
)
def test_an_address_is_shown_as_one_types_it(address: IAddress | None, shown: str) -> None:
    assert show(address) == shown


def test_an_address_of_another_kind_speaks_for_itself() -> None:
    address = HostnameAddress(b"example.test", 80)
    assert show(address) == str(address)
