"""The files of a listener's TLS, for programs that read PEM themselves."""

from __future__ import annotations

import datetime
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ec import EllipticCurvePrivateKey
from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    Encoding,
    PrivateFormat,
)
from cryptography.hazmat.primitives.serialization.pkcs12 import serialize_key_and_certificates

from app.codegen.tls_files import tls_files
from app.profile import ListenerSpec, Tls
from app.tls import TlsError
from app.tls.certificates import Identity, certificates_to_pem
from app.tls.issuing import issue_self_signed

LOCK = BestAvailableEncryption(b"secret")


@pytest.fixture(scope="module")
def identity() -> Identity:
    return issue_self_signed(["localhost"], datetime.datetime.now(datetime.UTC))


def spec(**tls: str) -> ListenerSpec:
    return ListenerSpec(name="Echo", protocol="echo", endpoint="tcp:8443", tls=Tls(**tls))


def test_an_encrypted_key_is_left_to_who_reads_it(identity: Identity, tmp_path: Path) -> None:
    locked = identity.key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, LOCK)
    (tmp_path / "own.key").write_bytes(locked)
    (tmp_path / "own.pem").write_bytes(certificates_to_pem(identity.certificate))
    files = tls_files(spec(certificate="own.pem", key="own.key"), tmp_path)
    assert files is not None
    assert files.key == tmp_path / "own.key"
    assert files.ca == tmp_path / "own.pem"
    assert files.server_name == "localhost"


def test_a_pkcs12_file_must_be_converted(identity: Identity, tmp_path: Path) -> None:
    assert isinstance(identity.key, EllipticCurvePrivateKey)
    content = serialize_key_and_certificates(None, identity.key, identity.certificate, None, LOCK)
    (tmp_path / "own.p12").write_bytes(content)
    with pytest.raises(TlsError, match="Convert it to PEM"):
        tls_files(spec(certificate="own.p12"), tmp_path)
