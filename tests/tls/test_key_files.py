"""Keys in PKCS#12 files and encrypted keys: opened with the right passphrase, else a sentence."""

from __future__ import annotations

import datetime
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path

import pytest
import trustme
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    Encoding,
    KeySerializationEncryption,
    NoEncryption,
    PrivateFormat,
    load_pem_private_key,
    pkcs12,
)
from hypothesis import given
from hypothesis import strategies as st

from app.tls import PassphraseError, TlsError, key_files
from app.tls.certificates import read_identity
from app.tls.key_files import is_pkcs12, read_key, read_pkcs12

SECRET = b"correct horse"
NEW_KDF = (
    PrivateFormat.PKCS12.encryption_builder()
    .kdf_rounds(2)
    .key_cert_algorithm(pkcs12.PBES.PBESv2SHA256AndAES256CBC)
    .hmac_hash(SHA256())
    .build(SECRET)
)


@pytest.fixture(scope="module")
def leaf() -> trustme.LeafCert:
    return trustme.CA().create_child_ca().issue_cert("localhost", common_name="Test server")


def in_pkcs12(leaf: trustme.LeafCert, encryption: KeySerializationEncryption) -> bytes:
    key = load_pem_private_key(leaf.private_key_pem.bytes(), None)
    chain = [x509.load_pem_x509_certificate(each.bytes()) for each in leaf.cert_chain_pems]
    assert isinstance(key, ec.EllipticCurvePrivateKey)
    return pkcs12.serialize_key_and_certificates(b"name", key, chain[0], chain[1:], encryption)


@pytest.fixture
def bundle(leaf: trustme.LeafCert, tmp_path: Path) -> Path:
    path = tmp_path / "server.p12"
    path.write_bytes(in_pkcs12(leaf, BestAvailableEncryption(SECRET)))
    return path


def encrypted_key(form: PrivateFormat = PrivateFormat.PKCS8) -> bytes:
    key = ec.generate_private_key(ec.SECP256R1())
    return key.private_bytes(Encoding.PEM, form, BestAvailableEncryption(SECRET))


@pytest.mark.parametrize("encryption", [BestAvailableEncryption(SECRET), NEW_KDF])
def test_a_pkcs12_file_has_the_key_the_certificate_and_its_chain(
    leaf: trustme.LeafCert, tmp_path: Path, encryption: KeySerializationEncryption
) -> None:
    path = tmp_path / "server.pfx"
    path.write_bytes(in_pkcs12(leaf, encryption))
    identity = read_identity(path, None, [SECRET])
    assert identity.facts.subject == "Test server"
    assert len(identity.chain) == len(leaf.cert_chain_pems) - 1 == 1


def test_a_pkcs12_file_without_encryption_needs_no_passphrase(
    leaf: trustme.LeafCert, tmp_path: Path
) -> None:
    path = tmp_path / "server.p12"
    path.write_bytes(in_pkcs12(leaf, NoEncryption()))
    assert read_identity(path).facts.subject == "Test server"
    assert read_identity(path, None, [b"any"]).facts.subject == "Test server"


def test_the_right_one_of_several_passphrases_is_found(bundle: Path) -> None:
    passphrases = [b"", b"wrong", b"\xff\x00", SECRET]
    assert read_identity(bundle, None, passphrases).facts.subject == "Test server"


@pytest.mark.parametrize("passphrases", [[b"hunter2"], [b"hunter2", b"\xff"]])
def test_a_wrong_passphrase_is_a_sentence_without_it(
    bundle: Path, passphrases: Sequence[bytes]
) -> None:
    with pytest.raises(PassphraseError, match=r"The passphrase for .* is wrong") as caught:
        read_identity(bundle, None, passphrases)
    assert caught.value.is_wrong
    assert caught.value.path == bundle
    assert "hunter2" not in str(caught.value)
    assert caught.value.__cause__ is None


def test_an_encrypted_file_asks_for_its_passphrase(bundle: Path) -> None:
    with pytest.raises(PassphraseError, match="needs its passphrase") as caught:
        read_identity(bundle)
    assert not caught.value.is_wrong


def test_the_key_of_a_pkcs12_file_is_not_in_another_one(bundle: Path, tmp_path: Path) -> None:
    key = tmp_path / "key.pem"
    key.write_bytes(encrypted_key())
    with pytest.raises(TlsError, match="Leave out the key"):
        read_identity(bundle, key, [SECRET])
    assert read_identity(bundle, bundle, [SECRET]).facts.subject == "Test server"


def test_a_pkcs12_file_is_not_the_key_of_a_pem_certificate(
    leaf: trustme.LeafCert, bundle: Path, tmp_path: Path
) -> None:
    certificate = tmp_path / "server.pem"
    leaf.cert_chain_pems[0].write_to_path(certificate)
    with pytest.raises(TlsError, match="Choose it as the certificate"):
        read_identity(certificate, bundle, [SECRET])


def test_a_pkcs12_file_without_a_key(leaf: trustme.LeafCert, tmp_path: Path) -> None:
    path = tmp_path / "trusted.p12"
    certificate = x509.load_pem_x509_certificate(leaf.cert_chain_pems[0].bytes())
    content = pkcs12.serialize_key_and_certificates(
        None, None, None, [certificate], BestAvailableEncryption(SECRET)
    )
    path.write_bytes(content)
    with pytest.raises(TlsError, match="has no certificate together with its key"):
        read_identity(path, None, [SECRET])


def test_a_pkcs12_file_without_intermediate_certificates(tmp_path: Path) -> None:
    path = tmp_path / "mixed.p12"
    mine = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "mine")])
    now = datetime.datetime.now(datetime.UTC)
    builder = x509.CertificateBuilder(name, name, mine.public_key(), 1, now, now.replace(year=2100))
    content = pkcs12.serialize_key_and_certificates(
        None, mine, builder.sign(mine, SHA256()), None, BestAvailableEncryption(SECRET)
    )
    path.write_bytes(content)
    assert read_identity(path, None, [SECRET]).facts.subject == "mine"


@pytest.mark.parametrize("form", [PrivateFormat.PKCS8, PrivateFormat.TraditionalOpenSSL])
def test_an_encrypted_pem_key_opens_with_its_passphrase(form: PrivateFormat) -> None:
    content, path = encrypted_key(form), Path("server.key")
    assert read_key(content, path, [b"wrong", SECRET]).public_key() is not None
    with pytest.raises(PassphraseError, match=r"server\.key is encrypted and needs its passphrase"):
        read_key(content, path)
    with pytest.raises(PassphraseError, match=r"key in server\.key is wrong") as caught:
        read_key(content, path, [b"hunter2"])
    assert "hunter2" not in str(caught.value)
    with pytest.raises(PassphraseError):
        read_key(content, path, [b""])


def test_a_key_derivation_that_takes_too_long_is_refused(
    bundle: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(key_files, "MOST_ITERATIONS", 1_000)
    with pytest.raises(TlsError, match="would take too long to decrypt"):
        read_identity(bundle, None, [SECRET])
    with pytest.raises(TlsError, match="would take too long to decrypt"):
        read_key(encrypted_key(), Path("server.key"), [SECRET])


@given(st.binary(max_size=60))
def test_what_only_begins_like_pkcs12_is_a_sentence(rest: bytes) -> None:
    content = b"\x30\x3f\x02\x01\x03" + rest
    assert is_pkcs12(content)
    with pytest.raises(TlsError):
        read_pkcs12(content, Path("odd.p12"), [SECRET])


@given(st.integers(0, 400), st.integers(0, 255))
def test_a_damaged_pkcs12_file_is_a_sentence(
    leaf: trustme.LeafCert, position: int, value: int
) -> None:
    content = bytearray(in_pkcs12(leaf, NEW_KDF))
    content[position] = value
    with suppress(TlsError):  # not every byte matters
        read_pkcs12(bytes(content), Path("damaged.p12"), [SECRET])
