"""The form shows mistakes while the user types, and returns unchanged values exactly."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from PySide6.QtCore import Qt
from PySide6.QtWidgets import (
    QCheckBox,
    QComboBox,
    QFormLayout,
    QLabel,
    QLineEdit,
    QSpinBox,
)
from pytestqt.qtbot import QtBot

from app.faults.spec import Fault, FaultKind
from app.net.endpoint import Endpoint
from app.profile import FIRST_LISTENERS, ListenerSpec, Tls
from app.protocols.catalog import datagram_names
from app.ui.listener_form.form import ListenerForm
from app.ui.listener_form.program import PLUGIN, PROGRAM
from app.ui.listener_form.section import TransportChoice
from app.user_code.reference import PREFIX
from tests.ui.listener_form.forms import OpenForm, describe, save, spec

ECHO, HELLO = FIRST_LISTENERS


def test_the_defaults_of_a_new_listener_can_be_saved(open_form: OpenForm) -> None:
    form = open_form()
    assert save(form).isEnabled()
    assert form.said == ""
    assert form.spec() == ECHO


def test_the_proposed_name_and_port_are_free(open_form: OpenForm) -> None:
    form = open_form([ECHO, spec("tcp:8008")])
    assert form.spec().name == "Echo 2"
    assert Endpoint.parse(form.spec().endpoint).port == 8009


def test_a_typed_name_takes_the_place_of_the_proposed_one(
    open_form: OpenForm, qtbot: QtBot
) -> None:
    form = open_form()
    name = form.identity.name
    qtbot.keyClicks(name, "Mine")
    assert name.text() == "Mine"


def test_another_protocol_sets_name_and_port_until_the_user_types_a_name(
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
def test_a_wrong_name_is_shown_and_cannot_be_saved(
    open_form: OpenForm, name: str, sentence: str
) -> None:
    form = open_form([HELLO])
    form.identity.name.setText(name)
    assert form.said == sentence
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
def test_a_wrong_endpoint_is_shown_and_cannot_be_saved(
    open_form: OpenForm, endpoint: str, sentence: str
) -> None:
    form = open_form()
    describe(form, endpoint)
    assert sentence in form.said
    assert not form.said.startswith("endpoint:")
    assert not save(form).isEnabled()


def test_all_mistakes_are_shown_until_they_are_corrected(open_form: OpenForm) -> None:
    form = open_form()
    describe(form, "tcp:x")
    form.identity.name.setText("")
    assert len(form.said.splitlines()) == 2
    form.identity.name.setText("Right")
    form.address.description.setText("tcp:8007")
    assert form.said == ""
    assert save(form).isEnabled()


def test_enter_does_not_save_a_mistake(open_form: OpenForm, qtbot: QtBot) -> None:
    form = open_form()
    form.identity.name.clear()
    qtbot.keyClick(form.identity.name, Qt.Key.Key_Return)
    assert form.isVisible()
    qtbot.keyClicks(form.identity.name, "Right")
    with qtbot.waitSignal(form.accepted):
        qtbot.keyClick(form.identity.name, Qt.Key.Key_Return)


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
    max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(current=SPECS, is_on=st.booleans())
def test_an_unchanged_form_returns_the_same_spec(
    qtbot: QtBot, current: ListenerSpec, is_on: bool
) -> None:
    form = ListenerForm((), current, running=current if is_on else None, folder=Path.cwd())
    assert form.spec() == current
    assert save(form).isEnabled()
    assert save(form).text() == "Save"
    form.deleteLater()


def test_a_fault_that_another_endpoint_does_not_support_is_a_mistake(open_form: OpenForm) -> None:
    limit = Fault(kind=FaultKind.LIMIT, bytes=10)
    current = ListenerSpec(name="Cut", protocol="echo", endpoint="tcp:0", faults=(limit,))
    form = open_form(current=current)
    assert form.spec() == current
    describe(form, "udp:0")
    assert "limit is not for UDP; remove it" in form.said
    assert not save(form).isEnabled()


def test_unchanged_options_stay(open_form: OpenForm) -> None:
    current = ListenerSpec(
        name="Rude", protocol="hello", endpoint="tcp:0", options={"text": "Go away\n"}
    )
    assert open_form(current=current).spec() == current


def test_user_code_is_shown_with_a_warning(open_form: OpenForm) -> None:
    own = ListenerSpec(name="Mine", protocol="python:mine.py:Server", endpoint="tcp:0")
    form = open_form(current=own)
    assert form.identity.protocol.currentText() == "Your own code"
    assert form.identity.code.path.text() == "mine.py"
    assert form.spec() == own
    assert "runs inside Portdeck" in form.identity.summary.text()


def test_a_change_that_needs_a_restart_changes_the_save_button(open_form: OpenForm) -> None:
    form = open_form(current=spec("tcp:8007"), is_on=True)
    form.limits.spin_boxes["max_connections"].setValue(7)
    assert save(form).text() == "Save"
    form.address.port.setValue(8008)
    assert save(form).text() == "Save and restart"
    form.address.port.setValue(8007)
    assert save(form).text() == "Save"


def test_a_listener_that_is_off_is_not_restarted(open_form: OpenForm) -> None:
    form = open_form(current=spec("tcp:8007"))
    form.address.port.setValue(8008)
    assert save(form).text() == "Save"


@pytest.mark.parametrize("transport", list(TransportChoice))
def test_every_label_has_another_key(open_form: OpenForm, transport: TransportChoice) -> None:
    form = open_form()
    form.address.choose(transport)
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


def test_every_control_has_an_accessible_name(open_form: OpenForm) -> None:
    form = open_form()
    rows = form.findChild(QFormLayout)
    assert rows is not None
    for kind in (QLineEdit, QComboBox, QSpinBox):
        for control in form.findChildren(kind):
            label = rows.labelForField(control)
            is_inside = isinstance(control.parentWidget(), QComboBox | QSpinBox)
            assert is_inside or label is not None or control.accessibleName(), control


def test_udp_enables_only_the_protocols_that_support_it(open_form: OpenForm) -> None:
    form = open_form([spec("tcp:8007")])
    form.address.choose(TransportChoice.UDP)
    assert form.spec().endpoint == "udp:8007:interface=127.0.0.1"
    model = form.identity.protocol.model()
    enabled = {
        form.identity.protocol.itemData(row)
        for row in range(model.rowCount())
        if model.flags(model.index(row, 0)) & Qt.ItemFlag.ItemIsEnabled
    }
    assert enabled == {*datagram_names(), PREFIX, PROGRAM, PLUGIN}
    assert form.address.interface.findData("localhost") >= 0
    form.address.choose(TransportChoice.TCP)
    assert form.spec().endpoint == "tcp:8008:interface=127.0.0.1"


def test_the_form_fits_on_a_small_screen(open_form: OpenForm, qtbot: QtBot) -> None:
    form = open_form()
    form.address.choose(TransportChoice.TLS)
    form.tls.source.setCurrentIndex(1)
    qtbot.waitUntil(lambda: form.height() <= form.screen().availableGeometry().height())
    assert form.buttons.isVisible()


def test_a_restart_is_announced_and_can_be_postponed(open_form: OpenForm, qtbot: QtBot) -> None:
    form = open_form(current=spec("tcp:8007"), is_on=True)
    assert form.later.isHidden()
    form.identity.name.setText("Other")
    assert form.later.isHidden()
    assert form.said == ""
    form.address.port.setValue(8008)
    assert (save(form).text(), form.later.isVisible()) == ("Save and restart", True)
    assert "must restart to change where it listens" in form.said
    form.identity.name.setText("")
    assert form.later.isHidden(), "what is wrong cannot be saved for later either"
    form.identity.name.setText("Other")
    with qtbot.waitSignal(form.accepted):
        form.later.click()
    assert not form.restarts
    assert form.spec().endpoint != "tcp:8007"


def test_save_and_restart_restarts(open_form: OpenForm, qtbot: QtBot) -> None:
    form = open_form(current=spec("tcp:8007"), is_on=True)
    form.address.port.setValue(8008)
    with qtbot.waitSignal(form.accepted):
        save(form).click()
    assert form.restarts


def test_changes_are_compared_with_the_running_spec_and_not_the_saved_one(
    qtbot: QtBot, tmp_path: Path
) -> None:
    running, current = spec("tcp:8007"), spec("tcp:8008")
    form = ListenerForm([], current, running=running, folder=tmp_path)
    qtbot.addWidget(form)
    form.show()
    assert save(form).text() == "Save and restart"
    form.address.port.setValue(8007)
    assert save(form).text() == "Save"


def test_only_user_code_has_automatic_reload(open_form: OpenForm, tmp_path: Path) -> None:
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
