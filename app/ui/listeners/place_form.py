"""The part of the form that asks where a listener listens."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from PySide6.QtWidgets import QComboBox, QFormLayout, QLineEdit, QSpinBox

from app.endpoint import LARGEST_PORT, Endpoint, EndpointError
from app.profile import ListenerSpec, Problem
from app.ui.listeners.form_part import FormPart
from app.ui.listeners.reach import Reach, reaches
from app.ui.listeners.transport import Transport
from app.ui.listeners.unix_form import UnixForm


class PlaceForm(FormPart):
    """Asks for the endpoint: by transport and what that needs, or by its description.

    An endpoint that is not changed stays as it is written, however that is.
    """

    def __init__(self, rows: QFormLayout, taken: Iterable[str], folder: Path) -> None:
        """`taken` are the endpoints of the other listeners; `folder` is where the profile lies."""
        super().__init__(rows)
        others = [Endpoint.parse(each) for each in taken]
        self._taken_ports = {(each.is_datagram, each.port) for each in others}
        self._wished_port = 0
        self._written: tuple[str, object] | None = None
        """The endpoint of the spec that is shown, and what is entered while it is not changed."""
        self._reaches: list[Reach] = []
        self.transport = QComboBox()
        self.reach = QComboBox()
        self.port = QSpinBox()
        self.description = QLineEdit()
        for transport in Transport:
            self.transport.addItem(transport.title(), transport)
        self.port.setRange(0, LARGEST_PORT)
        self.description.setPlaceholderText("tcp:8007:interface=127.0.0.1")
        self.add_heading(self.tr("Where"))
        rows.addRow(self.tr("&Transport"), self.transport)
        rows.addRow(self.tr("Reac&hable for"), self.reach)
        rows.addRow(self.tr("Po&rt"), self.port)
        rows.addRow(self.tr("En&dpoint"), self.description)
        self.unix = UnixForm(rows, folder)
        self._offer_reaches()
        self._show_transport()
        self._connect()

    @property
    def chosen(self) -> Transport:
        """The transport that is asked about."""
        transport: Transport = self.transport.currentData()
        return transport

    def choose(self, transport: Transport) -> None:
        """Ask for what this transport needs."""
        self.transport.setCurrentIndex(self.transport.findData(transport))

    def propose_port(self, wish: int) -> None:
        """Ask for the first port from `wish` on that no other listener has."""
        self._wished_port = wish
        free = (
            port
            for port in range(wish, LARGEST_PORT + 1)
            if (self._is_datagram(), port) not in self._taken_ports
        )
        self.port.setValue(next(free, 0))

    def show_spec(self, spec: ListenerSpec) -> None:
        endpoint = Endpoint.parse(spec.endpoint)
        reach = Reach.of(endpoint)
        self.description.setText(spec.endpoint)
        if reach is not None:
            tcp = Transport.TCP if spec.tls is None else Transport.TLS
            self.choose(Transport.UDP if endpoint.is_datagram else tcp)
            if reach not in self._reaches:
                self._add_reach(reach)
            self.reach.setCurrentIndex(self._reaches.index(reach))
            self.port.setValue(endpoint.port or 0)
        elif self.unix.show_endpoint(endpoint):
            self.choose(Transport.UNIX)
        else:
            self.choose(Transport.DESCRIPTION)
        self._written = spec.endpoint, self._entered()

    def endpoint(self) -> Endpoint | None:
        """What was entered, if it can be one."""
        try:
            return Endpoint.parse(self._description())
        except EndpointError:
            return None

    def values(self) -> Mapping[str, Any]:
        return {"endpoint": self._description()}

    def problems(self) -> list[Problem]:
        if self.chosen is not Transport.UNIX:
            return []
        try:
            self.unix.endpoint()
        except EndpointError as error:
            return [Problem("endpoint", str(error))]
        return []

    def sentence(self, problem: Problem) -> str:
        return problem.message if problem.path == "endpoint" else ""

    def notes(self) -> list[str]:
        endpoint = self.endpoint()
        if endpoint is None:
            return []
        notes = []
        if endpoint.port == 0:
            notes.append(self.tr("With port 0 it gets any free port, another one at each start."))
        if not endpoint.loopback_only:
            notes.append(self.tr("Others on your network will be able to connect."))
        return notes

    def _connect(self) -> None:
        self.transport.currentIndexChanged.connect(self._change_transport)
        for changed in (
            self.reach.currentIndexChanged,
            self.port.valueChanged,
            self.unix.edited,
        ):
            changed.connect(self._describe)
        for changed in (
            self.transport.currentIndexChanged,
            self.reach.currentIndexChanged,
            self.port.valueChanged,
            self.description.textChanged,
            self.unix.edited,
        ):
            changed.connect(self.changed)

    def _change_transport(self) -> None:
        self._offer_reaches()
        self._show_transport()
        if self._written is None and self.chosen.has_port:
            self.propose_port(self._wished_port)

    def _show_transport(self) -> None:
        transport = self.chosen
        self.rows.setRowVisible(self.reach, transport.has_port)
        self.rows.setRowVisible(self.port, transport.has_port)
        self.rows.setRowVisible(self.description, transport is Transport.DESCRIPTION)
        self.unix.set_visible(transport is Transport.UNIX)

    def _describe(self) -> None:
        """Keep the description what was entered last: whoever goes over to it begins with that."""
        if self.chosen is not Transport.DESCRIPTION and self._description():
            self.description.setText(self._description())

    def _offer_reaches(self) -> None:
        """Those of the transport; the one that was chosen stays if it is among them."""
        before = self._reaches[self.reach.currentIndex()] if self._reaches else None
        self.reach.blockSignals(True)
        self.reach.clear()
        self._reaches = []
        for reach in reaches(datagrams=self._is_datagram()):
            self._add_reach(reach)
        if before in self._reaches:
            self.reach.setCurrentIndex(self._reaches.index(before))
        self.reach.blockSignals(False)

    def _add_reach(self, reach: Reach) -> None:
        self._reaches.append(reach)
        self.reach.addItem(reach.title(), reach.interface)

    def _is_datagram(self) -> bool:
        return self.chosen is Transport.UDP

    def _entered(self) -> object:
        """What makes up the endpoint, to tell whether it was changed."""
        if self.chosen.has_port:
            reach = self._reaches[self.reach.currentIndex()]
            return self._is_datagram(), reach, self.port.value()
        if self.chosen is Transport.UNIX:
            return self.unix.path.text(), self.unix.mode.currentText()
        return self.description.text()

    def _description(self) -> str:
        if self._written is not None and self._written[1] == self._entered():
            return self._written[0]
        if self.chosen.has_port:
            reach = self._reaches[self.reach.currentIndex()]
            return str(reach.endpoint(self.port.value(), datagrams=self._is_datagram()))
        if self.chosen is Transport.UNIX:
            try:
                return str(self.unix.endpoint())
            except EndpointError:
                return ""
        return self.description.text().strip()
