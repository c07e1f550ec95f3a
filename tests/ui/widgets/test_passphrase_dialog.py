"""The question for a passphrase: masked, one at a time, and kept nowhere."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLineEdit, QWidget
from pytestqt.qtbot import QtBot
from twisted.internet.defer import CancelledError, Deferred

from app.tls import PassphraseError
from app.ui.widgets.passphrase_dialog import (
    PassphraseDialog,
    PassphraseQuestions,
    ask_passphrase,
)

LOCKED = PassphraseError("locked", "It is locked.", path=Path("/keys/server.p12"))
WRONG = PassphraseError("wrong", "That was <wrong>.", path=Path("/keys/server.p12"), is_wrong=True)


@pytest.fixture
def window(qtbot: QtBot) -> QWidget:
    window = QWidget()
    qtbot.addWidget(window)
    window.show()
    return window


def opened(window: QWidget) -> PassphraseDialog:
    (dialog,) = (each for each in window.findChildren(PassphraseDialog) if each.isVisible())
    return dialog


def test_the_passphrase_is_masked_and_handed_on_once(window: QWidget, qtbot: QtBot) -> None:
    asking = ask_passphrase(window, LOCKED)
    dialog = opened(window)
    assert dialog.field.echoMode() is QLineEdit.EchoMode.Password
    assert not dialog.unlock.isEnabled()
    assert not dialog.error.isVisible()
    dialog.field.setText("grün")
    qtbot.keyClick(dialog.field, Qt.Key.Key_Return)
    assert asking.result == ("grün".encode(),)
    assert dialog.field.text() == ""  # it is deleted in the next turn only
    qtbot.waitUntil(lambda: not window.findChildren(PassphraseDialog))


def test_a_wrong_answer_is_told_as_it_is(window: QWidget) -> None:
    asking = ask_passphrase(window, WRONG)
    dialog = opened(window)
    assert dialog.error.isVisible()
    assert dialog.error.text() == "That was <wrong>."
    assert dialog.error.textFormat() is Qt.TextFormat.PlainText
    dialog.reject()
    assert asking.result is None


def test_cancelling_the_question_closes_the_dialog(window: QWidget, qtbot: QtBot) -> None:
    asking = ask_passphrase(window, LOCKED)
    asking.cancel()
    qtbot.waitUntil(lambda: not window.findChildren(PassphraseDialog))
    failures: list[object] = []
    asking.addErrback(lambda failure: failures.append(failure.check(CancelledError)))
    assert failures == [CancelledError]


def is_open(window: QWidget) -> bool:
    return any(each.isVisible() for each in window.findChildren(PassphraseDialog))


def test_questions_come_one_after_the_other(window: QWidget, qtbot: QtBot) -> None:
    questions = PassphraseQuestions(lambda: window)
    answers: list[Deferred[Sequence[bytes] | None]] = [
        Deferred.fromCoroutine(questions.ask(LOCKED)) for _ in range(3)
    ]
    answers[1].addErrback(lambda failure: failure.trap(CancelledError))
    answers[1].cancel()  # before its turn
    dialog = opened(window)
    dialog.field.setText("one")
    dialog.accept()
    assert answers[0].result == (b"one",)
    assert not answers[2].called
    qtbot.waitUntil(lambda: is_open(window))
    opened(window).reject()
    assert answers[2].result is None
    qtbot.waitUntil(lambda: not window.findChildren(PassphraseDialog))
    again = Deferred.fromCoroutine(questions.ask(LOCKED))
    opened(window).reject()
    assert again.result is None


def test_a_wrong_answer_is_corrected_before_the_next_question(
    window: QWidget, qtbot: QtBot
) -> None:
    questions = PassphraseQuestions(lambda: window)

    async def ask_twice() -> Sequence[bytes] | None:
        await questions.ask(LOCKED)
        return await questions.ask(WRONG)

    first = Deferred.fromCoroutine(ask_twice())
    second = Deferred.fromCoroutine(questions.ask(LOCKED))
    opened(window).reject()
    qtbot.waitUntil(lambda: is_open(window))
    assert opened(window).error.isVisible()
    opened(window).reject()
    assert first.called
    assert not second.called
    qtbot.waitUntil(lambda: is_open(window))
    opened(window).reject()
    assert second.called


def test_a_window_that_goes_ends_the_question(qtbot: QtBot) -> None:
    window = QWidget()
    window.show()
    asking = ask_passphrase(window, LOCKED)
    window.deleteLater()
    qtbot.waitUntil(lambda: asking.called)
    assert asking.result is None
