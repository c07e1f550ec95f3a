"""The section of the form for the address."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import (
    QLineEdit,
)
from pytestqt.qtbot import QtBot

from app.profile import FIRST_LISTENERS
from app.ui.listener_form.section import TransportChoice
from tests.ui.listener_form.forms import OpenForm, choose_interface, describe, save, spec

ECHO, HELLO = FIRST_LISTENERS


def test_a_listener_open_to_others_is_shown_before_it_is_saved(open_form: OpenForm) -> None:
    form = open_form()
    choose_interface(form, "0.0.0.0")
    assert form.said == "Others on your network will be able to connect."
    assert save(form).isEnabled()


@pytest.mark.parametrize(
    ("endpoint", "is_said"),
    [
        ("haproxy:tcp:8007", False),
        ("haproxy:tcp:8007:interface=0.0.0.0", True),
        (r"haproxy:tcp\:8007", True),
        ("systemd:domain=INET:index=0", True),
    ],
)
def test_a_plugin_endpoint_open_to_others_is_shown_too(
    open_form: OpenForm, endpoint: str, *, is_said: bool
) -> None:
    form = open_form()
    describe(form, endpoint)
    assert form.said.startswith("Others on your network") is is_said
    assert save(form).isEnabled()


def test_a_port_can_be_typed_in_place_of_port_0(open_form: OpenForm, qtbot: QtBot) -> None:
    form = open_form(current=spec("tcp:0"))
    assert form.said.startswith("With port 0 it gets any free port")
    line = form.address.port.findChild(QLineEdit)
    assert line is not None
    qtbot.mouseClick(line, Qt.MouseButton.LeftButton)
    qtbot.keyClick(line, Qt.Key.Key_End)
    qtbot.keyClick(line, Qt.Key.Key_Backspace)
    qtbot.keyClicks(line, "x81")
    assert form.address.port.value() == 81
    assert form.said == ""


@pytest.mark.parametrize(
    ("endpoint", "interface", "port"),
    [
        ("tcp:8007", "127.0.0.1", 8007),
        ("tcp:0:interface=127.0.0.1", "127.0.0.1", 0),
        ("tcp:8007:interface=\\:\\:1", "::1", 8007),
        ("tcp:8007:interface=0.0.0.0", "0.0.0.0", 8007),
        ("tcp:8007:interface=192.0.2.1", "192.0.2.1", 8007),
        ("tcp:8007:interface=localhost", "localhost", 8007),
        ("tcp:8007:interface=\\:\\:", "::", 8007),
        ("tcp6:8007", "::1", 8007),
        ("udp:8007", "127.0.0.1", 8007),
    ],
)
def test_a_plain_endpoint_is_shown_as_interface_and_port(
    open_form: OpenForm, endpoint: str, interface: str, port: int
) -> None:
    form = open_form(current=spec(endpoint))
    assert (form.address.interface.currentData(), form.address.port.value()) == (interface, port)
    assert form.address.port.isVisible()
    assert not form.address.description.isVisible()


@pytest.mark.parametrize(
    "endpoint",
    ["tcp:8007:backlog=5", "ssl:8443:privateKey=k.pem", "unix:/tmp/a.sock:lockfile=1"],
)
def test_any_other_endpoint_is_shown_as_a_description(open_form: OpenForm, endpoint: str) -> None:
    form = open_form(current=spec(endpoint))
    assert form.address.transport.currentData() is TransportChoice.DESCRIPTION
    assert form.address.description.text() == endpoint
    assert not form.address.port.isVisible()


def test_a_description_starts_with_the_chosen_address(open_form: OpenForm) -> None:
    form = open_form()
    form.address.port.setValue(4711)
    form.address.choose(TransportChoice.DESCRIPTION)
    assert form.address.description.text() == "tcp:4711:interface=127.0.0.1"


def test_a_unix_socket_has_a_path_and_a_mode(open_form: OpenForm) -> None:
    form = open_form()
    form.address.choose(TransportChoice.UNIX)
    assert form.said == "Write the path of the socket, such as echo.sock."
    form.address.unix.path.line.setText("echo.sock")
    assert form.spec().endpoint == "unix:echo.sock:mode=600"
    assert form.address.unix.meaning.text() == "Only you may connect."
    form.address.unix.mode.setCurrentText("9")
    assert "three octal digits" in form.said
    assert not form.address.port.isVisible()


def test_a_udp_description_counts_as_udp(open_form: OpenForm) -> None:
    form = open_form()
    form.identity.protocol.setCurrentIndex(form.identity.protocol.findData("chat"))
    describe(form, "udp:0")
    assert "needs connections" in form.said
    assert not save(form).isEnabled()


def test_each_interface_gives_another_endpoint(open_form: OpenForm) -> None:
    form = open_form()
    form.address.port.setValue(1)
    written = []
    for row in range(form.address.interface.count()):
        form.address.interface.setCurrentIndex(row)
        written.append(form.spec().endpoint)
    assert len(set(written)) == len(written)
    assert written[0] == "tcp:1:interface=127.0.0.1"
    assert written[-2:] == [r"tcp6:1:interface=\:\:", r"tcp:1:interface=\:\:"]
    assert "tcp:1:interface=localhost" in written


def test_a_description_starts_with_the_changed_address(open_form: OpenForm) -> None:
    form = open_form(current=spec("tcp:8007"))
    choose_interface(form, "0.0.0.0")
    form.address.choose(TransportChoice.DESCRIPTION)
    assert form.address.description.text() == "tcp:8007:interface=0.0.0.0"
