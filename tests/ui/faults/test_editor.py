"""Fields, rows and the list of faults."""

from __future__ import annotations

import pytest
from attrs import evolve
from hypothesis import given
from hypothesis import strategies as st
from pytestqt.qtbot import QtBot

from app.faults.reading import parse
from app.faults.spec import (
    KINDS_OF,
    PARAMETERS,
    Direction,
    Fault,
    FaultKind,
    FaultLeg,
    LimitAction,
    TransportKind,
    armed,
)
from app.ui.faults.editor import FaultsEditor
from app.ui.faults.fault_row import FaultRow, new_fault
from app.ui.faults.fields import POSITIONS, NumberField, Scale, scale_of
from app.ui.faults.texts import choice_title, kind_hint, kind_title, parameter_title
from app.ui.style.icons import Icons

LATENCY = Fault(kind=FaultKind.LATENCY, seconds=0.2)
LIMIT = Fault(kind=FaultKind.LIMIT, bytes=1000, enabled=False)
STREAMS = KINDS_OF[TransportKind.STREAM]
SERVED = {FaultLeg.CLIENT: STREAMS, FaultLeg.TARGET: frozenset[FaultKind]()}
FORWARDED = {FaultLeg.CLIENT: KINDS_OF[TransportKind.DATAGRAMS], FaultLeg.TARGET: STREAMS}
NUMBERS = [
    parameter
    for parameters in PARAMETERS.values()
    for parameter in parameters
    if parameter.choices is None
]


@pytest.mark.parametrize("kind", list(FaultKind))
def test_every_kind_has_words_and_a_new_fault_of_it_is_valid(kind: FaultKind) -> None:
    assert kind_title(kind)
    assert kind_hint(kind).endswith(".")
    for parameter in PARAMETERS[kind]:
        assert parameter_title(parameter.name)
        assert all(map(choice_title, parameter.choices or ()))
    faults, problems = parse([new_fault(kind)], "fault", None)
    assert not problems
    assert armed(faults) == faults


def test_a_new_reordering_is_seen_through_an_echo() -> None:
    assert new_fault(FaultKind.REORDER).direction is Direction.OUT


@given(parameter=st.sampled_from(NUMBERS), position=st.integers(0, POSITIONS))
def test_a_slider_shows_the_value_that_it_gave(parameter: object, position: int) -> None:
    scale = scale_of(parameter)  # type: ignore[arg-type]
    assert abs(scale.position(scale.value(position)) - position) <= 1


@given(value=st.floats(0, 1e12))
def test_any_value_has_a_place_on_the_slider(value: float) -> None:
    for parameter in NUMBERS:
        assert 0 <= scale_of(parameter).position(value) <= POSITIONS


def test_zero_is_at_the_end_of_the_slider_and_nothing_else() -> None:
    scale = Scale(0.001, 60.0, has_zero=True)
    assert scale.position(0.0) == 0
    assert scale.value(0) == 0.0
    assert scale.position(0.0001) == 1


def _field(qtbot: QtBot) -> NumberField:
    field = NumberField("Time", Scale(0.001, 60.0), 0, 86_400, unit="s", decimals=3)
    qtbot.addWidget(field)
    return field


def test_slider_and_number_follow_each_other(qtbot: QtBot) -> None:
    field = _field(qtbot)
    field.box.setValue(1.5)
    place = field.slider.value()
    with qtbot.waitSignal(field.changed):
        field.slider.setValue(place + 50)
    assert 1.5 < field.value < 4
    assert field.value == round(field.value, 2)  # two digits are enough
    field.box.setValue(3600)
    assert field.slider.value() == POSITIONS
    assert field.value == 3600


def test_a_value_that_is_shown_is_no_change(qtbot: QtBot) -> None:
    field = _field(qtbot)
    with qtbot.assertNotEmitted(field.changed):
        field.show_value(2.0)
    assert field.slider.value() > 0


def test_a_row_edits_every_part_of_a_fault(qtbot: QtBot) -> None:
    row = FaultRow(LIMIT, SERVED, Icons())
    qtbot.addWidget(row)
    changes: list[Fault] = []
    row.changed.connect(lambda: changes.append(row.fault))
    row.switch.click()
    assert row.direction is not None
    row.direction.setCurrentIndex(list(Direction).index(Direction.OUT))
    row.chance.box.setValue(25)
    size, then = row.fields["bytes"], row.fields["then"]
    assert isinstance(size, NumberField)
    size.box.setValue(5000)
    assert not isinstance(then, NumberField)
    then.setCurrentIndex(list(LimitAction).index(LimitAction.RESET))
    wanted = Fault(
        kind=FaultKind.LIMIT,
        direction=Direction.OUT,
        chance=0.25,
        bytes=5000,
        then=LimitAction.RESET,
    )
    assert changes[-1] == wanted
    assert len(changes) == 5
    assert parse(changes, "fault", TransportKind.STREAM)[1] == ()


def test_a_change_of_one_part_rounds_no_other(qtbot: QtBot) -> None:
    exact = Fault(kind=FaultKind.LATENCY, seconds=0.2, jitter=0.00012, chance=0.12345)
    row = FaultRow(exact, SERVED, Icons())
    qtbot.addWidget(row)
    row.switch.click()
    assert row.fault == evolve(exact, enabled=False)


def test_a_slice_varies_by_less_than_its_bytes(qtbot: QtBot) -> None:
    row = FaultRow(new_fault(FaultKind.SLICE), SERVED, Icons())
    qtbot.addWidget(row)
    size, variation = row.fields["bytes"], row.fields["variation"]
    assert isinstance(size, NumberField)
    assert isinstance(variation, NumberField)
    variation.slider.setValue(POSITIONS)
    assert row.fault.variation == 9
    assert variation.slider.value() < POSITIONS
    size.box.setValue(4)
    assert (row.fault.bytes, row.fault.variation) == (4, 3)
    assert parse([row.fault], "fault", TransportKind.STREAM)[1] == ()
    row.show_fault(evolve(row.fault, bytes=100, variation=50))
    assert variation.value == 50


def test_a_kind_that_acts_on_whole_connections_has_no_direction(qtbot: QtBot) -> None:
    row = FaultRow(new_fault(FaultKind.REFUSE), SERVED, Icons())
    qtbot.addWidget(row)
    assert row.direction is None
    row.chance.box.setValue(50)
    assert row.fault == Fault(kind=FaultKind.REFUSE, chance=0.5)


def _editor(qtbot: QtBot, *faults: Fault) -> FaultsEditor:
    editor = FaultsEditor(SERVED, Icons())
    qtbot.addWidget(editor)
    editor.show_faults(faults)
    editor.show()
    return editor


def test_a_fault_that_is_added_below_the_others_is_scrolled_to(qtbot: QtBot) -> None:
    editor = _editor(qtbot, *(new_fault(FaultKind.LATENCY) for _ in range(6)))
    editor.resize(400, 300)
    row = editor.append(FaultKind.REFUSE)
    qtbot.waitUntil(lambda: not row.visibleRegion().isEmpty())


def test_only_the_kinds_of_the_transport_can_be_added(qtbot: QtBot) -> None:
    editor = _editor(qtbot)
    words = [each.text() for each in editor.add_menu.actions()]
    assert "Latency" in words
    assert "Drop" not in words
    assert "TLS problem" not in words
    assert editor.hint.isVisible()
    with qtbot.waitSignal(editor.changed):
        editor.add_menu.actions()[words.index("Stall")].trigger()
    assert editor.faults == (new_fault(FaultKind.STALL),)
    assert not editor.hint.isVisible()


def test_faults_are_ordered_and_removed(qtbot: QtBot) -> None:
    editor = _editor(qtbot, LATENCY, LIMIT)
    first, second = editor.rows
    assert not first.up.isEnabled()
    assert not second.down.isEnabled()
    with qtbot.waitSignal(editor.changed):
        second.up.click()
    assert editor.faults == (LIMIT, LATENCY)
    with qtbot.waitSignal(editor.changed):
        second.remove.click()
    assert editor.faults == (LATENCY,)


def test_other_values_of_the_same_kinds_keep_the_rows(qtbot: QtBot) -> None:
    editor = _editor(qtbot, LATENCY)
    (row,) = editor.rows
    with qtbot.assertNotEmitted(editor.changed):
        editor.show_faults((Fault(kind=FaultKind.LATENCY, seconds=1.0),))
    assert editor.rows == [row]
    assert row.fault.seconds == 1.0
    editor.show_faults((LIMIT,))
    assert editor.faults == (LIMIT,)


def test_a_fault_of_a_forwarded_client_can_move_to_the_target(qtbot: QtBot) -> None:
    row = FaultRow(LATENCY, FORWARDED, Icons())
    qtbot.addWidget(row)
    assert row.leg is not None
    row.leg.setCurrentIndex(1)
    assert row.fault.leg is FaultLeg.TARGET


def test_a_kind_that_only_the_target_can_have_begins_there(qtbot: QtBot) -> None:
    editor = FaultsEditor(FORWARDED, Icons())
    qtbot.addWidget(editor)
    assert editor.append(FaultKind.SLICE).fault.leg is FaultLeg.TARGET
    assert editor.append(FaultKind.DROP).fault.leg is FaultLeg.CLIENT
