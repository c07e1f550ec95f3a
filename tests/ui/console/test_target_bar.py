"""The target bar of a console tab: options, certificates, files, and listeners by name."""

from __future__ import annotations

import socket
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import trustme
from attrs import evolve
from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    Encoding,
    PrivateFormat,
    load_pem_private_key,
)
from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QFileDialog, QFormLayout, QLabel, QLineEdit
from pytestqt.qtbot import QtBot
from twisted.internet.defer import Deferred

from app.client.options import Options, TlsOptions
from app.client.session_messages import SessionState
from app.net.target import Transport
from app.profile import ListenerSpec, Tls
from app.server.deck import Deck
from app.server.listener import Listener
from app.ui.console.connection_dialogs import CertificateDialog, OptionsDialog
from app.ui.console.saved_state import ConsoleState
from app.ui.console.session_tab import SessionTab
from app.ui.reactor.reactor import DeckReactor
from app.ui.style.icons import Icons
from app.ui.widgets.passphrase_dialog import PassphraseDialog

Serve = Callable[..., Listener]


@pytest.fixture(autouse=True)
def _own_data(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Keep the local CA in the folder of the test."""
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "data"))


@pytest.fixture
def serve(deck: Deck, result_of: Callable[[Deferred[None]], None]) -> Serve:
    """Start and return an echo listener called Echo."""

    def serve(endpoint: str = "tcp:0", tls: Tls | None = None) -> Listener:
        spec = ListenerSpec(name="Echo", protocol="echo", endpoint=endpoint, tls=tls)
        listener = deck.add(spec)
        result_of(deck.start(listener))
        assert listener.is_on, listener.reason
        return listener

    return serve


@pytest.fixture
def tab(
    reactor: DeckReactor, deck: Deck, saved_state: ConsoleState, qtbot: QtBot
) -> Iterator[SessionTab]:
    tab = SessionTab(reactor, Icons(), lambda: None, lambda: deck.listeners, saved_state)
    qtbot.addWidget(tab)
    tab.resize(900, 400)
    tab.show()
    yield tab
    tab.close_session()
    tab.session.abort()
    qtbot.waitUntil(lambda: tab.session.state.is_over)


@pytest.fixture
def until(tab: SessionTab, qtbot: QtBot) -> Callable[[Callable[[], object]], None]:
    """Refresh the tab as the ticker does, until `condition` is true."""

    def wait(condition: Callable[[], object]) -> None:
        def is_met() -> bool:
            tab.refresh()
            return bool(condition())

        qtbot.waitUntil(is_met)

    return wait


Until = Callable[[Callable[[], object]], None]


def connect(tab: SessionTab, place: str, qtbot: QtBot) -> None:
    tab.target_bar.target.setEditText(place)
    qtbot.mouseClick(tab.target_bar.connect_button, Qt.MouseButton.LeftButton)


@pytest.mark.parametrize("endpoint", ["tcp:0", "udp:0", "unix"])
def test_a_listener_is_reached_by_name_over_tcp_udp_and_unix(
    tab: SessionTab, serve: Serve, until: Until, qtbot: QtBot, tmp_path: Path, endpoint: str
) -> None:
    serve(f"unix:{tmp_path}/echo.sock" if endpoint == "unix" else endpoint)
    connect(tab, "Echo", qtbot)
    until(lambda: tab.session.state is SessionState.CONNECTED)
    tab.session.send(b"hello\n")
    until(lambda: "←  hello   (" in tab.view.toPlainText())


@pytest.mark.parametrize("place", ["Echo", "tls:{}"], ids=["by name", "by address"])
def test_a_tls_listener_of_the_panel_is_trusted_by_its_local_ca(
    tab: SessionTab, serve: Serve, until: Until, qtbot: QtBot, place: str
) -> None:
    listener = serve(tls=Tls())
    connect(tab, place.format(listener.where), qtbot)
    until(lambda: tab.session.state is SessionState.CONNECTED)
    assert tab.session.target is not None
    assert tab.session.target.transport is Transport.TLS
    assert tab.session.security is not None
    assert tab.session.security.distrust == ""
    assert not tab.target_bar.unverified.isVisible()
    tab.session.send(b"hello\n")
    until(lambda: tab.session.bytes_in == 6)


def test_an_untrusted_certificate_is_shown_and_accepted_only_by_the_user(
    tab: SessionTab, serve: Serve, until: Until, qtbot: QtBot, tmp_path: Path
) -> None:
    files = tmp_path / "stranger.pem"
    trustme.CA().issue_cert("127.0.0.1").private_key_and_cert_chain_pem.write_to_path(files)
    serve(tls=Tls(certificate=str(files)))
    connect(tab, "Echo", qtbot)
    until(lambda: tab.target_bar.prompt.isVisible())
    assert "is not to be trusted" in tab.target_bar.prompt.text.text()
    qtbot.mouseClick(tab.target_bar.prompt.details_button, Qt.MouseButton.LeftButton)
    (dialog,) = tab.window().findChildren(CertificateDialog)
    assert "It is not to be trusted" in dialog.verdict.text()
    for row in range(dialog.rows.rowCount()):
        texts = dialog.rows.itemAt(row, QFormLayout.ItemRole.FieldRole)
        text = texts.widget() if texts is not None else None
        assert text is not None
        label = dialog.rows.labelForField(text)
        assert isinstance(label, QLabel)
        assert label.y() == text.y()
        assert label.alignment() & Qt.AlignmentFlag.AlignTop
    dialog.copy_button.click()
    assert "BEGIN CERTIFICATE" in QGuiApplication.clipboard().text()
    dialog.reject()
    qtbot.mouseClick(tab.target_bar.prompt.button, Qt.MouseButton.LeftButton)
    until(lambda: tab.session.state is SessionState.CONNECTED)
    assert tab.target_bar.unverified.isVisible()
    assert "NOT VERIFIED" in tab.view.toPlainText()
    tab.session.abort()
    until(lambda: tab.session.state is SessionState.CLOSED)
    assert tab.target_bar.unverified.isVisible()  # the next connection would not be verified either


def test_an_encrypted_certificate_of_the_user_asks_for_its_passphrase(
    tab: SessionTab, serve: Serve, until: Until, qtbot: QtBot, tmp_path: Path
) -> None:
    authority, mine = trustme.CA(), tmp_path / "mine.pem"
    leaf = authority.issue_cert("me@example.org")
    key = load_pem_private_key(leaf.private_key_pem.bytes(), None)
    lock = BestAvailableEncryption(b"secret")
    locked = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, lock)
    mine.write_bytes(leaf.cert_chain_pems[0].bytes() + locked)
    authority.cert_pem.write_to_path(tmp_path / "clients.pem")
    serve(tls=Tls(client_ca=str(tmp_path / "clients.pem")))
    tab.target_bar.set_options(Options(tls=TlsOptions(certificate_file=str(mine))))

    def answer(passphrase: str) -> None:
        found = tab.window().findChildren(PassphraseDialog)
        (dialog,) = (each for each in found if each.isVisible())
        dialog.field.setText(passphrase)
        dialog.accept() if passphrase else dialog.reject()

    connect(tab, "Echo", qtbot)
    answer("")
    until(lambda: tab.session.state is SessionState.CLOSED)
    assert "needs its passphrase" in tab.view.toPlainText()
    connect(tab, "Echo", qtbot)
    answer("wrong")
    answer("secret")
    until(lambda: tab.session.state is SessionState.CONNECTED)
    tab.session.send(b"hello\n")
    until(lambda: tab.session.bytes_in == 6)
    assert tab.target_bar.options.tls.identity is None
    tab.session.abort()
    until(lambda: tab.session.state is SessionState.CLOSED)
    assert tab.session._options.tls.identity is None


def test_options_are_shown_and_chosen(tab: SessionTab, tmp_path: Path) -> None:
    options = Options(
        connect_seconds=2.5,
        reconnect=True,
        local_host="127.0.0.2",
        local_port=5000,
        tls=TlsOptions(
            verify=False,
            ca_file=str(tmp_path / "ca.pem"),
            certificate_file=str(tmp_path / "me.pem"),
            key_file=str(tmp_path / "me.key"),
            server_name="example.org",
        ),
    )
    tab.target_bar.set_options(options)
    tab.target_bar.options_button.click()
    (dialog,) = tab.window().findChildren(OptionsDialog)
    assert dialog.warning.isVisible()
    dialog.seconds.setValue(3)
    dialog.accept()
    assert tab.target_bar.options == evolve(options, connect_seconds=3.0)


@pytest.mark.parametrize("wrong", ["local address", "key alone", "home of nobody"])
def test_invalid_options_are_not_accepted(tab: SessionTab, qtbot: QtBot, wrong: str) -> None:
    dialog = OptionsDialog(Options())
    qtbot.addWidget(dialog)
    dialog.show()
    chosen: list[Options] = []
    dialog.chosen.connect(lambda options: chosen.append(options))
    if wrong == "local address":
        dialog.local_host.setText("eth0")
    elif wrong == "home of nobody":
        dialog.ca.line.setText("~nobody-here/ca.pem")
    else:
        dialog.key.line.setText("my.key")
    dialog.accept()
    assert not chosen
    assert dialog.error.isVisible()


def test_reconnecting_starts_by_itself_and_can_be_stopped(
    tab: SessionTab, until: Until, qtbot: QtBot
) -> None:
    with socket.socket() as bound:
        bound.bind(("127.0.0.1", 0))
        place = f"127.0.0.1:{bound.getsockname()[1]}"
    tab.target_bar.set_options(Options(reconnect=True))
    connect(tab, place, qtbot)
    until(lambda: tab.session.state is SessionState.WAITING)
    assert tab.target_bar.connect_button.text() == "Cancel"
    tab.target_bar.connect_button.click()
    assert tab.target_bar.connect_button.text() == "Connect"
    assert "Not connecting again." in tab.view.toPlainText()


def test_the_menu_enables_only_possible_actions(
    tab: SessionTab, serve: Serve, until: Until, qtbot: QtBot
) -> None:
    menu = tab.target_bar.menu
    acts = (menu.send_file, menu.half_close, menu.abort, menu.certificate)
    assert [act.isEnabled() for act in acts] == [False] * 4
    serve()
    connect(tab, "Echo", qtbot)
    until(lambda: tab.session.state is SessionState.CONNECTED)
    assert [act.isEnabled() for act in acts] == [True, True, True, False]
    menu.half_close.trigger()
    until(lambda: tab.session.state is SessionState.CLOSED)  # an echo closes its side then, too
    assert "Closed this side." in tab.view.toPlainText()
    connect(tab, "Echo", qtbot)
    until(lambda: tab.session.state is SessionState.CONNECTED)
    menu.abort.trigger()
    until(lambda: tab.session.state is SessionState.CLOSED)
    assert "The connection was aborted." in tab.view.toPlainText()


def test_a_chosen_file_is_sent_with_progress_and_an_entry(
    tab: SessionTab, serve: Serve, until: Until, qtbot: QtBot, tmp_path: Path
) -> None:
    file = tmp_path / "data.bin"
    file.write_bytes(bytes(5_000_000))
    serve()
    connect(tab, "Echo", qtbot)
    until(lambda: tab.session.state is SessionState.CONNECTED)
    tab.target_bar.menu.send_file.trigger()
    (dialog,) = tab.window().findChildren(QFileDialog)
    dialog.fileSelected.emit(str(file))
    dialog.close()
    assert tab.target_bar.file_row.isVisible()
    assert tab.target_bar.file_row.words.text().startswith("data.bin: ")
    until(lambda: tab.session.bytes_in == 5_000_000)
    assert not tab.target_bar.file_row.isVisible()
    said = [str(each.data) for each in tab.session.transcript.entries]
    assert any("Sent file data.bin, 5,000,000 bytes" in each for each in said)


def test_a_file_can_be_cancelled(
    tab: SessionTab, serve: Serve, until: Until, qtbot: QtBot, tmp_path: Path
) -> None:
    file = tmp_path / "data.bin"
    with file.open("wb") as sparse:
        sparse.truncate(1_000_000_000)
    serve()
    connect(tab, "Echo", qtbot)
    until(lambda: tab.session.state is SessionState.CONNECTED)
    tab.target_bar.menu.send(file)
    until(lambda: tab.session.bytes_out)
    qtbot.mouseClick(tab.target_bar.file_row.cancel_button, Qt.MouseButton.LeftButton)
    assert not tab.target_bar.file_row.isVisible()
    assert "Cancelled sending file data.bin" in tab.view.toPlainText()


def test_enter_accepts_the_offer_to_start_the_typed_listener(
    tab: SessionTab, deck: Deck, qtbot: QtBot
) -> None:
    echo = deck.add(ListenerSpec(name="Echo", protocol="echo", endpoint="tcp:0"))
    wanted: list[Listener] = []
    tab.start_wanted.connect(lambda listener: wanted.append(listener))
    tab.target_bar.target.setEditText("Echo")
    qtbot.keyClick(tab.target_bar.target.line, Qt.Key.Key_Return)
    assert tab.target_bar.prompt.isVisible()
    assert wanted == []
    qtbot.keyClick(tab.target_bar.target.line, Qt.Key.Key_Return)
    assert wanted == [echo]


def test_a_started_listener_does_not_take_the_focus_from_another_field(
    tab: SessionTab,
    deck: Deck,
    until: Until,
    qtbot: QtBot,
    result_of: Callable[[Deferred[None]], None],
) -> None:
    echo = deck.add(ListenerSpec(name="Echo", protocol="echo", endpoint="tcp:0"))
    elsewhere = QLineEdit(tab)
    elsewhere.show()
    tab.activateWindow()
    connect(tab, "Echo", qtbot)
    assert not tab.target_bar.prompt.button.hasFocus()
    elsewhere.setFocus()
    result_of(deck.start(echo))
    tab.target_bar.listener_started(echo)
    until(lambda: tab.session.state is SessionState.CONNECTED)
    assert elsewhere.hasFocus()


def test_the_target_is_read_only_while_connected(
    tab: SessionTab, serve: Serve, until: Until, qtbot: QtBot
) -> None:
    listener = serve()
    connect(tab, listener.where, qtbot)
    until(lambda: tab.session.state is SessionState.CONNECTED)
    line = tab.target_bar.target.line
    assert line.isEnabled()
    qtbot.keyClicks(line, "x")
    qtbot.keyClick(tab.target_bar.target, Qt.Key.Key_Down)
    tab.target_bar.target.showPopup()
    assert tab.target_bar.target.currentText() == listener.where
    qtbot.keyClick(line, Qt.Key.Key_Return)
    assert tab.session.state is SessionState.CONNECTED


def test_every_control_has_a_name(tab: SessionTab) -> None:
    bar = tab.target_bar
    named = (bar.target, bar.options_button, bar.menu, bar.file_row.progress)
    assert all(each.accessibleName() for each in named)
