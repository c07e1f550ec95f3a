"""The part of the form that asks where a listener listens."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from enum import Enum
from typing import Any

from PySide6.QtWidgets import QComboBox, QFormLayout, QLineEdit, QSpinBox

from app.endpoint import LARGEST_PORT, Endpoint, EndpointError
from app.profile import ListenerSpec, Problem
from app.ui.listeners.form_part import FormPart
from app.ui.listeners.reach import Reach, reaches


class Transport(Enum):
    """What carries the bytes, as far as the form tells transports apart."""

    TCP = "tcp"
    DESCRIPTION = "description"
    """Whatever a Twisted endpoint description says."""


class PlaceForm(FormPart):
    """Asks for the endpoint: by transport, reach and port, or by its description.

    An endpoint that is not changed stays as it is written, however that is.
    """

    def __init__(self, rows: QFormLayout, taken: Iterable[str]) -> None:
        """`taken` are the endpoints of the other listeners."""
        super().__init__(rows)
        self._taken_ports = {Endpoint.parse(each).port for each in taken}
        self._written = ""
        self._reaches: list[Reach] = []
        self.transport = QComboBox()
        self.reach = QComboBox()
        self.port = QSpinBox()
        self.description = QLineEdit()
        self._fill_choices()
        rows.addRow(self.tr("&Transport"), self.transport)
        rows.addRow(self.tr("&Reachable for"), self.reach)
        rows.addRow(self.tr("P&ort"), self.port)
        rows.addRow(self.tr("&Endpoint"), self.description)
        self._show_transport()
        self._connect()

    def propose_port(self, wish: int) -> None:
        """Ask for the first port from `wish` on that no other listener has."""
        ports = range(wish, LARGEST_PORT + 1)
        self.port.setValue(next((port for port in ports if port not in self._taken_ports), 0))

    def show_spec(self, spec: ListenerSpec) -> None:
        self._written = spec.endpoint
        self.description.setText(spec.endpoint)
        endpoint = Endpoint.parse(spec.endpoint).bound()
        reach = Reach.of(endpoint)
        if reach is None:
            self.choose(Transport.DESCRIPTION)
            return
        if reach not in self._reaches:
            self._add_reach(reach)
        self.reach.setCurrentIndex(self._reaches.index(reach))
        self.port.setValue(endpoint.port or 0)
        self.choose(Transport.TCP)

    def values(self) -> Mapping[str, Any]:
        return {"endpoint": self._endpoint()}

    def sentence(self, problem: Problem) -> str:
        return problem.message if problem.path == "endpoint" else ""

    def notes(self) -> list[str]:
        try:
            endpoint = Endpoint.parse(self._endpoint()).bound()
        except EndpointError:
            return []
        notes = []
        if endpoint.port == 0:
            notes.append(self.tr("With port 0 it gets any free port, another one at each start."))
        if not endpoint.loopback_only:
            notes.append(self.tr("Others on your network will be able to connect."))
        return notes

    def _fill_choices(self) -> None:
        self.transport.addItem(self.tr("TCP"), Transport.TCP)
        self.transport.addItem(self.tr("Something else: a Twisted endpoint"), Transport.DESCRIPTION)
        for reach in reaches():
            self._add_reach(reach)
        self.port.setRange(0, LARGEST_PORT)
        self.description.setPlaceholderText("tcp:8007:interface=127.0.0.1")

    def _add_reach(self, reach: Reach) -> None:
        self._reaches.append(reach)
        self.reach.addItem(reach.title(), reach.interface)

    def _connect(self) -> None:
        self.transport.currentIndexChanged.connect(self._show_transport)
        for changed in (
            self.transport.currentIndexChanged,
            self.reach.currentIndexChanged,
            self.port.valueChanged,
            self.description.textChanged,
        ):
            changed.connect(self.changed)

    def choose(self, transport: Transport) -> None:
        """Ask for what this transport needs."""
        self.transport.setCurrentIndex(self.transport.findData(transport))
        self._show_transport()

    def _show_transport(self) -> None:
        by_description = self.transport.currentData() is Transport.DESCRIPTION
        if by_description and not self.description.text():
            self.description.setText(str(self._reach().endpoint(self.port.value())))
        self.rows.setRowVisible(self.reach, not by_description)
        self.rows.setRowVisible(self.port, not by_description)
        self.rows.setRowVisible(self.description, by_description)

    def _reach(self) -> Reach:
        return self._reaches[self.reach.currentIndex()]

    def _endpoint(self) -> str:
        if self.transport.currentData() is Transport.DESCRIPTION:
            return self.description.text().strip()
        endpoint = self._reach().endpoint(self.port.value())
        if self._written:
            before = Endpoint.parse(self._written).bound()
            if (Reach.of(before), before.port) == (self._reach(), self.port.value()):
                return self._written
        return str(endpoint)
