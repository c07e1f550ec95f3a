"""The choice between turns and a framing."""

from __future__ import annotations

import pytest
from pytestqt.qtbot import QtBot

from app.traffic.framing import Delimited, FixedLength, Framing, LengthPrefix, Lines, Netstrings
from app.ui.widgets.framing_form import FramingChoice


@pytest.mark.parametrize(
    "framing",
    [
        None,
        Lines(),
        Delimited(b"\r\n.\r\n"),
        FixedLength(7),
        LengthPrefix(4, "little", True),
        Netstrings(),
    ],
)
def test_it_shows_every_framing_without_a_signal(framing: Framing | None, qtbot: QtBot) -> None:
    choice = FramingChoice()
    qtbot.addWidget(choice)
    with qtbot.assertNotEmitted(choice.changed):
        choice.choose(framing)
    assert choice.framing == framing
    assert choice.form.isEnabled() is (framing is not None)


def test_a_framing_that_the_form_does_not_have_counts_as_turns(qtbot: QtBot) -> None:
    choice = FramingChoice()
    qtbot.addWidget(choice)
    choice.choose(LengthPrefix(3))  # type: ignore[arg-type]
    assert choice.framing is None


def test_another_choice_is_told(qtbot: QtBot) -> None:
    choice = FramingChoice()
    qtbot.addWidget(choice)
    with qtbot.waitSignal(choice.changed):
        choice.is_framed.click()
    assert choice.framing == Lines()
