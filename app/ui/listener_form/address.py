"""The section of the form that asks where a listener listens.

The user chooses a transport. TCP, TLS and UDP need an interface and a port, a Unix socket needs a
path and a mode. Any other Twisted endpoint is entered as its description.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from attrs import field, frozen
from PySide6.QtCore import QCoreApplication, Signal
from PySide6.QtGui import QStandardItemModel
from PySide6.QtWidgets import QComboBox, QFormLayout, QLineEdit, QSpinBox, QWidget

from app.net.endpoint import LARGEST_PORT, Endpoint, EndpointError
from app.net.ip import network_addresses
from app.profile import ListenerSpec, Problem
from app.ui.listener_form.section import FormSection, TransportChoice
from app.ui.widgets.dialogs import FileEdit
from app.ui.widgets.labels import WrappingLabel
from app.ui.widgets.layouts import add_heading
from app.user_code.programs.reference import OWN_PLACES

_EVERYBODY = "666"
"""The mode that Twisted uses if the description has none."""

_MODES = ("600", "660", _EVERYBODY)


class AddressForm(FormSection):
    """Asks for the endpoint: by transport and address, or by its description.

    An endpoint that the user does not change keeps its spelling.
    """

    def __init__(self, rows: QFormLayout, taken: Iterable[str], folder: Path) -> None:
        """`taken` has the endpoints of the other listeners; `folder` is that of the profile."""
        super().__init__(rows)
        others = [Endpoint.parse(each) for each in taken]
        self._taken_ports = {(each.is_datagram, each.port) for each in others}
        self._first_port = 0
        self._original: tuple[str, object] | None = None
        """The endpoint of the shown spec, and the `_entered` values that stand for it unchanged."""
        self._interfaces: list[InterfaceChoice] = []
        self.transport = QComboBox()
        self.interface = QComboBox()
        self.port = QSpinBox()
        self.description = QLineEdit()
        for transport in TransportChoice:
            self.transport.addItem(transport.title(), transport)
        self.port.setRange(0, LARGEST_PORT)
        self.description.setPlaceholderText("tcp:8007:interface=127.0.0.1")
        add_heading(rows, self.tr("Where"))
        rows.addRow(self.tr("&Transport"), self.transport)
        rows.addRow(self.tr("Reac&hable for"), self.interface)
        rows.addRow(self.tr("Po&rt"), self.port)
        rows.addRow(self.tr("En&dpoint"), self.description)
        self.unix = UnixForm(rows, folder)
        self._fill_interfaces()
        self._show_transport()
        self._connect()

    @property
    def chosen(self) -> TransportChoice:
        """The transport that the user chose."""
        transport: TransportChoice = self.transport.currentData()
        return transport

    def choose(self, transport: TransportChoice) -> None:
        """Choose `transport`, and show its rows."""
        self.transport.setCurrentIndex(self.transport.findData(transport))

    def propose_port(self, first: int) -> None:
        """Enter the first port from `first` on that no other listener has."""
        self._first_port = first
        free = (
            port
            for port in range(first, LARGEST_PORT + 1)
            if (self._is_datagram(), port) not in self._taken_ports
        )
        self.port.setValue(next(free, 0))

    def serve_program(self, is_program: bool, may_have_places: bool) -> None:
        """Offer to listen where the code says, and propose that for a new program."""
        is_new = self._original is None
        model = self.transport.model()
        assert isinstance(model, QStandardItemModel)
        model.item(self.transport.findData(TransportChoice.PROGRAM)).setEnabled(may_have_places)
        if is_program and is_new:
            self.choose(TransportChoice.PROGRAM)
        elif self.chosen is TransportChoice.PROGRAM and (is_new or not may_have_places):
            self.choose(TransportChoice.TCP)

    def show_spec(self, spec: ListenerSpec) -> None:
        endpoint = Endpoint.parse(spec.endpoint)
        choice = InterfaceChoice.of(endpoint)
        self.description.setText(spec.endpoint)
        if choice is not None:
            tcp = TransportChoice.TCP if spec.tls is None else TransportChoice.TLS
            self.choose(TransportChoice.UDP if endpoint.is_datagram else tcp)
            if choice not in self._interfaces:
                self._add_interface(choice)
            self.interface.setCurrentIndex(self._interfaces.index(choice))
            self.port.setValue(endpoint.port or 0)
        elif self.unix.show_endpoint(endpoint):
            self.choose(TransportChoice.UNIX)
        elif spec.endpoint == OWN_PLACES:
            self.choose(TransportChoice.PROGRAM)
        else:
            self.choose(TransportChoice.DESCRIPTION)
        self._original = spec.endpoint, self._entered()

    def endpoint(self) -> Endpoint | None:
        """The entered endpoint; `None` if it is not valid."""
        try:
            return Endpoint.parse(self._description())
        except EndpointError:
            return None

    def values(self) -> Mapping[str, Any]:
        return {"endpoint": self._description()}

    def problems(self) -> list[Problem]:
        if self.chosen is not TransportChoice.UNIX:
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
        if self.chosen is TransportChoice.PROGRAM:
            return [self.tr("The program says where it listens, and who can reach it.")]
        notes = []
        if endpoint.port == 0:
            notes.append(self.tr("With port 0 it gets any free port, another one at each start."))
        return notes

    def warnings(self) -> Mapping[QWidget, str]:
        endpoint = self.endpoint()
        if endpoint is None or endpoint.loopback_only or self.chosen is TransportChoice.PROGRAM:
            return {}
        field = self.interface if self.chosen.has_port else self._field
        return {field: self.tr("Others on your network will be able to connect.")}

    def reveal(self, problem: Problem) -> QWidget | None:
        return self._field if problem.path == "endpoint" else None

    @property
    def _field(self) -> QWidget:
        if self.chosen.has_port:
            return self.port
        if self.chosen is TransportChoice.UNIX:
            return self.unix.path
        return self.description if self.chosen is TransportChoice.DESCRIPTION else self.transport

    def _connect(self) -> None:
        self.transport.currentIndexChanged.connect(self._change_transport)
        for changed in (
            self.interface.currentIndexChanged,
            self.port.valueChanged,
            self.unix.edited,
        ):
            changed.connect(self._describe)
        for changed in (
            self.transport.currentIndexChanged,
            self.interface.currentIndexChanged,
            self.port.valueChanged,
            self.description.textChanged,
            self.unix.edited,
        ):
            changed.connect(self.changed)

    def _change_transport(self) -> None:
        self._fill_interfaces()
        self._show_transport()
        if self._original is None and self.chosen.has_port:
            self.propose_port(self._first_port)

    def _show_transport(self) -> None:
        transport = self.chosen
        self.rows.setRowVisible(self.interface, transport.has_port)
        self.rows.setRowVisible(self.port, transport.has_port)
        self.rows.setRowVisible(self.description, transport is TransportChoice.DESCRIPTION)
        self.unix.set_visible(transport is TransportChoice.UNIX)

    def _describe(self) -> None:
        """Copy the entered address to the description, for a user who goes on with that."""
        if self.chosen.is_address and self._description():
            self.description.setText(self._description())

    def _fill_interfaces(self) -> None:
        """Fill the list for the transport. The chosen interface stays chosen if it is in it."""
        before = self._interfaces[self.interface.currentIndex()] if self._interfaces else None
        self.interface.blockSignals(True)
        self.interface.clear()
        self._interfaces = []
        for choice in interface_choices(datagrams=self._is_datagram()):
            self._add_interface(choice)
        if before in self._interfaces:
            self.interface.setCurrentIndex(self._interfaces.index(before))
        self.interface.blockSignals(False)

    def _add_interface(self, choice: InterfaceChoice) -> None:
        self._interfaces.append(choice)
        self.interface.addItem(choice.title(), choice.interface)

    def _is_datagram(self) -> bool:
        return self.chosen is TransportChoice.UDP

    def _entered(self) -> object:
        """The entered values that make the endpoint, to notice a change."""
        if self.chosen.has_port:
            choice = self._interfaces[self.interface.currentIndex()]
            return self._is_datagram(), choice, self.port.value()
        if self.chosen is TransportChoice.UNIX:
            return self.unix.path.text(), self.unix.mode.currentText()
        if self.chosen is TransportChoice.PROGRAM:
            return OWN_PLACES
        return self.description.text()

    def _description(self) -> str:
        if self._original is not None and self._original[1] == self._entered():
            return self._original[0]
        if self.chosen.has_port:
            choice = self._interfaces[self.interface.currentIndex()]
            return str(choice.endpoint(self.port.value(), datagrams=self._is_datagram()))
        if self.chosen is TransportChoice.UNIX:
            try:
                return str(self.unix.endpoint())
            except EndpointError:
                return ""
        if self.chosen is TransportChoice.PROGRAM:
            return OWN_PLACES
        return self.description.text().strip()


class UnixForm(FormSection):
    """Asks for the path of a Unix socket, and for its mode: who on this computer may connect."""

    edited = Signal()
    """The user entered something. `AddressForm` passes it on as its own `changed`."""

    def __init__(self, rows: QFormLayout, folder: Path) -> None:
        """Relative paths start in `folder`, that of the profile."""
        super().__init__(rows)
        self.path = FileEdit(
            folder, self.tr("Choose where the socket shall be"), self.tr("Path"), may_be_new=True
        )
        self.path.line.setPlaceholderText("echo.sock")
        self.mode = QComboBox()
        self.mode.setEditable(True)
        self.mode.addItems(_MODES)
        self.mode.setAccessibleName(self.tr("Mode"))
        self.meaning = WrappingLabel()
        self.meaning.setObjectName("quiet")
        rows.addRow(self.tr("Pat&h"), self.path)
        rows.addRow(self.tr("Mo&de"), self.mode)
        rows.addRow("", self.meaning)
        self.path.changed.connect(self.edited)
        self.mode.currentTextChanged.connect(self._explain)
        self.mode.currentTextChanged.connect(self.edited)
        self._explain()

    def set_visible(self, visible: bool) -> None:
        """Show or hide the rows."""
        parts: tuple[QWidget, ...] = (self.path, self.mode, self.meaning)
        for part in parts:
            self.rows.setRowVisible(part, visible)

    def show_endpoint(self, endpoint: Endpoint) -> bool:
        """Show `endpoint`. False if this form cannot express it."""
        names = {name for name, _ in endpoint.options} - {"address", "mode"}
        if endpoint.kind != "unix" or len(endpoint.args) > 2 or names:
            return False
        self.path.line.setText(endpoint.value("address") or "")
        self.mode.setCurrentText((endpoint.value("mode") or _EVERYBODY).removeprefix("0"))
        return True

    def endpoint(self) -> Endpoint:
        """The entered endpoint. Raises `EndpointError` with a sentence."""
        path, mode = self.path.line.text().strip(), self.mode.currentText().strip()
        if not path:
            raise EndpointError(self.tr("Write the path of the socket, such as echo.sock."))
        return Endpoint("unix", (path,), (("mode", mode),))

    def _explain(self) -> None:
        mode = self.mode.currentText().strip()
        if not mode.isdecimal():
            self.meaning.setText("")
            return
        digits = mode[-3:].rjust(3, "0")
        who = {
            "600": self.tr("Only you may connect."),
            "660": self.tr("You and your group may connect."),
            "666": self.tr("Every user of this computer may connect."),
        }
        self.meaning.setText(
            who.get(digits, self.tr("Octal, as for files: who may write may connect."))
        )


@frozen
class InterfaceChoice:
    """An address to listen on, which decides who can reach a listener."""

    interface: str

    only_ipv6: bool = False
    """Whether `::` means only IPv6 addresses."""

    device: str = field(default="", eq=False)
    """The network device that has the address; empty for loopback and "all addresses"."""

    @classmethod
    def of(cls, endpoint: Endpoint) -> InterfaceChoice | None:
        """The choice for an endpoint with only an interface and a port; `None` for any other."""
        if endpoint.kind not in ("tcp", "tcp6", "udp") or not endpoint.interface:
            return None
        if any(endpoint.value(name) for name in ("backlog", "maxPacketSize")):
            return None
        is_everywhere = endpoint.interface == "::"
        return cls(endpoint.interface, is_everywhere and endpoint.kind == "tcp6")

    def endpoint(self, port: int, *, datagrams: bool) -> Endpoint:
        """The endpoint for `port` of TCP, or of UDP for `datagrams`."""
        if datagrams:
            return Endpoint.udp(port, self.interface)
        kind = "tcp6" if self.only_ipv6 else "tcp"
        return Endpoint(kind, (str(port),), (("interface", self.interface),))

    def title(self) -> str:
        """The label in the list, in the user's language."""
        words = {
            "127.0.0.1": QCoreApplication.translate("InterfaceChoice", "This computer only"),
            "::1": QCoreApplication.translate("InterfaceChoice", "This computer only, IPv6"),
            "localhost": QCoreApplication.translate(
                "InterfaceChoice", "This computer only, IPv4 and IPv6"
            ),
            "0.0.0.0": QCoreApplication.translate(
                "InterfaceChoice", "Everybody who reaches this computer"
            ),
            "::": QCoreApplication.translate("InterfaceChoice", "Everybody, IPv4 and IPv6"),
        }
        if self.only_ipv6:
            return QCoreApplication.translate("InterfaceChoice", "Everybody, IPv6") + " (::)"
        if self.interface in words:
            return f"{words[self.interface]} ({self.interface})"
        if self.device:
            network = QCoreApplication.translate("InterfaceChoice", "The network on {0} ({1})")
            return network.format(self.device, self.interface)
        return QCoreApplication.translate("InterfaceChoice", "The address {0}").format(
            self.interface
        )


def interface_choices(*, datagrams: bool) -> list[InterfaceChoice]:
    """The choices on this computer. The ones that fewest computers can reach come first."""
    networks = (
        InterfaceChoice(str(address), device=device) for device, address in network_addresses()
    )
    found = [
        InterfaceChoice("127.0.0.1"),
        InterfaceChoice("::1"),
        InterfaceChoice("localhost"),
        *sorted(networks, key=lambda each: (each.device, ":" in each.interface)),
        InterfaceChoice("0.0.0.0"),
        InterfaceChoice("::", only_ipv6=True),
        InterfaceChoice("::"),
    ]
    # UDP has no kind of endpoint for IPv6 without IPv4.
    return [each for each in found if not (datagrams and each.only_ipv6)]
