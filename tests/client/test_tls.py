"""The TLS client hello, and names that TLS cannot check."""

from __future__ import annotations

import pytest
from OpenSSL import SSL
from twisted.internet.protocol import Factory, Protocol
from twisted.protocols.tls import TLSMemoryBIOFactory, TLSMemoryBIOProtocol

from app.client.options import OptionsError, TlsOptions
from app.client.tls import ClientTls

SUPPORTED_VERSIONS = b"\x00\x2b"  # the extension: RFC 8446, section 4.2.1
TLS_1_2, TLS_1_3 = b"\x03\x03", b"\x03\x04"


def hello(connection: SSL.Connection) -> bytes:
    """The client hello of `connection`."""
    connection.set_connect_state()
    with pytest.raises(SSL.WantReadError):
        connection.do_handshake()
    return connection.bio_read(65_536)


@pytest.fixture
def protocol() -> TLSMemoryBIOProtocol:
    secured = TLSMemoryBIOFactory(ClientTls("x", TlsOptions()), True, Factory.forProtocol(Protocol))
    return TLSMemoryBIOProtocol(secured, Protocol())


@pytest.mark.parametrize("name", ["*.example.org", "a b", " ", "x" * 70, "\ud83d", "é" * 70])
def test_a_name_that_cannot_be_verified_is_refused(name: str) -> None:
    with pytest.raises(OptionsError, match="is no host name that TLS could check"):
        ClientTls("localhost", TlsOptions(server_name=name))


@pytest.mark.parametrize(
    ("host", "told"),
    [("Localhost", b"localhost"), ("bücher.example", b"xn--bcher-kva.example"), ("::1", None)],
)
def test_the_client_hello_has_the_name_that_is_verified(
    protocol: TLSMemoryBIOProtocol, host: str, told: bytes | None
) -> None:
    connection = ClientTls(host, TlsOptions()).clientConnectionForTLS(protocol)
    said = hello(connection)
    assert connection.get_servername() == told
    assert told is None or told in said


def test_tls_below_1_2_is_never_offered(
    protocol: TLSMemoryBIOProtocol, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Lenient(SSL.Context):
        def __init__(self, method: int) -> None:
            super().__init__(method)
            self.set_cipher_list(b"DEFAULT:@SECLEVEL=0")

    monkeypatch.setattr(SSL, "Context", Lenient)
    said = hello(ClientTls("localhost", TlsOptions()).clientConnectionForTLS(protocol))
    assert SUPPORTED_VERSIONS + bytes([0, 5, 4]) + TLS_1_3 + TLS_1_2 in said
