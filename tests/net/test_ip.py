"""IP addresses: parsing, and IPv4 written as IPv6."""

from __future__ import annotations

from ipaddress import ip_address

import pytest

from app.net.ip import parse_ip, unmapped


@pytest.mark.parametrize("text", ["127.0.0.1", "::", "::1", "::ffff:10.0.0.1", "fe80::1%eth0"])
def test_only_an_ip_address_is_parsed(text: str) -> None:
    assert parse_ip(text) == ip_address(text)


@pytest.mark.parametrize("text", ["", "localhost", "1.2.3", "256.0.0.1", "[::1]", "127.0.0.1:80"])
def test_a_name_is_no_address(text: str) -> None:
    assert parse_ip(text) is None


@pytest.mark.parametrize(
    ("written", "meant"),
    [("::ffff:127.0.0.1", "127.0.0.1"), ("::1", "::1"), ("10.0.0.1", "10.0.0.1")],
)
def test_ipv4_within_ipv6_is_ipv4(written: str, meant: str) -> None:
    assert unmapped(ip_address(written)) == ip_address(meant)
