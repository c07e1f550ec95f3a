"""What the form of a listener consists of."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from PySide6.QtCore import QObject, Signal
from PySide6.QtWidgets import QFormLayout, QLabel

from app.profile import ListenerSpec, Problem


class FormPart(QObject):
    """Some rows of the form that belong together, and the fields of a spec that they ask for.

    The form knows its parts by this alone: it shows a spec in each of them, puts together what
    their `values` are, and says whatever is wrong.
    """

    changed = Signal()
    """Something else was entered."""

    def __init__(self, rows: QFormLayout) -> None:
        """A part adds its rows to `rows` at once, below those of the parts before it."""
        super().__init__(rows)
        self.rows = rows

    def show_spec(self, spec: ListenerSpec) -> None:
        """Show what `spec` says. Without this call a part shows what a new listener is offered."""

    def values(self) -> Mapping[str, Any]:
        """The fields of the spec that this part asks for, as they are entered, right or wrong."""
        return {}

    def problems(self) -> list[Problem]:
        """What is wrong that a spec with these values would not tell."""
        return []

    def notes(self) -> list[str]:
        """What is worth knowing while nothing is wrong: a sentence each."""
        return []

    def sentence(self, problem: Problem) -> str:
        """`problem` with the label of its field, if it is one of this part; or else nothing."""
        return ""

    def add_heading(self, text: str) -> QLabel:
        """A row that says what the next ones are about."""
        heading = QLabel(text)
        heading.setObjectName("formHeading")
        heading.setContentsMargins(0, 4, 0, 0)
        self.rows.addRow(heading)
        return heading
