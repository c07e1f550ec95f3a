"""The section of the form for TLS."""

from __future__ import annotations

from pathlib import Path

import trustme
from attrs import evolve
from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    Encoding,
    PrivateFormat,
    load_pem_private_key,
)

from app.net.endpoint import Endpoint
from app.profile import FIRST_LISTENERS, Tls
from app.tls.issuing import names_for
from app.tls.local_ca import LocalCa
from app.ui.listener_form.section import TransportChoice
from tests.ui.listener_form.forms import OpenForm, describe, save, spec

ECHO, HELLO = FIRST_LISTENERS


def test_a_new_listener_can_use_tls(open_form: OpenForm) -> None:
    form = open_form()
    form.address.choose(TransportChoice.TLS)
    assert form.spec() == evolve(ECHO, tls=Tls())
    assert "It is made when the listener starts, for localhost" in form.tls.facts.text()
    assert save(form).isEnabled()


def test_the_stored_certificate_is_shown(open_form: OpenForm, tmp_path: Path) -> None:
    made = LocalCa(tmp_path).identity_for(names_for(Endpoint.tcp(0))).facts
    form = open_form()
    form.address.choose(TransportChoice.TLS)
    shown = form.tls.facts.text().replace("\N{ZERO WIDTH SPACE}", "")
    assert made.fingerprint in shown
    assert f"{made.not_after:%Y-%m-%d}" in shown


def test_an_encrypted_key_is_asked_for_later(open_form: OpenForm, tmp_path: Path) -> None:
    leaf = trustme.CA().issue_cert("server.example")
    key = load_pem_private_key(leaf.private_key_pem.bytes(), None)
    lock = BestAvailableEncryption(b"secret")
    (tmp_path / "own.key").write_bytes(key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, lock))
    leaf.cert_chain_pems[0].write_to_path(tmp_path / "own.pem")
    form = open_form()
    form.address.choose(TransportChoice.TLS)
    form.tls.source.setCurrentIndex(1)
    form.tls.certificate.show_path(str(tmp_path / "own.pem"))
    form.tls.key.show_path(str(tmp_path / "own.key"))
    assert "passphrase is asked for at each start" in form.tls.facts.text()
    assert form.spec().tls == Tls(certificate="own.pem", key="own.key")
    assert save(form).isEnabled()


def test_mistakes_in_files_are_shown_before_they_are_saved(
    open_form: OpenForm, tmp_path: Path
) -> None:
    form = open_form()
    form.address.choose(TransportChoice.TLS)
    form.tls.source.setCurrentIndex(1)
    assert form.said == "Choose the file of the certificate."
    form.tls.certificate.show_path(str(tmp_path / "gone.pem"))
    assert form.tls.certificate.text() == "gone.pem"
    assert form.said.startswith("There is no file")
    form.tls.certificate.line.setText("~nobody-here/own.pem")
    assert form.said == 'There is no user "nobody-here". Write the whole path.'
    assert not save(form).isEnabled()
    trustme.CA().issue_cert("server.example").private_key_and_cert_chain_pem.write_to_path(
        tmp_path / "both.pem"
    )
    form.tls.certificate.show_path(str(tmp_path / "both.pem"))
    assert "server.example" in form.tls.facts.text()
    assert form.spec().tls == Tls(certificate="both.pem")
    assert save(form).isEnabled()


def test_unchanged_files_can_be_saved_with_mistakes(open_form: OpenForm) -> None:
    current = spec("tcp:0", tls=Tls(certificate="gone.pem", minimum_version="1.3"))
    form = open_form(current=current)
    assert form.spec() == current
    assert form.tls.facts.text().startswith("There is no file")
    form.limits.spin_boxes["max_connections"].setValue(7)
    assert save(form).isEnabled()


def test_a_unix_socket_and_a_description_can_use_tls(open_form: OpenForm) -> None:
    form = open_form(current=spec("unix:a.sock", tls=Tls()))
    assert form.address.chosen is TransportChoice.UNIX
    assert form.tls.encrypt.isChecked()
    form.tls.encrypt.setChecked(False)
    assert form.spec().tls is None
    describe(form, "tcp:0:backlog=5")
    assert form.tls.encrypt.isVisible()
    describe(form, "ssl:0:privateKey=k.pem")
    assert not form.tls.encrypt.isVisible()
