"""A long list has about as many widgets as are on show."""

from __future__ import annotations

import pytest
from PySide6.QtWidgets import QLineEdit, QVBoxLayout, QWidget
from pytestqt.qtbot import QtBot

from app.ui.widgets.recycling import SPARE, RecycledWidgets


class Shelf:
    """Numbers, each in a field of its own."""

    def __init__(self, body: QWidget) -> None:
        self.body = body
        self.held: QLineEdit | None = None
        self.fields = RecycledWidgets[int, QLineEdit](
            self._make,
            lambda field, number: field.setText(str(number)),
            is_held=lambda field: field is self.held,
        )

    def _make(self, number: int) -> QLineEdit:
        return QLineEdit(str(number), self.body)

    def show(self, *numbers: int) -> list[str]:
        """The texts of the fields that came."""
        came = self.fields.show(numbers)
        for field in came:
            field.show()
        return [field.text() for field in came]

    def field(self, number: int) -> QLineEdit:
        found = self.fields.get(number)
        assert found is not None
        return found


@pytest.fixture
def shelf(qtbot: QtBot) -> Shelf:
    body = QWidget()
    QVBoxLayout(body)
    qtbot.addWidget(body)
    body.show()
    return Shelf(body)


def test_a_list_that_scrolls_makes_no_new_widgets(shelf: Shelf) -> None:
    for first in range(200):
        shelf.show(*range(first, first + 5))
    assert len(shelf.fields.all) == 5
    assert [int(shelf.field(number).text()) for number in range(199, 204)] == [*range(199, 204)]


def test_only_those_that_came_are_told(shelf: Shelf) -> None:
    assert shelf.show(1, 2) == ["1", "2"]
    assert shelf.show(2, 3) == ["3"]
    assert shelf.show(2) == []
    assert shelf.field(3).isHidden()
    assert shelf.show(2, 3) == ["3"]


def test_a_widget_in_use_stays_as_it_is(shelf: Shelf) -> None:
    shelf.show(1, 2)
    shelf.field(1).setFocus()
    shelf.held = shelf.field(2)
    shelf.show(3, 4)
    assert [shelf.field(number).text() for number in (1, 2, 3, 4)] == ["1", "2", "3", "4"]
    assert not shelf.field(1).isHidden()


def test_a_hidden_widget_is_given_away_once_there_are_many(shelf: Shelf) -> None:
    shelf.show(*range(SPARE + 1))
    shelf.show()
    shelf.fields.take(100)
    assert len(shelf.fields.all) == SPARE + 1
    assert shelf.fields.get(0) is None


def test_the_widget_of_an_item_that_is_gone_is_deleted(shelf: Shelf) -> None:
    shelf.show(1, 2)
    shelf.fields.forget([1, 7])
    assert shelf.fields.get(1) is None
    assert len(shelf.fields.all) == 1
