"""A certificate and a key of the user's own: what is wrong with them is said in a sentence."""

from __future__ import annotations

import datetime
import os
from pathlib import Path

import pytest
import trustme
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    Encoding,
    PrivateFormat,
)

from app.tls import TlsError
from app.tls.certificates import check_time, read_identity

NOW = datetime.datetime.now(datetime.UTC)
DAY = datetime.timedelta(days=1)


@pytest.fixture(scope="module")
def ca() -> trustme.CA:
    return trustme.CA()


@pytest.fixture(scope="module")
def leaf(ca: trustme.CA) -> trustme.LeafCert:
    return ca.issue_cert("localhost", "127.0.0.1", common_name="Test server")


@pytest.fixture
def certificate(leaf: trustme.LeafCert, tmp_path: Path) -> Path:
    path = tmp_path / "certificate.pem"
    path.write_bytes(b"".join(each.bytes() for each in leaf.cert_chain_pems))
    return path


@pytest.fixture
def key(leaf: trustme.LeafCert, tmp_path: Path) -> Path:
    path = tmp_path / "key.pem"
    path.write_bytes(leaf.private_key_pem.bytes())
    return path


def test_two_files_are_one_identity(certificate: Path, key: Path) -> None:
    facts = read_identity(certificate, key).facts
    assert facts.subject == "Test server"
    assert facts.names == ("localhost", "127.0.0.1")
    assert len(facts.fingerprint) == 32 * 3 - 1


@pytest.mark.parametrize("key_is_first", [True, False])
def test_a_key_may_be_in_the_file_of_its_certificate(
    leaf: trustme.LeafCert, tmp_path: Path, key_is_first: bool
) -> None:
    parts = [leaf.private_key_pem.bytes(), *(each.bytes() for each in leaf.cert_chain_pems)]
    both = tmp_path / "both.pem"
    both.write_bytes(b"".join(parts if key_is_first else reversed(parts)))
    assert read_identity(both).facts.subject == "Test server"


def test_a_file_that_is_not_there(certificate: Path, tmp_path: Path) -> None:
    with pytest.raises(TlsError, match=r"There is no file .*gone.pem"):
        read_identity(tmp_path / "gone.pem")
    with pytest.raises(TlsError, match=r"There is no file .*gone.pem"):
        read_identity(certificate, tmp_path / "gone.pem")


def test_a_folder_is_no_file(tmp_path: Path) -> None:
    with pytest.raises(TlsError, match="is a folder"):
        read_identity(tmp_path)


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read everything")
def test_a_file_that_may_not_be_read(certificate: Path, key: Path) -> None:
    key.chmod(0)
    with pytest.raises(TlsError, match=r"You may not read .*key.pem"):
        read_identity(certificate, key)


@pytest.mark.parametrize("content", [b"", b"hello", bytes(range(256)), b"\x30\x82\x01\x0a"])
def test_a_file_that_is_not_pem(certificate: Path, tmp_path: Path, content: bytes) -> None:
    other = tmp_path / "other"
    other.write_bytes(content)
    with pytest.raises(TlsError, match="has no certificate in the PEM form"):
        read_identity(other)
    with pytest.raises(TlsError, match="has no key in the PEM form"):
        read_identity(certificate, other)


def test_a_damaged_certificate(certificate: Path, key: Path) -> None:
    certificate.write_bytes(certificate.read_bytes().replace(b"MII", b"MIJ"))
    with pytest.raises(TlsError, match=r"The certificate in .* is damaged"):
        read_identity(certificate, key)


def test_a_damaged_key(certificate: Path, key: Path) -> None:
    key.write_bytes(key.read_bytes()[:60])
    with pytest.raises(TlsError, match=r"The key in .* is damaged"):
        read_identity(certificate, key)


def test_a_certificate_without_its_key(certificate: Path) -> None:
    with pytest.raises(TlsError, match="has a certificate, but not its key"):
        read_identity(certificate)


def test_a_key_of_another_certificate(certificate: Path, ca: trustme.CA, tmp_path: Path) -> None:
    other = tmp_path / "other.pem"
    other.write_bytes(ca.issue_cert("localhost").private_key_pem.bytes())
    with pytest.raises(TlsError, match="does not belong to the certificate"):
        read_identity(certificate, other)


@pytest.mark.parametrize("form", [PrivateFormat.PKCS8, PrivateFormat.TraditionalOpenSSL])
def test_an_encrypted_key(certificate: Path, tmp_path: Path, form: PrivateFormat) -> None:
    encrypted = tmp_path / "encrypted.pem"
    made = ec.generate_private_key(ec.SECP256R1())
    encrypted.write_bytes(
        made.private_bytes(Encoding.PEM, form, BestAvailableEncryption(b"secret"))
    )
    with pytest.raises(TlsError, match="is encrypted and needs its passphrase"):
        read_identity(certificate, encrypted)


def test_a_certificate_that_expired(certificate: Path, key: Path) -> None:
    facts = read_identity(certificate, key).facts
    with pytest.raises(TlsError, match=r"expired on \d{4}-\d\d-\d\d\. Renew it\."):
        check_time(facts, certificate, facts.not_after + DAY)


def test_a_certificate_that_is_not_valid_yet(certificate: Path, key: Path) -> None:
    facts = read_identity(certificate, key).facts
    with pytest.raises(TlsError, match=r"is not valid before .* check this computer's clock"):
        check_time(facts, certificate, facts.not_before - DAY)


def test_a_certificate_that_is_valid_now(certificate: Path, key: Path) -> None:
    check_time(read_identity(certificate, key).facts, certificate, NOW)


def test_a_file_without_end_is_not_read_to_its_end() -> None:
    with pytest.raises(TlsError, match="too large"):
        read_identity(Path("/dev/zero"))
