"""The sections that are made from the metadata of `ListenerSpec`."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from attrs import evolve, frozen
from PySide6.QtWidgets import QFormLayout, QWidget
from pytestqt.qtbot import QtBot

from app.profile import FIRST_LISTENERS, ListenerSpec, Problem, parse, spec
from app.profile.validation import FormGroup, form_field, form_fields
from app.profile.writing import render
from app.ui.listener_form import spec_fields
from app.ui.listener_form.spec_fields import SpecFieldsForm

ECHO = FIRST_LISTENERS[0]


@pytest.fixture
def rows(qtbot: QtBot) -> Iterator[QFormLayout]:
    page = QWidget()
    qtbot.addWidget(page)
    yield QFormLayout(page)
    page.close()


@pytest.fixture
def form(rows: QFormLayout) -> SpecFieldsForm:
    return SpecFieldsForm(rows, FormGroup.LIMITS, "Limits")


def test_a_new_listener_gets_the_defaults(form: SpecFieldsForm) -> None:
    values = form.values()
    assert values == {name: getattr(ECHO, name) for name in values}
    assert form.spin_boxes["max_connections_per_address"].text() == "any number"
    assert form.spin_boxes["idle_timeout"].text() == "never"
    assert form.spin_boxes["max_unsent_bytes"].text() == "16,384 KiB"


def test_each_group_has_its_fields(rows: QFormLayout) -> None:
    asked = [name for group in FormGroup for name in SpecFieldsForm(rows, group).values()]
    assert asked == list(form_fields(ListenerSpec))


@pytest.mark.parametrize("unsent", [65_536, 65_537, 1_000_000, 2**30])
def test_values_that_are_not_changed_stay_exact(form: SpecFieldsForm, unsent: int) -> None:
    shown = evolve(
        ECHO,
        max_connections=7,
        max_connections_per_address=3,
        idle_timeout=60,
        max_unsent_bytes=unsent,
    )
    form.show_spec(shown)
    assert evolve(ECHO, **form.values()) == shown


def test_changed_values_are_given_in_the_unit_of_the_field(
    form: SpecFieldsForm, qtbot: QtBot
) -> None:
    with qtbot.waitSignal(form.changed):
        form.spin_boxes["max_unsent_bytes"].setValue(1024)
    with qtbot.waitSignal(form.changed):
        form.spin_boxes["idle_timeout"].setValue(5)
    assert form.values()["max_unsent_bytes"] == 1024**2
    assert form.values()["idle_timeout"] == 5


def test_udp_has_an_idle_timeout_of_its_own_and_no_unsent_bytes(form: SpecFieldsForm) -> None:
    idle, unsent = form.spin_boxes["idle_timeout"], form.spin_boxes["max_unsent_bytes"]
    assert form.fold is not None
    form.fold.open()
    form.serve_datagrams(True)
    assert idle.text() == "after 30 s"
    assert not form.rows.isRowVisible(unsent)
    form.serve_datagrams(False)
    assert idle.text() == "never"
    assert form.rows.isRowVisible(unsent)


@frozen(kw_only=True)
class ExtendedSpec(ListenerSpec):
    """A spec with two more fields."""

    burst: int = form_field(5, FormGroup.LIMITS, "&Burst", minimum=1, maximum=9)
    loud: bool = form_field(False, FormGroup.SWITCHES, "&Loud")


@pytest.fixture
def extended(monkeypatch: pytest.MonkeyPatch) -> None:
    for module in (spec, spec_fields):
        monkeypatch.setattr(module, "ListenerSpec", ExtendedSpec)


@pytest.mark.usefixtures("extended")
def test_a_new_field_of_the_spec_appears_in_the_form(rows: QFormLayout) -> None:
    limits, switches = (SpecFieldsForm(rows, group) for group in FormGroup)
    assert (limits.values()["burst"], switches.values()["loud"]) == (5, False)
    burst = limits.spin_boxes["burst"]
    assert (burst.minimum(), burst.maximum()) == (1, 9)
    burst.setValue(7)
    switches.check_boxes["loud"].setChecked(True)
    assert (limits.values()["burst"], switches.values()["loud"]) == (7, True)


@pytest.mark.usefixtures("extended")
def test_a_new_field_of_the_spec_is_written_to_the_profile_and_read_from_it() -> None:
    before = ExtendedSpec(name="Echo", protocol="echo", endpoint="tcp:8007")
    after = evolve(before, burst=7, loud=True)
    text = render((before,))
    assert "burst" not in text
    text = render((after,), text)
    assert "burst = 7\nloud = true\n" in text
    assert parse(text).listeners == (after,)
    wrong = parse(text.replace("burst = 7", "burst = 10"))
    assert wrong.problems == (
        Problem("listener[0].burst", "must be a whole number from 1 to 9, not 10"),
    )


def test_the_group_is_a_line_of_text(rows: QFormLayout) -> None:
    form = SpecFieldsForm(rows, FormGroup.SWITCHES)
    form.show_spec(evolve(ECHO, group="web"))
    assert form.lines["group"].text() == "web"
    form.lines["group"].setText("  the office ")
    assert form.values()["group"] == "the office"
