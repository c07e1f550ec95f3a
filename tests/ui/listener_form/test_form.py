"""The form says what is wrong while one types, and gives back exactly what it was given."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from pathlib import Path

import pytest
import trustme
from attrs import evolve
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from PySide6.QtCore import Qt
from PySide6.QtWidgets import (
    QCheckBox,
    QComboBox,
    QDialogButtonBox,
    QFormLayout,
    QLabel,
    QLineEdit,
    QPushButton,
    QSpinBox,
)
from pytestqt.qtbot import QtBot

from app.net.endpoint import Endpoint
from app.profile import FIRST_LISTENERS, ListenerSpec, Tls
from app.protocols.catalog import datagram_names
from app.tls.issuing import names_for
from app.tls.local_ca import LocalCa
from app.ui.listener_form.form import ListenerForm
from app.ui.listener_form.section import TransportChoice
from app.user_code.reference import PREFIX

OpenForm = Callable[..., ListenerForm]

ECHO, HELLO = FIRST_LISTENERS


@pytest.fixture
def open_form(qtbot: QtBot, tmp_path: Path) -> OpenForm:
    def open_one(
        others: Iterable[ListenerSpec] = (),
        current: ListenerSpec | None = None,
        *,
        is_on: bool = False,
    ) -> ListenerForm:
        running = current if is_on else None
        form = ListenerForm(others, current, running=running, folder=tmp_path, ca_folder=tmp_path)
        qtbot.addWidget(form)
        form.show()
        return form

    return open_one


def save(form: ListenerForm) -> QPushButton:
    return form.buttons.button(QDialogButtonBox.StandardButton.Save)


def describe(form: ListenerForm, description: str) -> None:
    """Ask for an endpoint by its description."""
    form.place.choose(TransportChoice.DESCRIPTION)
    form.place.description.setText(description)


def choose_reach(form: ListenerForm, interface: str) -> None:
    form.place.reach.setCurrentIndex(form.place.reach.findData(interface))


def spec(endpoint: str, **more: object) -> ListenerSpec:
    return ListenerSpec(name="It", protocol="echo", endpoint=endpoint, **more)  # type: ignore[arg-type]


def test_a_new_listener_is_a_good_one_as_it_is_offered(open_form: OpenForm) -> None:
    form = open_form()
    assert save(form).isEnabled()
    assert form.trouble.text() == ""
    assert form.spec() == ECHO


def test_the_offered_name_and_port_are_free(open_form: OpenForm) -> None:
    form = open_form([ECHO, spec("tcp:8008")])
    assert form.spec().name == "Echo 2"
    assert Endpoint.parse(form.spec().endpoint).port == 8009


def test_another_protocol_brings_its_name_and_port_until_one_types_a_name(
    open_form: OpenForm, qtbot: QtBot
) -> None:
    form = open_form()
    form.identity.protocol.setCurrentIndex(form.identity.protocol.findData("hello"))
    assert form.spec() == HELLO
    qtbot.keyClicks(form.identity.name, " mine")
    form.identity.protocol.setCurrentIndex(form.identity.protocol.findData("echo"))
    assert form.spec().name == "Hello mine"
    assert form.spec().endpoint == ECHO.endpoint


@pytest.mark.parametrize(
    ("name", "sentence"),
    [
        ("", "The name must not be empty."),
        ("   ", "The name must not be empty."),
        ("x" * 81, "The name must be at most 80 characters long, not 81."),
        ("hELLO", 'The name must be another one; there is a listener called "Hello".'),
    ],
)
def test_a_wrong_name_is_told_and_cannot_be_saved(
    open_form: OpenForm, name: str, sentence: str
) -> None:
    form = open_form([HELLO])
    form.identity.name.setText(name)
    assert form.trouble.text() == sentence
    assert not save(form).isEnabled()


@pytest.mark.parametrize(
    ("endpoint", "sentence"),
    [
        ("", "Write an endpoint, such as tcp:8007."),
        ("8007", "Begin the endpoint with its kind"),
        ("tcp", "tcp needs its port, as in tcp:8007."),
        ("tcp:http", 'The port must be a whole number from 0 to 65535, not "http".'),
        ("tcp:70000", 'The port must be a whole number from 0 to 65535, not "70000".'),
        ("tcp:8007:interfce=localhost", "Did you mean interface?"),
        ("tcp:8007\\", "Remove the backslash"),
        ("unix:", "unix needs its address"),
    ],
)
def test_a_wrong_endpoint_is_told_and_cannot_be_saved(
    open_form: OpenForm, endpoint: str, sentence: str
) -> None:
    form = open_form()
    describe(form, endpoint)
    assert sentence in form.trouble.text()
    assert not form.trouble.text().startswith("endpoint:")
    assert not save(form).isEnabled()


def test_all_that_is_wrong_is_told_at_once_and_goes_when_it_is_right(open_form: OpenForm) -> None:
    form = open_form()
    describe(form, "tcp:x")
    form.identity.name.setText("")
    assert len(form.trouble.text().splitlines()) == 2
    form.identity.name.setText("Right")
    form.place.description.setText("tcp:8007")
    assert form.trouble.text() == ""
    assert save(form).isEnabled()


def test_enter_does_not_save_what_is_wrong(open_form: OpenForm, qtbot: QtBot) -> None:
    form = open_form()
    form.identity.name.clear()
    qtbot.keyClick(form.identity.name, Qt.Key.Key_Return)
    assert form.isVisible()
    qtbot.keyClicks(form.identity.name, "Right")
    with qtbot.waitSignal(form.accepted):
        qtbot.keyClick(form.identity.name, Qt.Key.Key_Return)


def test_letting_others_in_is_said_before_it_is_saved(open_form: OpenForm) -> None:
    form = open_form()
    choose_reach(form, "0.0.0.0")
    assert form.trouble.text() == "Others on your network will be able to connect."
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
def test_what_a_plugin_may_let_in_is_said_too(
    open_form: OpenForm, endpoint: str, *, is_said: bool
) -> None:
    form = open_form()
    describe(form, endpoint)
    assert form.trouble.text().startswith("Others on your network") is is_said
    assert save(form).isEnabled()


def test_a_port_is_typed_as_a_number_also_where_it_was_any(
    open_form: OpenForm, qtbot: QtBot
) -> None:
    form = open_form(current=spec("tcp:0"))
    assert form.trouble.text().startswith("With port 0 it gets any free port")
    line = form.place.port.findChild(QLineEdit)
    assert line is not None
    qtbot.mouseClick(line, Qt.MouseButton.LeftButton)
    qtbot.keyClick(line, Qt.Key.Key_End)
    qtbot.keyClick(line, Qt.Key.Key_Backspace)
    qtbot.keyClicks(line, "x81")
    assert form.place.port.value() == 81
    assert form.trouble.text() == ""


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
def test_a_plain_endpoint_is_shown_as_reach_and_port(
    open_form: OpenForm, endpoint: str, interface: str, port: int
) -> None:
    form = open_form(current=spec(endpoint))
    assert (form.place.reach.currentData(), form.place.port.value()) == (interface, port)
    assert form.place.port.isVisible()
    assert not form.place.description.isVisible()


@pytest.mark.parametrize(
    "endpoint",
    ["tcp:8007:backlog=5", "ssl:8443:privateKey=k.pem", "unix:/tmp/a.sock:lockfile=1"],
)
def test_any_other_endpoint_is_shown_as_it_is_written(open_form: OpenForm, endpoint: str) -> None:
    form = open_form(current=spec(endpoint))
    assert form.place.transport.currentData() is TransportChoice.DESCRIPTION
    assert form.place.description.text() == endpoint
    assert not form.place.port.isVisible()


def test_going_over_to_a_description_begins_with_what_was_chosen(open_form: OpenForm) -> None:
    form = open_form()
    form.place.port.setValue(4711)
    form.place.choose(TransportChoice.DESCRIPTION)
    assert form.place.description.text() == "tcp:4711:interface=127.0.0.1"


PORTS = st.integers(0, 65535)
ENDPOINTS = st.one_of(
    PORTS.map("tcp:{}".format),
    st.builds(
        "tcp:{}:interface={}".format,
        PORTS,
        st.sampled_from(["127.0.0.1", "0.0.0.0", "localhost", r"\:\:1", r"\:\:", "192.0.2.1"]),
    ),
    st.builds("tcp:{}:interface=127.0.0.1:backlog={}".format, PORTS, st.integers(1, 500)),
    st.builds("tcp6:{}".format, PORTS),
    st.builds("{}:{}:interface=\\:\\:".format, st.sampled_from(["tcp", "tcp6"]), PORTS),
    st.sampled_from(["unix:/tmp/a b.sock", r"unix:C\:\\x:mode=660", "ssl:443:privateKey=k.pem"]),
)
SPECS = st.builds(
    ListenerSpec,
    name=st.text(st.characters(exclude_categories=["C", "Z"]), min_size=1, max_size=20),
    protocol=st.sampled_from(["echo", "discard", "python:mine.py:Server"]),
    endpoint=ENDPOINTS,
    max_connections=st.integers(1, 100_000),
    autostart=st.booleans(),
    traffic=st.booleans(),
    tls=st.none() | st.sampled_from([Tls(), Tls(certificate="gone.pem", minimum_version="1.3")]),
).filter(lambda spec: spec.tls is None or Endpoint.parse(spec.endpoint).supports_tls)


@settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(current=SPECS, is_on=st.booleans())
def test_a_form_that_is_not_touched_changes_nothing(
    qtbot: QtBot, current: ListenerSpec, is_on: bool
) -> None:
    form = ListenerForm((), current, running=current if is_on else None, folder=Path.cwd())
    assert form.spec() == current
    assert save(form).isEnabled()
    assert save(form).text() == "Save"
    form.deleteLater()


def test_options_that_are_not_touched_stay(open_form: OpenForm) -> None:
    current = ListenerSpec(
        name="Rude", protocol="hello", endpoint="tcp:0", options={"text": "Go away\n"}
    )
    assert open_form(current=current).spec() == current


def test_code_of_the_users_own_is_named_and_warned_of(open_form: OpenForm) -> None:
    own = ListenerSpec(name="Mine", protocol="python:mine.py:Server", endpoint="tcp:0")
    form = open_form(current=own)
    assert form.identity.protocol.currentText() == "Your own code"
    assert form.identity.code.path.text() == "mine.py"
    assert form.spec() == own
    assert "runs inside Portdeck" in form.identity.summary.text()


def test_a_change_that_needs_a_restart_is_announced(open_form: OpenForm) -> None:
    form = open_form(current=spec("tcp:8007"), is_on=True)
    form.limits.max_connections.setValue(7)
    assert save(form).text() == "Save"
    form.place.port.setValue(8008)
    assert save(form).text() == "Save and restart"
    form.place.port.setValue(8007)
    assert save(form).text() == "Save"


def test_a_listener_that_is_off_is_not_restarted(open_form: OpenForm) -> None:
    form = open_form(current=spec("tcp:8007"))
    form.place.port.setValue(8008)
    assert save(form).text() == "Save"


@pytest.mark.parametrize("transport", list(TransportChoice))
def test_every_field_has_a_label_with_a_key_of_its_own(
    open_form: OpenForm, transport: TransportChoice
) -> None:
    form = open_form()
    form.place.choose(transport)
    form.identity.protocol.setCurrentIndex(form.identity.protocol.findData(PREFIX))
    form.tls.encrypt.setChecked(True)
    form.tls.source.setCurrentIndex(1)
    labels = [each.text() for each in form.findChildren(QLabel) if each.isVisible()]
    boxes = [each.text() for each in form.findChildren(QCheckBox) if each.isVisible()]
    texts = [*labels, *boxes]
    keys = [text.split("&")[1][0].lower() for text in texts if "&" in text]
    assert len(keys) > 7
    assert len(set(keys)) == len(keys), sorted(keys)
    assert all("&" in text for text in boxes)


def test_every_control_has_a_name_for_who_cannot_see_it(open_form: OpenForm) -> None:
    form = open_form()
    rows = form.findChild(QFormLayout)
    assert rows is not None
    for kind in (QLineEdit, QComboBox, QSpinBox):
        for control in form.findChildren(kind):
            label = rows.labelForField(control)
            is_inside = isinstance(control.parentWidget(), QComboBox | QSpinBox)
            assert is_inside or label is not None or control.accessibleName(), control


def test_a_new_listener_may_be_encrypted(open_form: OpenForm) -> None:
    form = open_form()
    form.place.choose(TransportChoice.TLS)
    assert form.spec() == evolve(ECHO, tls=Tls())
    assert "It is made when the listener starts, for localhost" in form.tls.facts.text()
    assert save(form).isEnabled()


def test_the_certificate_that_is_kept_is_shown(open_form: OpenForm, tmp_path: Path) -> None:
    made = LocalCa(tmp_path).identity_for(names_for(Endpoint.tcp(0))).facts
    form = open_form()
    form.place.choose(TransportChoice.TLS)
    shown = form.tls.facts.text().replace("\N{ZERO WIDTH SPACE}", "")
    assert made.fingerprint in shown
    assert f"{made.not_after:%Y-%m-%d}" in shown


def test_wrong_files_are_told_before_they_are_saved(open_form: OpenForm, tmp_path: Path) -> None:
    form = open_form()
    form.place.choose(TransportChoice.TLS)
    form.tls.source.setCurrentIndex(1)
    assert form.trouble.text() == "Choose the file of the certificate."
    form.tls.certificate.take(str(tmp_path / "gone.pem"))
    assert form.tls.certificate.text() == "gone.pem"
    assert form.trouble.text().startswith("There is no file")
    form.tls.certificate.line.setText("~nobody-here/own.pem")
    assert form.trouble.text() == 'There is no user "nobody-here". Write the whole path.'
    assert not save(form).isEnabled()
    trustme.CA().issue_cert("server.example").private_key_and_cert_chain_pem.write_to_path(
        tmp_path / "both.pem"
    )
    form.tls.certificate.take(str(tmp_path / "both.pem"))
    assert "server.example" in form.tls.facts.text()
    assert form.spec().tls == Tls(certificate="both.pem")
    assert save(form).isEnabled()


def test_files_that_a_spec_named_stay_right_or_wrong(open_form: OpenForm) -> None:
    current = spec("tcp:0", tls=Tls(certificate="gone.pem", minimum_version="1.3"))
    form = open_form(current=current)
    assert form.spec() == current
    assert form.tls.facts.text().startswith("There is no file")
    form.limits.max_connections.setValue(7)
    assert save(form).isEnabled()


def test_a_unix_socket_is_asked_for_by_path_and_mode(open_form: OpenForm) -> None:
    form = open_form()
    form.place.choose(TransportChoice.UNIX)
    assert form.trouble.text() == "Write the path of the socket, such as echo.sock."
    form.place.unix.path.line.setText("echo.sock")
    assert form.spec().endpoint == "unix:echo.sock:mode=600"
    assert form.place.unix.meaning.text() == "Only you may connect."
    form.place.unix.mode.setCurrentText("9")
    assert "three octal digits" in form.trouble.text()
    assert not form.place.port.isVisible()


def test_a_unix_socket_and_a_description_may_carry_tls(open_form: OpenForm) -> None:
    form = open_form(current=spec("unix:a.sock", tls=Tls()))
    assert form.place.chosen is TransportChoice.UNIX
    assert form.tls.encrypt.isChecked()
    form.tls.encrypt.setChecked(False)
    assert form.spec().tls is None
    describe(form, "tcp:0:backlog=5")
    assert form.tls.encrypt.isVisible()
    describe(form, "ssl:0:privateKey=k.pem")
    assert not form.tls.encrypt.isVisible()


def test_udp_offers_what_can_be_spoken_over_it(open_form: OpenForm) -> None:
    form = open_form([spec("tcp:8007")])
    form.place.choose(TransportChoice.UDP)
    assert form.spec().endpoint == "udp:8007:interface=127.0.0.1"
    model = form.identity.protocol.model()
    enabled = {
        form.identity.protocol.itemData(row)
        for row in range(model.rowCount())
        if model.flags(model.index(row, 0)) & Qt.ItemFlag.ItemIsEnabled
    }
    assert enabled == {*datagram_names(), PREFIX}
    assert form.place.reach.findData("localhost") >= 0
    form.place.choose(TransportChoice.TCP)
    assert form.spec().endpoint == "tcp:8008:interface=127.0.0.1"


def test_a_description_of_udp_is_udp_too(open_form: OpenForm) -> None:
    form = open_form()
    form.identity.protocol.setCurrentIndex(form.identity.protocol.findData("chat"))
    describe(form, "udp:0")
    assert "needs connections" in form.trouble.text()
    assert not save(form).isEnabled()


def test_each_reach_is_another_endpoint(open_form: OpenForm) -> None:
    form = open_form()
    form.place.port.setValue(1)
    written = []
    for row in range(form.place.reach.count()):
        form.place.reach.setCurrentIndex(row)
        written.append(form.spec().endpoint)
    assert len(set(written)) == len(written)
    assert written[0] == "tcp:1:interface=127.0.0.1"
    assert written[-2:] == [r"tcp6:1:interface=\:\:", r"tcp:1:interface=\:\:"]
    assert "tcp:1:interface=localhost" in written


def test_going_over_to_a_description_begins_with_what_was_changed(open_form: OpenForm) -> None:
    form = open_form(current=spec("tcp:8007"))
    choose_reach(form, "0.0.0.0")
    form.place.choose(TransportChoice.DESCRIPTION)
    assert form.place.description.text() == "tcp:8007:interface=0.0.0.0"


def test_the_form_fits_on_a_small_screen(open_form: OpenForm, qtbot: QtBot) -> None:
    form = open_form()
    form.place.choose(TransportChoice.TLS)
    form.tls.source.setCurrentIndex(1)
    qtbot.waitUntil(lambda: form.height() <= form.screen().availableGeometry().height())
    assert form.buttons.isVisible()


def test_what_needs_a_restart_is_said_and_may_wait(open_form: OpenForm, qtbot: QtBot) -> None:
    form = open_form(current=spec("tcp:8007"), is_on=True)
    assert form.later.isHidden()
    form.identity.name.setText("Other")
    assert form.later.isHidden()
    assert form.trouble.text() == ""
    form.place.port.setValue(8008)
    assert (save(form).text(), form.later.isVisible()) == ("Save and restart", True)
    assert "must restart to change where it listens" in form.trouble.text()
    form.identity.name.setText("")
    assert form.later.isHidden(), "what is wrong cannot be saved for later either"
    form.identity.name.setText("Other")
    with qtbot.waitSignal(form.accepted):
        form.later.click()
    assert not form.restarts
    assert form.spec().endpoint != "tcp:8007"


def test_what_is_saved_at_once_restarts(open_form: OpenForm, qtbot: QtBot) -> None:
    form = open_form(current=spec("tcp:8007"), is_on=True)
    form.place.port.setValue(8008)
    with qtbot.waitSignal(form.accepted):
        save(form).click()
    assert form.restarts


def test_a_form_measures_by_what_runs_and_not_by_what_was_saved_since(
    qtbot: QtBot, tmp_path: Path
) -> None:
    running, current = spec("tcp:8007"), spec("tcp:8008")
    form = ListenerForm([], current, running=running, folder=tmp_path)
    qtbot.addWidget(form)
    form.show()
    assert save(form).text() == "Save and restart"
    form.place.port.setValue(8007)
    assert save(form).text() == "Save"


def test_reloading_by_itself_is_asked_for_code_of_ones_own_alone(
    open_form: OpenForm, tmp_path: Path
) -> None:
    form = open_form()
    assert form.identity.auto_reload.isHidden()
    (tmp_path / "own.py").write_text(
        "from twisted.internet.protocol import Protocol\nclass P(Protocol): ...\n"
    )
    own = ListenerSpec(
        name="Own", protocol="python:own.py:P", endpoint="tcp:8007", auto_reload=True
    )
    form = open_form(current=own)
    assert form.identity.auto_reload.isVisible()
    assert form.spec() == own
    form.identity.auto_reload.setChecked(False)
    assert not form.spec().auto_reload
