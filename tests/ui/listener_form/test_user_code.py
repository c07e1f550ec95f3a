"""The row for user code: the objects in a file, its mistakes, and the reference."""

from __future__ import annotations

from pathlib import Path

import pytest
from PySide6.QtGui import QDesktopServices
from PySide6.QtWidgets import QFileDialog
from pytestqt.qtbot import QtBot

from app.ui.listener_form.user_code import UserCodeForm
from app.user_code import template

TWO = """
from twisted.internet.protocol import Factory, Protocol

class Shout(Protocol):
    pass

class Room(Factory):
    protocol = Shout
"""


@pytest.fixture
def form(qtbot: QtBot, tmp_path: Path) -> UserCodeForm:
    made = UserCodeForm(tmp_path)
    qtbot.addWidget(made)
    return made


def test_an_empty_form_shows_what_to_choose(form: UserCodeForm) -> None:
    assert "Choose a Python file" in form.problem()


def test_a_file_offers_its_factory_before_its_protocol(form: UserCodeForm, tmp_path: Path) -> None:
    (tmp_path / "room.py").write_text(TWO)
    form.path.setText("room.py")
    assert [form.name.itemData(i) for i in range(form.name.count())] == ["Room", "Shout"]
    assert form.reference() == "python:room.py:Room"
    assert form.problem() == ""


def test_an_unknown_home_folder_is_a_problem(form: UserCodeForm) -> None:
    form.path.setText("~nobody-here/room.py")
    assert form.problem() == 'There is no user "nobody-here". Write the whole path.'
    assert form.reference() == "python:"


def test_another_choice_changes_the_reference(form: UserCodeForm, tmp_path: Path) -> None:
    (tmp_path / "room.py").write_text(TWO)
    form.path.setText(str(tmp_path / "room.py"))
    form.name.setCurrentIndex(form.name.findData("Shout"))
    assert form.reference() == "python:room.py:Shout"


def test_a_chosen_file_is_not_executed(form: UserCodeForm, tmp_path: Path) -> None:
    ran = tmp_path / "ran"
    (tmp_path / "room.py").write_text(f"open({str(ran)!r}, 'w')\n" + TWO)
    form.path.setText("room.py")
    assert form.name.count() == 2
    assert not ran.exists()


@pytest.mark.parametrize(
    ("name", "text", "said"),
    [
        ("missing.py", None, "missing.py"),
        ("plain.txt", "x", "ends in .py"),
        ("empty.py", "", "no Twisted Protocol"),
        ("broken.py", "class (", "line 1"),
    ],
)
def test_a_file_that_cannot_serve_is_a_problem(
    form: UserCodeForm, tmp_path: Path, name: str, text: str | None, said: str
) -> None:
    if text is not None:
        (tmp_path / name).write_text(text)
    form.path.setText(name)
    assert said in form.problem()


def test_the_reference_of_a_profile_is_shown_and_kept(form: UserCodeForm, tmp_path: Path) -> None:
    (tmp_path / "room.py").write_text(TWO)
    form.show_reference("python:room.py:Shout")
    assert form.path.text() == "room.py"
    assert form.reference() == "python:room.py:Shout"


def test_a_module_reference_is_kept(form: UserCodeForm) -> None:
    form.show_reference("python:package.module:Server")
    assert form.reference() == "python:package.module:Server"
    assert form.problem() == ""


def test_a_new_file_is_chosen_after_it_is_written(form: UserCodeForm, tmp_path: Path) -> None:
    template.write(tmp_path / template.STREAM.file_name)
    form.path.setText(template.STREAM.file_name)
    assert form.reference() == f"python:{template.STREAM.file_name}:{template.STREAM.name}"


def test_for_udp_only_datagram_protocols_are_listed(form: UserCodeForm, tmp_path: Path) -> None:
    lines = (
        "from twisted.internet.protocol import DatagramProtocol\nclass Mail(DatagramProtocol): ..."
    )
    (tmp_path / "both.py").write_text(f"{TWO}\n{lines}\n")
    form.path.setText("both.py")
    assert form.reference() == "python:both.py:Room"
    form.serve_datagrams(True)
    assert form.reference() == "python:both.py:Mail"
    assert form.name.count() == 1
    form.serve_datagrams(False)
    assert form.reference() == "python:both.py:Room"


def test_for_udp_a_missing_datagram_protocol_is_a_problem(
    form: UserCodeForm, tmp_path: Path
) -> None:
    form.serve_datagrams(True)
    assert form.problem() == "Choose a Python file with a Twisted DatagramProtocol."
    assert form.path.placeholderText() == template.DATAGRAMS.file_name
    (tmp_path / "room.py").write_text(TWO)
    form.path.setText("room.py")
    assert form.problem() == "There is no Twisted DatagramProtocol to serve UDP with in it."


@pytest.mark.parametrize("opens", [True, False])
def test_a_new_file_that_no_program_opens_is_reported(
    form: UserCodeForm, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, opens: bool
) -> None:
    monkeypatch.setattr(QDesktopServices, "openUrl", lambda _: opens)
    form.start_button.click()
    dialog = form.findChild(QFileDialog)
    assert dialog is not None
    dialog.fileSelected.emit(str(tmp_path / "new.py"))
    dialog.reject()
    assert form.problem() == ""
    said = f"No program here opens {tmp_path / 'new.py'}. Edit it by hand."
    assert form.note == ("" if opens else said)


def test_a_protocol_that_needs_its_factory_is_told(form: UserCodeForm, tmp_path: Path) -> None:
    (tmp_path / "room.py").write_text(
        "from twisted.internet.protocol import Factory, Protocol\n"
        "class Talk(Protocol):\n"
        "    def connectionMade(self):\n"
        "        self.factory.clients.append(self)\n"
        "class Room(Factory):\n"
        "    protocol = Talk\n"
        "    clients = []\n"
    )
    form.path.setText("room.py")
    assert form.note == ""
    form.name.setCurrentIndex(form.name.findData("Talk"))
    assert "Choose Room" in form.note
