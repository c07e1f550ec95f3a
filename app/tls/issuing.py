"""Certificates made by Portdeck: those of a local CA, and those of servers that it signs.

This module does not touch the disk; see `app.tls.local_ca`.
"""

from __future__ import annotations

import datetime
import socket
from collections.abc import Iterable

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID

from app.net.endpoint import Endpoint
from app.net.ip import network_addresses, parse_ip
from app.tls.certificates import Identity

AUTHORITY_DAYS = 3650
CERTIFICATE_DAYS = 397
"""The longest validity that browsers accept."""

RENEW_DAYS = 30
"""A certificate that expires sooner is replaced."""

_CLOCK_SKEW = datetime.timedelta(days=1)
"""The clock of a peer may be this much behind."""


def make_authority(owner: str, now: datetime.datetime) -> Identity:
    """Make a CA with the name of `owner` in it. It can sign server certificates, but no other
    CA."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = _name(f"Portdeck local CA of {owner}")
    end = now + datetime.timedelta(days=AUTHORITY_DAYS)
    certificate = (
        _begin(name, name, key, now, end)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .add_extension(_usage(signs_certificates=True), critical=True)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
        .sign(key, hashes.SHA256())
    )
    return Identity(certificate=certificate, key=key)


def issue(authority: Identity, names: Iterable[str], now: datetime.datetime) -> Identity:
    """Make a certificate with a new key for a server with these `names`: host names or IP
    addresses."""
    key = ec.generate_private_key(ec.SECP256R1())
    issuer = authority.certificate
    # A certificate must not outlive its CA.
    end = min(now + datetime.timedelta(days=CERTIFICATE_DAYS - 1), issuer.not_valid_after_utc)
    about_issuer = issuer.extensions.get_extension_for_class(x509.SubjectKeyIdentifier).value
    certificate = (
        _for_server(_begin(_name("Portdeck"), issuer.subject, key, now, end), names, key)
        .add_extension(
            x509.AuthorityKeyIdentifier.from_issuer_subject_key_identifier(about_issuer), False
        )
        .sign(authority.key, hashes.SHA256())
    )
    return Identity(certificate=certificate, key=key)


def issue_self_signed(names: Iterable[str], now: datetime.datetime) -> Identity:
    """Make a certificate for a server with these `names` that no CA has signed."""
    key = ec.generate_private_key(ec.SECP256R1())
    end = now + datetime.timedelta(days=CERTIFICATE_DAYS - 1)
    certificate = _for_server(
        _begin(_name("Portdeck"), _name("Portdeck"), key, now, end), names, key
    )
    return Identity(certificate=certificate.sign(key, hashes.SHA256()), key=key)


def _for_server(
    builder: x509.CertificateBuilder, names: Iterable[str], key: ec.EllipticCurvePrivateKey
) -> x509.CertificateBuilder:
    """Add what the certificate of a server has, whoever signs it."""
    return (
        builder.add_extension(
            x509.SubjectAlternativeName([_general(name) for name in names]), False
        )
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(_usage(signs_certificates=False), critical=True)
        .add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH]), False)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), False)
    )


def _begin(
    subject: x509.Name,
    issuer: x509.Name,
    key: ec.EllipticCurvePrivateKey,
    now: datetime.datetime,
    end: datetime.datetime,
) -> x509.CertificateBuilder:
    return (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - _CLOCK_SKEW)
        .not_valid_after(end)
    )


def _name(common_name: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, common_name[:64])])


def _usage(*, signs_certificates: bool) -> x509.KeyUsage:
    return x509.KeyUsage(
        digital_signature=not signs_certificates,
        key_cert_sign=signs_certificates,
        crl_sign=signs_certificates,
        content_commitment=False,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        encipher_only=False,
        decipher_only=False,
    )


def _general(name: str) -> x509.GeneralName:
    address = parse_ip(name)
    return x509.DNSName(name) if address is None else x509.IPAddress(address)


ALWAYS = ("localhost", "127.0.0.1", "::1")

_EVERY_INTERFACE = ("0.0.0.0", "::")


def names_for(endpoint: Endpoint) -> tuple[str, ...]:
    """The host names and addresses that clients may use for a listener on `endpoint`.

    For a listener on every interface these are the present addresses of the machine.
    """
    interface = endpoint.interface
    if interface in _EVERY_INTERFACE:
        addresses = (str(address) for _, address in network_addresses())
        names = (*ALWAYS, *_host_name(), *addresses)
    else:
        names = (*ALWAYS, *_as_certificates_have_it(interface or ""))
    return tuple(dict.fromkeys(names))


def _host_name() -> list[str]:
    return _as_certificates_have_it(socket.gethostname())


def _as_certificates_have_it(name: str) -> list[str]:
    """`name` in ASCII (IDNA); empty if it is no valid host name."""
    if name.isascii():
        return [name] if name else []
    try:
        return [name.encode("idna").decode("ascii")]
    except UnicodeError:
        return []
