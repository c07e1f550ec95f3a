"""The rows for a whole program: what they ask for, and what the profile says then."""

from __future__ import annotations

from pathlib import Path

import pytest
from PySide6.QtWidgets import QDialogButtonBox
from pytestqt.qtbot import QtBot

from app.profile import ListenerSpec
from app.ui.listener_form.form import ListenerForm
from app.ui.listener_form.program import PLUGIN, PROGRAM
from app.ui.listener_form.section import TransportChoice
from app.user_code.reference import PREFIX


@pytest.fixture
def form(qtbot: QtBot, tmp_path: Path) -> ListenerForm:
    made = ListenerForm((), folder=tmp_path, ca_folder=tmp_path)
    qtbot.addWidget(made)
    made.show()
    return made


def choose(form: ListenerForm, choice: str) -> None:
    protocol = form.identity.protocol
    protocol.setCurrentIndex(protocol.findData(choice))


def can_save(form: ListenerForm) -> bool:
    return form.buttons.button(QDialogButtonBox.StandardButton.Save).isEnabled()


def test_a_program_needs_a_file_and_no_address(form: ListenerForm) -> None:
    choose(form, PROGRAM)
    assert "Choose a program" in form.said
    assert not can_save(form)
    form.identity.program.file.line.setText("server.py")
    form.identity.program.arguments.setText("--port 1")
    assert can_save(form)
    spec = form.spec()
    assert (spec.protocol, spec.endpoint) == ("python:server.py --port 1", "program")
    assert not form.address.port.isVisible()


def test_a_program_may_be_given_another_address(form: ListenerForm) -> None:
    choose(form, PROGRAM)
    form.identity.program.file.line.setText("app.tac")
    form.address.choose(TransportChoice.TCP)
    assert form.spec().endpoint.startswith("tcp:")


def test_services_of_one_object_may_listen_where_they_say(
    form: ListenerForm, tmp_path: Path
) -> None:
    (tmp_path / "own.py").write_text(
        "from twisted.application.internet import TCPServer\n"
        "def make():\n    return [TCPServer(8025, None), TCPServer(8026, None)]\n"
    )
    choose(form, PREFIX)
    assert form.address.chosen is TransportChoice.TCP
    form.identity.code.path.setText("own.py")
    form.address.choose(TransportChoice.PROGRAM)
    spec = form.spec()
    assert (spec.protocol, spec.endpoint) == ("python:own.py:make", "program")
    form.identity.show_spec(spec)
    form.address.show_spec(spec)
    assert form.spec().endpoint == "program"


def test_another_protocol_asks_for_an_address_again(form: ListenerForm) -> None:
    choose(form, PROGRAM)
    choose(form, "echo")
    assert form.address.chosen is TransportChoice.TCP
    assert form.address.port.isVisible()
    assert not form.identity.program.file.isVisible()


@pytest.mark.filterwarnings("ignore")  # the plugin is Twisted's own
def test_a_plugin_is_chosen_by_name_and_offers_its_options(form: ListenerForm) -> None:
    choose(form, PLUGIN)
    program = form.identity.program
    program.plugin.setCurrentIndex(program.plugin.findData("web"))
    actions = {each.text().split("   ")[0]: each for each in program.options.menu().actions()}
    assert "--path=…" in actions
    actions["--path=…"].trigger()
    program.arguments.setText(program.arguments.text() + ".")
    assert form.spec().protocol == "twist:web --path=."


def test_an_open_quotation_mark_is_told(form: ListenerForm) -> None:
    choose(form, PROGRAM)
    form.identity.program.file.line.setText("server.py")
    form.identity.program.arguments.setText("'one")
    assert "quotation mark" in form.said
    assert not can_save(form)


@pytest.mark.parametrize(
    "protocol",
    ["python:server.py", "python:app.tac --one 'two three'", "twist:web --path .", "twist:gone"],
)
def test_what_a_profile_says_stays_as_it_is(qtbot: QtBot, tmp_path: Path, protocol: str) -> None:
    current = ListenerSpec(name="Mine", protocol=protocol, endpoint="program")
    form = ListenerForm((), current, folder=tmp_path, ca_folder=tmp_path)
    qtbot.addWidget(form)
    assert form.spec() == current
