"""The part of the form that asks how much a listener takes on."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from PySide6.QtWidgets import QFormLayout, QSpinBox

from app.profile import ListenerSpec
from app.profile.spec import MOST_CONNECTIONS
from app.ui.listeners.form_part import FormPart

_CONNECTIONS = 100
"""What a new listener is offered."""


class LimitsForm(FormPart):
    """Asks for the limits."""

    def __init__(self, rows: QFormLayout) -> None:
        super().__init__(rows)
        self.max_connections = QSpinBox()
        self.max_connections.setRange(1, MOST_CONNECTIONS)
        self.max_connections.setValue(_CONNECTIONS)
        rows.addRow(self.tr("Connections at &most"), self.max_connections)
        self.max_connections.valueChanged.connect(self.changed)

    def show_spec(self, spec: ListenerSpec) -> None:
        self.max_connections.setValue(spec.max_connections)

    def values(self) -> Mapping[str, Any]:
        return {"max_connections": self.max_connections.value()}
