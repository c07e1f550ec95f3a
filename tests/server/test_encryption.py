"""The certificate of a listener that runs for long is renewed, and a failure harms nobody."""

from __future__ import annotations

import datetime
from pathlib import Path

import pytest
from OpenSSL import SSL

from app.net.endpoint import Endpoint
from app.profile import Tls
from app.server import encryption as module
from app.server.encryption import Encryption
from app.tls import TlsError
from app.tls.local_ca import LocalCa

HERE = Endpoint.tcp(0)
DAY = datetime.timedelta(days=1)


class Calendar:
    """A clock that is turned by hand."""

    def __init__(self) -> None:
        self.now = datetime.datetime(2030, 5, 1, 12, tzinfo=datetime.UTC)

    def __call__(self) -> datetime.datetime:
        return self.now


@pytest.fixture
def calendar(monkeypatch: pytest.MonkeyPatch) -> Calendar:
    calendar = Calendar()
    monkeypatch.setattr(module, "now", calendar)
    return calendar


@pytest.fixture
def authority(tmp_path: Path, calendar: Calendar) -> LocalCa:
    return LocalCa(tmp_path / "tls", calendar)


@pytest.fixture
def encryption(tmp_path: Path, authority: LocalCa) -> Encryption:
    return Encryption(Tls(), HERE, tmp_path, authority)


def test_a_certificate_made_at_once_is_renewed_while_it_is_in_use(
    encryption: Encryption, calendar: Calendar
) -> None:
    first = encryption.certificate
    calendar.now = first.not_after - 31 * DAY
    encryption.serverConnectionForTLS(None)
    assert encryption.certificate == first
    calendar.now += 2 * DAY
    assert isinstance(encryption.serverConnectionForTLS(None), SSL.Connection)
    assert encryption.certificate.not_after > first.not_after


def test_a_renewal_that_fails_is_logged_and_tried_again_later(
    encryption: Encryption,
    authority: LocalCa,
    calendar: Calendar,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    tries = []

    def fail(names: object) -> None:
        tries.append(names)
        raise TlsError("The disk is full.")

    first = encryption.certificate
    monkeypatch.setattr(authority, "identity_for", fail)
    calendar.now = first.not_after - 29 * DAY
    for _ in range(3):
        encryption.serverConnectionForTLS(None)
    assert len(tries) == 1
    assert "The disk is full." in caplog.text
    assert encryption.certificate == first
    calendar.now += datetime.timedelta(hours=1)
    encryption.serverConnectionForTLS(None)
    assert len(tries) == 2


def test_a_file_of_ones_own_is_nobodys_to_renew(
    tmp_path: Path, authority: LocalCa, calendar: Calendar
) -> None:
    (tmp_path / "own.pem").write_bytes(authority.identity_for(["localhost"]).to_pem())
    encryption = Encryption(Tls(certificate="own.pem"), HERE, tmp_path, authority)
    first = encryption.certificate
    calendar.now = first.not_after + DAY
    encryption.serverConnectionForTLS(None)
    assert encryption.certificate == first
