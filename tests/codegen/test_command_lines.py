"""Which lines there are for which listener, and what they say."""

from __future__ import annotations

import shlex
from pathlib import Path

import pytest
from attrs import evolve
from twisted.internet.address import IPv4Address, IPv6Address

from app.codegen.command_lines import ClientAddress, ClientTransport, client_address, command_lines
from app.codegen.tls_files import TlsFiles
from app.profile import ListenerSpec, Tls

HERE = Path("/home/me")

FILES = TlsFiles(
    certificate=Path("/c.pem"),
    key=Path("/c.pem"),
    client_ca=None,
    ca=Path("/my files/ca.pem"),
    names=("127.0.0.1", "localhost"),
    minimum_version="1.2",
)


def spec(endpoint: str, *, tls: bool = False) -> ListenerSpec:
    return ListenerSpec(name="Test", protocol="echo", endpoint=endpoint, tls=Tls() if tls else None)


def lines(found: ClientAddress | None) -> list[str]:
    assert found is not None
    return [line.text for line in command_lines(found)]


def test_tcp_is_reached_by_three() -> None:
    assert lines(client_address(spec("tcp:8007"), None, HERE)) == [
        "nc 127.0.0.1 8007",
        "telnet 127.0.0.1 8007",
        "socat - TCP4:127.0.0.1:8007",
    ]


def test_an_ipv6_address_is_in_brackets_where_a_colon_would_part_it() -> None:
    assert lines(client_address(spec("tcp6:8007"), None, HERE)) == [
        "nc ::1 8007",
        "telnet ::1 8007",
        "socat - 'TCP6:[::1]:8007'",
    ]
    secured = client_address(spec("tcp6:8443", tls=True), None, HERE, FILES)
    assert lines(secured)[0].startswith("openssl s_client -connect '[::1]:8443' ")


def test_udp_has_no_telnet() -> None:
    assert lines(client_address(spec("udp:8007"), None, HERE)) == [
        "nc -u 127.0.0.1 8007",
        "socat - UDP4:127.0.0.1:8007",
    ]


def test_a_unix_socket_is_named_as_shell_and_socat_read_it() -> None:
    found = client_address(spec(r"unix:/tmp/it\:s, mine's"), None, HERE)
    assert lines(found) == [
        """nc -U '/tmp/it:s, mine'"'"'s'""",
        r"""socat - 'UNIX-CONNECT:/tmp/it\:s\, mine\'"'"'s'""",
    ]


def test_tls_is_spoken_by_openssl_and_socat_and_the_ca_is_named() -> None:
    assert lines(client_address(spec("tcp:8443", tls=True), None, HERE, FILES)) == [
        "openssl s_client -connect 127.0.0.1:8443 -servername localhost -CAfile '/my files/ca.pem'",
        "socat - 'OPENSSL:127.0.0.1:8443,cafile=/my files/ca.pem'",
    ]


def test_socat_is_told_the_name_where_the_certificate_is_not_for_the_address() -> None:
    files = evolve(FILES, names=("example.org",))
    _, line = lines(client_address(spec("tcp:8443", tls=True), None, HERE, files))
    assert line == "socat - 'OPENSSL:127.0.0.1:8443,commonname=example.org,cafile=/my files/ca.pem'"


def test_who_must_show_a_certificate_sees_where_it_goes() -> None:
    files = evolve(FILES, client_ca=Path("/clients.pem"), ca=None)
    for line in lines(client_address(spec("tcp:8443", tls=True), None, HERE, files)):
        assert "client.pem" in line
        assert "client-key.pem" in line
        assert "CAfile" not in line
        assert "cafile" not in line


def test_tls_on_a_unix_socket_is_for_openssl_alone() -> None:
    (line,) = lines(client_address(spec("unix:/tmp/s", tls=True), None, HERE, FILES))
    assert shlex.split(line)[:4] == ["openssl", "s_client", "-unix", "/tmp/s"]


@pytest.mark.parametrize("endpoint", ["ssl:8443:privateKey=k.pem", "tls:certificates:8443"])
def test_an_endpoint_with_tls_of_its_own_is_reached_by_tls(endpoint: str) -> None:
    assert lines(client_address(spec(endpoint), None, HERE)) == [
        "openssl s_client -connect 127.0.0.1:8443",
        "socat - OPENSSL:127.0.0.1:8443",
    ]


def test_the_address_that_was_bound_counts() -> None:
    bound = IPv4Address("TCP", "127.0.0.1", 40123)
    assert lines(client_address(spec("tcp:0"), bound, HERE))[0] == "nc 127.0.0.1 40123"


@pytest.mark.parametrize(
    ("endpoint", "bound", "host"),
    [
        ("tcp:8007:interface=0.0.0.0", None, "127.0.0.1"),
        (r"tcp:8007:interface=\:\:", None, "::1"),
        ("tcp:0:interface=0.0.0.0", IPv4Address("TCP", "0.0.0.0", 8007), "127.0.0.1"),
        (r"tcp:0:interface=\:\:", IPv6Address("TCP", "::", 8007), "::1"),
        ("tcp:8007:interface=192.0.2.1", None, "192.0.2.1"),
    ],
)
def test_what_listens_everywhere_is_reached_here(
    endpoint: str, bound: IPv4Address | IPv6Address | None, host: str
) -> None:
    assert client_address(spec(endpoint), bound, HERE) == ClientAddress(
        ClientTransport.TCP, host, 8007
    )


def test_the_path_of_a_socket_begins_where_the_profile_lies() -> None:
    assert lines(client_address(spec("unix:run/s"), None, HERE))[0] == "nc -U /home/me/run/s"


def test_a_port_that_nobody_knows_yet_is_not_made_up() -> None:
    assert client_address(spec("tcp:0"), None, HERE) is None
    assert client_address(spec("udp:0"), None, HERE) is None
