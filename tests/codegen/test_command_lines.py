"""The command lines for each kind of listener."""

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


def test_tcp_has_three_clients() -> None:
    assert lines(client_address(spec("tcp:8007"), None, HERE)) == [
        "nc 127.0.0.1 8007",
        "telnet 127.0.0.1 8007",
        "socat - TCP4:127.0.0.1:8007",
    ]


def test_an_ipv6_address_is_in_brackets_where_a_colon_separates() -> None:
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


def test_the_path_of_a_unix_socket_is_quoted_for_shell_and_socat() -> None:
    found = client_address(spec(r"unix:/tmp/it\:s, mine's"), None, HERE)
    assert lines(found) == [
        """nc -U '/tmp/it:s, mine'"'"'s'""",
        r"""socat - 'UNIX-CONNECT:/tmp/it\:s\, mine\'"'"'s'""",
    ]


def test_tls_has_openssl_and_socat_with_the_ca() -> None:
    assert lines(client_address(spec("tcp:8443", tls=True), None, HERE, FILES)) == [
        "openssl s_client -connect 127.0.0.1:8443 -servername localhost -CAfile '/my files/ca.pem'",
        "socat - 'OPENSSL:127.0.0.1:8443,cafile=/my files/ca.pem'",
    ]


def test_socat_gets_the_name_if_the_certificate_is_not_for_the_address() -> None:
    files = evolve(FILES, names=("example.org",))
    _, line = lines(client_address(spec("tcp:8443", tls=True), None, HERE, files))
    assert line == "socat - 'OPENSSL:127.0.0.1:8443,commonname=example.org,cafile=/my files/ca.pem'"


def test_a_required_client_certificate_has_placeholders() -> None:
    files = evolve(FILES, client_ca=Path("/clients.pem"), ca=None)
    for line in lines(client_address(spec("tcp:8443", tls=True), None, HERE, files)):
        assert "client.pem" in line
        assert "client-key.pem" in line
        assert "CAfile" not in line
        assert "cafile" not in line


def test_tls_on_a_unix_socket_has_only_openssl() -> None:
    (line,) = lines(client_address(spec("unix:/tmp/s", tls=True), None, HERE, FILES))
    assert shlex.split(line)[:4] == ["openssl", "s_client", "-unix", "/tmp/s"]


@pytest.mark.parametrize("endpoint", ["ssl:8443:privateKey=k.pem", "tls:certificates:8443"])
def test_an_endpoint_with_its_own_tls_has_tls_clients(endpoint: str) -> None:
    assert lines(client_address(spec(endpoint), None, HERE)) == [
        "openssl s_client -connect 127.0.0.1:8443",
        "socat - OPENSSL:127.0.0.1:8443",
    ]


def test_the_bound_address_is_used() -> None:
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
def test_a_listener_on_every_interface_is_reached_over_loopback(
    endpoint: str, bound: IPv4Address | IPv6Address | None, host: str
) -> None:
    assert client_address(spec(endpoint), bound, HERE) == ClientAddress(
        ClientTransport.TCP, host, 8007
    )


def test_a_relative_socket_path_starts_in_the_folder_of_the_profile() -> None:
    assert lines(client_address(spec("unix:run/s"), None, HERE))[0] == "nc -U /home/me/run/s"


def test_an_unknown_port_gives_no_address() -> None:
    assert client_address(spec("tcp:0"), None, HERE) is None
    assert client_address(spec("udp:0"), None, HERE) is None


def web(protocol: str, endpoint: str, **more: object) -> ListenerSpec:
    return ListenerSpec(name="Test", protocol=protocol, endpoint=endpoint, **more)  # type: ignore[arg-type]


def test_http_is_reached_by_curl_first() -> None:
    assert (
        lines(client_address(web("http", "tcp:8080"), None, HERE))[0]
        == "curl http://127.0.0.1:8080/"
    )
    address = IPv6Address("TCP", "::1", 80)
    assert (
        lines(client_address(web("http", "tcp6:0"), address, HERE))[0] == "curl 'http://[::1]:80/'"
    )
    unix = lines(client_address(web("http", "unix:/run/web.sock"), None, HERE))
    assert unix[0] == "curl --unix-socket /run/web.sock http://localhost/"


def test_https_is_verified_by_the_authority() -> None:
    found = client_address(web("http", "tcp:8080", tls=Tls()), None, HERE, FILES)
    assert lines(found)[0] == "curl --cacert '/my files/ca.pem' https://127.0.0.1:8080/"


def test_https_by_another_name_is_told_where_that_is() -> None:
    files = evolve(FILES, names=("example.test",))
    found = client_address(web("http", "tcp:8080", tls=Tls()), None, HERE, files)
    assert lines(found)[0] == (
        "curl --cacert '/my files/ca.pem' --resolve example.test:8080:127.0.0.1 "
        "https://example.test:8080/"
    )


def test_a_websocket_is_reached_by_websocat_at_its_path() -> None:
    spec = web("websocket", "tcp:8028", options={"path": "/chat"})
    assert lines(client_address(spec, None, HERE))[0] == "websocat ws://127.0.0.1:8028/chat"
    secured = client_address(web("websocket", "tcp:8028", tls=Tls()), None, HERE, FILES)
    assert lines(secured)[0] == "websocat -k wss://127.0.0.1:8028/"


def test_a_client_of_a_unix_socket_for_datagrams_has_an_address_for_the_answers() -> None:
    spec = ListenerSpec(name="Echo", protocol="echo", endpoint="unix-dgram:/tmp/echo.sock")
    address = client_address(spec, None, Path("/tmp"))
    assert address is not None
    assert [each.text for each in command_lines(address)] == [
        "nc -u -U /tmp/echo.sock",
        "socat - UNIX-SENDTO:/tmp/echo.sock,bind=/tmp/echo.sock.client",
    ]
