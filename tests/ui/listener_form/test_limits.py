"""The limits are shown as they are, and given back as they were unless one changes them."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from attrs import evolve
from PySide6.QtWidgets import QFormLayout, QWidget
from pytestqt.qtbot import QtBot

from app.profile import FIRST_LISTENERS
from app.ui.listener_form.limits import LimitsForm

ECHO = FIRST_LISTENERS[0]


@pytest.fixture
def form(qtbot: QtBot) -> Iterator[LimitsForm]:
    page = QWidget()
    qtbot.addWidget(page)
    yield LimitsForm(QFormLayout(page))
    page.close()


def test_a_new_listener_is_offered_the_defaults(form: LimitsForm) -> None:
    values = form.values()
    assert values == {name: getattr(ECHO, name) for name in values}
    assert form.max_connections_per_address.text() == "any number"
    assert form.idle_timeout.text() == "never"
    assert form.max_unsent.text() == "16,384 KiB"


@pytest.mark.parametrize("unsent", [65_536, 65_537, 1_000_000, 2**30])
def test_what_is_shown_is_given_back(form: LimitsForm, unsent: int) -> None:
    spec = evolve(
        ECHO,
        max_connections=7,
        max_connections_per_address=3,
        idle_timeout=60,
        max_unsent_bytes=unsent,
    )
    form.show_spec(spec)
    assert evolve(ECHO, **form.values()) == spec


def test_what_is_entered_counts(form: LimitsForm, qtbot: QtBot) -> None:
    with qtbot.waitSignal(form.changed):
        form.max_unsent.setValue(1024)
    with qtbot.waitSignal(form.changed):
        form.idle_timeout.setValue(5)
    assert form.values()["max_unsent_bytes"] == 1024**2
    assert form.values()["idle_timeout"] == 5


def test_over_udp_silence_always_ends_a_peer_and_nothing_waits_unsent(form: LimitsForm) -> None:
    form.serve_datagrams(True)
    assert form.idle_timeout.text() == "after 30 s"
    assert not form.rows.isRowVisible(form.max_unsent)
    form.serve_datagrams(False)
    assert form.idle_timeout.text() == "never"
    assert form.rows.isRowVisible(form.max_unsent)
