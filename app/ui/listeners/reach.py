"""Who can reach a listener: this computer, one of its networks, or everybody."""

from __future__ import annotations

from attrs import field, frozen
from PySide6.QtCore import QCoreApplication

from app.endpoint import Endpoint
from app.network_addresses import network_addresses


@frozen
class Reach:
    """An address to listen on."""

    interface: str

    only_ipv6: bool = False
    """Of every address: those of IPv6 alone."""

    device: str = field(default="", eq=False)
    """The network device that has the address, if it is an address of a network."""

    @classmethod
    def of(cls, endpoint: Endpoint) -> Reach | None:
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
            "127.0.0.1": QCoreApplication.translate("Reach", "This computer only"),
            "::1": QCoreApplication.translate("Reach", "This computer only, IPv6"),
            "localhost": QCoreApplication.translate("Reach", "This computer only, IPv4 and IPv6"),
            "0.0.0.0": QCoreApplication.translate("Reach", "Everybody who reaches this computer"),
            "::": QCoreApplication.translate("Reach", "Everybody, IPv4 and IPv6"),
        }
        if self.only_ipv6:
            return QCoreApplication.translate("Reach", "Everybody, IPv6") + " (::)"
        if self.interface in words:
            return f"{words[self.interface]} ({self.interface})"
        if self.device:
            network = QCoreApplication.translate("Reach", "The network on {0} ({1})")
            return network.format(self.device, self.interface)
        return QCoreApplication.translate("Reach", "The address {0}").format(self.interface)


def reaches(*, datagrams: bool) -> list[Reach]:
    """Those to choose from on this computer, the narrowest first."""
    networks = (Reach(str(address), device=device) for device, address in network_addresses())
    found = [
        Reach("127.0.0.1"),
        Reach("::1"),
        Reach("localhost"),
        *sorted(networks, key=lambda each: (each.device, ":" in each.interface)),
        Reach("0.0.0.0"),
        Reach("::", only_ipv6=True),
        Reach("::"),
    ]
    # An endpoint of UDP has no kind for the addresses of IPv6 without those of IPv4.
    return [each for each in found if not (datagrams and each.only_ipv6)]
