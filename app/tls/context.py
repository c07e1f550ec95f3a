"""What OpenSSL needs to know to serve as an identity."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from cryptography import x509
from OpenSSL import SSL, crypto

from app.tls.identity import Identity
from app.tls.trouble import TlsError

_VERSIONS: Final = {"1.2": SSL.TLS1_2_VERSION, "1.3": SSL.TLS1_3_VERSION}


def server_context(
    identity: Identity, minimum_version: str, client_cas: Iterable[x509.Certificate] = ()
) -> SSL.Context:
    """A context that serves as `identity`, speaks TLS of `minimum_version` ("1.2") or newer, and
    lets in nobody without a certificate of one of the `client_cas`, if there are any.

    Raises `TlsError` if OpenSSL does not take the identity.
    """
    context = SSL.Context(SSL.TLS_SERVER_METHOD)
    context.set_min_proto_version(_VERSIONS[minimum_version])
    context.set_options(
        SSL.OP_NO_COMPRESSION | SSL.OP_NO_RENEGOTIATION | SSL.OP_CIPHER_SERVER_PREFERENCE
    )
    context.set_session_id(b"portdeck")  # or no client with a certificate could come back
    try:
        context.use_certificate(identity.certificate)
        for certificate in identity.chain:
            context.add_extra_chain_cert(certificate)
        context.use_privatekey(identity.key)  # type: ignore[arg-type] # what else it takes is listed
        _ask_for_certificates(context, list(client_cas))
    except (SSL.Error, TypeError) as error:
        raise TlsError(f"OpenSSL does not take the certificate: {words_of(error)}.") from None
    return context


def words_of(error: BaseException) -> str:
    """What OpenSSL says of an error, without its codes: `http request`."""
    match error.args:
        case ([*_, (_, _, str(problem))],):  # the last of its errors
            return problem or type(error).__name__
    return str(error) or type(error).__name__


def _ask_for_certificates(context: SSL.Context, cas: list[x509.Certificate]) -> None:
    if not cas:
        return
    store = context.get_cert_store()
    assert store is not None
    for ca in cas:
        store.add_cert(crypto.X509.from_cryptography(ca))
        context.add_client_ca(ca)
    context.set_verify(SSL.VERIFY_PEER | SSL.VERIFY_FAIL_IF_NO_PEER_CERT)
