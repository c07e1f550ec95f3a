"""The local CA is made once, is its owner's alone, and signs for as long as it can."""

from __future__ import annotations

import datetime
import stat
import threading
from pathlib import Path

import pytest
from cryptography import x509

from app.tls import TlsError, issuing, local_ca
from app.tls.local_ca import KEY_AND_CERTIFICATE, LocalCa, certificate_path

DAY = datetime.timedelta(days=1)
NAMES = ("localhost", "127.0.0.1", "::1")


class Calendar:
    """A clock that is turned by hand."""

    def __init__(self) -> None:
        self.now = datetime.datetime(2030, 5, 1, 12, tzinfo=datetime.UTC)

    def __call__(self) -> datetime.datetime:
        return self.now


@pytest.fixture
def calendar() -> Calendar:
    return Calendar()


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "data" / "tls"


@pytest.fixture
def authority(folder: Path, calendar: Calendar) -> LocalCa:
    return LocalCa(folder, calendar)


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


def test_a_certificate_names_the_server_and_its_authority(authority: LocalCa) -> None:
    identity = authority.identity_for(NAMES)
    (ca,) = x509.load_pem_x509_certificates(authority.export())
    identity.certificate.verify_directly_issued_by(ca)
    assert set(identity.facts.names) == set(NAMES)
    assert ca.extensions.get_extension_for_class(x509.BasicConstraints).value.ca
    limits = identity.certificate.extensions.get_extension_for_class(x509.BasicConstraints).value
    assert not limits.ca


def test_the_same_names_get_the_same_certificate(authority: LocalCa, folder: Path) -> None:
    first = authority.identity_for(NAMES).facts
    assert authority.identity_for(reversed(NAMES)).facts == first
    assert LocalCa(folder, lambda: first.not_before + 2 * DAY).identity_for(NAMES).facts == first


def test_other_names_get_another_certificate(authority: LocalCa) -> None:
    first = authority.identity_for(NAMES).facts
    assert authority.identity_for([*NAMES, "192.0.2.7"]).facts != first
    assert authority.identity_for(NAMES).facts == first


def test_a_certificate_is_renewed_before_it_expires(authority: LocalCa, calendar: Calendar) -> None:
    first = authority.identity_for(NAMES).facts
    calendar.now = first.not_after - datetime.timedelta(days=issuing.RENEW_DAYS - 1)
    second = authority.identity_for(NAMES).facts
    assert second.not_after > first.not_after


def test_an_authority_that_ends_is_followed_by_another(
    authority: LocalCa, calendar: Calendar
) -> None:
    first = authority.export()
    calendar.now += datetime.timedelta(days=issuing.AUTHORITY_DAYS - 40)
    late = authority.identity_for(NAMES).facts
    assert authority.export() == first
    assert late.not_after <= x509.load_pem_x509_certificate(first).not_valid_after_utc
    calendar.now += 20 * DAY
    assert authority.export() != first
    assert authority.identity_for(NAMES).facts != late


def test_keys_are_for_their_owner_alone(authority: LocalCa, folder: Path) -> None:
    authority.identity_for(NAMES)
    assert mode(folder) == 0o700
    assert {mode(path) for path in folder.iterdir()} == {0o600}


def test_rights_that_became_too_wide_are_taken_back(authority: LocalCa, folder: Path) -> None:
    authority.export()
    folder.chmod(0o755)
    (folder / KEY_AND_CERTIFICATE).chmod(0o644)
    authority.export()
    assert (mode(folder), mode(folder / KEY_AND_CERTIFICATE)) == (0o700, 0o600)


def test_what_is_handed_out_has_no_key(authority: LocalCa, folder: Path) -> None:
    exported = authority.export()
    assert b"PRIVATE" not in exported
    assert certificate_path(folder).read_bytes() == exported


def test_programs_that_start_at_once_get_one_authority(folder: Path, calendar: Calendar) -> None:
    starts = threading.Barrier(8)
    exported = []

    def export() -> None:
        starts.wait()
        exported.append(LocalCa(folder, calendar).export())

    threads = [threading.Thread(target=export) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(exported) == 8
    assert len(set(exported)) == 1


def test_a_damaged_authority_is_told_of_and_left_alone(authority: LocalCa, folder: Path) -> None:
    authority.export()
    path = folder / KEY_AND_CERTIFICATE
    path.write_bytes(b"-----BEGIN PRIVATE KEY-----\nMIG")
    with pytest.raises(TlsError, match=r"The local CA is damaged: .* Or remove .*authority.pem"):
        authority.identity_for(NAMES)
    assert path.read_bytes().endswith(b"MIG")


def test_a_damaged_certificate_is_made_anew(authority: LocalCa, folder: Path) -> None:
    first = authority.identity_for(NAMES).facts
    (path,) = folder.glob("server-*.pem")
    path.write_bytes(b"nothing")
    assert authority.identity_for(NAMES).facts != first


def test_a_folder_that_cannot_be_made_is_told_of(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(TlsError, match=r"Portdeck keeps its certificates in .*file"):
        LocalCa(tmp_path / "file" / "tls").export()


def test_what_was_kept_is_shown_without_making_anything(authority: LocalCa, folder: Path) -> None:
    assert authority.kept_for(NAMES) is None
    assert not folder.exists()
    made = authority.identity_for(NAMES).facts
    kept = authority.kept_for(NAMES)
    assert kept is not None
    assert kept.facts == made
    assert authority.kept_for(["elsewhere"]) is None


def test_certificates_that_nobody_renewed_are_removed(
    authority: LocalCa, folder: Path, calendar: Calendar
) -> None:
    authority.identity_for(["elsewhere"])
    calendar.now += datetime.timedelta(days=issuing.CERTIFICATE_DAYS + 1)
    authority.identity_for(NAMES)
    assert len(list(folder.glob("server-*.pem"))) == 1


def test_what_there_is_is_not_replaced_by_what_is_new(tmp_path: Path) -> None:
    path = tmp_path / "kept"
    assert local_ca.create_private(path, b"first")
    assert not local_ca.create_private(path, b"second")
    assert path.read_bytes() == b"first"
    assert [each.name for each in tmp_path.iterdir()] == ["kept"]
