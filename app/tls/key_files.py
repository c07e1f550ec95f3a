"""Private keys in files: in PEM, or with their certificates in PKCS#12; encrypted or not.

PKCS#12 (RFC 7292) is the form of `.p12` and `.pfx` files. An encrypted file is tried with each
passphrase that the caller has. No text of an error contains a passphrase.
"""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import partial
from pathlib import Path
from typing import Final, NoReturn, TypeVar

from attrs import frozen
from cryptography import x509
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.types import (
    CertificateIssuerPrivateKeyTypes,
    PrivateKeyTypes,
)
from cryptography.hazmat.primitives.serialization import load_pem_private_key
from cryptography.hazmat.primitives.serialization.pkcs12 import (
    PKCS12KeyAndCertificates,
    load_pkcs12,
)

from app.tls import PassphraseError, TlsError

MOST_ITERATIONS: Final = 10_000_000
"""More rounds of a key derivation than this are refused: they would block for seconds. OpenSSL's
default is 2,048, and 600,000 are recommended today."""

_PKCS12: Final = re.compile(rb"\x30(?:[\x00-\x80]|\x81.|\x82..|\x83...)\x02\x01\x03", re.DOTALL)
"""The beginning: a sequence, whose first element is the version 3."""

_ENCRYPTED_PEM: Final = re.compile(
    rb"-----BEGIN ENCRYPTED PRIVATE KEY-----(.*?)-----END ENCRYPTED PRIVATE KEY-----", re.DOTALL
)
_SEQUENCE: Final = 0x30
_OCTET_STRING: Final = 0x04
_INTEGER: Final = 0x02
_CONSTRUCTED: Final = 0x20
_DEEPEST: Final = 24

_Opened = TypeVar("_Opened")


@frozen
class Pkcs12:
    """The content of a PKCS#12 file."""

    certificate: x509.Certificate
    key: CertificateIssuerPrivateKeyTypes
    chain: tuple[x509.Certificate, ...]
    """The intermediate certificates, and perhaps the CA."""


def is_pkcs12(content: bytes) -> bool:
    """Whether `content` is that of a PKCS#12 file."""
    return _PKCS12.match(content) is not None


def read_pkcs12(content: bytes, path: Path, passphrases: Sequence[bytes] = ()) -> Pkcs12:
    """The key and the certificates in `content`, a PKCS#12 file. Raises `TlsError`.

    Raises `PassphraseError` if it is encrypted and none of `passphrases` opens it.
    """
    _check_iterations(content, path)
    found = _open_pkcs12(content, path, passphrases)
    if found.key is None or found.cert is None:
        raise TlsError(
            "pkcs12-incomplete",
            "{path} has no certificate together with its key. Export both into the file.",
            path=path,
        )
    chain = tuple(each.certificate for each in found.additional_certs)
    key: PrivateKeyTypes = found.key
    return Pkcs12(found.cert.certificate, key, chain)  # type: ignore[arg-type] # as in `read_key`


def read_key(
    content: bytes, path: Path, passphrases: Sequence[bytes] = ()
) -> CertificateIssuerPrivateKeyTypes:
    """The key in `content`, the PEM text of the file `path`. Raises `TlsError`.

    Raises `PassphraseError` if it is encrypted and none of `passphrases` opens it.
    """
    if encrypted := _ENCRYPTED_PEM.search(content):
        _check_iterations(_decoded(encrypted[1]), path)
    try:
        key: PrivateKeyTypes = load_pem_private_key(content, password=None)
    except TypeError:  # cryptography's way to say that the key is encrypted
        key = _decrypt_key(content, path, passphrases)
    except (ValueError, UnsupportedAlgorithm):
        raise _no_key(content, path) from None
    return key  # type: ignore[return-value] # a key of another kind does not match the certificate


def _open_pkcs12(
    content: bytes, path: Path, passphrases: Sequence[bytes]
) -> PKCS12KeyAndCertificates:
    # Without a passphrase, some programs write none, and others an empty one.
    candidates = (None, b"", *filter(_is_utf8, passphrases))
    found = _first_opened(partial(load_pkcs12, content), candidates, path)
    if found is None and passphrases:
        raise PassphraseError(
            "pkcs12-passphrase-wrong",
            "The passphrase for {path} is wrong, or the file is damaged. Check both.",
            path=path,
            is_wrong=True,
        )
    return found or _ask_for_passphrase(path)


def _is_utf8(passphrase: bytes) -> bool:
    """Whether PKCS#12 can have `passphrase`: cryptography fails for other bytes than UTF-8."""
    try:
        passphrase.decode()
    except UnicodeDecodeError:
        return False
    return True


def _decrypt_key(content: bytes, path: Path, passphrases: Sequence[bytes]) -> PrivateKeyTypes:
    candidates = filter(None, passphrases)
    found = _first_opened(partial(load_pem_private_key, content), candidates, path)
    if found is None and passphrases:
        raise PassphraseError(
            "passphrase-wrong",
            "The passphrase for the key in {path} is wrong. Check it and try again.",
            path=path,
            is_wrong=True,
        )
    return found or _ask_for_passphrase(path)


def _first_opened(
    load: Callable[[bytes | None], _Opened], candidates: Iterable[bytes | None], path: Path
) -> _Opened | None:
    """What `load` gives for the first passphrase that opens the file; `None` if none does."""
    for passphrase in candidates:
        try:
            return load(passphrase)
        except ValueError:
            continue
        except UnsupportedAlgorithm:
            raise TlsError(
                "encryption-unsupported",
                "{path} is encrypted in a way that is not supported here. Encrypt it anew with AES "
                "(openssl pkcs8 -topk8, or openssl pkcs12 -export).",
                path=path,
            ) from None
    return None


def _ask_for_passphrase(path: Path) -> NoReturn:
    raise PassphraseError(
        "passphrase-needed",
        "{path} is encrypted and needs its passphrase. The window asks for it; on a command line, "
        "give --passphrase-file or the variable PORTDECK_PASSPHRASE.",
        path=path,
    )


def _no_key(content: bytes, path: Path) -> TlsError:
    if b"PRIVATE KEY-----" in content:
        return TlsError(
            "key-damaged",
            "The key in {path} is damaged. Get it anew from where it was made.",
            path=path,
        )
    if b"-----BEGIN CERTIFICATE-----" in content:
        return TlsError(
            "certificate-without-key",
            "{path} has a certificate, but not its key. Choose the file of the key too "
            '("-----BEGIN PRIVATE KEY-----").',
            path=path,
        )
    if is_pkcs12(content):
        return TlsError(
            "pkcs12-as-key",
            "{path} is a PKCS#12 file. Choose it as the certificate: the key is in it too.",
            path=path,
        )
    return TlsError(
        "no-pem-key",
        "{path} has no key in the PEM form. Choose another file, or convert it (openssl pkey).",
        path=path,
    )


def _check_iterations(der: bytes, path: Path) -> None:
    if max(_iterations(memoryview(der)), default=0) > MOST_ITERATIONS:
        raise TlsError(
            "key-too-slow",
            "{path} would take too long to decrypt: its key derivation has more than "
            "{most_iterations:,} rounds. Encrypt it anew with fewer.",
            path=path,
            most_iterations=MOST_ITERATIONS,
        )


def _iterations(der: memoryview, depth: int = 0) -> Iterator[int]:
    """The counts of the key derivations in `der`: each integer that follows a salt.

    Valid for PBKDF2-params (RFC 8018), pkcs-12PbeParams and MacData (RFC 7292).
    """
    before = 0
    for tag, content in _elements(der):
        if tag == _INTEGER and before == _OCTET_STRING:
            yield int.from_bytes(content[:8], "big", signed=True)
        # PKCS#12 packs structures into octet strings.
        is_packed = tag == _OCTET_STRING and content[:1] == bytes([_SEQUENCE])
        if (tag & _CONSTRUCTED or is_packed) and depth < _DEEPEST:
            yield from _iterations(content, depth + 1)
        before = tag


def _elements(der: memoryview) -> Iterator[tuple[int, memoryview]]:
    """The tag and the content of each element of `der`, up to the first that is malformed."""
    while len(der) >= 2:
        tag, size, begin = der[0], der[1], 2
        if size > 0x80:
            begin += size & 0x7F
            size = int.from_bytes(der[2:begin], "big")
        if size == 0x80 or begin + size > len(der):
            return
        yield tag, der[begin : begin + size]
        der = der[begin + size :]


def _decoded(base64_text: bytes) -> bytes:
    try:
        return base64.b64decode(base64_text)
    except binascii.Error:  # the reader of the key reports it
        return b""
