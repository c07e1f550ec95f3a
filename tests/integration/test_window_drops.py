"""Programs, profiles and certificates that are dropped on the window."""

from __future__ import annotations

import datetime
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ec import EllipticCurvePrivateKey
from cryptography.hazmat.primitives.serialization import BestAvailableEncryption
from cryptography.hazmat.primitives.serialization.pkcs12 import serialize_key_and_certificates
from PySide6.QtCore import QMimeData, QPoint, QPointF, Qt, QUrl
from PySide6.QtGui import QDragEnterEvent, QDragLeaveEvent, QDropEvent
from PySide6.QtWidgets import QApplication, QLabel

from app.tls.issuing import issue_self_signed
from app.ui.profiles.listener_choice import ListenerChoice
from tests.integration.desk import Desk, OpenWindow

LOOPBACK = "tcp:0:interface=127.0.0.1"
ECHO = f'version = 1\n[[listener]]\nname = "Echo"\nprotocol = "echo"\nendpoint = "{LOOPBACK}"\n'


@pytest.fixture
def desk(open_window: OpenWindow) -> Desk:
    return open_window(ECHO)


def drop(desk: Desk, *paths: Path) -> bool:
    """Drop the files; whether the window takes them."""
    mime = QMimeData()
    mime.setUrls([QUrl.fromLocalFile(str(path)) for path in paths])
    copy, left = Qt.DropAction.CopyAction, Qt.MouseButton.LeftButton
    none = Qt.KeyboardModifier.NoModifier
    enter = QDragEnterEvent(QPoint(9, 9), copy, mime, left, none)
    enter.ignore()
    QApplication.sendEvent(desk.window, enter)
    if enter.isAccepted():
        QApplication.sendEvent(desk.window, QDropEvent(QPointF(9, 9), copy, mime, left, none))
    return enter.isAccepted()


def test_a_drag_says_what_a_drop_will_do(desk: Desk, tmp_path: Path) -> None:
    mime = QMimeData()
    mime.setUrls([QUrl.fromLocalFile(str(tmp_path / "server.py"))])
    copy, left = Qt.DropAction.CopyAction, Qt.MouseButton.LeftButton
    enter = QDragEnterEvent(QPoint(9, 9), copy, mime, left, Qt.KeyboardModifier.NoModifier)
    QApplication.sendEvent(desk.window, enter)
    sign = desk.window.findChild(QLabel, "dropSign")
    assert isinstance(sign, QLabel)
    assert sign.isVisible()
    assert sign.text() == "Drop to serve this code"
    QApplication.sendEvent(desk.window, QDragLeaveEvent())
    assert not sign.isVisible()


def certificate(folder: Path) -> Path:
    now = datetime.datetime.now(datetime.UTC)
    path = folder / "server.pem"
    path.write_bytes(issue_self_signed(["localhost"], now).to_pem())
    return path


def test_programs_of_any_name_are_opened(desk: Desk, tmp_path: Path) -> None:
    paths = [tmp_path / "my own server.py", tmp_path / "it's a b.py c.tac"]
    for path in paths:
        path.write_text("1 / 0\n", encoding="utf-8")
    assert drop(desk, *paths)
    names = [path.name for path in paths]
    desk.until(lambda: all("line 1" in desk.listener(each).reason for each in names))


def test_a_profile_can_be_imported(desk: Desk, tmp_path: Path) -> None:
    other = tmp_path / "shop.toml"
    other.write_text(ECHO.replace("Echo", "Shop"), encoding="utf-8")
    assert drop(desk, other)
    assert "shop.toml" in desk.window.rest.banner.message
    desk.click(desk.offer("Import listeners…"))
    (choice,) = desk.window.findChildren(ListenerChoice)
    choice.close()


def test_the_profile_of_this_window_is_known(desk: Desk) -> None:
    assert drop(desk, desk.workspace.file.path)
    assert "is the profile of this window" in desk.window.rest.banner.message


def test_a_certificate_becomes_that_of_the_chosen_listener(desk: Desk, tmp_path: Path) -> None:
    path = certificate(tmp_path)
    assert drop(desk, path)
    assert "Choose the listener" in desk.window.rest.banner.message
    desk.choose("Echo")
    assert drop(desk, path)
    desk.click(desk.offer("Use it for Echo"))
    tls = desk.listener("Echo").spec.tls
    assert tls is not None
    assert (tls.certificate, tls.key) == (str(path), "")
    assert "server.pem" in desk.workspace.file.path.read_text(encoding="utf-8")


def test_a_certificate_and_its_key_in_two_files_in_any_order(desk: Desk, tmp_path: Path) -> None:
    both = certificate(tmp_path).read_bytes()
    at = both.index(b"-----BEGIN CERTIFICATE")
    key, alone = tmp_path / "a.key", tmp_path / "b.crt"
    key.write_bytes(both[:at])
    alone.write_bytes(both[at:])
    desk.choose("Echo")
    assert drop(desk, key, alone)
    desk.click(desk.offer("Use it for Echo"))
    tls = desk.listener("Echo").spec.tls
    assert tls is not None
    assert (tls.certificate, tls.key) == (str(alone), str(key))


def test_a_certificate_without_a_key_is_offered_as_the_ca_of_clients(
    desk: Desk, tmp_path: Path
) -> None:
    both = certificate(tmp_path).read_bytes()
    path = tmp_path / "ca.pem"
    path.write_bytes(both[both.index(b"-----BEGIN CERTIFICATE") :])
    desk.choose("Echo")
    assert drop(desk, path)
    desk.click(desk.offer("Use it for Echo"))
    tls = desk.listener("Echo").spec.tls
    assert tls is not None
    assert tls.client_ca == str(path)


def test_an_encrypted_pkcs12_file_is_offered_without_its_passphrase(
    desk: Desk, tmp_path: Path
) -> None:
    path = tmp_path / "server.p12"
    made = issue_self_signed(["localhost"], datetime.datetime.now(datetime.UTC))
    assert isinstance(made.key, EllipticCurvePrivateKey)
    lock = BestAvailableEncryption(b"secret")
    content = serialize_key_and_certificates(None, made.key, made.certificate, None, lock)
    path.write_bytes(content)
    desk.choose("Echo")
    assert drop(desk, path)
    assert "server.p12 is encrypted" in desk.window.rest.banner.message
    desk.click(desk.offer("Use it for Echo"))
    tls = desk.listener("Echo").spec.tls
    assert tls is not None
    assert (tls.certificate, tls.key) == (str(path), "")


def test_a_file_that_is_no_certificate_is_told(desk: Desk, tmp_path: Path) -> None:
    path = tmp_path / "<h1>x.pem"
    path.write_text("nothing", encoding="utf-8")
    desk.choose("Echo")
    assert drop(desk, path)
    assert "no certificate" in desk.window.rest.banner.message
    missing = tmp_path / "gone.pem"
    assert drop(desk, missing)
    assert str(missing) in desk.window.rest.banner.message


def test_other_files_are_left_alone(desk: Desk, tmp_path: Path) -> None:
    picture = tmp_path / "picture.png"
    picture.write_bytes(b"\x89PNG")
    assert not drop(desk, picture)
    assert not drop(desk, picture, certificate(tmp_path))


def test_a_program_is_opened(desk: Desk, tmp_path: Path) -> None:
    path = tmp_path / "server.py"
    path.write_text("from twisted.internet import reactor\n", encoding="utf-8")
    assert drop(desk, path)
    desk.until(lambda: desk.deck.named("server.py") is not None)
    desk.until(lambda: not desk.listener("server.py").is_on)
    assert not drop(desk, path, certificate(tmp_path))


def test_a_protocol_that_listens_nowhere_is_served_on_a_free_port(
    desk: Desk, tmp_path: Path
) -> None:
    path = tmp_path / "shout.py"
    path.write_text(
        "from twisted.internet.protocol import Protocol\n"
        "class Shout(Protocol):\n"
        "    def dataReceived(self, data):\n"
        "        self.transport.write(data.upper())\n",
        encoding="utf-8",
    )
    assert drop(desk, path)
    desk.until(lambda: desk.deck.named("Shout") is not None and desk.listener("Shout").is_on)
    assert desk.listener("Shout").spec.protocol.endswith("shout.py:Shout")
    assert desk.listener("Shout").spec.endpoint.endswith(":interface=127.0.0.1")
