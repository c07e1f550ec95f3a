"""The part of the form that asks where a listener listens."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from attrs import field, frozen
from PySide6.QtCore import QCoreApplication, Signal
from PySide6.QtWidgets import QComboBox, QFormLayout, QLineEdit, QSpinBox, QWidget

from app.net.endpoint import LARGEST_PORT, Endpoint, EndpointError
from app.net.ip import network_addresses
from app.profile import ListenerSpec, Problem
from app.ui.listener_form.section import FormSection, TransportChoice
from app.ui.widgets.dialogs import FileEdit
from app.ui.widgets.labels import WrappingLabel

# MERGED ui/listeners/reach: Who can reach a listener: this computer, one of its networks, or everybody.


@frozen
class InterfaceChoice:
    """An address to listen on."""

    interface: str

    only_ipv6: bool = False
    """Of every address: those of IPv6 alone."""

    device: str = field(default="", eq=False)
    """The network device that has the address, if it is an address of a network."""

    @classmethod
    def of(cls, endpoint: Endpoint) -> InterfaceChoice | None:
        """The reach of an endpoint that has nothing but an address and a port; else `None`."""
        if endpoint.kind not in ("tcp", "tcp6", "udp") or not endpoint.interface:
            return None
        if any(endpoint.value(name) for name in ("backlog", "maxPacketSize")):
            return None
        is_everywhere = endpoint.interface == "::"
        return cls(endpoint.interface, is_everywhere and endpoint.kind == "tcp6")

    def endpoint(self, port: int, *, datagrams: bool) -> Endpoint:
        """Where a listener of this reach listens on `port`, of UDP or of TCP."""
        if datagrams:
            return Endpoint.udp(port, self.interface)
        kind = "tcp6" if self.only_ipv6 else "tcp"
        return Endpoint(kind, (str(port),), (("interface", self.interface),))

    def title(self) -> str:
        """What a person chooses."""
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
    """Those to choose from on this computer, the narrowest first."""
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
    # An endpoint of UDP has no kind for the addresses of IPv6 without those of IPv4.
    return [each for each in found if not (datagrams and each.only_ipv6)]


# MERGED ui/listeners/unix_form: The part of the form that asks for a Unix socket.

_EVERYBODY = "666"
"""What Twisted takes where no mode is written."""

_MODES = ("600", "660", _EVERYBODY)


class UnixForm(FormSection):
    """Asks for a path, and who on this computer may connect there."""

    edited = Signal()
    """Something was entered. Its endpoint is one of a `AddressForm`, which says so itself."""

    def __init__(self, rows: QFormLayout, folder: Path) -> None:
        """A path begins in `folder`, where the profile lies, unless it is absolute."""
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
        """Ask, or do not."""
        parts: tuple[QWidget, ...] = (self.path, self.mode, self.meaning)
        for part in parts:
            self.rows.setRowVisible(part, visible)

    def show_endpoint(self, endpoint: Endpoint) -> bool:
        """Show an endpoint as it is written. False if it is none that this form could ask for."""
        names = {name for name, _ in endpoint.options} - {"address", "mode"}
        if endpoint.kind != "unix" or len(endpoint.args) > 2 or names:
            return False
        self.path.line.setText(endpoint.value("address") or "")
        self.mode.setCurrentText((endpoint.value("mode") or _EVERYBODY).removeprefix("0"))
        return True

    def endpoint(self) -> Endpoint:
        """What was entered. Raises `EndpointError`, which says what is wrong with it."""
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


class AddressForm(FormSection):
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
        self._reaches: list[InterfaceChoice] = []
        self.transport = QComboBox()
        self.reach = QComboBox()
        self.port = QSpinBox()
        self.description = QLineEdit()
        for transport in TransportChoice:
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
    def chosen(self) -> TransportChoice:
        """The transport that is asked about."""
        transport: TransportChoice = self.transport.currentData()
        return transport

    def choose(self, transport: TransportChoice) -> None:
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
        reach = InterfaceChoice.of(endpoint)
        self.description.setText(spec.endpoint)
        if reach is not None:
            tcp = TransportChoice.TCP if spec.tls is None else TransportChoice.TLS
            self.choose(TransportChoice.UDP if endpoint.is_datagram else tcp)
            if reach not in self._reaches:
                self._add_reach(reach)
            self.reach.setCurrentIndex(self._reaches.index(reach))
            self.port.setValue(endpoint.port or 0)
        elif self.unix.show_endpoint(endpoint):
            self.choose(TransportChoice.UNIX)
        else:
            self.choose(TransportChoice.DESCRIPTION)
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
        self.rows.setRowVisible(self.description, transport is TransportChoice.DESCRIPTION)
        self.unix.set_visible(transport is TransportChoice.UNIX)

    def _describe(self) -> None:
        """Keep the description what was entered last: whoever goes over to it begins with that."""
        if self.chosen is not TransportChoice.DESCRIPTION and self._description():
            self.description.setText(self._description())

    def _offer_reaches(self) -> None:
        """Those of the transport; the one that was chosen stays if it is among them."""
        before = self._reaches[self.reach.currentIndex()] if self._reaches else None
        self.reach.blockSignals(True)
        self.reach.clear()
        self._reaches = []
        for reach in interface_choices(datagrams=self._is_datagram()):
            self._add_reach(reach)
        if before in self._reaches:
            self.reach.setCurrentIndex(self._reaches.index(before))
        self.reach.blockSignals(False)

    def _add_reach(self, reach: InterfaceChoice) -> None:
        self._reaches.append(reach)
        self.reach.addItem(reach.title(), reach.interface)

    def _is_datagram(self) -> bool:
        return self.chosen is TransportChoice.UDP

    def _entered(self) -> object:
        """What makes up the endpoint, to tell whether it was changed."""
        if self.chosen.has_port:
            reach = self._reaches[self.reach.currentIndex()]
            return self._is_datagram(), reach, self.port.value()
        if self.chosen is TransportChoice.UNIX:
            return self.unix.path.text(), self.unix.mode.currentText()
        return self.description.text()

    def _description(self) -> str:
        if self._written is not None and self._written[1] == self._entered():
            return self._written[0]
        if self.chosen.has_port:
            reach = self._reaches[self.reach.currentIndex()]
            return str(reach.endpoint(self.port.value(), datagrams=self._is_datagram()))
        if self.chosen is TransportChoice.UNIX:
            try:
                return str(self.unix.endpoint())
            except EndpointError:
                return ""
        return self.description.text().strip()
