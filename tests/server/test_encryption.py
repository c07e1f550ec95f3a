"""Renewal of the certificate while a listener runs."""

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
    """A clock that the test sets."""

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
def local_ca(tmp_path: Path, calendar: Calendar) -> LocalCa:
    return LocalCa(tmp_path / "tls", calendar)


@pytest.fixture
def encryption(tmp_path: Path, local_ca: LocalCa) -> Encryption:
    return Encryption(Tls(), HERE, tmp_path, local_ca)


def test_an_issued_certificate_is_renewed_while_it_is_in_use(
    encryption: Encryption, calendar: Calendar
) -> None:
    first = encryption.certificate
    calendar.now = first.not_after - 31 * DAY
    encryption.serverConnectionForTLS(None)
    assert encryption.certificate == first
    calendar.now += 2 * DAY
    assert isinstance(encryption.serverConnectionForTLS(None), SSL.Connection)
    assert encryption.certificate.not_after > first.not_after


def test_a_renewal_that_fails_is_logged_and_retried_after_an_hour(
    encryption: Encryption,
    local_ca: LocalCa,
    calendar: Calendar,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    tries = []

    def fail(names: object) -> None:
        tries.append(names)
        raise TlsError("The disk is full.")

    first = encryption.certificate
    monkeypatch.setattr(local_ca, "identity_for", fail)
    calendar.now = first.not_after - 29 * DAY
    for _ in range(3):
        encryption.serverConnectionForTLS(None)
    assert len(tries) == 1
    assert "The disk is full." in caplog.text
    assert encryption.certificate == first
    calendar.now += datetime.timedelta(hours=1)
    encryption.serverConnectionForTLS(None)
    assert len(tries) == 2


def test_a_certificate_of_the_user_is_not_renewed(
    tmp_path: Path, local_ca: LocalCa, calendar: Calendar
) -> None:
    (tmp_path / "own.pem").write_bytes(local_ca.identity_for(["localhost"]).to_pem())
    encryption = Encryption(Tls(certificate="own.pem"), HERE, tmp_path, local_ca)
    first = encryption.certificate
    calendar.now = first.not_after + DAY
    encryption.serverConnectionForTLS(None)
    assert encryption.certificate == first
