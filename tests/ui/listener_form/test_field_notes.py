"""What stands at the fields of the form, and what is folded."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from app.ui.listener_form.form import ListenerForm
from app.ui.widgets.labels import WrappingLabel
from tests.ui.listener_form.forms import OpenForm, choose_interface, save, spec


def notes(form: ListenerForm) -> list[tuple[str, str]]:
    """The visible sentences at fields, each with its tint."""
    labels = [each for each in form.findChildren(WrappingLabel) if each.isVisible()]
    return [
        (each.text(), str(each.property("tint") or ""))
        for each in labels
        if each.objectName() == "fieldNote"
    ]


def test_a_mistake_stands_at_its_field_and_is_red_once_the_field_was_left(
    open_form: OpenForm, qtbot: QtBot
) -> None:
    form = open_form()
    form.activateWindow()
    form.identity.name.setFocus()
    form.identity.name.clear()
    ((text, tint),) = notes(form)
    assert text.startswith("The name ")
    assert tint == ""
    assert not save(form).isEnabled()
    QApplication.processEvents()
    form.address.port.setFocus(Qt.FocusReason.TabFocusReason)
    qtbot.waitUntil(lambda: notes(form) == [(text, "danger")])
    form.identity.name.setText("Fine")
    assert notes(form) == []
    assert form.said == ""


def test_the_exposure_is_said_in_amber_at_the_interface(open_form: OpenForm) -> None:
    form = open_form()
    choose_interface(form, "0.0.0.0")
    assert notes(form) == [("Others on your network will be able to connect.", "warning")]


def test_what_is_seldom_used_is_folded_unless_it_was_changed(open_form: OpenForm) -> None:
    form = open_form()
    box = form.limits.spin_boxes["max_connections"]
    assert not box.isVisible()
    assert form.limits.fold is not None
    form.limits.fold.click()
    assert box.isVisible()
    changed = open_form(current=spec("tcp:8007", max_connections=7))
    assert changed.limits.spin_boxes["max_connections"].isVisible()


def test_the_form_shrinks_again(open_form: OpenForm, qtbot: QtBot) -> None:
    form = open_form()
    before = form.height()
    fold = form.limits.fold
    assert fold is not None
    fold.click()
    qtbot.waitUntil(lambda: form.height() > before)
    fold.click()
    qtbot.waitUntil(lambda: form.height() <= before)


def test_save_and_start(open_form: OpenForm) -> None:
    form = open_form()
    assert not form.starts
    form.start.click()
    assert form.starts
    assert form.result() == ListenerForm.DialogCode.Accepted
    form = open_form(current=spec("tcp:8007"), is_on=True)
    assert not form.start.isVisible()
